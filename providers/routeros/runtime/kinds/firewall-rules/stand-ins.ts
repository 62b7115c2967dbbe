/**
 * Where rules that are changed or moved at once would let packets through to a rule that neither of the two blocks lets
 * them meet: first, down the block, all that is new, with a second rule for each of those; then, up the block, what
 * stood before is changed, moved and removed. A packet meets the new block's verdict where one of its rules stands and
 * matches, and the old one's elsewhere. The next look finds rules that stand twice, and takes the second ones away.
 */
import type { FieldTable } from "../../rows/fields";
import type { Desired, Operation, RowPlan } from "../../rows/reconcile";
import { fullValues } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import type { PlanContext } from "../kind";
import type { FirewallRulesInputs } from "./arguments";
import { idsOf, type Instead, placed } from "./places";
import { effect } from "./verdicts";

/** Ends the key of a rule that stands in for another: no rule of a program has one, so whoever finds it takes it away. */
const end = "~";

export function isStandIn(key: string): boolean {
    return key.endsWith(end);
}

export function upwards<T extends { id: string }>(operations: readonly T[], rows: readonly Row[]): T[] {
    const at = new Map(rows.map(({ id }, index) => [id, index]));
    return [...operations].sort((a, b) => (at.get(b.id) ?? 0) - (at.get(a.id) ?? 0));
}

export function withStandIns(
    context: PlanContext<FirewallRulesInputs>,
    plan: RowPlan,
    order: readonly Operation[],
): Operation[] {
    const { matched, inputs, scope } = context;
    const ids = idsOf(matched);
    const keys = new Map([...ids].map(([key, id]) => [id, key]));
    const moved = new Set(movedBy(order));
    const misplaced = new Set<string>();
    for (;;) {
        const split = splitRules(context, plan, moved);
        const instead = new Map(
            split.map((one): [string, Instead] => {
                const key = standInFor(one, matched.mine, misplaced, scope.menu.table);
                const values = fullValues({ ...one, key }, { owner: inputs.owner, adopted: false }, scope.menu.table);
                return [one.key, { keys: moved.has(ids.get(one.key) ?? "") ? [key] : [key, one.key], values }];
            }),
        );
        const found = placed(context, plan, instead);
        const displaced = movedBy(found);
        for (const id of displaced) (isStandIn(keys.get(id) ?? "") ? misplaced : moved).add(id);
        if (displaced.length > 0) continue;
        return found.length > 0 ? found : unwound(context, plan, moved, instead);
    }
}

function movedBy(operations: readonly Operation[]): string[] {
    return operations.flatMap((operation) => (operation.kind === "move" ? operation.ids : []));
}

/** Rules that are changed or moved; but the last of all, where that is only changed and nothing is new behind it. */
function splitRules(
    { desired, rows, scope, matched }: PlanContext<FirewallRulesInputs>,
    { changes, removes, restores }: RowPlan,
    moved: ReadonlySet<string>,
): Desired[] {
    const { table } = scope.menu;
    const ids = idsOf(matched);
    const changed = new Set(changes.map(({ id }) => id));
    const before = new Map(rows.map(({ id, values }) => [id, values]));
    const isSplit = ({ key, values }: Desired): boolean => {
        const id = ids.get(key) ?? "";
        return moved.has(id) || (changed.has(id) && effect(table, before.get(id) ?? {}) !== effect(table, values));
    };
    const split = desired.filter(isSplit);
    const leaving = [...split.map(({ key }) => ({ id: ids.get(key) ?? "" })), ...removes, ...restores];
    const lowest = upwards(leaving, rows)[0]?.id ?? "";
    const last = desired.findLast((one) => isSplit(one) || !ids.has(one.key));
    return last && ids.get(last.key) === lowest && !moved.has(lowest) ? split.slice(0, -1) : split;
}

/** The key of the one that stands already, or a new one. */
function standInFor(
    { key, values }: Desired,
    mine: ReadonlyMap<string, Row>,
    misplaced: ReadonlySet<string>,
    table: FieldTable,
): string {
    let found = key + end;
    for (let row = mine.get(found); row; row = mine.get(found)) {
        if (!misplaced.has(row.id) && effect(table, row.values) === effect(table, values)) break;
        found += end;
    }
    return found;
}

/** Up the block, what stood before. What is moved is moved beside what stands in for it. */
function unwound(
    { rows, matched }: PlanContext<FirewallRulesInputs>,
    { changes, restores, removes }: RowPlan,
    moved: ReadonlySet<string>,
    instead: ReadonlyMap<string, Instead>,
): Operation[] {
    const ids = idsOf(matched);
    const standIns = new Map([...instead].map(([key, { keys }]) => [ids.get(key) ?? "", ids.get(keys[0] ?? "") ?? ""]));
    const kept = new Set(standIns.values());
    const differing = new Map([...changes, ...restores].map((change) => [change.id, change]));
    const leaving = new Map(removes.flatMap((one) => (kept.has(one.id) ? [] : [[one.id, one]])));
    return upwards(rows, rows).flatMap(({ id, disabled }): Operation[] => {
        const change = differing.get(id) ?? leaving.get(id);
        const move: Operation = { kind: "move", ids: [id], before: standIns.get(id) ?? "" };
        if (!moved.has(id)) return change ? [change] : [];
        if (change?.kind !== "change" || disabled) return [move];
        // Out of use meanwhile: with one of its values it would not be where it was, with the other not where it will be.
        const { set, clear } = change.difference;
        return [{ ...change, difference: { set: { ...set, disabled: "true" }, clear } }, move];
    });
}
