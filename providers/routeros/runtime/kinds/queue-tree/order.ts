/**
 * Order of the operations on a queue tree, so that traffic that is not ours meets either no queue of ours or its whole
 * guarantee. Pure.
 *
 * A root carries nothing while it is disabled: it is enabled last and disabled first. Parents are raised before their
 * children and lowered after them. Where queues are exchanged for others, their root rests meanwhile.
 */
import type { Difference, Values } from "../../rows/fields";
import { valueOf } from "../../rows/fields";
import { omit } from "../../rows/objects";
import type { Operation, PlanInput, RowPlan, Wanted } from "../../rows/reconcile";
import { planRows } from "../../rows/reconcile";

type Change = Extract<Operation, { kind: "change" }>;

export function planTree(input: PlanInput): Operation[] {
    const { matched, wanted } = input;
    const named = renamed(input);
    if (named.length > 0) return named;
    const turned = turnedOver(input);
    if (turned.length > 0) return turned;
    const rows = planRows(input);
    const tree = shapeOf(wanted);
    const found = (key: string): Values | undefined => matched.mine.get(key) ?? matched.adopted.get(key);
    const enabled = (row: Values | undefined): boolean => row !== undefined && (row["disabled"] ?? "false") !== "true";

    const standing = [...matched.mine.values(), ...matched.adopted.values()];
    const names = new Set(standing.map((row) => row["name"] ?? ""));
    const wantedNames = new Set(wanted.map((one) => one.key));
    const rootRows = standing.filter(
        (row) =>
            !names.has(row["parent"] ?? "") &&
            !wantedNames.has(row["parent"] ?? "") &&
            standing.some((child) => child["parent"] === row["name"]),
    );
    // Rows that are given back, those that are back already included: they are others' again, and stay as they were.
    const given = new Set(
        [...matched.mine]
            .filter(([key]) => !wantedNames.has(key) && matched.former[key])
            .map(([, row]) => row[".id"] ?? ""),
    );
    const resting = exchanged(rows) || restExchanged(input, rows) || rootsExchanged(input, rows, tree);
    const down = rootRows.filter((row) => {
        if (!enabled(row) || given.has(row[".id"] ?? "")) return false;
        const one = wanted.find(({ key }) => found(key) === row);
        return resting || one === undefined || one.values["disabled"] === "true";
    });
    const downIds = new Set(down.map((row) => row[".id"] ?? ""));

    const phases = split(input, rows, tree, downIds);
    // A queue that shall hang under one that does not stand yet waits for it.
    const added = new Set(rows.adds.map(({ key }) => key));
    const waits = (change: Operation): boolean =>
        change.kind === "change" && added.has(change.difference.set["parent"] ?? "");
    return [
        ...down.map((row): Change => disable(row)),
        ...phases.raisedParents.filter((change) => !waits(change)),
        ...phases.addedParents,
        ...phases.raisedParents.filter(waits),
        ...phases.loweredLeaves,
        ...phases.otherLeaves,
        ...phases.addedLeaves,
        ...removals(rows, standing, phases.givenLeaves),
        ...phases.loweredParents,
        ...phases.roots,
    ];
}

/** A queue renamed by hand gets its name back before anything else, so that its children find their parent. */
function renamed({ matched, wanted }: PlanInput): Change[] {
    const found: Change[] = [];
    for (const { key } of wanted) {
        const row = matched.mine.get(key);
        if (row && row["name"] !== key) {
            found.push({ kind: "change", key, id: row[".id"] ?? "", difference: { set: { name: key }, clear: [] } });
        }
    }
    return found;
}

/**
 * Where a queue shall hang under one that hangs under it now, or may while others move, the router refuses the new
 * parent. The tree is put to rest and hung anew from the top down; the next comparison finds nothing in a circle and
 * does the rest.
 */
function turnedOver({ matched, wanted }: PlanInput): Change[] {
    const rows = new Map([...matched.mine, ...matched.adopted]);
    const targets = new Map(wanted.map((one) => [one.key, one.values["parent"] ?? ""]));
    const standing = [...rows.values(), ...matched.surplus, ...matched.foreign];
    const now = new Map(standing.map((row) => [row["name"] ?? "", row["parent"] ?? ""]));
    const moves = wanted.filter(({ key, values }) => rows.has(key) && now.get(key) !== values["parent"]);
    const circle = moves.some(({ key }) => above(targets.get(key) ?? "", now, targets).includes(key));
    if (!circle) return [];
    const changes = [...rows.values()]
        .filter((row) => !rows.has(row["parent"] ?? "") && row["disabled"] !== "true")
        .map((row) => disable(row));
    const hang = (key: string): string[] => above(key, targets);
    for (const { key } of [...moves].sort((a, b) => hang(a.key).length - hang(b.key).length)) {
        const parents = hang(key);
        const [parent = ""] = parents;
        const stands = rows.has(parent) || !targets.has(parent);
        const set: Values = { parent: stands ? parent : (parents.at(-1) ?? parent) };
        if (!rows.has(set["parent"] ?? "")) set["disabled"] = "true";
        const difference: Difference = { set, clear: [] };
        changes.push({ kind: "change", key, id: rows.get(key)?.[".id"] ?? "", difference });
    }
    return changes;
}

/** What is above a queue by any of these maps of name to parent, from the nearest on, each once. */
export function above(name: string, ...parents: ReadonlyMap<string, string>[]): string[] {
    const found = [name];
    for (const at of found)
        found.push(...parents.map((of) => of.get(at) ?? at).filter((parent) => !found.includes(parent)));
    return [...new Set(found)].slice(1);
}

interface Shape {
    /** Wanted roots that have children. */
    roots: ReadonlySet<string>;
    inner: ReadonlySet<string>;
    depth(key: string): number;
}

function shapeOf(wanted: readonly Wanted[]): Shape {
    const parents = new Map(wanted.map((one) => [one.key, one.values["parent"] ?? ""]));
    const inner = new Set([...parents.values()].filter((parent) => parents.has(parent)));
    const roots = new Set([...inner].filter((key) => !parents.has(parents.get(key) ?? "")));
    const depth = (key: string): number => {
        let level = 0;
        for (let at = parents.get(key); at !== undefined && parents.has(at) && level < 9; at = parents.get(at))
            level += 1;
        return level;
    };
    return { roots, inner, depth };
}

const carriesRest = (values: Values): boolean => (values["packet-mark"] ?? "").split(",").includes("no-mark");

/** Whether the guarantees of what goes and of what comes or grows would stand side by side for a moment. */
function exchanged({ adds, changes, removes }: RowPlan): boolean {
    return removes.length > 0 && adds.length + changes.length > 0;
}

/** Whether a leaf of unmarked traffic that works now is taken away, or a second one comes beside it. */
function restExchanged({ matched, wanted }: PlanInput, rows: RowPlan): boolean {
    const standing = [...matched.mine, ...matched.adopted];
    const working = standing.filter(([, row]) => carriesRest(row) && (row["disabled"] ?? "false") !== "true");
    if (working.length === 0) return false;
    const targets = new Map(wanted.map((one) => [one.key, one.values]));
    const lost = working.some(([key, row]) => {
        const target = targets.get(key);
        if (!target) return !rows.gives.some(({ id }) => id === row[".id"]);
        const moved = (target["parent"] ?? "") !== (row["parent"] ?? "");
        return !carriesRest(target) || moved || target["disabled"] === "true";
    });
    const joined =
        rows.adds.some((add) => carriesRest(add.values)) ||
        wanted.some((one) => {
            const row = matched.mine.get(one.key) ?? matched.adopted.get(one.key);
            return row !== undefined && !carriesRest(row) && carriesRest(one.values);
        });
    return lost || joined;
}

/** Whether one root takes the place of another. */
function rootsExchanged({ matched, wanted }: PlanInput, rows: RowPlan, tree: Shape): boolean {
    const addsRoot = rows.adds.some((add) => tree.roots.has(add.key));
    const keys = new Set(wanted.map(({ key }) => key));
    const leaves = [...matched.mine.keys()].some((key) => !keys.has(key));
    return addsRoot && leaves;
}

interface Phases {
    raisedParents: Operation[];
    addedParents: Operation[];
    loweredLeaves: Operation[];
    otherLeaves: Operation[];
    addedLeaves: Operation[];
    givenLeaves: Operation[];
    loweredParents: Operation[];
    roots: Operation[];
}

function split(input: PlanInput, rows: RowPlan, tree: Shape, down: ReadonlySet<string>): Phases {
    const phases: Phases = {
        raisedParents: [],
        addedParents: [],
        loweredLeaves: [],
        otherLeaves: [],
        addedLeaves: [],
        givenLeaves: [],
        loweredParents: [],
        roots: [],
    };
    const byDepth = <T extends { key: string }>(all: T[]): T[] =>
        [...all].sort((a, b) => tree.depth(a.key) - tree.depth(b.key));
    for (const add of byDepth(rows.adds)) {
        const wantsOn = add.values["disabled"] !== "true";
        if (tree.roots.has(add.key) && wantsOn) {
            phases.addedParents.push({ ...add, values: { ...add.values, disabled: "true" } });
        } else if (tree.inner.has(add.key)) phases.addedParents.push(add);
    }
    const leafAdds = rows.adds.filter((add) => !tree.inner.has(add.key));
    phases.addedLeaves = [...leafAdds].sort((a, b) => Number(carriesRest(b.values)) - Number(carriesRest(a.values)));

    for (const change of byDepth(changesOf(input, rows, tree, down))) {
        const row = rowOf(input, change.id);
        const resting = down.has(change.id) || row["disabled"] === "true";
        if (tree.roots.has(change.key) && resting) phases.roots.push(change);
        else if (tree.inner.has(change.key)) {
            if (direction(input, row, change) < 0) phases.loweredParents.unshift(change);
            else phases.raisedParents.push(change);
        } else if (direction(input, row, change) < 0) phases.loweredLeaves.push(change);
        else phases.otherLeaves.push(change);
    }
    // Roots added disabled are enabled at the end; their id is not known yet, so it is left to the next comparison.
    const givenRoots = rows.gives.filter((give) => !isChild(input, give.id));
    phases.givenLeaves = rows.gives.filter((give) => isChild(input, give.id));
    phases.roots.push(...givenRoots);
    return phases;
}

/** The changes, with the enabling of roots that are put to rest first. */
function changesOf({ wanted, matched }: PlanInput, rows: RowPlan, tree: Shape, down: ReadonlySet<string>): Change[] {
    const changes = rows.changes.map((change): Change => {
        if (!down.has(change.id)) return change;
        const set = omit(change.difference.set, "disabled");
        return { ...change, difference: { ...change.difference, set } };
    });
    for (const one of wanted) {
        const row = matched.mine.get(one.key) ?? matched.adopted.get(one.key);
        const id = row?.[".id"] ?? "";
        if (!row || !down.has(id) || !tree.roots.has(one.key) || one.values["disabled"] === "true") continue;
        const index = changes.findIndex((change) => change.id === id);
        const known = changes[index];
        const set = { ...known?.difference.set, disabled: "false" };
        const enabling: Change = {
            kind: "change",
            key: one.key,
            id,
            difference: { set, clear: known?.difference.clear ?? [] },
        };
        if (index < 0) changes.push(enabling);
        else changes[index] = enabling;
    }
    return changes.filter(({ difference: { set, clear } }) => Object.keys(set).length + clear.length > 0);
}

function rowOf({ matched }: PlanInput, id: string): Values {
    const all = [...matched.mine.values(), ...matched.adopted.values()];
    return all.find((row) => row[".id"] === id) ?? {};
}

function isChild({ matched }: PlanInput, id: string): boolean {
    const parent = rowOf({ matched } as PlanInput, id)["parent"];
    return [...matched.mine.values(), ...matched.adopted.values()].some((row) => row["name"] === parent);
}

/** Up (1), down (-1) or neither, by the ceiling first and the guarantee second. */
function direction({ table }: PlanInput, row: Values, { difference }: Change): number {
    for (const name of ["max-limit", "limit-at"] as const) {
        const field = table.get(name);
        const target = difference.set[name];
        if (!field || target === undefined) continue;
        const size = (text: string): number => (name === "max-limit" && text === "0" ? Infinity : Number(text));
        const step = Math.sign(size(target) - size(valueOf(field, row)));
        if (step !== 0) return step;
    }
    return 0;
}

function disable(row: Values): Change {
    const difference: Difference = { set: { disabled: "true" }, clear: [] };
    return { kind: "change", key: row["name"] ?? "", id: row[".id"] ?? "", difference };
}

/** Children before their parents, the leaf of unmarked traffic last among its kind. */
function removals(rows: RowPlan, standing: readonly Values[], gives: readonly Operation[]): Operation[] {
    const byId = new Map(standing.map((row) => [row[".id"] ?? "", row]));
    const parents = new Map(standing.map((row) => [row["name"] ?? "", row["parent"] ?? ""]));
    const depth = (row: Values | undefined): number => {
        let level = 0;
        for (let at = row?.["parent"]; at !== undefined && parents.has(at) && level < 9; at = parents.get(at))
            level += 1;
        return level;
    };
    const rank = (id: string): number => {
        const row = byId.get(id);
        return depth(row) * 2 - (row !== undefined && carriesRest(row) ? 1 : 0);
    };
    return [...gives, ...[...rows.removes].sort((a, b) => rank(b.id) - rank(a.id))];
}
