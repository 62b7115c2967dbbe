/** Which operations go to the router together in one script, and whether the first of them did what it said. */
import type { Client } from "../router/client";
import type { Scripts } from "../router/execute";
import type { Menu } from "../rows/fields";
import { difference } from "../rows/fields";
import type { Operation } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";
import type { Step } from "../rows/script";
import { stepOf } from "../rows/script";

/** An operation as it goes in a script. */
export interface Batched {
    operation: Operation;
    step: Step;
}

interface Known {
    menu: Menu;
    scripts: Scripts;
    /** The rows seen, by id. */
    known: ReadonlyMap<string, Row>;
    /** Names of operations that failed in a script. */
    failed: ReadonlySet<string>;
}

/** The operations from there on that go in one script; `undefined` where the next one goes singly. */
export function batchAt(
    operations: readonly Operation[],
    from: number,
    { menu, scripts, known, failed }: Known,
): Batched[] | undefined {
    const all: Batched[] = [];
    for (const operation of operations.slice(from, from + scripts.most)) {
        // What is removed must not go where what takes its place did not come.
        if (menu.isSet && operation.kind !== operations[from]?.kind) break;
        const step = failed.has(nameOf(operation)) ? undefined : stepOf(menu, operation, (id) => known.get(id));
        if (!step) break;
        all.push({ operation, step });
    }
    // What a move did cannot be read back from one row.
    if (all.length < 2 || (scripts.isTrial && all[0]?.operation.kind === "move")) return undefined;
    return all.slice(0, scripts.share(all.map(({ step }) => step)));
}

/** Whether the router shows what a script said it had done: a row's id, or `done`. */
export async function stands(
    client: Client,
    menu: Menu,
    operation: Operation,
    outcome: string,
    known: ReadonlyMap<string, Row>,
): Promise<boolean> {
    if (operation.kind === "move") return true;
    const id = operation.kind === "add" ? outcome : operation.id;
    const answer = await client.row(`${menu.path}/${id}`);
    const row = answer && readRow(menu, { ".id": id, ...answer });
    if (operation.kind === "remove") return row?.label !== known.get(id)?.label;
    const target = operation.kind === "add" ? operation.values : { ...row?.values, ...operation.difference.set };
    return row !== undefined && difference(menu.table, row.values, target) === undefined;
}

/** What tells an operation from another of its series. */
export function nameOf(operation: Operation): string {
    return operation.kind === "move" ? `move ${operation.ids.join()}` : `${operation.kind} ${operation.key}`;
}

/** Whether it goes by where another row stands, and not by a row's own marker alone. */
export function goesByPlace({ operation }: Batched): boolean {
    return operation.kind === "move" || (operation.kind === "add" && operation.before !== undefined);
}
