import type { Row } from "../api";
import { type Device, matches } from "../device/device";
import { type Counters, showId, type StoredRow } from "../device/table";
import type { Field } from "../device/values";
import type { Menu } from "./definition";

/** Rows of a menu, in order, after what has run out is gone. */
export function rowsOf(device: Device, menu: Menu): readonly StoredRow[] {
    menu.expire?.(device);
    const rows = device.table(menu.path).all();
    const where = menu.viewOf?.where;
    return where ? rows.filter((row) => matches(row, where)) : rows;
}

export function rowById(device: Device, menu: Menu, id: number): StoredRow | undefined {
    menu.expire?.(device);
    const row = device.table(menu.path).get(id);
    return row && (!menu.viewOf || matches(row, menu.viewOf.where)) ? row : undefined;
}

/** The row as REST returns it: names for references (the raw id when what they meant is gone), read-only properties. */
export function showRow(device: Device, menu: Menu, row: StoredRow): Row {
    const shown: Row = {};
    for (const [name, value] of Object.entries(row.kept ?? {})) if (!name.startsWith("!")) shown[name] = value ?? "";
    for (const name in row.values) {
        if (menu.hidden?.includes(name)) continue;
        const value = row.values[name]!;
        const field = menu.fields[name];
        shown[name] = field?.menu === undefined ? value : showReference(device, field, value);
    }
    const complete = menu.show ? menu.show(shown, row, device) : shown;
    return menu.singleton ? complete : { ".id": showId(row.id), ...complete };
}

export function showReference(device: Device, field: Field, value: string): string {
    const one = (part: string): string => {
        const negated = part.startsWith("!") ? "!" : "";
        const id = part.slice(negated.length);
        return id.startsWith("*") ? negated + (device.nameOf(field.menu!, id) ?? id) : part;
    };
    if (field.kind === "reference-pair") return value.split("/").map(one).join("/");
    return field.kind === "references" ? value.split(",").map(one).join(",") : one(value);
}

/** Counters with a rate, while it is shown. */
export function currentRate(device: Device, row: StoredRow): Counters | undefined {
    return (row.counters?.rateUntil ?? 0) > device.now() ? row.counters : undefined;
}

/** After rows of a menu were made, changed or removed. */
export function afterChange(device: Device, menu: Menu): void {
    menu.changed?.(device);
    device.touch();
}
