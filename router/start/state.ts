import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import type { Row } from "../api";
import { settle } from "../commands/restart";
import type { Device } from "../device/device";
import { readId, showId, type StoredRow } from "../device/table";
import { type KeptLine, keptLines } from "../menus/kept";
import { webCertificate } from "../menus/services";

/** What the state file holds; `format` changes when older files can no longer be read. */
interface SavedState {
    format: 1;
    version: string;
    serial: string;
    kept?: KeptLine[];
    tls?: { key: string; certificate: string };
    tables: Record<string, { next: number; freed: number[]; rows: SavedRow[] }>;
}
interface SavedRow {
    id: string;
    values: Row;
    explicit?: string[];
    kept?: StoredRow["kept"];
    dynamic?: boolean;
    builtin?: boolean;
    expires?: number;
    created?: number;
    parent?: number;
}

/** Below this many rows every change is on the disk before it is answered; above, within a second or so. */
const smallEnough = 2000;

/**
 * Keeps the configuration in a file, written whole or not at all. Guaranteed: what was answered is in the file after a
 * clean stop, and, up to {@link smallEnough} rows, also after a crash of this process. Dynamic rows are kept too: stopping
 * and starting this program is not a restart of the router.
 */
export class StateFile {
    private timer: NodeJS.Timeout | undefined;
    private dirty = false;
    private lastMs = 0;

    constructor(
        private readonly file: string,
        private readonly device: Device,
    ) {
        device.onChange(() => {
            this.dirty = true;
        });
    }

    /** Called when a request was carried out, before it is answered. */
    settle(): void {
        if (!this.dirty) return;
        let rows = 0;
        for (const table of this.device.allTables().values()) rows += table.size;
        if (rows <= smallEnough) this.write();
        else this.timer ??= setTimeout(() => this.write(), Math.max(1000, this.lastMs * 20)).unref();
    }

    write(): void {
        clearTimeout(this.timer);
        this.timer = undefined;
        if (!this.dirty) return;
        const started = performance.now();
        const temporary = `${this.file}.${process.pid}.tmp`;
        try {
            writeFileSync(temporary, JSON.stringify(save(this.device)), { mode: 0o600 });
            renameSync(temporary, this.file);
        } catch (error) {
            rmSync(temporary, { force: true });
            throw new Error(`the state file ${this.file} cannot be written: ${(error as Error).message}`, {
                cause: error,
            });
        }
        this.dirty = false;
        this.lastMs = performance.now() - started;
    }
}

function save(device: Device): SavedState {
    const tables: SavedState["tables"] = {};
    for (const [path, table] of device.allTables()) {
        const rows = table.all().map(({ id, values, explicit, kept, dynamic, builtin, expires, created, parent }) => ({
            id: showId(id),
            values,
            explicit,
            kept,
            dynamic,
            builtin,
            expires,
            created,
            parent,
        }));
        tables[path] = { ...table.allocation(), rows };
    }
    return {
        format: 1,
        version: device.version,
        serial: device.serial,
        kept: keptLines.of(device),
        tls: webCertificate.of(device),
        tables,
    };
}

/** The version that a state file was written for; undefined where there is none to read. */
export function versionOfState(file: string | undefined): string | undefined {
    if (file === undefined || !existsSync(file)) return undefined;
    try {
        const { version } = JSON.parse(readFileSync(file, "utf8")) as Partial<SavedState>;
        return isVersion(version) ? version : undefined;
    } catch {
        return undefined; // loadState says why
    }
}

const isVersion = (value: unknown): value is string => typeof value === "string" && /^\d+(\.\d+)+$/.test(value);

/** Fills the device from a file; false when there is none. Throws, saying which file and why, when it cannot be used. */
export function loadState(file: string, device: Device): boolean {
    if (!existsSync(file)) return false;
    let state: SavedState;
    try {
        state = JSON.parse(readFileSync(file, "utf8")) as SavedState;
    } catch (error) {
        throw new Error(`the state file ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
    if (state?.format !== 1 || typeof state.tables !== "object" || !isVersion(state.version)) {
        throw new Error(`${file} is no state of this router (format 1 is wanted)`);
    }
    device.setSerial(state.serial);
    keptLines.set(device, state.kept ?? []);
    webCertificate.set(device, state.tls);
    for (const [path, saved] of Object.entries(state.tables)) {
        const table = device.allTables().get(path);
        if (!table) continue;
        for (const { id, ...row } of saved.rows) table.insert({ ...row, id: readId(id)! }, false);
        table.setAllocation(saved.next, saved.freed);
    }
    settle(device);
    return true;
}
