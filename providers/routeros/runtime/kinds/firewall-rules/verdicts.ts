/**
 * Whether a series of changes keeps what happens to every packet: at each step it meets what it met before or what it
 * will meet afterwards. Who is let in before and afterwards is let in all the while, and who is kept out stays out.
 * Nothing is known of what a rule matches: any packet may match any of them.
 */
import type { FieldTable, Values } from "../../rows/fields";
import { omit } from "../../rows/objects";
import type { Operation } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { keepingOut } from "./menu";

/** A rule in use. What neither lets in nor keeps out is none. */
interface Rule {
    /** By which it is the same as another. */
    text: string;
    /** A chain that is led to may do either. */
    letsIn: boolean;
    keepsOut: boolean;
}

/** Ends with a packet let in, whatever the chain is called from. */
const builtIn = ["input", "forward", "output"];
const leading = ["jump", "return"];
const withoutEffect = ["comment", "log", "log-prefix"];

/** What of a rule decides over packets; `""` where it decides over none. */
export function effect(table: FieldTable, values: Values): string {
    const fields = [...table.values()].filter(({ wire }) => !withoutEffect.includes(wire));
    const said = fields.map(({ wire, fallback = "" }) => `${wire}=${values[wire] ?? fallback}`);
    return said.includes("disabled=true") ? "" : said.join(" ");
}

/** Whether what happens to packets is kept at every step of the operations. */
export function keepVerdicts(table: FieldTable, rows: readonly Row[], operations: readonly Operation[]): boolean {
    const steps: Values[][] = [rows.map(({ id, values }) => ({ ...values, ".id": id }))];
    for (const operation of operations) steps.push(after(steps.at(-1) ?? [], operation));
    const chains = new Set(steps.flatMap((step) => step.map((values) => values["chain"] ?? "")));
    return [...chains].every((chain) => {
        const seen = steps.map((step) => rulesOf(table, step, chain));
        const [first = [], last = []] = [seen[0], seen.at(-1)];
        return seen.every((rules) => isBetween(rules, first, last, builtIn.includes(chain)));
    });
}

function after(rows: readonly Values[], operation: Operation): Values[] {
    const at = (all: readonly Values[], id: string | undefined): number => {
        // What was added on the way has no id yet.
        const found = id === undefined ? -1 : all.findIndex((row) => row[".id"] === id);
        return found < 0 ? all.length : found;
    };
    switch (operation.kind) {
        case "add":
            return rows.toSpliced(at(rows, operation.before), 0, operation.values);
        case "remove":
            return rows.filter((row) => row[".id"] !== operation.id);
        case "change": {
            const { set, clear } = operation.difference;
            return rows.map((row) => (row[".id"] === operation.id ? { ...omit(row, ...clear), ...set } : row));
        }
        case "move": {
            const moved = operation.ids.flatMap((id) => rows.filter((row) => row[".id"] === id));
            const rest = rows.filter((row) => !moved.includes(row));
            return rest.toSpliced(at(rest, operation.before), 0, ...moved);
        }
    }
}

function rulesOf(table: FieldTable, rows: readonly Values[], chain: string): Rule[] {
    const found = new Map<string, Rule>();
    for (const values of rows) {
        const text = values["chain"] === chain ? effect(table, values) : "";
        const action = values["action"] ?? "accept";
        const letsIn = action === "accept" || leading.includes(action);
        const keepsOut = keepingOut.includes(action) || leading.includes(action);
        // Behind one that says the same, a rule sees no packet any more.
        if (text !== "" && (letsIn || keepsOut) && !found.has(text)) found.set(text, { text, letsIn, keepsOut });
    }
    return [...found.values()];
}

/** Whether every packet meets in `rules` what it meets in one of two others. */
function isBetween(rules: readonly Rule[], first: readonly Rule[], last: readonly Rule[], endsLetIn: boolean): boolean {
    const place = new Map(rules.map(({ text }, index) => [text, index]));
    /** Whether what would decide otherwise in front of a rule in `others` stands in front of it here. */
    const asIn = (others: readonly Rule[], rule: Rule | undefined, otherwise: "letsIn" | "keepsOut"): boolean => {
        const end = rule ? others.findIndex(({ text }) => text === rule.text) : others.length;
        const here = rule ? (place.get(rule.text) ?? -1) : rules.length;
        return end >= 0 && others.slice(0, end).every((one) => !one[otherwise] || (place.get(one.text) ?? here) < here);
    };
    const kept = (rule: Rule | undefined, otherwise: "letsIn" | "keepsOut"): boolean =>
        asIn(first, rule, otherwise) || asIn(last, rule, otherwise);
    return (
        rules.every((rule) => (!rule.keepsOut || kept(rule, "letsIn")) && (!rule.letsIn || kept(rule, "keepsOut"))) &&
        kept(undefined, "keepsOut") &&
        (endsLetIn || kept(undefined, "letsIn"))
    );
}
