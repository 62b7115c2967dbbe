import { readFileSync } from "node:fs";

import type { Row } from "../api";
import type { Device } from "../device/device";
import { readId } from "../device/table";
import { parseValue } from "../device/values";
import { Refusal } from "../errors";
import { menusOf, newDevice } from "../menus";
import type { Menu } from "../menus/definition";
import { versions } from "../menus/definition";
import { makeBare } from "./factory";
import { loadRsc, versionOfExport } from "./load";
import { loadState } from "./state";

/** Menus that decide which way a connection's packets go. */
export const tracedMenus = [
    "/interface",
    "/interface/list",
    "/interface/list/member",
    ...["/ip", "/ipv6"].flatMap((family) => [
        `${family}/address`,
        `${family}/route`,
        `${family}/settings`,
        `${family}/firewall/address-list`,
        `${family}/firewall/mangle`,
        `${family}/firewall/filter`,
        `${family}/firewall/raw`,
        `${family}/firewall/nat`,
        `${family}/firewall/connection`,
    ]),
    "/ip/dhcp-client",
    "/routing/table",
    "/queue/type",
    "/queue/tree",
    "/queue/simple",
] as const;

/** A router's state from what REST returned, for looking at; ids are kept, what is not known here is left out. */
export function deviceFromRows(version: string, menus: Record<string, Row[]>): Device {
    const device = newDevice({ version: versionOr(version) });
    const entries = Object.entries(menus).flatMap(([path, rows]) => {
        const menu = menusOf(device.version).get(path);
        return menu && !menu.viewOf ? rows.map((row) => ({ menu, row })) : [];
    });
    // First the names, so that every reference finds its row, whatever the order.
    const made = entries.map(({ menu, row }) => {
        const dynamic = row["dynamic"] === "true";
        const id = row[".id"] === undefined ? undefined : readId(row[".id"]);
        return device.table(menu.path).insert(
            {
                ...(id === undefined ? {} : { id }),
                values: row["name"] === undefined ? {} : { name: row["name"] },
                ...(dynamic ? { dynamic } : {}),
                ...(dynamic && menu.ordered ? { builtin: true } : {}),
            },
            false,
        );
    });
    for (const [index, { menu, row }] of entries.entries()) {
        device.table(menu.path).replace(made[index]!, knownValues(device, menu, row));
    }
    return device;
}

/** From a state file of the embedded router. Throws, saying why, when it cannot be used. */
export function deviceFromState(file: string): Device {
    const { version } = readState(file);
    const device = newDevice({ version: versionOr(typeof version === "string" ? version : "") });
    loadState(file, device);
    return device;
}

function readState(file: string): { version?: unknown } {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as { version?: unknown };
    } catch (error) {
        throw new Error(`the state file ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
}

/** From an `/export`, with what was passed over. */
export function deviceFromRsc(text: string): { device: Device; warnings: string[] } {
    if (text.trim() === "") throw new Error("the file is empty: no export");
    const device = newDevice({ version: versionOr(versionOfExport(text) ?? "") });
    makeBare(device);
    return { device, warnings: loadRsc(device, text).warnings };
}

function versionOr(version: string): string {
    return version === "" ? versions[1]! : version;
}

function knownValues(device: Device, menu: Menu, row: Row): Row {
    // A connection's properties are not written, and all of them are told by the row.
    if (menu.path.endsWith("/connection")) return { ...row };
    const values: Row = menu.path === "/interface" && row["type"] !== undefined ? { type: row["type"] } : {};
    for (const [name, value] of Object.entries(row)) {
        const field = menu.fields[name];
        if (!field || name === "dynamic" || name === "timeout") continue;
        try {
            values[name] = parseValue(name, field, value, device.resolve);
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            values[name] = value;
        }
    }
    return values;
}
