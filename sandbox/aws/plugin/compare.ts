/** What differs between what was last read and what is wanted, and what of that is to be ignored. Pure. */
import type { Fields, Json, Property, Values } from "./schema";
import { isObject, parsed } from "./schema";

export interface Difference {
    /** As Pulumi writes it: `rules[0].status`. */
    path: string;
    kind: "add" | "delete" | "update";
    replaces: boolean;
}

/** What differs between what was last read and what is wanted. */
export function differences(fields: Fields, olds: Values, news: Values): Difference[] {
    return Object.entries(fields).flatMap(([name, property]) =>
        [...compared(property, name, olds[name], news[name])].map((one) => ({
            ...one,
            replaces: property.replaces ?? false,
        })),
    );
}

type Found = Omit<Difference, "replaces">;

function* compared(
    property: Property,
    path: string,
    before: Json | undefined,
    after: Json | undefined,
): Generator<Found> {
    if (after === undefined && property.computed && !property.contested) return;
    const { kind, fields } = property;
    if (kind === "json" && sameDocument(before, after)) return;
    if (kind === "object" && isObject(before) && isObject(after)) yield* members(fields!, path, before, after);
    else if (kind === "list" && Array.isArray(before) && Array.isArray(after)) {
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
            const [one, other] = [before[index], after[index]];
            const at = `${path}[${index}]`;
            if (isObject(one) && isObject(other)) yield* members(fields!, at, one, other);
            else yield* walk(at, one, other);
        }
    } else yield* walk(path, before, after);
}

function* members(fields: Fields, path: string, before: object, after: object): Generator<Found> {
    const [olds, news] = [before as Values, after as Values];
    for (const [name, property] of Object.entries(fields)) {
        yield* compared(property, `${path}.${name}`, olds[name], news[name]);
    }
}

function* walk(path: string, before: Json | undefined, after: Json | undefined): Generator<Found> {
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

/** `news` with what stands already at each of the ignored paths (`tags.a`, `tags["a b"]`, `rules[0].status`, `rules[*]`). */
export function ignoring(olds: Values, news: Values, ignored: readonly string[]): Values {
    const result = structuredClone(news);
    for (const path of ignored) keep(olds, result, stepsOf(path));
    return result;
}

function keep(from: Json | undefined, to: Json | undefined, [step, ...rest]: string[]): void {
    if (step === undefined || !isContainer(to)) return;
    const source = isContainer(from) ? from : {};
    if (step === "*") {
        for (const each of Object.keys({ ...source, ...to })) keep(from, to, [each, ...rest]);
    } else if (rest.length > 0) keep(source[step], to[step], rest);
    else if (source[step] !== undefined) to[step] = structuredClone(source[step]);
    else delete to[step];
}

function isContainer(value: Json | undefined): value is Values {
    return typeof value === "object" && value !== null;
}

function stepsOf(path: string): string[] {
    return [...path.matchAll(/\["([^"]*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
        ([, quoted, index, name]) => quoted ?? index ?? name!,
    );
}

/** Whether two documents say the same; a document that is not known says something else. */
export function sameDocument(one: Json | undefined, other: Json | undefined): boolean {
    if (typeof one !== "string" || typeof other !== "string") return one === other;
    const [left, right] = [parsed(one), parsed(other)];
    return left !== undefined && right !== undefined && [...walk("", left, right)].length === 0;
}
