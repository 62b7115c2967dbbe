import { randomInt } from "node:crypto";

import type { Behaviour, Row } from "../api";
import { checkedBehaviour, defaultBehaviour } from "../assumed";
import { refuse } from "../errors";
import type { Shape } from "./shape";
import { readId, showId, type StoredRow, Table } from "./table";
import type { Resolve } from "./values";

export interface DeviceOptions {
    version: string;
    /** The menus of that version. */
    shapes: ReadonlyMap<string, Shape>;
    behaviour?: Partial<Behaviour>;
    serial?: string;
}

/** The router's state: tables, clock, identity. What menus make of it is in `menus/`, what commands do to it in `commands/`. */
export class Device {
    readonly version: string;
    readonly behaviour: Behaviour;
    serial: string;
    softwareId: string;
    /** Name of the first user; owns scripts and jobs. */
    administrator = "admin";
    /** An export is read: what it names by the id of something gone stays so. */
    importing = false;
    private readonly shapes: ReadonlyMap<string, Shape>;
    private readonly tables = new Map<string, Table>();
    private readonly listeners = new Set<() => void>();
    private clockOffset = 0;
    private bootedAt: number;

    constructor(options: DeviceOptions) {
        this.version = options.version;
        const usual = defaultBehaviour(options.version);
        this.behaviour = { ...usual, ...checkedBehaviour(options.behaviour ?? {}, usual) };
        this.shapes = options.shapes;
        this.serial = options.serial ?? newSerial();
        this.softwareId = softwareIdOf(this.serial);
        this.bootedAt = this.now();
        for (const shape of this.shapes.values()) {
            if (shape.viewOf) continue;
            const indexed = [...(shape.named ? ["name"] : []), ...(shape.indexed ?? [])];
            this.tables.set(shape.path, new Table(shape.path, shape.firstId ?? 1, indexed));
        }
    }

    /** Milliseconds since 1970 on the router's clock. */
    now(): number {
        return Date.now() + this.clockOffset;
    }

    /** Moves the router's clock on: timeouts run out, the uptime grows. */
    advance(seconds: number): void {
        this.clockOffset += seconds * 1000;
    }

    uptime(): number {
        return this.now() - this.bootedAt;
    }

    /** The uptime starts anew. */
    boot(): void {
        this.bootedAt = this.now();
    }

    setSerial(serial: string): void {
        this.serial = serial;
        this.softwareId = softwareIdOf(serial);
    }

    /** Tells whoever keeps the state that it has changed. */
    onChange(listener: () => void): void {
        this.listeners.add(listener);
    }

    touch(): void {
        for (const listener of this.listeners) listener();
    }

    shape(path: string): Shape {
        const shape = this.shapes.get(path);
        if (!shape) throw refuse.unknownMenu(path.split("/").at(-1)!);
        return shape;
    }

    table(path: string): Table {
        return this.tables.get(this.shape(path).viewOf?.path ?? path)!;
    }

    allTables(): ReadonlyMap<string, Table> {
        return this.tables;
    }

    findByName(path: string, name: string): StoredRow | undefined {
        const where = this.shape(path).viewOf?.where;
        for (const row of this.table(path).indexedBy("name", name) ?? []) if (!where || matches(row, where)) return row;
        return undefined;
    }

    /** The row that a stored reference (`*1`, with or without `!`) means. */
    rowOf(path: string, reference: string): StoredRow | undefined {
        const id = readId(reference.replace(/^!/, ""));
        return id === undefined ? undefined : this.table(path).get(id);
    }

    /** Id of the row with that name. */
    readonly resolve: Resolve = (menu, name) => {
        for (const path of tablesOf(menu)) {
            const row = this.findByName(path, name);
            if (row) return showId(row.id);
            const id = readId(name);
            if (id !== undefined && (this.importing || this.table(path).get(id))) return showId(id);
        }
        return undefined;
    };

    /** Name of the row with that id, as a reference reads. */
    nameOf(menu: string, reference: string): string | undefined {
        for (const path of tablesOf(menu)) {
            const name = this.rowOf(path, reference)?.values["name"];
            if (name !== undefined) return name;
        }
        return undefined;
    }
}

/** References to rows of more than one menu, whose ids never meet. */
const unions: Record<string, readonly string[]> = {
    "tree-parent": ["/queue/tree", "/interface"],
    "interface-or-list": ["/interface", "/interface/list"],
};

/** The menus whose rows a reference may mean. */
export function tablesOf(menu: string): readonly string[] {
    return unions[menu] ?? [menu];
}

export function matches(row: StoredRow, where: Row): boolean {
    return Object.entries(where).every(([name, value]) => row.values[name] === value);
}

function newSerial(): string {
    return `HE${Array.from({ length: 9 }, () => randomInt(36).toString(36).toUpperCase()).join("")}`;
}

/** `ABCD-EFGH`, made from the serial number so that another device has another one. */
function softwareIdOf(serial: string): string {
    let state = [...serial].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) % 2147483647, 5381);
    let text = "";
    for (let index = 0; index < 8; index++) {
        state = (state * 48271 + 11) % 2147483647;
        text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[state % 36];
        if (index === 3) text += "-";
    }
    return text;
}
