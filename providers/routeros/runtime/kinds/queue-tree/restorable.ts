/**
 * What a queue that was taken over is restored to. The queue above it, or its queue type, may be gone by then: removed
 * by hand, or one of ours that goes too. It then keeps the type it has, and hangs under the nearest above its present
 * place that stays. Pure.
 */
import type { Values } from "../../rows/fields";
import type { Desired, Matched } from "../../rows/reconcile";
import { present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { aboveIn, Tree } from "./tree";

/** What queues may refer to beside each other. */
export interface Referable {
    interfaces: ReadonlySet<string>;
    types: ReadonlySet<string>;
}

/** Queues to restore, by key. */
export function leavers(matched: Matched, desired: readonly Desired[]): [string, Row][] {
    const keys = new Set(desired.map(({ key }) => key));
    return [...matched.mine].filter(([key]) => !keys.has(key) && matched.original.has(key));
}

/** Original values of which a reference leads nowhere, with one that does. `rows` are all of the menu. */
export function reachable(
    matched: Matched,
    desired: readonly Desired[],
    rows: readonly Row[],
    { interfaces, types }: Referable,
): Map<string, Values> {
    const found = new Map<string, Values>();
    const now = new Tree(rows.map(({ values }) => values));
    const then = afterwards(matched, desired, rows);
    const stays = (name: string): boolean => then.has(name) || interfaces.has(name) || name === "global";
    for (const [key, { name, values }] of leavers(matched, desired)) {
        const original = matched.original.get(key) ?? {};
        const bears = (parent: string): boolean =>
            stays(parent) && parent !== name && !aboveIn(parent, then).includes(name);
        const place = [original["parent"] ?? "", ...now.above(name)].find(bears);
        const parent = place ?? values["parent"] ?? "";
        then.set(name, parent);
        const type = original["queue"] ?? "default-small";
        const queue = types.has(type) ? type : (values["queue"] ?? type);
        if (parent !== original["parent"] || queue !== type) found.set(key, { ...original, parent, queue });
    }
    return found;
}

/** Which queue hangs under what when all is done, by name. */
function afterwards(matched: Matched, desired: readonly Desired[], rows: readonly Row[]): Map<string, string> {
    const own = new Set([...present(matched).values(), ...matched.duplicates]);
    const restored = leavers(matched, desired).map(([key, { name }]) => {
        return { name, parent: matched.original.get(key)?.["parent"] ?? "" };
    });
    const foreign = rows.filter((row) => !own.has(row)).map(({ values }) => values);
    return new Tree([...foreign, ...desired.map(({ values }) => values), ...restored]).parents;
}
