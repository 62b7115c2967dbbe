/** Inputs and outputs as the engine passes them. */
import type { Json, Properties } from "../kinds/kind";

/** The SDK's stand-in for a value that is not known yet (`pulumi.runtime.unknownValue`; a test compares the two). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What of the outputs is no input. */
export const stateNames = new Set(["ids", "surplus", "former", "given", "owners", "__provider"]);

/** What is recorded beside the inputs and shows in others where it matters. */
const uncompared = new Set(["marking"]);

export function onlyCompared(props: Properties): Properties {
    return Object.fromEntries(Object.entries(props).filter(([name]) => !uncompared.has(name)));
}

export function hasUnknown(value: Json | undefined): boolean {
    if (value === unknownValue) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
    if (a === b || (a ?? undefined) === (b ?? undefined)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (Array.isArray(a) || Array.isArray(b)) {
        return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
    }
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].every((name) => equal(a[name], b[name]));
}

/** JSON without anything undefined. */
export function plain(value: object): Properties {
    return JSON.parse(JSON.stringify(value)) as Properties;
}

export function onlyInputs(props: Properties): Properties {
    return Object.fromEntries(Object.entries(props).filter(([name]) => !stateNames.has(name)));
}
