/** Where firewall rules stand and where they are to stand. */
import type { RulesPosition } from "../../../args";
import { RouterError } from "../../router/errors";
import type { Values } from "../../rows/fields";
import { readComment } from "../../rows/ownership";
import type { Matched, Operation } from "../../rows/reconcile";
import { labelOf } from "../../rows/reconcile";
import type { PlanContext, Problem } from "../kind";
import { standing } from "../reading";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import type { BypassRule } from "./fasttrack";
import { bypassRules } from "./fasttrack";
import type { Anchor, Segment } from "./order";
import { planOrder } from "./order";

export function idsOf(matched: Matched): Map<string, string> {
    return new Map([...standing(matched)].map(([key, row]) => [key, row[".id"] ?? ""]));
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
function bypassSegments({ inputs, rows, scope }: PlanContext<FirewallRulesInputs>): PlacedSegment[] {
    const now = bypassRules(rows, scope.table, inputs.fastTrackBypass ?? {});
    const byRule = new Map<string, BypassRule[]>();
    for (const rule of now) byRule.set(rule.before, [...(byRule.get(rule.before) ?? []), rule]);
    const wanted = new Set(inputs.rules.map(({ key }) => key));
    return [...byRule].flatMap(([before, rules]) => {
        const keys = rules.map(({ key }) => key).filter((key) => wanted.has(key));
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
    return row ? { chain: row["chain"] ?? "", anchor: { side, id: row[".id"] ?? "" } } : undefined;
}

function anchorRows(position: Exclude<RulesPosition, string>, rows: readonly Values[], matched: Matched): Values[] {
    const { comment, action } = "before" in position ? position.before : position.after;
    const own = new Set([...standing(matched).values(), ...matched.surplus]);
    return rows.filter(
        (row) =>
            !own.has(row) &&
            row["dynamic"] !== "true" &&
            (comment === undefined || row["comment"] === comment || readComment(row["comment"]).text === comment) &&
            (action === undefined || (row["action"] ?? "accept") === action),
    );
}

/** Why the anchor does not name one rule. */
export function anchorProblem(context: PlanContext<FirewallRulesInputs>): Problem | undefined {
    const { position } = context.inputs;
    if (typeof position === "string") return undefined;
    const found = anchorRows(position, context.rows, context.matched);
    if (found.length === 1) return undefined;
    const which = found.length === 0 ? "no rule" : `${found.length} rules: ${found.map(labelOf).join(", ")}`;
    const { message } = new RouterError({
        code: "preflight/anchor",
        summary: `position ${JSON.stringify(position)} matches ${which}`,
    });
    return { property: "", reason: message };
}

/** Rules found, in the order wanted where that is the order they stand in, chain by chain. */
export function inOrder(
    found: RuleInputs[],
    asked: readonly RuleInputs[],
    rows: readonly Values[],
    mine: ReadonlyMap<string, Values>,
): RuleInputs[] {
    const place = new Map(rows.map((row, index) => [row, index]));
    const at = (rule: RuleInputs): number => place.get(mine.get(rule.key) ?? {}) ?? Infinity;
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
    const own = new Set([...standing(context.matched).values(), ...context.matched.surplus]);
    const chains = new Set(context.inputs.rules.map(({ chain }) => chain));
    return [...chains].flatMap((chain) => {
        const rows = context.rows.filter((row) => row["chain"] === chain);
        const places = rows.flatMap((row, index) => (own.has(row) ? [index] : []));
        const first = places[0] ?? 0;
        const last = places.at(-1) ?? 0;
        return rows
            .slice(first, last)
            .filter((row) => !own.has(row))
            .map(labelOf);
    });
}

/** Keys of rules that must move, foreign rules between and their own order aside. */
export function misplaced(context: PlanContext<FirewallRulesInputs>): string[] {
    const ids = idsOf(context.matched);
    return segmentsOf(context)
        .filter(({ segment }) => segment.anchor !== undefined)
        .flatMap(({ chain, segment }) => {
            const standingIds = new Map([...ids].filter(([key]) => segment.keys.includes(key)));
            const keys = segment.keys.filter((key) => standingIds.has(key));
            const moves = planOrder({
                rows: context.rows.filter((row) => row["chain"] === chain),
                segment: { ...segment, keys },
                ids: standingIds,
                leaving: new Set(context.matched.surplus.map((row) => row[".id"] ?? "")),
                values: new Map(),
            }).filter((operation): operation is Extract<Operation, { kind: "move" }> => operation.kind === "move");
            const moved = new Set(moves.flatMap((move) => move.ids));
            return keys.filter((key) => moved.has(standingIds.get(key) ?? ""));
        });
}
