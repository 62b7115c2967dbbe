/**
 * What a queue that was taken over is given back to. The queue above it, or its queue type, may be gone by then: removed
 * by hand, or one of ours that goes too. It then keeps the type it has, and hangs under the nearest above its present
 * place that stays. Pure.
 */
import type { Values } from "../../rows/fields";
import type { Matched, Wanted } from "../../rows/reconcile";
import { above } from "./order";

/** What queues may refer to beside each other. */
export interface Referable {
    interfaces: ReadonlySet<string>;
    types: ReadonlySet<string>;
}

/** Queues to give back, by key. */
export function leavers(matched: Matched, wanted: readonly Wanted[]): [string, Values][] {
    const keys = new Set(wanted.map(({ key }) => key));
    return [...matched.mine].filter(([key]) => !keys.has(key) && matched.former[key] !== undefined);
}

/** Former values of which a reference leads nowhere, with one that does. `rows` are all of the menu. */
export function reachable(
    matched: Matched,
    wanted: readonly Wanted[],
    rows: readonly Values[],
    { interfaces, types }: Referable,
): Record<string, Values> {
    const found: Record<string, Values> = {};
    const now = new Map(rows.map((row) => [row["name"] ?? "", row["parent"] ?? ""]));
    const then = afterwards(matched, wanted, rows);
    const stays = (name: string): boolean => then.has(name) || interfaces.has(name) || name === "global";
    for (const [key, row] of leavers(matched, wanted)) {
        const former = matched.former[key] ?? {};
        const name = row["name"] ?? "";
        const bears = (parent: string): boolean =>
            stays(parent) && parent !== name && !above(parent, then).includes(name);
        const place = [former["parent"] ?? "", ...above(name, now)].find(bears);
        const parent = place ?? row["parent"] ?? "";
        then.set(name, parent);
        const type = former["queue"] ?? "default-small";
        const queue = types.has(type) ? type : (row["queue"] ?? type);
        if (parent !== former["parent"] || queue !== type) found[key] = { ...former, parent, queue };
    }
    return found;
}

/** Which queue hangs under what when all is done, by name. */
function afterwards(matched: Matched, wanted: readonly Wanted[], rows: readonly Values[]): Map<string, string> {
    const given = new Map(leavers(matched, wanted));
    const own = new Set([...matched.mine.values(), ...matched.adopted.values(), ...matched.surplus]);
    const parents = new Map<string, string>();
    for (const row of rows) if (!own.has(row)) parents.set(row["name"] ?? "", row["parent"] ?? "");
    for (const { key, values } of wanted) parents.set(key, values["parent"] ?? "");
    for (const [key, row] of given) parents.set(row["name"] ?? "", matched.former[key]?.["parent"] ?? "");
    return parents;
}
