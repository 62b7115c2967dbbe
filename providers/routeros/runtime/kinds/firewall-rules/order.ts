/**
 * Order of a block of rules. Pure: a move takes several rows at once, so that one brings the block together where it may
 * stand; what is missing is added there.
 */
import type { Values } from "../../rows/fields";
import type { Operation } from "../../rows/reconcile";
import type { Row } from "../../rows/row";

/** Where the block may stand, relative to a foreign row. */
export interface Anchor {
    side: "before" | "after";
    id: string;
    /** Before it, nothing may come between but rows that another owner of ours manages. @default false */
    adjacent?: boolean;
}

/** Rules of one chain that stand together. */
export interface Segment {
    /** Keys in the order desired. */
    keys: readonly string[];
    anchor?: Anchor;
    /** Where the block is made when nothing stands yet and there is no anchor. */
    place: "first" | "last";
}

export interface OrderInput {
    /** Static rows of the chain in their order. */
    rows: readonly Row[];
    segment: Segment;
    /** Id of the row found for each key; absent where it is to be added. */
    ids: ReadonlyMap<string, string>;
    /** Ids of rows of ours that are not in this segment (surplus, to be removed, other segments). */
    leaving: ReadonlySet<string>;
    /** Values of the rows to add. */
    values: ReadonlyMap<string, Values>;
}

/** A move and additions, in the order they must be done. Empty where the block stands right. */
export function planOrder(input: OrderInput): Operation[] {
    const { rows, segment, ids } = input;
    const mine = new Map([...ids].map(([key, id]) => [id, key]));
    const foreign: Row[] = [];
    /** Keys that stand in each gap: gap g is before foreign row g. */
    const gaps: string[][] = [[]];
    for (const row of rows) {
        const key = mine.get(row.id);
        if (key !== undefined && segment.keys.includes(key)) gaps.at(-1)?.push(key);
        else if (!input.leaving.has(row.id)) {
            foreign.push(row);
            gaps.push([]);
        }
    }
    const existing = segment.keys.filter((key) => ids.has(key));
    const allowed = nearestFirst(allowedGaps(foreign, segment), segment);
    const whole = allowed.find((gap) => existing.every((key, index) => gaps[gap]?.[index] === key));
    const before = foreign[whole ?? allowed[0] ?? 0]?.id;
    return [...(whole === undefined ? [moveOf(input, existing, before)] : []), ...additions(input, before)];
}

function allowedGaps(foreign: readonly Row[], { anchor }: Segment): number[] {
    const all = [...Array(foreign.length + 1).keys()];
    if (!anchor) return all;
    const at = foreign.findIndex(({ id }) => id === anchor.id);
    if (at < 0) return all;
    const managed = (index: number): boolean => foreign[index]?.marker !== undefined;
    if (anchor.side === "before") {
        // A colleague's jump may come between: the chain it leads to has a bypass of its own, and behind the jump ours
        // would be too late where that chain ends evaluation.
        const leadsAway = (index: number): boolean => foreign[index]?.values["action"] === "jump";
        let from = at;
        if (anchor.adjacent) while (from > 0 && (managed(from - 1) || leadsAway(from - 1))) from -= 1;
        return all.filter((gap) => gap <= at && (!anchor.adjacent || gap >= from));
    }
    return all.filter((gap) => gap > at);
}

/** Nearest to the anchor first, or to where the block is made. */
function nearestFirst(gaps: readonly number[], { anchor, place }: Segment): readonly number[] {
    return (anchor ? anchor.side === "after" : place === "first") ? gaps : [...gaps].reverse();
}

function moveOf({ ids }: OrderInput, keys: readonly string[], before: string | undefined): Operation {
    return { kind: "move", ids: keys.flatMap((key) => ids.get(key) ?? []), ...placeOf(before) };
}

/** A row is added before the next one that stands already; one after the other, so that neighbours keep their order. */
function additions({ segment, ids, values }: OrderInput, after: string | undefined): Operation[] {
    return segment.keys.flatMap((key, index): Operation[] => {
        if (ids.has(key)) return [];
        const next = segment.keys.slice(index + 1).find((later) => ids.has(later));
        const before = next === undefined ? after : ids.get(next);
        return [{ kind: "add", key, values: values.get(key) ?? {}, ...placeOf(before) }];
    });
}

function placeOf(before: string | undefined): { before?: string } {
    return before === undefined ? {} : { before };
}
