/** Where firewall rules stand and where they are to stand. */
import type { RulesPosition } from "../../../args";
import { RouterError } from "../../router/errors";
import type { Matched, Move } from "../../rows/reconcile";
import { present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import type { PlanContext, Problem } from "../kind";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import type { BypassRule } from "./fasttrack";
import { bypassRules } from "./fasttrack";
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
    if (inputs.fastTrackBypass) return bypassSegments(context);
    const anchor = anchorOf(context);
    const chains = [...new Set(inputs.rules.map(({ chain }) => chain))];
    return chains.map((chain) => ({
        chain,
        segment: {
            keys: inputs.rules.filter((rule) => rule.chain === chain).map(({ key }) => key),
            place: inputs.position === "first" ? "first" : "last",
            ...(anchor && anchor.chain === chain ? { anchor: anchor.anchor } : {}),
        },
    }));
}

/** Rules of a bypass stand right before the FastTrack rule whose matchers they copy. */
function bypassSegments({ inputs, rows }: PlanContext<FirewallRulesInputs>): PlacedSegment[] {
    const now = bypassRules(rows, inputs.fastTrackBypass ?? {});
    const byRule = new Map<string, BypassRule[]>();
    for (const rule of now) byRule.set(rule.before, [...(byRule.get(rule.before) ?? []), rule]);
    const desired = new Set(inputs.rules.map(({ key }) => key));
    return [...byRule].flatMap(([before, rules]) => {
        const keys = rules.map(({ key }) => key).filter((key) => desired.has(key));
        if (keys.length === 0) return [];
        const anchor: Anchor = { side: "before", id: before, adjacent: true };
        return [{ chain: rules[0]?.values["chain"] ?? "forward", segment: { keys, place: "first" as const, anchor } }];
    });
}

function anchorOf({ inputs, rows, matched }: PlanContext<FirewallRulesInputs>) {
    const { position } = inputs;
    if (typeof position === "string") return undefined;
    const found = anchorRows(position, rows, matched);
    const row = found.length === 1 ? found[0] : undefined;
    const side = "before" in position ? ("before" as const) : ("after" as const);
    return row ? { chain: row.values["chain"], anchor: { side, id: row.id } } : undefined;
}

function anchorRows(position: Exclude<RulesPosition, string>, rows: readonly Row[], matched: Matched): Row[] {
    const { comment, action } = "before" in position ? position.before : position.after;
    const own = ownRows(matched);
    return rows.filter(
        (row) =>
            !own.has(row) &&
            !row.dynamic &&
            (comment === undefined || row.comment === comment || row.text === comment) &&
            (action === undefined || row.values["action"] === action),
    );
}

/** All rows of ours, those too many included. */
export function ownRows(matched: Matched): Set<Row> {
    return new Set([...present(matched).values(), ...matched.duplicates]);
}

/** Why the anchor does not name one rule. */
export function anchorProblems({ inputs, rows, matched }: PlanContext<FirewallRulesInputs>): Problem[] {
    const { position } = inputs;
    if (typeof position === "string") return [];
    const found = anchorRows(position, rows, matched);
    if (found.length === 1) return [];
    const labels = found.map(({ label }) => label).join(", ");
    const which = found.length === 0 ? "no rule" : `${found.length} rules: ${labels}`;
    const { message } = new RouterError({
        code: "preflight/anchor",
        summary: `position ${JSON.stringify(position)} matches ${which}`,
    });
    return [{ property: "", reason: message }];
}

/** Rules found, in the order desired where that is the order they stand in, chain by chain. */
export function inOrder(
    found: RuleInputs[],
    asked: readonly RuleInputs[],
    rows: readonly Row[],
    mine: ReadonlyMap<string, Row>,
): RuleInputs[] {
    const place = new Map(rows.map((row, index) => [row, index]));
    const at = ({ key }: RuleInputs): number => {
        const row = mine.get(key);
        return (row && place.get(row)) ?? Infinity;
    };
    const queues = new Map<string, RuleInputs[]>();
    for (const rule of [...found].sort((a, b) => at(a) - at(b))) {
        queues.set(rule.chain, [...(queues.get(rule.chain) ?? []), rule]);
    }
    const slots = asked.flatMap(({ chain }) => queues.get(chain)?.shift() ?? []);
    return [...slots, ...[...queues.values()].flat()];
}

/** Foreign rules between the first and the last of ours, by chain. A bypass has none: it stands in several places. */
export function foreignBetween(context: PlanContext<FirewallRulesInputs>): string[] {
    if (context.inputs.fastTrackBypass) return [];
    const own = ownRows(context.matched);
    const chains = new Set(context.inputs.rules.map(({ chain }) => chain));
    return [...chains].flatMap((chain) => {
        const rows = inChain(context.rows, chain);
        const places = rows.flatMap((row, index) => (own.has(row) ? [index] : []));
        const first = places[0] ?? 0;
        const last = places.at(-1) ?? 0;
        return rows
            .slice(first, last)
            .filter((row) => !own.has(row))
            .map(({ label }) => label);
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
