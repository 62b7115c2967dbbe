import type { Row } from "../api";
import type { Device } from "../device/device";
import { formatTimestamp } from "../device/durations";
import { writeValue } from "../device/values";
import { menusOf } from "../menus";
import type { Menu } from "../menus/definition";
import { builtinQueueTypes, completeType } from "../menus/queues";
import { rowsOf, showReference } from "../menus/rows";
import { quote } from "./rsc";

/** Not in an export: what only this router is, and users (their passwords never are). */
const leftOut = new Set([
    "/user",
    "/user/group",
    "/user/active",
    "/ip/firewall/connection",
    "/interface",
    "/system/clock",
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
    for (const menu of menusOf(device.version).values()) {
        if (leftOut.has(menu.path) || menu.computed || menu.commands.size === 0) continue;
        const written = menu.singleton ? singletonLines(device, menu) : rowLines(device, menu);
        if (written.length > 0) lines.push(menu.path.replace(/\//g, " ").replace(/^ /, "/"), ...written);
    }
    return `${lines.join("\n")}\n`;
}

function rowLines(device: Device, menu: Menu): string[] {
    const lines: string[] = [];
    for (const row of rowsOf(device, menu)) {
        if (row.dynamic) continue;
        const values = writtenValues(device, menu, row.values);
        const name = row.values["default-name"];
        if (menu.path === "/interface/ethernet") {
            delete values["mac-address"];
            delete values["mtu"];
            if (values["name"] === name) delete values["name"];
            if (Object.keys(values).length > 0) lines.push(line(`set [ find default-name=${name} ]`, values));
        } else if (!row.builtin) {
            lines.push(line("add", values));
        } else if (menu.path === "/queue/type") {
            const changed = changedType(row.values, values);
            if (Object.keys(changed).length > 0) lines.push(line(`set ${row.values["name"]}`, changed));
        }
    }
    return lines;
}

/** What somebody changed in a queue type that every router has. */
function changedType(stored: Row, written: Row): Row {
    const builtin = completeType(builtinQueueTypes.find(({ name }) => name === stored["name"]) ?? {});
    return Object.fromEntries(Object.entries(written).filter(([name]) => stored[name] !== builtin[name]));
}

function singletonLines(device: Device, menu: Menu): string[] {
    const row = device.table(menu.path).all()[0];
    const values = row ? writtenValues(device, menu, row.values) : {};
    if (menu.path === "/system/identity" && values["name"] === "MikroTik") return [];
    return Object.keys(values).length > 0 ? [line("set", values)] : [];
}

/** What an export leaves out in every menu. */
const plain: Row = { disabled: "no", log: "no", "log-prefix": "" };

/** Writable values that are not the defaults, in the form in which they are written. */
function writtenValues(device: Device, menu: Menu, stored: Row): Row {
    const values: Row = {};
    for (const name of Object.keys(stored).sort()) {
        if (menu.fields[name] === undefined || menu.hidden?.includes(name)) continue;
        const field = menu.fields[name];
        const shown = field.menu === undefined ? stored[name]! : showReference(device, field, stored[name]!);
        const value = writeValue(field, shown);
        if (menu.defaults?.[name] === value || plain[name] === value) continue;
        values[name] = value;
    }
    return values;
}

/** One command, broken as RouterOS breaks it: before a word that would pass column 80, with four spaces. */
function line(command: string, values: Row): string {
    let text = command;
    let width = command.length;
    for (const [name, value] of Object.entries(values)) {
        const word = `${name}=${quote(value)}`;
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
            return values;
        });
        // What only reports (`/system/resource`) has nothing to configure.
        if (shown.some((values) => Object.keys(values).length > 0)) result[menu.path] = shown;
    }
    return result;
}
