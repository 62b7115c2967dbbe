/**
 * What a resource type takes: which properties there are, of which kind, what each is when it is not given, and what
 * it is called in AWS's API. Checking, comparing and translating all read this one description. Pure.
 */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Values = Record<string, Json>;

export interface Property {
    /**
     * `json` is a document as text, compared by what it says; `date` a timestamp of RFC 3339; `map` is names to texts, in
     * the API a list of tags; `texts` a list of texts, in the API under `entry`.
     */
    kind: "string" | "number" | "boolean" | "json" | "date" | "map" | "texts" | "object" | "list";
    /** Of an `object`, or of each entry of a `list`. */
    fields?: Fields;
    required?: boolean;
    /** A change makes a new resource. */
    replaces?: boolean;
    /** The value when none is given. */
    fallback?: Json;
    /** AWS fills it in where it is not given, so that what is not given is no difference. */
    computed?: true;
    /** Computed, and all the same compared with what was read, as releases of the provider did: the stricter judge. */
    contested?: true;
    /** Name in AWS's API, where it is not the property's own with a capital. */
    api?: string;
    /** Of `texts`: name of the list inside. */
    entry?: string;
}

export type Fields = Record<string, Property>;

type Options = Omit<Property, "kind" | "fields">;

export const string = (options: Options = {}): Property => ({ kind: "string", ...options });
export const number = (options: Options = {}): Property => ({ kind: "number", ...options });
export const boolean = (options: Options = {}): Property => ({ kind: "boolean", ...options });
export const json = (options: Options = {}): Property => ({ kind: "json", ...options });
export const date = (options: Options = {}): Property => ({ kind: "date", ...options });
export const map = (options: Options = {}): Property => ({ kind: "map", ...options });
export const texts = (options: Options = {}): Property => ({ kind: "texts", ...options });
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
            return entries.length > 0 ? Object.fromEntries<Json>(entries.sort()) : undefined;
        }
        case "json": {
            const text = typeof given === "string" ? given : JSON.stringify(given);
            return parsed(text) === undefined ? wrong("a document in JSON") : text;
        }
        case "texts": {
            if (!Array.isArray(given) || given.some((entry) => typeof entry !== "string"))
                return wrong("a list of texts");
            return given.length > 0 ? (given as string[]) : undefined;
        }
        case "date":
            if (typeof given !== "string" || !timestamp.test(given) || Number.isNaN(Date.parse(given))) {
                return wrong("a timestamp of RFC 3339, such as 2030-01-01T00:00:00Z");
            }
            return dateText(new Date(given));
        case "number":
            return typeof given === "number" ? given : wrong("a number");
        case "boolean":
            return typeof given === "boolean" ? given : wrong("true or false");
        default:
            return typeof given === "string" ? given : wrong("a text");
    }
}

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

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
    if (property.kind === "texts") return property.entry ? { [property.entry]: value } : value;
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
    if (property.kind === "texts" && property.entry) return (value as Record<string, unknown>)[property.entry];
    return value instanceof Date ? dateText(value) : value;
}

/** Of what was found, what is among the inputs: what was not given and AWS filled in is not. */
export function given(fields: Fields, found: Values, known: Values): Values {
    return Object.fromEntries(
        Object.entries(found).flatMap(([name, value]) => {
            const property = fields[name];
            const before = known[name];
            if (before === undefined || before === null) return property?.computed ? [] : [[name, value]];
            return [[name, property ? givenValue(property, value, before) : value]];
        }),
    );
}

function givenValue({ kind, fields }: Property, value: Json, before: Json): Json {
    if (kind === "object" && isObject(value) && isObject(before)) return given(fields!, value, before);
    if (kind !== "list" || !Array.isArray(value) || !Array.isArray(before)) return value;
    return value.map((entry, index) => {
        const one = before[index];
        return isObject(entry) && isObject(one) && entry["id"] === one["id"] ? given(fields!, entry, one) : entry;
    });
}

export interface Tag {
    Key: string | undefined;
    Value: string | undefined;
}

export const toTags = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTags = (tags: Tag[] = []) =>
    Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

export const dateText = (date: Date) => date.toISOString().replace(".000Z", "Z");

function apiName(name: string, property: Property): string {
    return property.api ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export function parsed(text: string): Json | undefined {
    try {
        return JSON.parse(text) as Json;
    } catch {
        return undefined;
    }
}

export function isObject(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
