/** What differs between two states of a resource of ours, in words. Pure. */
import { equal } from "../providers/routeros/runtime/engine/properties";
import type { Json, Properties } from "../providers/routeros/runtime/kinds/kind";

/** Whether a property is one that a person has set: not the engine's, nor what only orders resources. */
export function isTold(property: string): boolean {
    return !property.startsWith("__") && property !== "requires";
}

/** Addresses are keys of what is recorded; an older version recorded a list. */
export function addressesOf({ addresses }: Properties): string[] {
    const all = Array.isArray(addresses) ? addresses.map(String) : isObject(addresses) ? Object.keys(addresses) : [];
    return all.sort();
}

/** A property as a list where it is one of rows. */
export function listed(property: string, value: Json | undefined): Json | undefined {
    return property === "addresses" ? addressesOf({ addresses: value }) : value;
}

/** Names of rows in the one that the other has not. */
export function missing(was: Json | undefined, is: Json | undefined): string[] {
    if (!Array.isArray(was) || !Array.isArray(is)) return [];
    const names = (all: Json[]): Set<string> => new Set(all.map(keyOf));
    const left = names(is);
    return [...names(was)].filter((name) => !left.has(name));
}

function keyOf(value: Json | undefined): string {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return text(value);
    return text(value["key"] ?? value["name"] ?? JSON.stringify(value));
}

/** What differs in a property, for one line; undefined where only `disabled` does. */
export function difference(property: string, ...both: [Json | undefined, Json | undefined]): string | undefined {
    const [was, is] = both.map((value) => listed(property, value));
    if (!Array.isArray(was) || !Array.isArray(is)) return `${property} ${text(was)} → ${text(is)}`;
    const before = new Map(was.map((value) => [keyOf(value), value]));
    const differing = is.filter((value) => !equal(value, before.get(keyOf(value))));
    const gone = missing(was, is).map((name) => `without ${name}`);
    if (differing.length === 0 && gone.length === 0) return `the order of ${property} is another`;
    const changed = differing.flatMap((value) => {
        const old = before.get(keyOf(value));
        if (!isObject(value) || !isObject(old)) return keyOf(value);
        const names = [...new Set([...Object.keys(old), ...Object.keys(value)])];
        const inner = names.filter((name) => name !== "disabled" && !equal(old[name], value[name]));
        const each = inner.map((name) => `${name} ${text(old[name])} → ${text(value[name])}`);
        return each.length === 0 ? [] : `${keyOf(value)} ${each.join(", ")}`;
    });
    const all = [...gone, ...changed];
    return all.length === 0 ? undefined : `${property}: ${some(all)}`;
}

export function isObject(value: Json | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function some(all: readonly string[]): string {
    return `${all.slice(0, 3).join("; ")}${all.length > 3 ? ` and ${all.length - 3} more` : ""}`;
}

export function text(value: Json | undefined): string {
    if (value === undefined || value === null || value === "") return "nothing";
    return typeof value === "string" ? value : JSON.stringify(value);
}
