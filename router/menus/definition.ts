import type { Row } from "../api";
import { compareVersions } from "../assumed";
import data from "../data/menus.json";
import type { Device } from "../device/device";
import type { Shape } from "../device/shape";
import type { StoredRow } from "../device/table";
import type { Field } from "../device/values";

/** Versions whose menus are known, oldest first; the dumps are of virtual routers: assumed(hw-offload). */
export const versions: readonly string[] = data.versions;

/** The newest known version that is not newer; the oldest known for one that is older than all. */
export function nearestVersion(version: string): string {
    return versions.filter((known) => compareVersions(known, version) <= 0).at(-1) ?? versions[0]!;
}

/** What is special about a menu; everything else comes from the distilled dumps. */
export interface MenuRules extends Omit<Shape, "fields"> {
    /** Oldest version that has the menu. @default all that are known here */
    since?: string;
    /** Rows have an order that `move` and `place-before` change. */
    ordered?: boolean;
    /** Rows that every router has. */
    builtin?: readonly Row[];
    mandatory?: readonly string[];
    /** Kinds and bounds that the dumps do not tell. */
    fields?: Record<string, Field>;
    /** Values a new row has where none is given. */
    defaults?: Row;
    /** Values that a row has where nothing is written, where they depend on the row; as they are stored. */
    usual?(values: Row): Row;
    /** Commands for a menu that the dumps lack: assumed(menus-by-hand). */
    byHand?: {
        commands: readonly string[];
    };
    /** Checks and completes the row as it would be; may change `values`. */
    check?(values: Row, context: CheckContext): void;
    /** Read-only properties, and those that are always there. Gets the row with names in place of ids. */
    show?(shown: Row, row: StoredRow, device: Device): Row;
    /** After rows were made, changed or removed. */
    changed?(device: Device): void;
    /** Before rows are read: what has run out goes. */
    expire?(device: Device): void;
    /** Makes the dynamic rows that the configuration asks for. */
    settled?(device: Device): void;
    /** Dynamic rows that a restart leaves. @default none */
    survives?(row: StoredRow, device: Device): boolean;
    /** What the menu keeps beside its rows is lost at a restart. */
    restarted?(device: Device): void;
    /** Before rows are removed; throws where RouterOS refuses. */
    removing?(rows: readonly StoredRow[], device: Device): void;
    /** Arguments that are never shown (passwords). */
    hidden?: readonly string[];
    /** Rows that a list shows after the others while something lasts (connections in `/ip/service`). */
    passing?(device: Device): Row[];
    /** Rows made for the moment of reading (`/user/active`). */
    computed?(device: Device): Row[];
}

export interface CheckContext {
    device: Device;
    menu: Menu;
    /** Undefined for a new row. */
    row?: StoredRow;
    /** What was written, in canonical form. */
    written: Row;
    /** What the row gets besides its values. */
    meta: { dynamic?: boolean; expires?: number };
}

/** A menu of one RouterOS version. */
export interface Menu extends MenuRules {
    commands: ReadonlySet<string>;
    addArguments: ReadonlySet<string>;
    setArguments: ReadonlySet<string>;
    printArguments: ReadonlySet<string>;
    /** What `unset` takes as `value-name`. */
    unsetNames: ReadonlySet<string>;
    fields: Record<string, Field>;
}

interface DumpedType {
    values?: string[];
    later?: Record<string, string[]>;
    negatable?: boolean;
    list?: boolean;
    says?: string;
}
interface DumpedMenu {
    commands: Record<string, string[]>;
    add?: Record<string, string[]>;
    set?: Record<string, string[]>;
    print?: Record<string, string[]>;
    unset?: Record<string, string[]>;
    types?: Record<string, DumpedType>;
}

const dumped = data.menus as Record<string, DumpedMenu>;
/** What POST `print` takes in every menu, for menus that the dumps lack. */
const plainPrint = dumped["/queue/tree"]!.print!;

/** The menu as that version has it. */
export function defineMenu(rules: MenuRules, version: string): Menu {
    const dump = dumped[rules.path];
    const names = (list?: Record<string, string[]>) => new Set([...(list?.["all"] ?? []), ...(list?.[version] ?? [])]);
    const types = dump?.types ?? {};
    const fields: Record<string, Field> = {};
    const setArguments = names(dump?.set);
    const addArguments = names(dump?.add);
    setArguments.delete("numbers");
    for (const name of [...addArguments, ...setArguments]) {
        fields[name] = complete(rules.fields?.[name] ?? guess(types[name]), types[name], version);
    }
    return {
        ...rules,
        commands: dump ? names(dump.commands) : new Set(rules.byHand?.commands ?? []),
        addArguments,
        setArguments,
        printArguments: names(dump?.print ?? plainPrint),
        unsetNames: names(dump?.unset),
        fields,
    };
}

/** The kind a dump's description and completions tell; what they do not tell is kept as it is written: assumed(untold-types). */
function guess(type: DumpedType | undefined): Field {
    const values = type?.values;
    if (values?.length === 2 && values.includes("no") && values.includes("yes")) return { kind: "boolean" };
    if (type?.says?.includes("time interval") && !values) return { kind: "duration" };
    return { kind: "string" };
}

function complete(field: Field, type: DumpedType | undefined, version: string): Field {
    const needsValues = (field.kind === "enum" || field.kind === "enum-list") && field.values === undefined;
    return {
        ...field,
        ...(type?.negatable ? { negatable: true } : {}),
        ...(needsValues ? { values: [...(type?.values ?? []), ...(type?.later?.[version] ?? [])] } : {}),
    };
}
