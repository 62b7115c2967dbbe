/** Reading arguments one by one and collecting what is wrong with them. */
import type { Field } from "../rows/fields";
import { omit } from "../rows/objects";
import { canonical, plainText, ValueError } from "../rows/values";
import type { CommonInputs, Json, Problem, Properties, Source } from "./kind";

export class Arguments {
    readonly problems: Problem[] = [];
    private readonly args: Properties;

    constructor(args: Properties) {
        this.args = args;
    }

    problem(property: string, reason: string): void {
        this.problems.push({ property, reason });
    }

    text(name: string): string | undefined {
        return this.textOf(name, this.args[name]);
    }

    /** Text found anywhere, reported under `property`. */
    private textOf(property: string, value: Json | undefined): string | undefined {
        if (value === undefined || value === null) return undefined;
        if (typeof value === "string") return value;
        this.problem(property, `must be text, not ${typeof value}`);
        return undefined;
    }

    requiredText(name: string): string {
        const value = this.text(name);
        if (value === undefined || value.trim() === "") {
            if (value !== undefined || this.args[name] === undefined) this.problem(name, "is missing");
            return "";
        }
        return value.trim();
    }

    comment(name: string): string | undefined {
        const value = this.commentOf(name, this.args[name]);
        return value === "" ? undefined : value;
    }

    /** A comment in the router's form, reported under `property`. The marker at a comment's end is ours to write. */
    commentOf(property: string, value: Json | undefined): string {
        const text = plainText(this.textOf(property, value) ?? "");
        if (text.includes("[pulumi:")) this.problem(property, "must not hold an ownership marker");
        return text;
    }

    boolean(name: string, fallback: boolean): boolean {
        const value = this.args[name];
        if (value === undefined || value === null) return fallback;
        if (typeof value === "boolean") return value;
        if (value === "true" || value === "false") return value === "true";
        this.problem(name, `must be true or false, not ${JSON.stringify(value)}`);
        return fallback;
    }

    choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
        const value = this.args[name];
        if ((value === undefined || value === null) && fallback !== undefined) return fallback;
        const found = choices.find((choice) => choice === value);
        if (found !== undefined) return found;
        this.problem(
            name,
            `must be ${choices.map((choice) => `"${choice}"`).join(" or ")}, not ${JSON.stringify(value ?? null)}`,
        );
        return fallback ?? (choices[0] as T);
    }

    list(name: string): Json[] {
        const value = this.args[name];
        if (Array.isArray(value)) return value;
        this.problem(name, value === undefined ? "is missing" : "must be a list");
        return [];
    }

    /** A value in the router's form; a mistake is reported under `property`. */
    value(property: string, field: Field, value: Json | undefined): string {
        if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
            this.problem(property, `must be text, a number, or true or false`);
            return "";
        }
        try {
            return canonical(field.kind, String(value));
        } catch (error) {
            if (!(error instanceof ValueError)) throw error;
            this.problem(property, error.message);
            return "";
        }
    }

    /** What every kind has. */
    common(): CommonInputs {
        const connection = this.text("connection");
        return {
            owner: this.requiredText("owner"),
            adopt: this.boolean("adopt", false),
            disabled: [],
            duplicates: [],
            ...(connection === undefined || connection === "" ? {} : { connection }),
        };
    }

    /** Where the rows come from, lists in one order; how much may be lost is for the one run alone. */
    source(): { source?: Source } {
        const given = this.args["source"];
        if (!isObject(given)) return {};
        const { syncToken = "" } = given;
        const choice = omit(given, "syncToken", "maxShrinkPercent");
        const texts = Object.entries(choice).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.map(String).sort() : asText(value),
        ]);
        return { source: { ...(Object.fromEntries(texts) as Properties), syncToken: asText(syncToken) } };
    }

    /** Names that are no arguments of this kind. */
    unknown(known: readonly string[]): void {
        for (const name of Object.keys(this.args)) {
            if (!known.includes(name)) this.problem(name, "is no argument of this resource");
        }
    }
}

/** Arguments every kind takes, and what `check` itself has put there before. */
export const commonNames = [
    "owner",
    "router",
    "connection",
    "adopt",
    "requires",
    "disabled",
    "duplicates",
    "ids",
    "former",
];

function asText(value: Json | undefined): string {
    return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

export function isObject(value: Json | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
