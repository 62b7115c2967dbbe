/**
 * Order of a block of rules. Pure: which rows stay, which moves and additions bring the block together where it may
 * stand, with the fewest moves. A move takes several rows at once, so a run of neighbours counts once.
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

/** Additions and moves, in the order they must be done. Empty where the block stands right. */
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
    const { gap, kept } = bestGap(gaps, allowedGaps(foreign, segment), existing, segment);
    return operations(input, kept, foreign[gap]?.id);
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

interface Choice {
    gap: number;
    kept: ReadonlySet<string>;
    moves: number;
}

/** The gap that needs the fewest moves; among equals the one nearest the anchor, or where the block is made. */
function bestGap(
    gaps: readonly string[][],
    allowed: readonly number[],
    existing: readonly string[],
    segment: Segment,
): Choice {
    const low = segment.anchor ? segment.anchor.side === "after" : segment.place === "first";
    const order = low ? [...allowed] : [...allowed].reverse();
    let best: Choice | undefined;
    for (const gap of order) {
        const choice = { gap, ...fewestMoves(existing, gaps[gap] ?? []) };
        if (!best || choice.moves < best.moves) best = choice;
    }
    return best ?? { gap: 0, kept: new Set(), moves: 0 };
}

/**
 * Which of the rows that stand in the gap stay. Minimal number of runs of neighbours (in the order desired) that must
 * move: a shortest path over the rows that may be kept, each kept row after one that stands before it.
 */
function fewestMoves(existing: readonly string[], standing: readonly string[]): { kept: Set<string>; moves: number } {
    const place = new Map(standing.map((key, index) => [key, index]));
    const count = existing.length;
    const cost: number[] = [];
    const from: number[] = [];
    for (let i = 0; i <= count; i += 1) {
        const here = i === count ? Infinity : place.get(existing[i] ?? "");
        cost[i] = Infinity;
        from[i] = -1;
        if (here === undefined) continue;
        cost[i] = i > 0 ? 1 : 0;
        for (let j = 0; j < i; j += 1) {
            const there = place.get(existing[j] ?? "");
            if (there === undefined || there >= here) continue;
            const total = (cost[j] ?? Infinity) + (i - j > 1 ? 1 : 0);
            if (total < (cost[i] ?? Infinity)) {
                cost[i] = total;
                from[i] = j;
            }
        }
    }
    const kept = new Set<string>();
    for (let i = from[count] ?? -1; i >= 0; i = from[i] ?? -1) kept.add(existing[i] ?? "");
    return { kept, moves: cost[count] ?? 0 };
}

/** From the last rule to the first, so that the row to put something before always stands where it will stay. */
function operations(input: OrderInput, kept: ReadonlySet<string>, after: string | undefined): Operation[] {
    const { segment, ids, values } = input;
    const found: Operation[] = [];
    let before = after;
    let run: string[] = [];
    const flush = (): void => {
        if (run.length === 0) return;
        found.push({ kind: "move", ids: run, ...(before === undefined ? {} : { before }) });
        before = run[0];
        run = [];
    };
    // Moves first: rows to add are placed before rows that stand.
    for (const key of [...segment.keys].reverse()) {
        const id = ids.get(key);
        if (id === undefined) continue;
        if (kept.has(key)) {
            flush();
            before = id;
        } else {
            run = [id, ...run];
        }
    }
    flush();
    // A row is added before the next one that stands already; one after the other, so that neighbours keep their order.
    segment.keys.forEach((key, index) => {
        if (ids.has(key)) return;
        const next = segment.keys.slice(index + 1).find((later) => ids.has(later));
        const target = next === undefined ? after : ids.get(next);
        found.push({
            kind: "add",
            key,
            values: values.get(key) ?? {},
            ...(target === undefined ? {} : { before: target }),
        });
    });
    return found;
}
