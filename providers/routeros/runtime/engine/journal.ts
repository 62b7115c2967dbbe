/**
 * What rows were before we took them over, from before the first write until a state has it: a process may be killed in
 * between, and then only the router knows the row, as we have changed it. A file for each resource on each device, in the
 * folder for state of the XDG Base Directory Specification; none where nothing was taken over.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import * as v from "valibot";

import { writeWhole } from "../../../whole-file";
import { warnOnce } from "../router/once";
import type { Session } from "../router/session";
import type { FieldTable, Menu, Values } from "../rows/fields";
import { valueOf } from "../rows/fields";
import type { CommonInputs, State } from "../rows/inputs";
import { ownersOf } from "../rows/ownership";
import type { Operation } from "../rows/reconcile";
import type { Row } from "../rows/row";

const schema = v.record(
    v.string(),
    v.object({
        id: v.string(),
        former: v.record(v.string(), v.string()),
        /** What was written to it since, of each field. */
        written: v.record(v.string(), v.array(v.string())),
    }),
);

/** By the key of the row. */
type Entries = v.InferOutput<typeof schema>;
type Entry = Entries[string];

interface Taken {
    original: ReadonlyMap<string, Values>;
    adopted: ReadonlyMap<string, Row>;
}

/**
 * Notes what rows were that are about to be taken over, on disk when this resolves. Where that cannot be, a warning
 * tells what it means and work goes on: only the kill of a process makes use of it.
 */
export async function noteFormer(
    session: Session,
    { menu, inputs }: { menu: Menu; inputs: CommonInputs },
    { original, adopted }: Taken,
    operations: readonly Operation[],
): Promise<void> {
    const taken = [...adopted].filter(([key]) => original.has(key));
    if (taken.length === 0) return;
    try {
        const file = await fileOf(session, menu, inputs.owner);
        const entries = await readEntries(file);
        for (const [key, { id }] of taken) {
            const written = { ...(entries[key]?.id === id ? entries[key].written : {}) };
            for (const operation of operations) {
                if (operation.kind !== "change" || operation.id !== id) continue;
                const { set, clear } = operation.difference;
                const values = { ...set, ...Object.fromEntries(clear.map((wire) => [wire, ""])) };
                for (const [wire, value] of Object.entries(values)) {
                    written[wire] = [...new Set([...(written[wire] ?? []), value])];
                }
            }
            entries[key] = { id, former: original.get(key) ?? {}, written };
        }
        await write(file, entries);
    } catch (error) {
        warnOnce(
            `What rows were before they were taken over could not be noted (${reason(error)}): were this process killed ` +
                "before Pulumi has its state, a later destroy could not give them back. Set XDG_STATE_HOME to a folder " +
                "that can be written.",
        );
    }
}

/**
 * Puts into `original` what rows were that a killed process had taken over; only of those that nobody has changed since,
 * and that the state does not have: it saw them first.
 */
export async function recallFormer(
    session: Session,
    { menu, inputs, olds }: { menu: Menu; inputs: CommonInputs; olds?: (CommonInputs & Partial<State>) | undefined },
    rows: readonly Row[],
    original: Map<string, Values>,
): Promise<void> {
    const found = new Map<string, Values>();
    const byId = new Map(rows.map((row) => [row.id, row]));
    const owners = ownersOf(inputs, olds);
    for (const owner of owners) {
        for (const [key, entry] of Object.entries(await readEntries(await fileOf(session, menu, owner)))) {
            const row = byId.get(entry.id);
            if (row && isThat(row, entry, owners, menu.table)) found.set(key, entry.former);
        }
    }
    for (const [key, values] of found) if (!original.has(key)) original.set(key, values);
}

/** Once the state has them, or the rows are given back. */
export async function forgetFormer(
    session: Session,
    menu: Menu,
    inputs: CommonInputs,
    recorded?: State["former"],
): Promise<void> {
    const file = await fileOf(session, menu, inputs.owner);
    const keys = Object.keys(await readEntries(file));
    const known = recorded === undefined || keys.every((key) => recorded[key] !== undefined);
    // One that cannot be removed says nothing that the state does not say.
    if (keys.length > 0 && known) await rm(file, { force: true }).catch(() => undefined);
}

/** Whether the row is still as it was, or as we have written it. */
function isThat(row: Row, { former, written }: Entry, owners: readonly string[], table: FieldTable): boolean {
    const { marker } = row;
    if (marker ? !marker.adopted || !owners.includes(marker.owner) : row.comment !== (former["comment"] ?? ""))
        return false;
    return [...table.values()].every((field) => {
        const { wire } = field;
        if (field.shown || wire === "comment" || wire === "disabled") return true;
        const now = row.values[wire] ?? "";
        return now === valueOf(field, former) || (written[wire] ?? []).some((value) => now === value);
    });
}

async function fileOf(session: Session, menu: Menu, owner: string): Promise<string> {
    const { device } = await session.facts();
    const name = JSON.stringify([device, menu.path, owner]);
    return path.join(folder(), `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
}

function folder(): string {
    const given = process.env["XDG_STATE_HOME"];
    const state = given !== undefined && path.isAbsolute(given) ? given : path.join(homedir(), ".local", "state");
    return path.join(state, "routeros-s3", "taken-over");
}

async function readEntries(file: string): Promise<Entries> {
    try {
        const result = v.safeParse(schema, JSON.parse(await readFile(file, "utf8")));
        return result.success ? result.output : {};
    } catch {
        return {};
    }
}

/** On the disk when this resolves, its name too. */
async function write(file: string, entries: Entries): Promise<void> {
    const parent = path.dirname(file);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await writeWhole(file, JSON.stringify(entries), 0o600);
    const handle = await open(parent, "r");
    await handle.sync().finally(() => handle.close());
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
