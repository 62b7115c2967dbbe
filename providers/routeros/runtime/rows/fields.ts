import type { ValueKind } from "./values";
import { camelCase, canonical, compareVersions, ValueError } from "./values";

/** Row as REST returns it, or values as they are sent: RouterOS's names, every value a string. */
export type Values = Record<string, string>;

/** One argument of a menu: everything that check, diff, the wire form and the documents know about it. */
export interface Field {
    /** RouterOS's name. */
    wire: string;
    kind: ValueKind;
    /** What an absent value means. @default "": not set */
    fallback?: string;
    /** The value that clears it where `!name` does not; queues and types have none of that. */
    cleared?: string;
    /** First RouterOS version that has it. */
    since?: string;
    /** First RouterOS version that has it no more. */
    until?: string;
    doc: string;
}

/** A menu's arguments by RouterOS's name. */
export type FieldTable = ReadonlyMap<string, Field>;

export function fieldTable(fields: readonly Field[]): FieldTable {
    return new Map(fields.map((field) => [field.wire, field]));
}

/** The fields that a version knows; all of them where the version is not known. */
export function fieldsOf(table: FieldTable, version: string | undefined): Field[] {
    return [...table.values()].filter((field) => version === undefined || versionProblem(field, version) === undefined);
}

/** Why a version refuses the field. */
export function versionProblem(field: Field, version: string): string | undefined {
    if (field.since !== undefined && compareVersions(version, field.since) < 0) {
        return `RouterOS ${version} does not know ${field.wire}; it came with ${field.since}`;
    }
    if (field.until !== undefined && compareVersions(version, field.until) >= 0) {
        return `RouterOS ${version} does not know ${field.wire} any more; it went with ${field.until}`;
    }
    return undefined;
}

/**
 * A row's known values in the router's canonical form; unknown names are left out, and so are values that only say the
 * default. What the router returns is never refused: a text that is not understood is compared as it stands.
 */
export function readValues(table: FieldTable, row: Values): Values {
    const values: Values = {};
    for (const field of table.values()) {
        if (row[field.wire] === undefined) continue;
        const value = valueOf(field, row);
        if (value !== (field.fallback ?? "")) values[field.wire] = value;
    }
    return values;
}

/** A row's value of one field, its default where it has none. */
export function valueOf(field: Field, row: Values): string {
    const text = row[field.wire];
    if (text === undefined) return field.fallback ?? "";
    // An empty matcher is not an absent one: it stays set and matches nothing.
    if (text === "" && field.cleared === undefined && field.fallback === undefined) return emptyButSet;
    return lenient(field, text);
}

/** How a matcher reads that was set to nothing instead of being cleared. */
export const emptyButSet = '""';

function lenient(field: Field, text: string): string {
    if (text === "") return "";
    try {
        return canonical(field.kind, text);
    } catch (error) {
        if (error instanceof ValueError) return text;
        throw error;
    }
}

/** What must be sent to turn a row into what is wanted. */
export interface Difference {
    set: Values;
    /** Names that the row has and that are not wanted. */
    clear: string[];
}

/**
 * The difference between a row found and the values wanted, both in canonical form. Every known field counts: what
 * somebody added to a row of ours is a difference too. `ignored` names are left alone.
 */
export function difference(table: FieldTable, found: Values, wanted: Values, ignored: ReadonlySet<string>): Difference {
    const set: Values = {};
    const clear: string[] = [];
    for (const field of table.values()) {
        if (ignored.has(field.wire)) continue;
        const now = valueOf(field, found);
        const target = wanted[field.wire] ?? field.fallback ?? "";
        if (now === target) continue;
        if (target !== "") set[field.wire] = target;
        else if (field.cleared !== undefined) set[field.wire] = field.cleared;
        else clear.push(field.wire);
    }
    return { set, clear };
}

export function isEmpty({ set, clear }: Difference): boolean {
    return clear.length === 0 && Object.keys(set).length === 0;
}

/** The body of a PATCH: `!name` clears a value, as an empty one stays set for most matchers. */
export function patchBody({ set, clear }: Difference): Values {
    return { ...set, ...Object.fromEntries(clear.map((name) => [`!${name}`, ""])) };
}

/** RouterOS's names as our arguments have them. */
export function toCamel(values: Values): Values {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}
