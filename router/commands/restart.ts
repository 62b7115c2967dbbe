import { type Device, tablesOf } from "../device/device";
import { readId, showId } from "../device/table";
import { menusOf } from "../menus";
import { rowsOf } from "../menus/rows";

/** What a restart loses: dynamic rows, counters, connections, sessions; with `renumber`, every id changes. */
export function restart(device: Device, renumber = false): void {
    for (const menu of menusOf(device.version).values()) {
        if (menu.viewOf) continue;
        const table = device.table(menu.path);
        table.remove(table.all().filter((row) => row.dynamic === true && !menu.survives?.(row, device)));
        for (const row of table.all()) delete row.counters;
    }
    if (renumber) renumberAll(device);
    for (const menu of menusOf(device.version).values()) menu.restarted?.(device);
    device.boot();
    settle(device);
}

/** Makes the dynamic rows that the configuration asks for. */
export function settle(device: Device): void {
    for (const menu of menusOf(device.version).values()) menu.settled?.(device);
    device.touch();
}

function renumberAll(device: Device): void {
    const changes = new Map<string, Map<number, number>>();
    for (const [path, table] of device.allTables()) changes.set(path, table.renumber());
    const renamed = (menu: string, id: string): string => {
        const number = readId(id);
        const next = tablesOf(menu)
            .map((path) => changes.get(path)?.get(number!))
            .find((value) => value !== undefined);
        return next === undefined ? id : showId(next);
    };
    for (const menu of menusOf(device.version).values()) {
        const references = Object.entries(menu.fields).filter(([, field]) => field.menu !== undefined);
        if (references.length === 0) continue;
        const table = device.table(menu.path);
        for (const row of rowsOf(device, menu)) {
            const values = { ...row.values };
            for (const [name, field] of references) {
                if (values[name] === undefined) continue;
                values[name] = values[name].replace(/\*[0-9A-F]+/g, (id) => renamed(field.menu!, id));
            }
            table.replace(row, values);
        }
    }
}
