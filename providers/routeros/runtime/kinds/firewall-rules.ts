import type { RulesPosition } from "../../args";
import { RouterError } from "../errors";
import type { BypassMatchers, BypassRule } from "../fasttrack";
import { bypassRules } from "../fasttrack";
import type { FieldTable, Values } from "../menus/fields";
import { fieldsOf, readValues, toCamel, valueOf } from "../menus/fields";
import { firewallFields, firewallMenu } from "../menus/firewall";
import { omit } from "../objects";
import type { Anchor, Segment } from "../order";
import { planOrder } from "../order";
import { readComment } from "../ownership";
import type { Matched, Operation } from "../reconcile";
import { labelOf, planRows } from "../reconcile";
import { kebabCase, plainText } from "../values";
import { Arguments, commonNames, isObject } from "./arguments";
import type { CommonInputs, Json, Kind, PlanContext, Problem, Properties } from "./kind";
import { commentText, isDisabled, ownerOf, standing } from "./reading";

/** A rule in camelCase, every value in canonical form. */
export type RuleInputs = { key: string; chain: string; action: string; comment?: string } & Record<string, string>;

export interface FirewallRulesInputs extends CommonInputs {
    family: "ipv4" | "ipv6";
    table: "mangle" | "filter";
    /** In order. With `fastTrackBypass`, worked out by `check`. */
    rules: RuleInputs[];
    position: RulesPosition;
    fastTrackBypass?: BypassMatchers;
    /** Drift: foreign rules that stand between ours. Empty in what is wanted. */
    between: string[];
    /** Drift: keys of rules that are not where their anchor wants them. Empty in what is wanted. */
    misplaced: string[];
}

const names = [...commonNames, "family", "table", "rules", "position", "fastTrackBypass", "between", "misplaced"];

export const firewallRules: Kind<FirewallRulesInputs> = {
    name: "FirewallRules",
    replaces: ["family", "table", "connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown(names);
        const family = read.choice("family", ["ipv4", "ipv6"], "ipv4");
        const table = read.choice("table", ["mangle", "filter"]);
        const bypass = bypassOf(read, args["fastTrackBypass"], table);
        const fields = firewallFields(table, family);
        const given = bypass ? [] : read.list("rules");
        const rules = given.flatMap((rule, index) => {
            if (isObject(rule)) return [ruleOf(read, fields, rule, `rules[${index}]`)];
            read.problem(`rules[${index}]`, "must be an object");
            return [];
        });
        rules.forEach(({ key }, index) => {
            if (rules.findIndex((other) => other.key === key) !== index) {
                read.problem(`rules[${index}].key`, `"${key}" is there twice`);
            }
        });
        return {
            inputs: {
                ...read.common(),
                family,
                table,
                rules,
                position: positionOf(read, args["position"]),
                ...(bypass ? { fastTrackBypass: bypass } : {}),
                between: [],
                misplaced: [],
            },
            problems: read.problems,
        };
    },

    scope({ family, table, rules, fastTrackBypass }, version) {
        const fields = firewallFields(table, family);
        const known = [".id", "dynamic", ...fieldsOf(fields, version).map(({ wire }) => wire)].join(",");
        const chains = new Set([...(fastTrackBypass ? ["forward"] : []), ...rules.map(({ chain }) => chain)]);
        return {
            menu: firewallMenu(table, family),
            table: fields,
            queries: [...chains].map((chain) => ({ chain, dynamic: "false", ".proplist": known })),
        };
    },

    wanted: ({ rules }) => rules.map((rule) => ({ key: rule.key, values: valuesOf(rule), text: rule.comment ?? "" })),

    empty: (inputs) => ({ ...omit(inputs, "fastTrackBypass"), rules: [] }),

    same: (inputs) => {
        const table = firewallFields(inputs.table, inputs.family);
        const rules = new Map(inputs.rules.map((rule) => [rule.key, valuesOf(rule)]));
        return (row, key) => {
            const values = rules.get(key);
            return values !== undefined && sameRule(table, row, values);
        };
    },

    doesJob: (inputs) => {
        const table = firewallFields(inputs.table, inputs.family);
        // A rule that another stack manages may well say the same; it is theirs, and ours stands beside it.
        return (row, wanted) => !readComment(row["comment"]).marker && sameRule(table, row, wanted.values);
    },

    plan(context) {
        const { inputs, wanted, matched, scope } = context;
        const rows = planRows({ matched, wanted, owner: inputs.owner, table: scope.table });
        const values = new Map(rows.adds.map((add) => [add.key, add.values]));
        const leaving = new Set(rows.removes.map(({ id }) => id));
        const ids = idsOf(matched);
        const order = segmentsOf(context).flatMap(({ chain, segment }) =>
            planOrder({
                rows: context.rows.filter((row) => row["chain"] === chain),
                segment,
                ids: new Map([...ids].filter(([key]) => segment.keys.includes(key))),
                leaving,
                values,
            }),
        );
        return [...rows.changes, ...order, ...rows.gives, ...rows.removes];
    },

    inputsFrom(context) {
        const { olds, matched, scope } = context;
        const owner = ownerOf(matched, olds.owner);
        const rows = standing(matched);
        const asked = new Map(olds.rules.map((rule) => [rule.key, rule]));
        const found = [...rows].map(([key, row]) => {
            const text = commentText(row, key, owner, matched.former[key] !== undefined);
            return ruleFrom(scope.table, key, row, text, asked.get(key));
        });
        return {
            ...olds,
            owner,
            rules: inOrder(found, olds.rules, context.rows, rows),
            disabled: [...rows]
                .filter(([key, row]) => isDisabled(row) && asked.get(key)?.["disabled"] !== "true")
                .map(([key]) => key)
                .sort(),
            duplicates: matched.surplus.map((row) => readComment(row["comment"]).marker?.key ?? "").sort(),
            between: foreignBetween(context),
            misplaced: misplaced(context),
        };
    },

    title: ({ table, family, owner }) => `${table} rules of ${owner} (${family})`,
};

function bypassOf(read: Arguments, value: Json | undefined, table: string): BypassMatchers | undefined {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) {
        read.problem("fastTrackBypass", "must be an object");
        return undefined;
    }
    if (table !== "filter") read.problem("fastTrackBypass", "is for table filter only");
    const bypass: Record<string, string> = {};
    for (const [name, given] of Object.entries(value)) {
        const text = typeof given === "string" ? plainText(given) : "";
        if (!["connectionMark", "dstAddressList", "comment"].includes(name)) {
            read.problem(`fastTrackBypass.${name}`, "is no argument of a bypass");
        } else if (text !== "") bypass[name] = text;
    }
    if (bypass["comment"]?.includes("[pulumi:")) {
        read.problem("fastTrackBypass.comment", "must not hold an ownership marker");
    }
    if ((bypass["connectionMark"] === undefined) === (bypass["dstAddressList"] === undefined)) {
        read.problem("fastTrackBypass", "needs either connectionMark or dstAddressList");
    }
    return bypass;
}

function positionOf(read: Arguments, value: Json | undefined): RulesPosition {
    if (value === undefined || value === null) return "last";
    if (value === "first" || value === "last") return value;
    if (isObject(value) && Object.keys(value).length === 1) {
        const [side = "", anchor] = Object.entries(value)[0] ?? [];
        if ((side === "before" || side === "after") && isObject(anchor)) {
            const { comment, action, ...rest } = anchor;
            const texts = [comment, action].filter((text) => typeof text === "string" && text !== "");
            if (texts.length > 0 && Object.keys(rest).length === 0) return { [side]: anchor } as RulesPosition;
        }
    }
    read.problem("position", 'must be "first", "last", {before: {comment or action}} or {after: {comment or action}}');
    return "last";
}

function ruleOf(read: Arguments, table: FieldTable, rule: Properties, at: string): RuleInputs {
    const found: RuleInputs = { key: "", chain: "", action: "" };
    for (const name of ["key", "chain", "action"] as const) {
        const text = rule[name];
        if (typeof text !== "string" || text.trim() === "") read.problem(`${at}.${name}`, "is missing");
        else found[name] = text.trim();
    }
    if (found.key !== "" && !/^[A-Za-z0-9._-]+$/.test(found.key)) {
        read.problem(`${at}.key`, `"${found.key}" may hold letters, digits, dots, dashes and underscores only`);
    }
    for (const [name, value] of Object.entries(rule)) {
        if (["key", "chain", "action"].includes(name) || value === null) continue;
        const field = table.get(kebabCase(name));
        if (!field || name.includes("-")) {
            read.problem(`${at}.${name}`, "is no property of a rule in this menu");
            continue;
        }
        const text = read.value(`${at}.${name}`, field, value);
        if (text !== "" && text !== (field.fallback ?? "")) found[name] = text;
        if (name === "passthrough" && text !== "") found[name] = text;
    }
    if (found.comment?.includes("[pulumi:")) read.problem(`${at}.comment`, "must not hold an ownership marker");
    const ports = ["dstPort", "srcPort", "port"].find((name) => found[name] !== undefined);
    if (ports !== undefined && !/^(tcp|udp|udp-lite|dccp|sctp)$/.test(found["protocol"] ?? "")) {
        read.problem(`${at}.${ports}`, "needs protocol tcp, udp, udp-lite, dccp or sctp");
    }
    return found;
}

/** RouterOS's names; without the key and the comment. */
function valuesOf(rule: RuleInputs): Values {
    const entries = Object.entries(rule).filter(([name]) => name !== "key" && name !== "comment");
    return Object.fromEntries(entries.map(([name, value]) => [kebabCase(name), value]));
}

function sameRule(table: FieldTable, row: Values, values: Values): boolean {
    return [...table.values()].every(
        (field) => field.wire === "comment" || valueOf(field, row) === (values[field.wire] ?? field.fallback ?? ""),
    );
}

function ruleFrom(table: FieldTable, key: string, row: Values, text: string, asked?: RuleInputs): RuleInputs {
    const { disabled, ...values } = omit(readValues(table, row), "comment");
    const rule: RuleInputs = { key, chain: row["chain"] ?? "", action: row["action"] ?? "accept", ...toCamel(values) };
    if (text !== "") rule.comment = text;
    // What was asked for shows with its value, also where that is only the default.
    if (asked?.["passthrough"] !== undefined) rule["passthrough"] ??= "true";
    if (asked?.["disabled"] !== undefined) rule["disabled"] = disabled ?? "false";
    return rule;
}

function idsOf(matched: Matched): Map<string, string> {
    return new Map([...standing(matched)].map(([key, row]) => [key, row[".id"] ?? ""]));
}

interface PlacedSegment {
    chain: string;
    segment: Segment;
}

function segmentsOf(context: PlanContext<FirewallRulesInputs>): PlacedSegment[] {
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

/** The rules of a bypass as inputs, worked out against the router's rules. */
export function expandBypass(inputs: FirewallRulesInputs, rows: readonly Values[]): RuleInputs[] {
    const matchers = inputs.fastTrackBypass;
    if (!matchers) return inputs.rules;
    const table = firewallFields(inputs.table, inputs.family);
    return bypassRules(rows, table, matchers).map(({ key, values }) => ({
        key,
        chain: values["chain"] ?? "",
        action: values["action"] ?? "",
        ...toCamel(values),
        ...(matchers.comment === undefined ? {} : { comment: matchers.comment }),
    }));
}

/** Rules found, in the order wanted where that is the order they stand in, chain by chain. */
function inOrder(
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
function foreignBetween(context: PlanContext<FirewallRulesInputs>): string[] {
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
function misplaced(context: PlanContext<FirewallRulesInputs>): string[] {
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
