import type { ValueKind } from "./values";
import { camelCase, canonical, compareVersions, ValueError } from "./values";

/** Values by RouterOS's names, every one a string: as REST returns a row, and as they are sent. */
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
    /** Only read: what the router tells of a row, no difference and nothing to set. @default false */
    shown?: boolean;
    /** First RouterOS version that has it. */
    since?: string;
    /** First RouterOS version that has it no more. */
    until?: string;
    doc: string;
}

/** A menu's arguments by RouterOS's name. */
export type FieldTable = ReadonlyMap<string, Field>;

/** No field is ours to compare: values stay as the router prints them. */
export const asPrinted: FieldTable = new Map();

/** A menu of the router, as far as we know it. */
export interface Menu {
    path: string;
    /** {@link asPrinted} where rows are only looked at. */
    table: FieldTable;
    /** What every row has and an answer is told by: one without it, or with another than was asked for or sent, is not ours. */
    identity: readonly string[];
    /** What a row is called by in messages. */
    label: readonly string[];
    /** The field by which rows are read apart: a write to one part leaves what is known of the others. */
    part?: string;
    /** Rows mean the same in whatever order they stand and come: one that cannot be written keeps no other back. @default false */
    isSet?: boolean;
    /** The router makes rows of its own there, which are asked to be left out. @default false */
    dynamic?: boolean;
    /** Rows that go before the others, by a field's values: without the rest they would keep out who is let in. */
    goFirst?: { wire: string; values: readonly string[] };
    /** @default neither, or both */
    family?: "ipv4" | "ipv6";
}

export function fieldTable(fields: readonly Field[]): FieldTable {
    return new Map(fields.map((field) => [field.wire, field]));
}

/** The fields that a version knows; all of them where the version is not known. */
export function fieldsOf(table: FieldTable, version: string | undefined): Field[] {
    return [...table.values()].filter((field) => version === undefined || versionProblem(field, version) === undefined);
}

/** What to ask of a menu: the rows that are not the router's own, by these values, with these of its fields. */
export function queryOf(menu: Menu, names: readonly string[], values: Values = {}): Values {
    const own: Values = menu.dynamic ? { dynamic: "false" } : {};
    const asked = [".id", ...names, ...(menu.dynamic ? ["dynamic"] : [])];
    return { ...values, ...own, ".proplist": [...new Set(asked)].join(",") };
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
 * A value in the router's canonical form, its default where there is none. What the router returns is never refused: a
 * text that is not understood is compared as it stands.
 */
export function valueOf(field: Field, values: Values): string {
    const text = values[field.wire];
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

/** Values of a row without those that only say the default. */
export function withoutDefaults(table: FieldTable, values: Values): Values {
    return Object.fromEntries(
        Object.entries(values).filter(([wire, value]) => value !== (table.get(wire)?.fallback ?? "")),
    );
}

/** What must be sent to turn a row into what is desired. */
export interface Difference {
    set: Values;
    /** Names that the row has and that are not desired. */
    clear: string[];
}

/**
 * The difference between a row's values and those desired, both in canonical form; `undefined` for none. Every known
 * field counts: what somebody added to a row of ours is a difference too. `ignored` names are left alone.
 */
export function difference(
    table: FieldTable,
    actual: Values,
    desired: Values,
    ignored: ReadonlySet<string> = new Set(),
): Difference | undefined {
    const set: Values = {};
    const clear: string[] = [];
    for (const field of table.values()) {
        if (field.shown || ignored.has(field.wire)) continue;
        const target = desired[field.wire] ?? field.fallback ?? "";
        if ((actual[field.wire] ?? "") === target) continue;
        if (target !== "") set[field.wire] = target;
        else if (field.cleared !== undefined) set[field.wire] = field.cleared;
        else clear.push(field.wire);
    }
    return clear.length === 0 && Object.keys(set).length === 0 ? undefined : { set, clear };
}

/** What takes a difference back from a row that had these values. */
export function inverse(table: FieldTable, values: Values, { set, clear }: Difference): Difference {
    const back: Difference = { set: {}, clear: [] };
    for (const wire of [...Object.keys(set), ...clear]) {
        const value = values[wire] ?? table.get(wire)?.cleared;
        if (value === undefined) back.clear.push(wire);
        else back.set[wire] = value;
    }
    return back;
}

/** The body of a PATCH: `!name` clears a value, as an empty one stays set for most matchers. */
export function patchBody({ set, clear }: Difference): Values {
    return { ...set, ...Object.fromEntries(clear.map((name) => [`!${name}`, ""])) };
}

/** RouterOS's names as our arguments have them. */
export function toCamel(values: Values): Values {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}
