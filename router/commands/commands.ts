import type { Row } from "../api";
import type { Device } from "../device/device";
import { readId, type StoredRow } from "../device/table";
import { parseValue, splitList } from "../device/values";
import { refuse } from "../errors";
import type { CheckContext, Menu } from "../menus/definition";
import { afterChange, rowById, rowsOf } from "../menus/rows";

/** A menu's row as it would be, checked; nothing is changed yet. */
function prepare(device: Device, menu: Menu, values: Row, context: Omit<CheckContext, "device" | "menu" | "meta">) {
    const meta: CheckContext["meta"] = {};
    if (values["comment"] === "") delete values["comment"];
    if (context.row) {
        // assumed(empty-mandatory): what a row must have, and its name, cannot be emptied.
        for (const name of [...(menu.mandatory ?? []), ...(menu.named ? ["name"] : [])]) {
            if (context.written[name] === "") throw refuse.badValue(name);
        }
    }
    if (menu.named) checkName(device, menu, values, context.row);
    menu.check?.(values, { device, menu, meta, ...context });
    return meta;
}

function checkName(device: Device, menu: Menu, values: Row, row: StoredRow | undefined): void {
    const name = values["name"];
    if (name === undefined || name === "") return;
    const same = device.findByName(menu.viewOf?.path ?? menu.path, name);
    if (same && same !== row) throw refuse.duplicateName();
}

/** `add`: the new row. */
export function add(device: Device, menu: Menu, given: Row): StoredRow {
    const { "place-before": placeBefore, "copy-from": copyFrom, ...rest } = given;
    for (const name of Object.keys(given)) {
        if (!menu.addArguments.has(name.replace(/^!/, ""))) throw refuse.unknownParameter(name);
    }
    const table = device.table(menu.path);
    const copied = copyFrom === undefined ? {} : selectRows(device, menu, copyFrom)[0]!.values;
    const written = parseAll(device, menu, rest);
    const values: Row = { ...copied, ...written };
    for (const name of menu.mandatory ?? []) {
        if (!values[name] && !(device.importing && values[name] === "")) throw refuse.missing(name);
    }
    for (const [name, value] of Object.entries(menu.defaults ?? {})) {
        if (values[name] === undefined && menu.addArguments.has(name)) {
            values[name] = value === "" ? "" : parseValue(name, menu.fields[name]!, value, device.resolve);
        }
    }
    const before = placeBefore === undefined ? undefined : rowToPlaceBefore(device, menu, placeBefore);
    const meta = prepare(device, menu, values, { written });
    const row = table.insert({ values, created: device.now(), ...stripped(meta) }, device.behaviour.reuseIds, before);
    afterChange(device, menu);
    return row;
}

function stripped(meta: CheckContext["meta"]): CheckContext["meta"] {
    return {
        ...(meta.dynamic ? { dynamic: true } : {}),
        ...(meta.expires === undefined ? {} : { expires: meta.expires }),
    };
}

/** `set`: all rows or none, assumed(several-numbers), but `/user`, where what comes before the bad value stays (recorded). */
export function set(device: Device, menu: Menu, rows: readonly StoredRow[], given: Row): void {
    const rest = { ...given };
    for (const name of ["numbers", ".id"]) delete rest[name];
    for (const name of Object.keys(rest)) {
        const argument = name.replace(/^!/, "");
        if (!menu.setArguments.has(argument)) throw refuse.unknownParameter(name);
        if (name.startsWith("!") && !canClear(menu, argument)) throw refuse.unknownParameter(name);
    }
    if (menu.path === "/user" && Object.keys(rest).length > 1) {
        for (const [name, value] of Object.entries(rest)) set(device, menu, rows, { [name]: value });
        return;
    }
    const cleared = Object.keys(rest).filter((name) => name.startsWith("!"));
    const written = parseAll(device, menu, rest);
    change(
        device,
        menu,
        rows,
        written,
        cleared.map((name) => name.slice(1)),
    );
}

/** `!name` clears what `unset` clears, and a comment. Menus without `unset` do not know it: assumed(clearing). */
function canClear(menu: Menu, name: string): boolean {
    if (name === "comment") return true;
    return menu.unsetNames.size > 0 && name !== "action" && !menu.mandatory?.includes(name);
}

/** `unset`: clears one property, which must be among those the menu names. */
export function unset(device: Device, menu: Menu, rows: readonly StoredRow[], names: readonly string[]): void {
    for (const name of names) if (!menu.unsetNames.has(name)) throw refuse.noMatch("value-name");
    const cleared = names.filter((name) => !["all", "static", "dynamic"].includes(name)); // assumed(unset-words)
    change(device, menu, rows, {}, cleared);
}

/** `reset`: the named properties as in a new row: assumed(reset); the command exists, its body is not recorded. */
export function reset(device: Device, menu: Menu, rows: readonly StoredRow[], names: readonly string[]): void {
    const written: Row = {};
    for (const name of names) {
        if (!menu.setArguments.has(name)) throw refuse.unknownParameter(name);
        const value = menu.defaults?.[name];
        if (value !== undefined) written[name] = parseAll(device, menu, { [name]: value })[name]!;
    }
    const cleared = names.filter((name) => written[name] === undefined && !menu.mandatory?.includes(name));
    change(device, menu, rows, written, cleared);
}

function change(
    device: Device,
    menu: Menu,
    rows: readonly StoredRow[],
    written: Row,
    cleared: readonly string[],
): void {
    const table = device.table(menu.path);
    const prepared = rows.map((row) => {
        if (row.builtin && row.dynamic) throw refuse.builtinChange("change");
        if (row.parent !== undefined) throw refuse.dynamicChange("change");
        const values = { ...row.values, ...written };
        for (const name of cleared) delete values[name];
        return { row, values, meta: prepare(device, menu, values, { row, written }) };
    });
    for (const { row, values, meta } of prepared) {
        table.replace(row, values);
        if ("dynamic" in meta) row.dynamic = meta.dynamic || undefined;
        if ("expires" in meta) row.expires = meta.expires;
    }
    afterChange(device, menu);
}

export function remove(device: Device, menu: Menu, rows: readonly StoredRow[]): void {
    if (rows.some((row) => row.builtin && row.dynamic)) throw refuse.builtinChange("remove");
    menu.removing?.(rows, device);
    device.table(menu.path).remove(rows);
    afterChange(device, menu);
}

/** `move`: before the destination in the order given; to the end without one, or when it does not exist (recorded). */
export function move(device: Device, menu: Menu, rows: readonly StoredRow[], destination?: string): void {
    const before = destination === undefined ? undefined : findRow(device, menu, destination);
    if (rows.some((row) => row.builtin) || before?.builtin) throw refuse.builtin();
    if (before && rows.includes(before)) throw refuse.moveBeforeItself();
    device.table(menu.path).move(rows, before);
    afterChange(device, menu);
}

export function resetCounters(device: Device, rows: readonly StoredRow[]): void {
    for (const row of rows) delete row.counters;
    device.touch();
}

function rowToPlaceBefore(device: Device, menu: Menu, text: string): StoredRow | undefined {
    const row = findRow(device, menu, text);
    if (row?.builtin && row.dynamic) throw refuse.builtin();
    // assumed(unknown-place-before)
    if (!row && device.behaviour.unknownPlaceBefore === "refuse") throw refuse.unknownId();
    return row;
}

/** Rows that `numbers` (or `.id`) means: ids, names, positions or comments, with commas. All must exist: assumed(several-numbers). */
export function selectRows(device: Device, menu: Menu, numbers: string): StoredRow[] {
    const whole = findRow(device, menu, numbers);
    if (whole) return [whole];
    return splitList(numbers).map((part) => {
        const row = findRow(device, menu, part);
        if (!row) throw refuse.unknownId();
        return row;
    });
}

function findRow(device: Device, menu: Menu, text: string): StoredRow | undefined {
    const id = readId(text);
    if (id !== undefined) return rowById(device, menu, id);
    if (menu.named) {
        const row = device.findByName(menu.path, text);
        if (row) return row;
    }
    const rows = rowsOf(device, menu);
    if (/^\d+$/.test(text)) return rows[Number(text)];
    return text === "" ? undefined : rows.find((row) => row.values["comment"] === text);
}

function parseAll(device: Device, menu: Menu, given: Row): Row {
    const parsed: Row = {};
    for (const [name, value] of Object.entries(given)) {
        if (!name.startsWith("!")) parsed[name] = parseValue(name, menu.fields[name]!, value, device.resolve);
    }
    return parsed;
}
