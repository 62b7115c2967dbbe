/** Where firewall rules stand and where they are to stand. */
import type { RulesPosition } from "../../../args";
import type { BypassMatchers, BypassRule } from "../../path";
import { bypassRules, fastTrackRules } from "../../path";
import { RouterError } from "../../router/errors";
import type { Values } from "../../rows/fields";
import type { Matched, Move, Operation, RowPlan } from "../../rows/reconcile";
import { present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import type { PlanContext, Problem } from "../kind";
import { pathRule } from "../upload-path";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { valuesOf } from "./arguments";
import type { Anchor, Segment } from "./order";
import { planOrder } from "./order";

export function idsOf(matched: Matched): Map<string, string> {
    return new Map([...present(matched)].map(([key, { id }]) => [key, id]));
}

interface PlacedSegment {
    chain: string;
    segment: Segment;
}

export function segmentsOf(context: PlanContext<FirewallRulesInputs>): PlacedSegment[] {
    const { inputs } = context;
    if (inputs.fastTrackBypass) return bypassSegments(context, "filter", inputs.fastTrackBypass);
    const anchor = anchorOf(context);
    const block = inputs.rules.filter((rule) => !isBypass(inputs, rule));
    const chains = [...new Set(block.map(({ chain }) => chain))];
    const blocks = chains.map((chain): PlacedSegment => ({
        chain,
        segment: {
            keys: block.filter((rule) => rule.chain === chain).map(({ key }) => key),
            place: inputs.position === "first" ? "first" : "last",
            ...(anchor && anchor.chain === chain ? { anchor: anchor.anchor } : {}),
        },
    }));
    // What lets uploads past FastTrack in mangle stands behind the marks.
    return [...blocks, ...bypassSegments(context, "mangle", bypassMatchersOf(inputs))];
}

/** A rule of the marks that lets uploads past a FastTrack rule of mangle. */
function isBypass({ marking, fastTrackBypass }: FirewallRulesInputs, { key, action }: RuleInputs): boolean {
    if (fastTrackBypass) return true;
    return marking !== undefined && action === "accept" && key.startsWith("fasttrack-");
}

function bypassMatchersOf(inputs: FirewallRulesInputs): BypassMatchers | undefined {
    const rule = inputs.rules.find((one) => isBypass(inputs, one));
    if (!rule) return undefined;
    const { connectionMark, dstAddressList } = rule;
    return inputs.marking === "connection" ? { connectionMark } : { dstAddressList };
}

/** Rules of a bypass stand right before the FastTrack rule whose matchers they copy. */
function bypassSegments(
    { inputs, rows }: PlanContext<FirewallRulesInputs>,
    table: "filter" | "mangle",
    matchers: BypassMatchers | undefined,
): PlacedSegment[] {
    if (!matchers) return [];
    const fastTrack = fastTrackRules(rows.map(pathRule), table);
    const all = [matchers, ...(inputs.leftover ?? [])].flatMap((one) => bypassRules(fastTrack, one));
    // Each by itself: they have no order among them.
    return inTurn(inputs.rules, all).map(({ key, before, values }): PlacedSegment => {
        const anchor: Anchor = { side: "before", id: before, adjacent: true };
        return { chain: values["chain"] ?? "forward", segment: { keys: [key], place: "first", anchor } };
    });
}

/** The bypass of each rule of ours: the first with its matchers that no rule before it has taken. */
function inTurn(rules: readonly RuleInputs[], all: readonly BypassRule[]): BypassRule[] {
    const left = [...all];
    return rules.flatMap((rule) => {
        const values = valuesOf(rule);
        const at = left.findIndex((one) => Object.entries(one.values).every(([name, value]) => values[name] === value));
        if (at < 0) return [];
        const [found] = left.splice(at, 1);
        return found ? [{ ...found, key: rule.key }] : [];
    });
}

function anchorOf(context: PlanContext<FirewallRulesInputs>) {
    const { position } = context.inputs;
    if (typeof position === "string") return undefined;
    const found = anchorRows(position, context);
    const row = found.length === 1 ? found[0] : undefined;
    const side = "before" in position ? ("before" as const) : ("after" as const);
    return row ? { chain: row.values["chain"], anchor: { side, id: row.id } } : undefined;
}

/** Rows that an anchor names, in the chains that rules of ours stand in. */
function anchorRows(
    position: Exclude<RulesPosition, string>,
    { rows, matched, inputs }: Pick<PlanContext<FirewallRulesInputs>, "rows" | "matched" | "inputs">,
): Row[] {
    const chains = new Set(inputs.rules.map(({ chain }) => chain));
    const { comment, action } = "before" in position ? position.before : position.after;
    const own = ownRows(matched);
    return rows.filter(
        (row) =>
            !own.has(row) &&
            !row.dynamic &&
            chains.has(row.values["chain"] ?? "") &&
            (comment === undefined || row.comment === comment || row.text === comment) &&
            (action === undefined || row.values["action"] === action),
    );
}

/** All rows of ours, those too many included. */
export function ownRows(matched: Matched): Set<Row> {
    return new Set([...present(matched).values(), ...matched.duplicates]);
}

/** Why the anchor does not name one rule. */
export function anchorProblems(context: PlanContext<FirewallRulesInputs>): Problem[] {
    const { position } = context.inputs;
    if (typeof position === "string") return [];
    const found = anchorRows(position, context);
    if (found.length === 1) return [];
    const labels = found.map(({ label }) => label).join(", ");
    const which = found.length === 0 ? "no rule" : `${found.length} rules: ${labels}`;
    const { message } = new RouterError({
        code: "preflight/anchor",
        summary: `position ${JSON.stringify(position)} matches ${which}`,
    });
    return [{ property: "", reason: message }];
}

/** Rules found, in the order desired where that is the order they stand in, chain by chain. A bypass has no order. */
export function inOrder(
    found: readonly RuleInputs[],
    inputs: FirewallRulesInputs,
    rows: readonly Row[],
    mine: ReadonlyMap<string, Row>,
): RuleInputs[] {
    const wanted = (rule: RuleInputs): number => {
        const at = inputs.rules.findIndex(({ key }) => key === rule.key);
        return at < 0 ? Infinity : at;
    };
    const bypass = found.filter((rule) => isBypass(inputs, rule)).sort((a, b) => wanted(a) - wanted(b));
    const asked = inputs.rules.filter((rule) => !isBypass(inputs, rule));
    const place = new Map(rows.map((row, index) => [row, index]));
    const at = ({ key }: RuleInputs): number => {
        const row = mine.get(key);
        return (row && place.get(row)) ?? Infinity;
    };
    const queues = new Map<string, RuleInputs[]>();
    for (const rule of found.filter((one) => !bypass.includes(one)).sort((a, b) => at(a) - at(b))) {
        queues.set(rule.chain, [...(queues.get(rule.chain) ?? []), rule]);
    }
    const slots = asked.flatMap(({ chain }) => queues.get(chain)?.shift() ?? []);
    return [...slots, ...[...queues.values()].flat(), ...bypass];
}

/** Foreign rules between the first and the last of ours, by chain. A bypass has none: it stands in several places. */
export function foreignBetween(context: PlanContext<FirewallRulesInputs>): string[] {
    if (context.inputs.fastTrackBypass) return [];
    const { inputs, matched } = context;
    const own = ownRows(matched);
    const keys = new Set(inputs.rules.filter((rule) => isBypass(inputs, rule)).map(({ key }) => key));
    const apart = new Set([...present(matched)].flatMap(([key, row]) => (keys.has(key) ? [row] : [])));
    const chains = new Set(inputs.rules.map(({ chain }) => chain));
    return [...chains].flatMap((chain) => {
        const rows = inChain(context.rows, chain);
        const places = rows.flatMap((row, index) => (own.has(row) && !apart.has(row) ? [index] : []));
        const first = places[0] ?? 0;
        const last = places.at(-1) ?? 0;
        return rows
            .slice(first, last)
            .filter((row) => !own.has(row))
            .map(({ label }) => label);
    });
}

/** What is placed for a rule: what stands in for it, and the rule itself where it keeps its place. */
export interface Instead {
    keys: string[];
    /** Of what stands in. */
    values: Values;
}

/** Moves and additions that bring the block together. */
export function placed(
    context: PlanContext<FirewallRulesInputs>,
    { adds, removes }: RowPlan,
    instead: ReadonlyMap<string, Instead> = new Map(),
): Operation[] {
    const { rows, matched } = context;
    const all = idsOf(matched);
    const values = new Map(adds.map((add) => [add.key, add.values]));
    for (const one of instead.values()) values.set(one.keys[0] ?? "", one.values);
    const elsewhere = [...instead].flatMap(([key, { keys }]) => (keys.includes(key) ? [] : (all.get(key) ?? [])));
    const segments = segmentsOf(context);
    return segments.flatMap(({ chain, segment }) => {
        const keys = segment.keys.flatMap((key) => instead.get(key)?.keys ?? [key]);
        const ids = new Map([...all].filter(([key]) => keys.includes(key)));
        const staying = new Set(ids.values());
        // Rows that the next run removes, or that go to another chain, stand in the way of none.
        const others = segments.flatMap((one) => (one.chain === chain ? [] : one.segment.keys));
        const going = [...removes, ...matched.spared].map(({ id }) => id);
        const leaving = [...going, ...others.flatMap((key) => all.get(key) ?? [])].filter((id) => !staying.has(id));
        return planOrder({
            rows: inChain(rows, chain),
            segment: { ...segment, keys },
            ids,
            leaving: new Set([...leaving, ...elsewhere]),
            values,
        });
    });
}

export function inChain(rows: readonly Row[], chain: string): Row[] {
    return rows.filter(({ values }) => values["chain"] === chain);
}

/** Keys of rules that must move, foreign rules between and their own order aside. */
export function misplaced(context: PlanContext<FirewallRulesInputs>): string[] {
    const ids = idsOf(context.matched);
    return segmentsOf(context)
        .filter(({ segment }) => segment.anchor !== undefined)
        .flatMap(({ chain, segment }) => {
            const here = new Map([...ids].filter(([key]) => segment.keys.includes(key)));
            const keys = segment.keys.filter((key) => here.has(key));
            const moves = planOrder({
                rows: inChain(context.rows, chain),
                segment: { ...segment, keys },
                ids: here,
                leaving: new Set(context.matched.duplicates.map(({ id }) => id)),
                values: new Map(),
            }).filter((operation): operation is Move => operation.kind === "move");
            const moved = new Set(moves.flatMap((move) => move.ids));
            return keys.filter((key) => moved.has(here.get(key) ?? ""));
        });
}
