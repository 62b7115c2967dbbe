/** The arguments of firewall rules, in canonical form. */
import type { RulesPosition } from "../../../args";
import type { BypassMatchers, Form } from "../../path";
import { forms } from "../../path";
import type { FieldTable, Values } from "../../rows/fields";
import { kebabCase, plainText } from "../../rows/values";
import type { Arguments } from "../arguments";
import { isObject } from "../arguments";
import type { CommonInputs, Json, Properties } from "../kind";
import { standingForm } from "../upload-path";

/** A rule in camelCase, every value in canonical form. */
export type RuleInputs = { key: string; chain: string; action: string; comment?: string } & Record<string, string>;

export type FirewallRulesInputs = CommonInputs & {
    family: "ipv4" | "ipv6";
    table: "mangle" | "filter";
    /** In order. With `fastTrackBypass`, worked out by `check`. */
    rules: RuleInputs[];
    position: RulesPosition;
    fastTrackBypass?: BypassMatchers;
    /** What running uploads may still be told by, beside what the rules go by now. See `leftover.ts`. */
    leftover?: BypassMatchers[];
    /** Form of marking: as asked for, and as `check` resolves it. Not compared. */
    marking?: Marking;
    /** Drift: foreign rules that stand between ours. Empty in what is desired. */
    between: string[];
    /** Drift: keys of rules that are not where their anchor wants them. Empty in what is desired. */
    misplaced: string[];
};

export type Marking = "auto" | Form;

export function markingOf(read: Arguments, value: Json | undefined): Marking | undefined {
    if (value === undefined || value === null) return undefined;
    const known = (["auto", ...forms] as const).find((form) => form === value);
    if (known === undefined) read.problem("marking", `must be one of auto, ${forms.join(", ")}`);
    return known;
}

/** The form that recorded inputs are of; those of an older version do not name it. */
export function recordedForm({ table, rules, fastTrackBypass, marking }: FirewallRulesInputs): Form | undefined {
    if (marking !== undefined && marking !== "auto") return marking;
    if (table === "mangle") return standingForm(rules);
    if (fastTrackBypass?.connectionMark !== undefined) return "connection";
    return fastTrackBypass?.dstAddressList === undefined ? undefined : "packet";
}

/** RouterOS's names; without the key and the comment. */
export function valuesOf(rule: RuleInputs): Values {
    const entries = Object.entries(rule).filter(([name]) => name !== "key" && name !== "comment");
    return Object.fromEntries(entries.map(([name, value]) => [kebabCase(name), value]));
}

export function bypassOf(read: Arguments, value: Json | undefined, table: string): BypassMatchers | undefined {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) {
        read.problem("fastTrackBypass", "must be an object");
        return undefined;
    }
    if (table !== "filter") read.problem("fastTrackBypass", "is for table filter only");
    const bypass: Record<string, string> = {};
    for (const [name, given] of Object.entries(value)) {
        const at = `fastTrackBypass.${name}`;
        if (!["connectionMark", "dstAddressList", "comment"].includes(name)) {
            read.problem(at, "is no argument of a bypass");
            continue;
        }
        const text = name === "comment" ? read.commentOf(at, given) : typeof given === "string" ? plainText(given) : "";
        if (text !== "") bypass[name] = text;
    }
    if ((bypass["connectionMark"] === undefined) === (bypass["dstAddressList"] === undefined)) {
        read.problem("fastTrackBypass", "needs either connectionMark or dstAddressList");
    }
    return bypass;
}

export function positionOf(read: Arguments, value: Json | undefined): RulesPosition {
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

export function ruleOf(read: Arguments, table: FieldTable, rule: Properties, at: string): RuleInputs {
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
        if (["key", "chain", "action", "comment"].includes(name) || value === null) continue;
        const field = table.get(kebabCase(name));
        if (!field || name.includes("-")) {
            read.problem(`${at}.${name}`, "is no property of a rule in this menu");
            continue;
        }
        const text = read.value(`${at}.${name}`, field, value);
        if (text !== "" && text !== (field.fallback ?? "")) found[name] = text;
        if (name === "passthrough" && text !== "") found[name] = text;
    }
    const comment = read.commentOf(`${at}.comment`, rule["comment"]);
    if (comment !== "") found.comment = comment;
    const ports = ["dstPort", "srcPort", "port"].find((name) => found[name] !== undefined);
    if (ports !== undefined && !/^(tcp|udp|udp-lite|dccp|sctp)$/.test(found["protocol"] ?? "")) {
        read.problem(`${at}.${ports}`, "needs protocol tcp, udp, udp-lite, dccp or sctp");
    }
    return found;
}
