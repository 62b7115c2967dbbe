/**
 * What a resource type takes: which properties there are, of which kind, what each is when it is not given, and what
 * it is called in AWS's API. Checking, comparing and translating all read this one description. Pure.
 */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Values = Record<string, Json>;

export interface Property {
    /** `json` is a document as text, compared by what it says; `map` is names to texts, in the API a list of tags. */
    kind: "string" | "number" | "boolean" | "json" | "date" | "map" | "object" | "list";
    /** Of an `object`, or of each entry of a `list`. */
    fields?: Fields;
    required?: boolean;
    /** A change makes a new resource. */
    replaces?: boolean;
    /** The value when none is given. */
    fallback?: Json;
    /** Name in AWS's API, where it is not the property's own with a capital. */
    api?: string;
}

export type Fields = Record<string, Property>;

type Options = Omit<Property, "kind" | "fields">;

export const string = (options: Options = {}): Property => ({ kind: "string", ...options });
export const number = (options: Options = {}): Property => ({ kind: "number", ...options });
export const boolean = (options: Options = {}): Property => ({ kind: "boolean", ...options });
export const json = (options: Options = {}): Property => ({ kind: "json", ...options });
export const date = (options: Options = {}): Property => ({ kind: "date", ...options });
export const map = (options: Options = {}): Property => ({ kind: "map", ...options });
export const object = (fields: Fields, options: Options = {}): Property => ({ kind: "object", fields, ...options });
export const list = (fields: Fields, options: Options = {}): Property => ({ kind: "list", fields, ...options });

/** What Pulumi sends in place of a value that is not known yet; the same as `pulumi.runtime.unknownValue`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Failure {
    property: string;
    reason: string;
}

/** The values with what was not given filled in, and everything that is wrong with them. */
export function checked(fields: Fields, given: unknown, failures: Failure[], path = ""): Values {
    const values: Values = {};
    const source = isObject(given) ? given : {};
    for (const name of Object.keys(source)) {
        if (!(name in fields) && !name.startsWith("__")) {
            failures.push({
                property: path + name,
                reason: `the sandbox's AWS plugin does not know this property (it knows ${Object.keys(fields).join(", ")})`,
            });
        }
    }
    for (const [name, property] of Object.entries(fields)) {
        const value = checkedValue(property, source[name] ?? property.fallback, failures, path + name);
        if (value !== undefined) values[name] = value;
        else if (property.required) failures.push({ property: path + name, reason: "is required" });
    }
    return values;
}

function checkedValue(property: Property, given: unknown, failures: Failure[], path: string): Json | undefined {
    if (given === undefined || given === null || given === UNKNOWN) return given ?? undefined;
    const wrong = (expected: string) => {
        failures.push({ property: path, reason: `should be ${expected}, is ${JSON.stringify(given)}` });
        return given as Json;
    };
    switch (property.kind) {
        case "object":
            return isObject(given) ? checked(property.fields!, given, failures, `${path}.`) : wrong("an object");
        case "list": {
            if (!Array.isArray(given)) return wrong("a list");
            const entries = given.map((entry, index) => {
                const each: Property = { kind: "object", fields: property.fields! };
                return checkedValue(each, entry, failures, `${path}[${index}]`) ?? null;
            });
            return entries.length > 0 ? entries : undefined;
        }
        case "map": {
            if (!isObject(given)) return wrong("names and texts");
            const entries = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
            return entries.length > 0 ? (Object.fromEntries(entries.sort()) as Values) : undefined;
        }
        case "json": {
            const text = typeof given === "string" ? given : JSON.stringify(given);
            return parsed(text) === undefined ? wrong("a document in JSON") : text;
        }
        case "date":
            if (typeof given !== "string" || Number.isNaN(Date.parse(given))) return wrong("a date");
            return dateText(new Date(given));
        case "number":
            return typeof given === "number" ? given : wrong("a number");
        case "boolean":
            return typeof given === "boolean" ? given : wrong("true or false");
        default:
            return typeof given === "string" ? given : wrong("a text");
    }
}

/** In the words of AWS's API. */
export function toApi(fields: Fields, values: Values): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(fields)) {
        const value = values[name];
        if (value !== undefined) result[apiName(name, property)] = toApiValue(property, value);
    }
    return result;
}

function toApiValue(property: Property, value: Json): unknown {
    if (property.kind === "object") return toApi(property.fields!, value as Values);
    if (property.kind === "list") return (value as Values[]).map((entry) => toApi(property.fields!, entry));
    if (property.kind === "map") return toTags(value as Record<string, string>);
    return property.kind === "date" ? new Date(value as string) : value;
}

/** From the words of AWS's API, with what is not there filled in as for values that were given. */
export function fromApi(fields: Fields, answer: object): Values {
    return checked(fields, namesFromApi(fields, answer), []);
}

function namesFromApi(fields: Fields, answer: object): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(fields)) {
        const value = (answer as Record<string, unknown>)[apiName(name, property)];
        if (value !== undefined) result[name] = fromApiValue(property, value);
    }
    return result;
}

function fromApiValue(property: Property, value: unknown): unknown {
    if (property.kind === "object") return namesFromApi(property.fields!, isObject(value) ? value : {});
    if (property.kind === "list") return (value as object[]).map((entry) => namesFromApi(property.fields!, entry));
    if (property.kind === "map") return fromTags(value as Tag[]);
    return value instanceof Date ? dateText(value) : value;
}

export interface Tag {
    Key: string | undefined;
    Value: string | undefined;
}

export const toTags = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTags = (tags: Tag[] = []) =>
    Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

const dateText = (date: Date) => date.toISOString().replace(".000Z", "Z");

function apiName(name: string, property: Property): string {
    return property.api ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export interface Difference {
    /** As Pulumi writes it: `rules[0].status`. */
    path: string;
    kind: "add" | "delete" | "update";
    replaces: boolean;
}

export function differences(fields: Fields, olds: Values, news: Values): Difference[] {
    return Object.entries(fields).flatMap(([name, property]) => {
        const [before, after] = [olds[name], news[name]];
        if (property.kind === "json" && sameDocument(before, after)) return [];
        return [...walk(name, before, after)].map((one) => ({ ...one, replaces: property.replaces ?? false }));
    });
}

function* walk(
    path: string,
    before: Json | undefined,
    after: Json | undefined,
): Generator<Omit<Difference, "replaces">> {
    if (before === after) return;
    if (before === undefined) yield { path, kind: "add" };
    else if (after === undefined) yield { path, kind: "delete" };
    else if (Array.isArray(before) && Array.isArray(after)) {
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
            yield* walk(`${path}[${index}]`, before[index], after[index]);
        }
    } else if (isObject(before) && isObject(after)) {
        for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
            const step = /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}["${name}"]`;
            yield* walk(step, before[name], after[name]);
        }
    } else yield { path, kind: "update" };
}

/** Whether two documents say the same; a document that is not known says something else. */
export function sameDocument(one: Json | undefined, other: Json | undefined): boolean {
    if (typeof one !== "string" || typeof other !== "string") return one === other;
    const [left, right] = [parsed(one), parsed(other)];
    return left !== undefined && right !== undefined && [...walk("", left, right)].length === 0;
}

function parsed(text: string): Json | undefined {
    try {
        return JSON.parse(text) as Json;
    } catch {
        return undefined;
    }
}

export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
