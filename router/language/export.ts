import type { Row } from "../api";
import type { Device } from "../device/device";
import { formatTimestamp } from "../device/durations";
import type { StoredRow } from "../device/table";
import { writeValue } from "../device/values";
import { menusOf } from "../menus";
import type { Menu } from "../menus/definition";
import { keptLines } from "../menus/kept";
import { rowsOf, showReference } from "../menus/rows";
import { quote } from "./rsc";

/** Not in an export: what only this router is, and users (their passwords never are). */
const leftOut = new Set([
    "/user",
    "/user/active",
    "/ip/firewall/connection",
    "/ipv6/firewall/connection",
    "/interface",
]);

/** The configuration as `/export` writes it: what differs from the defaults, long lines continued. */
export function exportText(device: Device): string {
    const lines = [
        `# ${formatTimestamp(device.now())} by RouterOS ${device.version}`,
        `# software id = ${device.softwareId}`,
        "#",
        "# model = RB750Gr3",
        `# serial number = ${device.serial}`,
    ];
    for (const [path, written] of linesByMenu(device)) {
        if (written.length > 0) lines.push(path.replace(/\//g, " ").replace(/^ /, "/"), ...written);
    }
    return `${lines.join("\n")}\n`;
}

/** The modelled menus in their order; lines that were kept follow the menu that they followed. */
function linesByMenu(device: Device): Map<string, string[]> {
    const menus = [...menusOf(device.version).values()].filter((menu) => !leftOut.has(menu.path) && !menu.computed);
    const sections = menus.map((menu) => ({ path: menu.path, lines: linesOf(device, menu) }));
    for (const { path, text, after } of keptLines.of(device)) {
        const own = sections.find((section) => section.path === path);
        if (own) own.lines.push(text);
        else sections.splice(sections.findIndex((section) => section.path === after) + 1, 0, { path, lines: [text] });
    }
    return new Map(sections.map(({ path, lines }) => [path, lines]));
}

function linesOf(device: Device, menu: Menu): string[] {
    if (menu.singleton) {
        const row = device.table(menu.path).all()[0];
        const values = row ? writtenValues(device, menu, row) : {};
        if (menu.path === "/system/identity" && values["name"] === "MikroTik") return [];
        return Object.keys(values).length > 0 ? [line("set", values)] : [];
    }
    return rowsOf(device, menu).flatMap((row) => {
        if (row.dynamic) return [];
        const values = writtenValues(device, menu, row);
        const port = row.values["default-name"];
        const before = menu.builtin?.find(({ name }) => name === row.values["name"]);
        if (port !== undefined) {
            for (const name of ["mac-address", "mtu"]) if (!row.explicit?.includes(name)) delete values[name];
            if (values["name"] === port) delete values["name"];
            return Object.keys(values).length > 0 ? [line(`set [ find default-name=${port} ]`, values)] : [];
        }
        if (!row.builtin) return [line("add", values)];
        // Of a row that every router has, what somebody changed.
        const changed = Object.entries(values).filter(
            ([name]) =>
                name !== "name" &&
                (row.values[name] !== before?.[name] || row.explicit?.includes(name) || row.kept?.[name] !== undefined),
        );
        const name = quote(row.values["name"] ?? "");
        return changed.length > 0 ? [line(`set ${name}`, Object.fromEntries(changed))] : [];
    });
}

/** What an export leaves out where the menu does not say otherwise. */
const plain: Row = { disabled: "no", log: "no", "log-prefix": "" };

/** Writable values that are not the defaults, or that somebody wrote, by name; null for a bare word. */
function writtenValues(device: Device, menu: Menu, row: StoredRow): Record<string, string | null> {
    const values: Record<string, string | null> = {};
    const usual = row.builtin ? undefined : menu.usual?.(row.values);
    for (const [name, stored] of Object.entries(row.values)) {
        const field = menu.fields[name];
        if (field === undefined || menu.hidden?.includes(name)) continue;
        const shown = field.menu === undefined ? stored : showReference(device, field, stored);
        const value = writeValue(field, shown);
        const isDefault = (menu.defaults?.[name] ?? plain[name]) === value || usual?.[name] === stored;
        if (isDefault && !row.explicit?.includes(name)) continue;
        values[name] = field.kind === "flag" ? null : value;
    }
    Object.assign(values, row.kept);
    return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (bare(a) < bare(b) ? -1 : 1)));
}

const bare = (name: string) => name.replace(/^!/, "");

/** One command, broken as RouterOS breaks it: before a word that would pass column 80, with four spaces. */
function line(command: string, values: Record<string, string | null>): string {
    let text = command;
    let width = command.length;
    for (const [name, value] of Object.entries(values)) {
        const word = value === null ? name : `${name}=${quote(value)}`;
        if (width + word.length + 2 > 80) {
            text += ` \\\n    ${word}`;
            width = 4 + word.length;
        } else {
            text += ` ${word}`;
            width += word.length + 1;
        }
    }
    return text;
}

/** The configuration without what changes by itself, for comparing before and after. */
export function configurationOf(device: Device): Record<string, Row[]> {
    const result: Record<string, Row[]> = {};
    for (const menu of menusOf(device.version).values()) {
        if (menu.viewOf || menu.computed || menu.path.endsWith("/connection")) continue;
        const rows = rowsOf(device, menu).filter((row) => !row.dynamic);
        const shown = rows.map((row) => {
            const values: Row = {};
            for (const name of Object.keys(row.values).sort()) {
                if (menu.hidden?.includes(name)) continue;
                const field = menu.fields[name];
                const value = row.values[name]!;
                values[name] = field?.menu === undefined ? value : showReference(device, field, value);
            }
            for (const [name, value] of Object.entries(row.kept ?? {})) values[name] = value ?? "";
            return values;
        });
        // What only reports (`/system/resource`) has nothing to configure.
        if (shown.some((values) => Object.keys(values).length > 0)) result[menu.path] = shown;
    }
    for (const { path, text } of keptLines.of(device)) (result[path] ??= []).push({ text });
    return result;
}
