/**
 * Order of the operations on a queue tree, so that traffic that is not ours meets either no queue of ours or its whole
 * guarantee. Pure.
 *
 * A root carries nothing while it is disabled: it is enabled last and disabled first. Parents are raised before their
 * children and lowered after them. Where queues are exchanged for others, their root rests meanwhile.
 */
import type { Values } from "../../rows/fields";
import { omit } from "../../rows/objects";
import type { Addition, Change, Operation, PlanInput, RowPlan } from "../../rows/reconcile";
import { fullValues, planRows, present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { aboveIn, carriesRest, Tree } from "./tree";

export function planTree(input: PlanInput): Operation[] {
    const shape = shapeOf(input);
    const named = renamed(input);
    if (named.length > 0) return named;
    const turned = turnedOver(input, shape);
    if (turned.length > 0) return turned;
    const rows = planRows(input);
    const down = rootsToRest(input, rows, shape);
    const phases = split(input, rows, shape, new Set(down.map(({ id }) => id)));
    // A queue that shall hang under one that does not stand yet waits for it.
    const added = new Set(rows.adds.map(({ key }) => key));
    const waits = ({ difference }: Change): boolean => added.has(difference.set["parent"] ?? "");
    return [
        ...down.map(disable),
        ...phases.raisedParents.filter((change) => !waits(change)),
        ...phases.addedParents,
        ...phases.raisedParents.filter(waits),
        ...phases.loweredLeaves,
        ...phases.otherLeaves,
        ...phases.addedLeaves,
        ...phases.restoredLeaves,
        ...phases.loweredParents,
        // Behind all changes: what hung under one that goes hangs elsewhere by then.
        ...shape.actual.leavesFirst(rows.removes, ({ id }) => shape.byId.get(id)?.values ?? {}),
        ...phases.roots,
    ];
}

interface Shape {
    /** Rows of ours by key, and by id. */
    rows: ReadonlyMap<string, Row>;
    byId: ReadonlyMap<string, Row>;
    /** The trees of these rows, and of what shall stand. */
    actual: Tree;
    desired: Tree;
    /** Whether the key is that of a desired root with children. */
    isRoot: (key: string) => boolean;
}

function shapeOf({ matched, desired: all }: PlanInput): Shape {
    const rows = present(matched);
    const desired = new Tree(all.map(({ values }) => values));
    return {
        rows,
        byId: new Map([...rows.values()].map((row) => [row.id, row])),
        actual: new Tree([...rows.values()].map(({ values }) => values)),
        desired,
        isRoot: (key) => desired.bears(key) && !desired.has(desired.parents.get(key)),
    };
}

/**
 * A queue renamed by hand gets its name back before anything else, so that its children find their parent; and its
 * marker, where that is gone: its former name is all that tells it then.
 */
function renamed({ matched, desired, owner, table }: PlanInput): Change[] {
    return desired.flatMap((one): Change[] => {
        const { key } = one;
        const row = matched.mine.get(key);
        if (!row || row.values["name"] === key) return [];
        const { comment = "" } = fullValues(one, { owner, adopted: matched.original.has(key) }, table);
        const set: Values = row.marker ? { name: key } : { name: key, comment };
        return [{ kind: "change", key, id: row.id, difference: { set, clear: [] } }];
    });
}

/**
 * Where a queue shall hang under one that hangs under it now, or may while others move, the router refuses the new
 * parent. The tree is put to rest and hung anew from the top down; the next comparison finds nothing in a circle and
 * does the rest.
 */
function turnedOver({ matched, desired }: PlanInput, { rows, desired: targets }: Shape): Change[] {
    const all = [...rows.values(), ...matched.duplicates, ...matched.foreign];
    const now = new Tree(all.map(({ values }) => values)).parents;
    const moves = desired.filter(({ key, values }) => rows.has(key) && now.get(key) !== values["parent"]);
    const circle = moves.some(({ key, values }) => aboveIn(values["parent"] ?? "", now, targets.parents).includes(key));
    if (!circle) return [];
    const changes = [...rows.values()]
        .filter((row) => !rows.has(row.values["parent"] ?? "") && !row.disabled)
        .map(disable);
    for (const { key } of moves.sort((a, b) => targets.depth(a.key) - targets.depth(b.key))) {
        const parents = targets.above(key);
        const [parent = ""] = parents;
        const stands = rows.has(parent) || !targets.has(parent);
        const set: Values = { parent: stands ? parent : (parents.at(-1) ?? parent) };
        if (!rows.has(set["parent"] ?? "")) set["disabled"] = "true";
        changes.push({ kind: "change", key, id: rows.get(key)?.id ?? "", difference: { set, clear: [] } });
    }
    return changes;
}

/** Roots in use that go, or under which queues are exchanged. */
function rootsToRest({ matched, desired }: PlanInput, plan: RowPlan, shape: Shape): Row[] {
    const targets = new Map(desired.map(({ key, values }) => [key, values]));
    const resting = exchanged(plan) || restExchanged(desired, plan, shape);
    return [...shape.rows].flatMap(([key, row]) => {
        const { name = "", parent = "" } = row.values;
        const isRoot = !shape.actual.has(parent) && !targets.has(parent) && shape.actual.bears(name);
        const target = targets.get(key);
        // One that is restored, or is so already, is another's again, and stays as it was.
        if (!isRoot || row.disabled || (!target && matched.original.has(key))) return [];
        return resting || target === undefined || target["disabled"] === "true" ? [row] : [];
    });
}

/** Whether the guarantees of what goes and of what comes or grows would stand side by side for a moment. */
function exchanged({ adds, changes, removes }: RowPlan): boolean {
    return removes.length > 0 && adds.length + changes.length > 0;
}

/** Whether a leaf of unmarked traffic that works now is taken away, or a second one comes beside it. */
function restExchanged(desired: PlanInput["desired"], { adds, restores }: RowPlan, { rows }: Shape): boolean {
    const working = [...rows].filter(([, row]) => carriesRest(row.values) && !row.disabled);
    if (working.length === 0) return false;
    const targets = new Map(desired.map(({ key, values }) => [key, values]));
    const lost = working.some(([key, row]) => {
        const target = targets.get(key);
        if (!target) return !restores.some(({ id }) => id === row.id);
        return !carriesRest(target) || target["parent"] !== row.values["parent"] || target["disabled"] === "true";
    });
    const joined = desired.some(({ key, values }) => {
        const row = rows.get(key);
        return row !== undefined && !carriesRest(row.values) && carriesRest(values);
    });
    return lost || joined || adds.some(({ values }) => carriesRest(values));
}

interface Phases {
    raisedParents: Change[];
    addedParents: Addition[];
    loweredLeaves: Change[];
    otherLeaves: Change[];
    addedLeaves: Addition[];
    restoredLeaves: Change[];
    loweredParents: Change[];
    roots: Change[];
}

/** `down` are ids of the roots that are put to rest first. */
function split(input: PlanInput, plan: RowPlan, shape: Shape, down: ReadonlySet<string>): Phases {
    const { desired, isRoot, byId, actual } = shape;
    const byDepth = <T extends { key: string }>(all: readonly T[]): T[] =>
        [...all].sort((a, b) => desired.depth(a.key) - desired.depth(b.key));
    const isChild = ({ id }: Change): boolean => actual.has(byId.get(id)?.values["parent"] ?? "");
    const phases: Phases = {
        raisedParents: [],
        addedParents: byDepth(plan.adds.filter(({ key }) => desired.bears(key))).map((add) =>
            // Roots added disabled are enabled at the end; their id is not known yet, so it is left to the next comparison.
            isRoot(add.key) ? { ...add, values: { ...add.values, disabled: "true" } } : add,
        ),
        loweredLeaves: [],
        otherLeaves: [],
        addedLeaves: plan.adds
            .filter(({ key }) => !desired.bears(key))
            .sort((a, b) => Number(carriesRest(b.values)) - Number(carriesRest(a.values))),
        restoredLeaves: plan.restores.filter(isChild),
        loweredParents: [],
        roots: [],
    };
    for (const change of byDepth(changesOf(input, plan, shape, down))) {
        const row = byId.get(change.id);
        const lowered = row !== undefined && isLowered(row, change);
        if (isRoot(change.key) && (down.has(change.id) || row?.disabled)) phases.roots.push(change);
        // One that hung under another is no root in use before its leaves stand: the next comparison enables it.
        else if (isRoot(change.key) && isChild(change)) phases.raisedParents.push(atRest(change));
        else if (!desired.bears(change.key)) (lowered ? phases.loweredLeaves : phases.otherLeaves).push(change);
        else if (lowered) phases.loweredParents.unshift(change);
        else phases.raisedParents.push(change);
    }
    phases.roots.push(...plan.restores.filter((change) => !isChild(change)));
    return phases;
}

/** The changes, with the enabling of roots that are put to rest first. */
function changesOf(
    { desired }: PlanInput,
    plan: RowPlan,
    { rows, isRoot }: Shape,
    down: ReadonlySet<string>,
): Change[] {
    const changes = new Map<string, Change>();
    for (const change of plan.changes) {
        const { set, clear } = change.difference;
        const kept = down.has(change.id) ? omit(set, "disabled") : set;
        changes.set(change.id, { ...change, difference: { set: kept, clear } });
    }
    for (const { key, values } of desired) {
        const { id } = rows.get(key) ?? {};
        if (id === undefined || !down.has(id) || !isRoot(key) || values["disabled"] === "true") continue;
        const { set = {}, clear = [] } = changes.get(id)?.difference ?? {};
        changes.set(id, { kind: "change", key, id, difference: { set: { ...set, disabled: "false" }, clear } });
    }
    return [...changes.values()].filter(({ difference: { set, clear } }) => Object.keys(set).length + clear.length > 0);
}

/** By the ceiling first and the guarantee second. */
function isLowered(row: Row, { difference: { set } }: Change): boolean {
    const name = (["max-limit", "limit-at"] as const).find((one) => set[one] !== undefined);
    if (name === undefined) return false;
    const size = (text: string | undefined): number => (name === "max-limit" && text === "0" ? Infinity : Number(text));
    return size(set[name]) < size(row.values[name]);
}

function atRest(change: Change): Change {
    const { set, clear } = change.difference;
    return { ...change, difference: { set: { ...set, disabled: "true" }, clear } };
}

function disable({ id, name }: Row): Change {
    return { kind: "change", key: name, id, difference: { set: { disabled: "true" }, clear: [] } };
}
