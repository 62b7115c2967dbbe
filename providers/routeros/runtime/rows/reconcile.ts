/**
 * Rows found and rows wanted to ordered operations. Pure: nothing here speaks to a router.
 */
import type { Difference, FieldTable, Values } from "./fields";
import { difference, isEmpty, readValues, valueOf } from "./fields";
import type { Marker } from "./ownership";
import { markedComment, readComment } from "./ownership";
import { plainText } from "./values";

/** A row that shall stand. */
export interface Wanted {
    /** Names it within its resource: the address, the queue's name, the rule's key. */
    key: string;
    /** Everything but the comment, in canonical form; what is absent shall have its default. */
    values: Values;
    /** The comment's text before the marker. */
    text: string;
}

export type Operation =
    | { kind: "add"; key: string; values: Values; before?: string }
    | { kind: "change"; key: string; id: string; difference: Difference }
    | { kind: "move"; ids: string[]; before?: string }
    | { kind: "remove"; key: string; id: string };

/** What of a menu may be ours, and how its rows are told apart. */
export interface Claim {
    table: FieldTable;
    /** Whose markers are ours: the owner of now, and the one recorded before a rename. */
    owners: readonly string[];
    /** Ids as recorded, by key. Never proof by themselves: ids are used again after a delete. */
    ids: Readonly<Record<string, string>>;
    /** Ids recorded of rows with our marker beyond the first of their key. */
    surplus?: readonly string[];
    /** Whether the row still does the job of that key, its comment aside. */
    same(row: Values, key: string): boolean;
    /** The key of a wanted or recorded row that a row of ours is by its address or name, whatever its marker says. */
    natural?(row: Values): string | undefined;
    /** Menus whose rows have no comment: whether the row is ours by what it is named. */
    named?(row: Values): string | undefined;
    /** Take over a row that does the job of a wanted one. */
    adopt: boolean;
    /** Also take over, for good, what stands in a list that is ours alone. */
    exclusive?: boolean;
    /** The router takes a row's natural key once among rows in use: beside a foreign one ours cannot be put in use. */
    unique?: boolean;
    /** Former values of adopted rows by key. */
    former: Readonly<Record<string, Values>>;
}

export interface Sorted {
    /** The row of ours for each key. */
    mine: Map<string, Values>;
    /** Rows with our marker beyond the first of their key. */
    surplus: Values[];
    /** All others, in the order they stand. */
    foreign: Values[];
}

/** Tells our rows from foreign ones: by marker first, then by the recorded id where the row still does the same job. */
export function sortRows(rows: readonly Values[], claim: Claim): Sorted {
    const candidates = new Map<string, Values[]>();
    const rest: Values[] = [];
    const keyOfId = new Map(Object.entries(claim.ids).map(([key, id]) => [id, key]));
    for (const row of rows) {
        const key = keyOf(row, claim, keyOfId);
        if (key === undefined) rest.push(row);
        else candidates.set(key, [...(candidates.get(key) ?? []), row]);
    }
    const mine = new Map<string, Values>();
    const surplus: Values[] = [];
    for (const [key, all] of candidates) {
        const best = choose(key, all, claim);
        mine.set(key, best);
        surplus.push(...all.filter((row) => row !== best));
    }
    return { mine, surplus, foreign: rest };
}

function keyOf(row: Values, claim: Claim, keyOfId: ReadonlyMap<string, string>): string | undefined {
    const marker = readComment(row["comment"]).marker;
    // The router takes an address or a name once: a row changed by hand into another one of ours stands in its way.
    if (marker) return claim.owners.includes(marker.owner) ? (claim.natural?.(row) ?? marker.key) : undefined;
    const named = claim.named?.(row);
    if (named !== undefined) return named;
    const key = keyOfId.get(row[".id"] ?? "");
    return key !== undefined && claim.same(row, key) ? key : undefined;
}

/** Of several rows with one key: one that does the job and is in use, the recorded one among equals, else the first. */
function choose(key: string, all: Values[], claim: Claim): Values {
    const score = (row: Values): number =>
        (claim.same(row, key) ? 4 : 0) + (row["disabled"] === "true" ? 0 : 2) + (row[".id"] === claim.ids[key] ? 1 : 0);
    return all.reduce((best, row) => (score(row) > score(best) ? row : best));
}

/** A foreign row that stands where a wanted one would. */
export interface Conflict {
    wanted: Wanted;
    row: Values;
}

export interface Matched extends Sorted {
    /** Foreign rows that are taken over, by key. */
    adopted: Map<string, Values>;
    /** Foreign rows that do the job of a wanted one and may not be taken over. */
    conflicts: Conflict[];
    /** Former values of every row that stood before us, by key. */
    former: Record<string, Values>;
}

/**
 * Gives each wanted row its row found. `blocks` says of a foreign row whether the wanted one cannot stand beside it;
 * `doesJob` whether taking it over would make it the wanted one.
 */
export function match(
    rows: readonly Values[],
    wanted: readonly Wanted[],
    claim: Claim,
    doesJob: (row: Values, wanted: Wanted) => boolean,
): Matched {
    const sorted = withoutGivenBack(sortRows(rows, claim), wanted, claim);
    const adopted = new Map<string, Values>();
    const conflicts: Conflict[] = [];
    const taken = new Set<Values>();
    const standIns = new Set<Values>();
    for (const one of wanted) {
        const mine = sorted.mine.get(one.key);
        if (mine && !(claim.unique && mine["disabled"] === "true")) continue;
        const inTheWay = (candidate: Values): boolean => !mine || candidate["disabled"] !== "true";
        const row = sorted.foreign.find((other) => !taken.has(other) && doesJob(other, one) && inTheWay(other));
        if (!row) continue;
        taken.add(row);
        const marked = readComment(row["comment"]).marker !== undefined;
        if (claim.exclusive || (claim.adopt && !marked)) {
            adopted.set(one.key, row);
            standIns.add(row);
            if (mine) {
                sorted.mine.delete(one.key);
                sorted.surplus.push(mine);
            }
        } else {
            conflicts.push({ wanted: one, row });
        }
    }
    const former: Record<string, Values> = {};
    for (const [key, row] of sorted.mine) {
        const { text, marker } = readComment(row["comment"]);
        const known = claim.former[key];
        if (known) former[key] = known;
        else if (marker?.adopted) former[key] = { ...snapshotOf(claim.table, row), comment: text };
    }
    if (!claim.exclusive || claim.adopt) {
        for (const [key, row] of adopted) {
            if (readComment(row["comment"]).marker === undefined) former[key] = snapshotOf(claim.table, row);
        }
    }
    return { ...sorted, foreign: sorted.foreign.filter((row) => !standIns.has(row)), adopted, conflicts, former };
}

/** A row that was given back is its owner's again, though its recorded id and its job are still the same. */
function withoutGivenBack(sorted: Sorted, wanted: readonly Wanted[], claim: Claim): Sorted {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, row] of sorted.mine) {
        const former = claim.former[key];
        if (keys.has(key) || !former || readComment(row["comment"]).marker) continue;
        if (giveBack(row, former, claim.table)) continue;
        sorted.mine.delete(key);
        sorted.foreign.push(row);
    }
    return sorted;
}

/** The values to give back one day. */
function snapshotOf(table: FieldTable, row: Values): Values {
    return { disabled: row["disabled"] ?? "false", ...readValues(table, row), comment: row["comment"] ?? "" };
}

/** All values of a wanted row, comment and marker included. */
export function fullValues(wanted: Wanted, marker: Omit<Marker, "key">, table: FieldTable): Values {
    if (!table.has("comment")) return wanted.values;
    return { ...wanted.values, comment: plainText(markedComment(wanted.text, { ...marker, key: wanted.key })) };
}

/** What turns the row into the wanted one; `undefined` where it is that already. */
export function changeFor(
    row: Values,
    target: Values,
    table: FieldTable,
    ignored: ReadonlySet<string> = new Set(),
): Difference | undefined {
    const found = difference(table, row, target, ignored);
    return isEmpty(found) ? undefined : found;
}

/** What gives an adopted row back as it was. */
export function giveBack(row: Values, former: Values, table: FieldTable): Difference | undefined {
    const named = new Set(Object.keys(former));
    const set: Values = {};
    const clear: string[] = [];
    for (const field of table.values()) {
        // A comment is given back to the letter, blanks at its ends included.
        const exact = field.wire === "comment";
        const now = exact ? (row["comment"] ?? "") : valueOf(field, row);
        const was = exact ? (former["comment"] ?? "") : valueOf(field, former);
        const before = named.has(field.wire) ? was : (field.fallback ?? "");
        if (now === before) continue;
        if (before !== "") set[field.wire] = before;
        else if (field.cleared !== undefined) set[field.wire] = field.cleared;
        else clear.push(field.wire);
    }
    return isEmpty({ set, clear }) ? undefined : { set, clear };
}

/** Everything that a plan rests on. */
export interface PlanInput {
    matched: Matched;
    wanted: readonly Wanted[];
    owner: string;
    table: FieldTable;
    /** Names that are not ours to compare. */
    ignored?: ReadonlySet<string>;
    /** Foreign rows are removed too. */
    exclusive?: boolean;
}

export interface RowPlan {
    adds: Extract<Operation, { kind: "add" }>[];
    changes: Extract<Operation, { kind: "change" }>[];
    removes: Extract<Operation, { kind: "remove" }>[];
    /** Rows of ours that are given back instead of removed. */
    gives: Extract<Operation, { kind: "change" }>[];
}

/** The operations row by row, without an order between them. */
export function planRows({ matched, wanted, owner, table, ignored, exclusive }: PlanInput): RowPlan {
    const plan: RowPlan = { adds: [], changes: [], removes: [], gives: [] };
    const keys = new Set(wanted.map(({ key }) => key));
    for (const one of wanted) {
        const row = matched.mine.get(one.key) ?? matched.adopted.get(one.key);
        const adopted = matched.former[one.key] !== undefined;
        const target = fullValues(one, { owner, adopted }, table);
        if (!row) {
            plan.adds.push({ kind: "add", key: one.key, values: target });
            continue;
        }
        const change = changeFor(row, target, table, ignored);
        if (change) plan.changes.push({ kind: "change", key: one.key, id: row[".id"] ?? "", difference: change });
    }
    for (const [key, row] of matched.mine) {
        if (keys.has(key)) continue;
        const former = matched.former[key];
        const id = row[".id"] ?? "";
        if (!former) plan.removes.push({ kind: "remove", key, id });
        else {
            const back = giveBack(row, former, table);
            if (back) plan.gives.push({ kind: "change", key, id, difference: back });
        }
    }
    const others = exclusive ? [...matched.surplus, ...matched.foreign] : matched.surplus;
    for (const row of others) plan.removes.push({ kind: "remove", key: labelOf(row), id: row[".id"] ?? "" });
    return plan;
}

/** An unordered set of rows: what is new is added before what is gone is removed. */
export function planSet(input: PlanInput): Operation[] {
    const { adds, changes, removes, gives } = planRows(input);
    return [...adds, ...changes, ...gives, ...removes];
}

/** How a row is called in messages. */
export function labelOf(row: Values): string {
    const what = row["address"] ?? row["name"] ?? [row["chain"], row["action"]].filter(Boolean).join(" ");
    const { text } = readComment(row["comment"]);
    return text === "" ? `${what} (${row[".id"] ?? ""})` : `${what} "${text}" (${row[".id"] ?? ""})`;
}
