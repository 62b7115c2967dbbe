import type { FieldTable, Values } from "../../rows/fields";
import { fieldsOf, readValues, toCamel, valueOf } from "../../rows/fields";
import { omit } from "../../rows/objects";
import { readComment } from "../../rows/ownership";
import { planRows } from "../../rows/reconcile";
import { kebabCase } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import type { Kind } from "../kind";
import { commentText, isDisabled, ownerOf, standing } from "../reading";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { bypassOf, positionOf, ruleOf } from "./arguments";
import { bypassRules } from "./fasttrack";
import { firewallFields, firewallMenu } from "./menu";
import { planOrder } from "./order";
import { foreignBetween, idsOf, inOrder, misplaced, segmentsOf } from "./places";

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
