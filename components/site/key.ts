import * as v from "valibot";

/** One key of a stack's configuration. */
export interface Key<Schema extends v.GenericSchema = v.GenericSchema> {
    /** As `Pulumi.yaml` declares it. Absent where a key takes text or an object: the engine knows no such type. */
    type?: "string" | "integer" | "boolean" | "array" | "object";
    /** The engine asks for a value of every declared key, so "not set" is written as an empty text. */
    default: string | number | boolean | readonly string[] | Record<string, never>;
    required?: true;
    /** Default in words, where the empty text stands for something. */
    defaultText?: string;
    /** What the key should hold; completes "it should hold …". */
    expected: string;
    description: string;
    schema: Schema;
    /** Why a text that is set is refused all the same; completes "holds …: …". */
    problem?: (text: string) => string | undefined;
}

export type Keys = Readonly<Record<string, Key>>;

/** What keys hold once read. */
export type ValuesOf<K extends Keys> = { [Name in keyof K]: v.InferOutput<K[Name]["schema"]> };

/** One mistake, as a line for a person. */
export type Problem = string;

export interface ReadOptions {
    /** Written before a key's name in a message. @default "" */
    prefix?: string;
    /** Whether the key of that name, with the prefix, holds a secret: its value is not shown. @default none does */
    isSecret?: (key: string) => boolean;
}

export const key = <S extends v.GenericSchema>(row: Key<S>): Key<S> => row;

/** Takes an empty text for "not set". */
export const optional = <S extends v.GenericSchema>(schema: S) =>
    v.union([
        v.pipe(
            v.literal(""),
            v.transform(() => undefined),
        ),
        schema,
    ]);

export const wholeNumber = (least: number, most: number) =>
    v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Checks values key by key. Keys that are not given have their default; those that are wrong are absent. */
export function readKeys<K extends Keys>(
    keys: K,
    given: Readonly<Record<string, unknown>>,
    { prefix = "", isSecret = () => false }: ReadOptions = {},
): { values: Partial<ValuesOf<K>>; problems: Problem[] } {
    const values: Record<string, unknown> = {};
    const problems: Problem[] = [];
    for (const [name, row] of Object.entries(keys)) {
        const value = given[name] ?? row.default;
        const result = v.safeParse(row.schema, value);
        const reason = result.success && typeof value === "string" && value !== "" ? row.problem?.(value) : undefined;
        if (result.success && reason === undefined) values[name] = result.output;
        else {
            const why = reason === undefined ? "" : `: ${reason}`;
            const held = `${holds(offending(value, result.issues))}${why}`;
            const shown = isSecret(`${prefix}${name}`) ? "holds a secret" : held;
            problems.push(`${prefix}${name} ${shown}; it should hold ${row.expected}`);
        }
    }
    return { values: values as Partial<ValuesOf<K>>, problems };
}

/** The part of a value that is wrong: the entry of a list, or the whole. */
function offending(value: unknown, issues: readonly v.BaseIssue<unknown>[] = []): unknown {
    if (!Array.isArray(value)) return value;
    const wrong = issues.map((issue) => v.getDotPath(issue)).filter((path) => path !== null);
    const entries = wrong.map((path) => (value as unknown[])[Number(path.split(".")[0])]);
    return entries.length === 0 ? value : entries.length === 1 ? entries[0] : entries;
}

function holds(value: unknown): string {
    return value === undefined || value === "" ? "is not set" : `holds ${JSON.stringify(value)}`;
}
