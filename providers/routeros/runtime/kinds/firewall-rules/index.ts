import { bypassRules, fastTrackRules } from "../../path";
import type { FieldTable, Values } from "../../rows/fields";
import { fieldsOf, queryOf, toCamel, withoutDefaults } from "../../rows/fields";
import { omit } from "../../rows/objects";
import { present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { addressListMenus } from "../address-list/menu";
import { Arguments, commonNames, isObject } from "../arguments";
import type { Kind } from "../kind";
import { commentText, ownerOf } from "../present";
import { pathRule } from "../upload-path";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { bypassOf, markingOf, positionOf, recordedForm, ruleOf, valuesOf } from "./arguments";
import { planBlock } from "./block";
import { keyed, leftoverOf } from "./leftover";
import { carryBothMarks } from "./mark-rename";
import { bypassInputs, resolveMarking } from "./marking";
import { firewallMenu, firewallMenus, wholeQuery } from "./menu";
import { anchorProblems, foreignBetween, inOrder, misplaced } from "./places";
import { isStandIn } from "./stand-ins";
import { countFastTracked, ruleWarnings } from "./warnings";

const names = [
    ...commonNames,
    "family",
    "table",
    "rules",
    "position",
    "fastTrackBypass",
    "marking",
    "between",
    "misplaced",
];

export const firewallRules: Kind<FirewallRulesInputs> = {
    menus: firewallMenus,
    refersTo: Object.values(addressListMenus),
    replaces: ["family", "table", "connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown(names);
        const family = read.choice("family", ["ipv4", "ipv6"], "ipv4");
        const table = read.choice("table", ["mangle", "filter"]);
        const bypass = bypassOf(read, args["fastTrackBypass"], table);
        const fields = firewallMenu(table, family).table;
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
        const marking = markingOf(read, args["marking"]);
        return {
            inputs: {
                ...read.common(),
                family,
                table,
                ...(marking ? { marking } : {}),
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
        const menu = firewallMenu(table, family);
        // A way through the firewall goes by its jumps: who looks for FastTrack or for marks looks at all chains.
        if (fastTrackBypass || table === "mangle") return { menu, queries: [wholeQuery(menu, version)] };
        const known = fieldsOf(menu.table, version).map(({ wire }) => wire);
        const chains = new Set(rules.map(({ chain }) => chain));
        return { menu, queries: [...chains].map((chain) => queryOf(menu, known, { chain })) };
    },

    desired: ({ rules }) => rules.map((rule) => ({ key: rule.key, values: valuesOf(rule), text: rule.comment ?? "" })),

    empty: (inputs) => ({ ...omit(inputs, "fastTrackBypass"), rules: [] }),

    same: ({ table, family, rules }) => {
        const fields = firewallMenu(table, family).table;
        const values = new Map(rules.map((rule) => [rule.key, valuesOf(rule)]));
        return (row, key) => {
            const target = values.get(key);
            if (isStandIn(key)) return row.marker !== undefined;
            return target !== undefined && sameRule(fields, row, target);
        };
    },

    doesJob: ({ table, family }) => {
        const fields = firewallMenu(table, family).table;
        // A rule that another stack manages may well say the same; it is theirs, and ours stands beside it.
        return (row, desired) => !row.marker && sameRule(fields, row, desired.values);
    },

    plan: planBlock,

    inputsFrom(context) {
        const { olds, matched, scope } = context;
        const owner = ownerOf(matched, olds.owner);
        const rows = present(matched);
        const asked = new Map(olds.rules.map((rule) => [rule.key, rule]));
        const found = [...rows].map(([key, row]) => {
            const text = commentText(row, key, owner, matched.original.has(key));
            return ruleFrom(scope.menu.table, key, row, text, asked.get(key));
        });
        return {
            ...olds,
            owner,
            rules: inOrder(found, olds, context.rows, rows),
            disabled: [...rows]
                .filter(([key, { disabled }]) => disabled && asked.get(key)?.["disabled"] !== "true")
                .map(([key]) => key)
                .sort(),
            duplicates: matched.duplicates.map(({ marker }) => marker?.key ?? "").sort(),
            between: foreignBetween(context),
            misplaced: misplaced(context),
        };
    },

    title: ({ table, family, owner }) => `${table} rules of ${owner} (${family})`,

    carryOver(inputs, before) {
        if (inputs.marking !== undefined) {
            if (before.fastTrackBypass) inputs.fastTrackBypass = before.fastTrackBypass;
            Object.assign(inputs, { position: before.position, marking: before.marking ?? recordedForm(before) });
        }
        if (inputs.fastTrackBypass === undefined && inputs.marking === undefined) return;
        inputs.rules = before.rules;
        if (before.leftover) inputs.leftover = before.leftover;
    },

    async expand(session, inputs, rows, about) {
        await resolveMarking(session, inputs, about);
        const matchers = inputs.fastTrackBypass;
        if (!matchers) return;
        const now = omit(matchers, "comment");
        const leftover = await leftoverOf(session, inputs, now, about);
        if (leftover.length > 0) inputs.leftover = leftover;
        const fastTrack = fastTrackRules(rows.filter(({ marker }) => !marker).map(pathRule), "filter");
        const rules = [now, ...leftover].flatMap((one) => bypassRules(fastTrack, one));
        inputs.rules = bypassInputs(keyed(rules, about.before?.rules ?? []), matchers.comment);
    },

    problems: anchorProblems,
    warn: ruleWarnings,
    prepare: carryBothMarks,
    done: countFastTracked,

    docs: { marks: "rules" },
};

function sameRule(table: FieldTable, row: Row, values: Values): boolean {
    return [...table.values()].every(
        ({ wire, fallback }) => wire === "comment" || (row.values[wire] ?? "") === (values[wire] ?? fallback ?? ""),
    );
}

function ruleFrom(table: FieldTable, key: string, row: Row, text: string, asked?: RuleInputs): RuleInputs {
    const { disabled, ...values } = omit(withoutDefaults(table, row.values), "comment");
    const { chain = "", action = "accept" } = row.values;
    const rule: RuleInputs = { key, chain, action, ...toCamel(values) };
    if (text !== "") rule.comment = text;
    // What was asked for shows with its value, also where that is only the default.
    if (asked?.["passthrough"] !== undefined) rule["passthrough"] ??= "true";
    if (asked?.["disabled"] !== undefined) rule["disabled"] = disabled ?? "false";
    return rule;
}
