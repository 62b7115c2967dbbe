/**
 * Rows on the router and rows desired to operations. Pure: nothing here speaks to a router.
 */
import type { Difference, FieldTable, Values } from "./fields";
import { difference, valueOf, withoutDefaults } from "./fields";
import type { Marker } from "./ownership";
import { markedComment, quotes } from "./ownership";
import type { Row } from "./row";
import { plainText } from "./values";

/** A row that shall stand. */
export interface Desired {
    /** Names it within its resource: the address, the queue's name, the rule's key. */
    key: string;
    /** Everything but the comment, in canonical form; what is absent shall have its default. */
    values: Values;
    /** The comment's text before the marker. */
    text: string;
}

export interface Addition {
    kind: "add";
    key: string;
    values: Values;
    /** Id of the row to stand before. @default the menu's end */
    before?: string;
}
export interface Change {
    kind: "change";
    key: string;
    id: string;
    difference: Difference;
}
export interface Move {
    kind: "move";
    ids: string[];
    before?: string;
}
export interface Removal {
    kind: "remove";
    key: string;
    id: string;
}
export type Operation = Addition | Change | Move | Removal;

/** What of a menu may be ours, and how its rows are told apart. */
export interface Claim {
    table: FieldTable;
    /** Whose markers are ours: the owner of now, and the one recorded before a rename. */
    owners: readonly string[];
    /** Ids as recorded, by key. Never proof by themselves: ids are used again after a delete. */
    ids: ReadonlyMap<string, string>;
    /** Keys of rows that this run has added: another run of the same stack may have, too, at the same time. */
    made?: ReadonlySet<string>;
    /** Ids recorded of rows with our marker beyond the first of their key. */
    duplicates?: readonly string[];
    /** Whether the row still does the job of that key, its comment aside. */
    same(row: Row, key: string): boolean;
    /** The key of a desired or recorded row that a row of ours is by its address or name, whatever its marker says. */
    natural?(row: Row): string | undefined;
    /** New keys by old of rows that stay; not where another row has the new one already. @default none */
    renamed?: Readonly<Record<string, string>>;
    /** The only key for which a foreign row may do the job; without it, every desired row is compared with it. */
    place?(row: Row): string | undefined;
    /** Menus whose rows have no comment: whether the row is ours by what it is named. */
    named?(row: Row): string | undefined;
    /** Take over a row that does the job of a desired one. */
    adopt: boolean;
    /** What makes a row that stands where the desired one would do another job. @default nothing */
    otherJob?(row: Row, desired: Desired): string | undefined;
    /** Also take over, for good, what stands in a list that is ours alone. */
    exclusive?: boolean;
    /** The router takes a row's natural key once among rows in use: beside a foreign one ours cannot be put in use. */
    unique?: boolean;
    /** What adopted rows were before, by key. */
    original: ReadonlyMap<string, Values>;
}

export interface Sorted {
    /** The row of ours for each key. */
    mine: Map<string, Row>;
    /** Rows with our marker beyond the first of their key, which do its job too or are recorded. */
    duplicates: Row[];
    /** Those of them that the next run settles: never the one that made the other. */
    spared: ReadonlySet<Row>;
    /** All others, in the order they stand. */
    foreign: Row[];
    /** Those of them that carry our marker and do another job: copies of ours that somebody made his own. */
    copies: Row[];
}

/** Tells our rows from foreign ones: by marker first, then by the recorded id where the row still does the same job. */
function sortRows(rows: readonly Row[], claim: Claim): Sorted {
    const candidates = new Map<string, Row[]>();
    const keyOfId = new Map([...claim.ids].map(([key, id]) => [id, key]));
    const taken = new Set(rows.map((row) => claim.natural?.(row)));
    const renamed = new Map(Object.entries(claim.renamed ?? {}).filter(([, key]) => !taken.has(key)));
    for (const row of rows) {
        const recorded = row.dynamic ? undefined : keyOf(row, claim, keyOfId);
        const key = renamed.get(recorded ?? "") ?? recorded;
        const others = key === undefined ? [] : candidates.get(key);
        if (others) others.push(row);
        else if (key !== undefined) candidates.set(key, [row]);
    }
    const recorded = recordedIds(claim);
    const mine = new Map<string, Row>();
    const duplicates: Row[] = [];
    const spared = new Set<Row>();
    const copies = new Set<Row>();
    for (const [key, all] of candidates) {
        const best = choose(key, all, claim);
        mine.set(key, best);
        for (const row of all) {
            if (row === best) continue;
            if (recorded.has(row.id) || claim.same(row, key)) {
                duplicates.push(row);
                if (claim.made?.has(key)) spared.add(row);
            } else copies.add(row);
        }
    }
    const ours = new Set([...mine.values(), ...duplicates]);
    return { mine, duplicates, spared, foreign: rows.filter((row) => !ours.has(row)), copies: [...copies] };
}

function keyOf(row: Row, claim: Claim, keyOfId: ReadonlyMap<string, string>): string | undefined {
    const { marker } = row;
    // The router takes an address or a name once: a row changed by hand into another one of ours stands in its way.
    if (marker) return claim.owners.includes(marker.owner) ? (claim.natural?.(row) ?? marker.key) : undefined;
    const named = claim.named?.(row);
    if (named !== undefined) return named;
    const key = keyOfId.get(row.id);
    if (key === undefined || !claim.same(row, key)) return undefined;
    // A comment that was emptied, or that still quotes our marker, is ours to mend; another person's makes the row his.
    return row.comment === "" || quotes(row.comment, claim.owners) ? key : undefined;
}

/**
 * Of several rows with one key: one that does the job and is in use, else the first. Two runs of one stack, each of which
 * recorded the row it made, so keep the same one; what is recorded tells only rows that stood before, or lost their marker.
 */
function choose(key: string, all: Row[], claim: Claim): Row {
    const recorded = ({ id, marker }: Row): boolean =>
        (marker === undefined || marker.adopted) && id === claim.ids.get(key);
    const score = (row: Row): number => (claim.same(row, key) ? 4 : 0) + (row.disabled ? 0 : 2) + Number(recorded(row));
    return all.reduce((best, row) => (score(row) > score(best) ? row : best));
}

/** A foreign row that stands where a desired one would. */
export interface Conflict {
    desired: Desired;
    row: Row;
    /** It was ours, and has another person's comment by now. */
    relabelled: boolean;
    obstacle: Obstacle;
    /** What makes it another job, where it is one. */
    otherJob?: string;
}

/**
 * Why a foreign row is not taken over: without leave to, or because another stack manages it; because it does another
 * job under that name; because its comment is no UTF-8 and could not be given back.
 */
export type Obstacle = "leave" | "another-job" | "bytes";

export interface Matched extends Sorted {
    /** Foreign rows that are taken over, by key. */
    adopted: Map<string, Row>;
    /** Foreign rows that do the job of a desired one and may not be taken over. */
    conflicts: Conflict[];
    /** What every row that stood before us was, by key. */
    original: Map<string, Values>;
    /** Rows of the router's own that do the job of a desired one while they last, by key. */
    passing: Map<string, Row>;
}

/** Rows of ours by key: those found, and those taken over. */
export function present({ mine, adopted }: Pick<Matched, "mine" | "adopted">): Map<string, Row> {
    return new Map([...mine, ...adopted]);
}

/** Gives each desired row its actual one. `doesJob`: taking the foreign row over would make it the desired one. */
export function match(
    rows: readonly Row[],
    desired: readonly Desired[],
    claim: Claim,
    doesJob: (row: Row, desired: Desired) => boolean,
): Matched {
    const sorted = withoutOthers(sortRows(rows, claim), desired, claim);
    const adopted = new Map<string, Row>();
    const conflicts: Conflict[] = [];
    const passing = new Map<string, Row>();
    const taken = new Set<Row>();
    const candidates = byPlace(sorted.foreign, claim);
    for (const one of desired) {
        const mine = sorted.mine.get(one.key);
        // One that has another name by now cannot get its own back while a foreign row has it.
        const misnamed = mine !== undefined && claim.place !== undefined && claim.place(mine) !== one.key;
        if (mine && !misnamed && !(claim.unique && mine.disabled)) continue;
        const inTheWay = (other: Row): boolean => !mine || misnamed || !other.disabled;
        const row = candidates(one.key).find((other) => !taken.has(other) && doesJob(other, one) && inTheWay(other));
        if (!row) continue;
        taken.add(row);
        const obstacle = obstacleTo(row, one, claim);
        if (row.dynamic) passing.set(one.key, row);
        else if (obstacle !== undefined) {
            conflicts.push({ desired: one, row, relabelled: claim.ids.get(one.key) === row.id, ...obstacle });
        } else {
            adopted.set(one.key, row);
            if (mine) {
                sorted.mine.delete(one.key);
                const isCopy = misnamed && !recordedIds(claim).has(mine.id);
                for (const list of isCopy ? [sorted.copies, sorted.foreign] : [sorted.duplicates]) list.push(mine);
            }
        }
    }
    const original = new Map<string, Values>();
    for (const [key, row] of sorted.mine) {
        const known = claim.original.get(key);
        if (known) original.set(key, known);
        else if (row.marker?.adopted) original.set(key, { ...originalOf(claim.table, row), comment: row.text });
    }
    if (!claim.exclusive || claim.adopt) {
        // The first look wins: a row without a comment does not show that it was written since.
        for (const [key, row] of adopted) {
            if (!row.marker) original.set(key, claim.original.get(key) ?? originalOf(claim.table, row));
        }
    }
    const standIns = new Set(adopted.values());
    const foreign = sorted.foreign.filter((row) => !standIns.has(row) && !row.dynamic);
    return { ...sorted, foreign, adopted, conflicts, original, passing };
}

function obstacleTo(row: Row, desired: Desired, claim: Claim): Pick<Conflict, "obstacle" | "otherJob"> | undefined {
    if (claim.exclusive && !claim.adopt) return undefined;
    const foreign = !row.marker && claim.ids.get(desired.key) !== row.id;
    const otherJob = foreign ? claim.otherJob?.(row, desired) : undefined;
    if (otherJob !== undefined) return { obstacle: "another-job", otherJob };
    if (!claim.exclusive && (!claim.adopt || row.marker)) return { obstacle: "leave" };
    // What was no UTF-8 came as the replacement character.
    return row.comment.includes("\ufffd") ? { obstacle: "bytes" } : undefined;
}

/** Foreign rows that may do the job of a key. */
function byPlace(foreign: readonly Row[], claim: Claim): (key: string) => readonly Row[] {
    if (!claim.place) return () => foreign;
    const places = new Map<string | undefined, Row[]>();
    for (const row of foreign) {
        const key = claim.place(row);
        const others = places.get(key);
        if (others) others.push(row);
        else places.set(key, [row]);
    }
    return (key) => places.get(key) ?? [];
}

/**
 * Of rows whose key is not desired: one that was restored is its owner's again, though its recorded id and its job are
 * still the same; one that only carries our marker is somebody's copy.
 */
function withoutOthers(sorted: Sorted, desired: readonly Desired[], claim: Claim): Sorted {
    const keys = new Set(desired.map(({ key }) => key));
    const recorded = recordedIds(claim);
    for (const [key, row] of sorted.mine) {
        if (keys.has(key)) continue;
        const original = claim.original.get(key);
        const restored = original !== undefined && !row.marker && restore(row, original, claim.table) === undefined;
        const copy = row.marker !== undefined && !recorded.has(row.id) && !claim.same(row, key);
        if (!restored && !copy) continue;
        sorted.mine.delete(key);
        sorted.foreign.push(row);
        if (copy) sorted.copies.push(row);
    }
    return sorted;
}

function recordedIds({ ids, duplicates = [] }: Claim): Set<string> {
    return new Set([...ids.values(), ...duplicates]);
}

/** The values to restore one day. */
function originalOf(table: FieldTable, row: Row): Values {
    return { disabled: String(row.disabled), ...withoutDefaults(table, row.values), comment: row.comment };
}

/** All values of a desired row, comment and marker included. */
export function fullValues(desired: Desired, marker: Omit<Marker, "key">, table: FieldTable): Values {
    if (!table.has("comment")) return desired.values;
    return { ...desired.values, comment: plainText(markedComment(desired.text, { ...marker, key: desired.key })) };
}

/** What makes an adopted row what it was; `undefined` where it is that already. */
function restore(row: Row, original: Values, table: FieldTable): Difference | undefined {
    const was = Object.fromEntries([...table.values()].map((field) => [field.wire, valueOf(field, original)]));
    const found = difference(table, row.values, was, new Set(["comment"]));
    // A comment is restored to the letter, blanks at its ends included.
    const comment = original["comment"] ?? "";
    if (!table.has("comment") || row.comment === comment) return found;
    return { set: { ...found?.set, comment }, clear: found?.clear ?? [] };
}

/** Everything that a plan rests on. */
export interface PlanInput {
    matched: Matched;
    desired: readonly Desired[];
    owner: string;
    table: FieldTable;
    /** Names that are not ours to compare. */
    ignored?: ReadonlySet<string>;
    /** Foreign rows are removed too. */
    exclusive?: boolean;
}

export interface RowPlan {
    adds: Addition[];
    changes: Change[];
    removes: Removal[];
    /** Rows of ours that are restored instead of removed. */
    restores: Change[];
}

/** The operations row by row, without an order between them. */
export function planRows({ matched, desired, owner, table, ignored, exclusive }: PlanInput): RowPlan {
    const plan: RowPlan = { adds: [], changes: [], removes: [], restores: [] };
    const keys = new Set(desired.map(({ key }) => key));
    for (const one of desired) {
        const row = matched.mine.get(one.key) ?? matched.adopted.get(one.key);
        const adopted = matched.original.has(one.key);
        const target = fullValues(one, { owner, adopted }, table);
        if (!row && matched.passing.has(one.key)) continue;
        if (!row) {
            plan.adds.push({ kind: "add", key: one.key, values: target });
            continue;
        }
        const change = difference(table, row.values, target, ignored);
        if (change) plan.changes.push({ kind: "change", key: one.key, id: row.id, difference: change });
    }
    for (const [key, row] of matched.mine) {
        if (keys.has(key)) continue;
        const original = matched.original.get(key);
        const back = original && restore(row, original, table);
        if (!original) plan.removes.push({ kind: "remove", key, id: row.id });
        else if (back) plan.restores.push({ kind: "change", key, id: row.id, difference: back });
    }
    const surplus = matched.duplicates.filter((row) => !matched.spared.has(row));
    const others = exclusive ? [...surplus, ...matched.foreign] : surplus;
    for (const row of others) plan.removes.push({ kind: "remove", key: row.label, id: row.id });
    return plan;
}

/** An unordered set of rows: what is new is added before what is gone is removed. */
export function planSet(input: PlanInput): Operation[] {
    const { adds, changes, removes, restores } = planRows(input);
    return [...adds, ...changes, ...restores, ...removes];
}

/** Ids of the rows that the operations remove. */
export function removedIds(operations: readonly Operation[]): Set<string> {
    return new Set(operations.flatMap((operation) => (operation.kind === "remove" ? [operation.id] : [])));
}
