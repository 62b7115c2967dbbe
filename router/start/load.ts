import type { Row } from "../api";
import * as commands from "../commands/commands";
import { singleton } from "../commands/protocol";
import { settle } from "../commands/restart";
import type { Device } from "../device/device";
import { Refusal } from "../errors";
import { selectorOf } from "../language/find";
import { parseRsc, type Statement } from "../language/rsc";
import { menusOf } from "../menus";
import type { Menu } from "../menus/definition";
import { rowsOf, showRow } from "../menus/rows";

/**
 * Reads an `/export` into the router. Returns what was passed over, a line each: menus that are not modelled, and lines
 * that the router refuses. Physical interfaces that are only referred to are made: an export does not name those that
 * nobody changed. Throws RscError for a text that is none.
 */
export function loadRsc(device: Device, text: string): string[] {
    const statements = parseRsc(text);
    const warnings: string[] = [];
    const skipped = new Map<string, number>();
    for (const name of physicalInterfaces(statements)) makeInterface(device, name, typeOf(name));
    for (const statement of statements) {
        const menu = menusOf(device.version).get(statement.path);
        try {
            if (!menu) skip(device, statement, skipped);
            else apply(device, menu, statement);
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            warnings.push(`line ${statement.line}: ${statement.path} ${statement.command}: ${error.message}`);
        }
    }
    for (const [path, count] of skipped) {
        warnings.push(`${path}: not modelled, ${count === 1 ? "1 line" : `${count} lines`} skipped`);
    }
    settle(device);
    return warnings;
}

function skip(device: Device, { path, command, args }: Statement, skipped: Map<string, number>): void {
    // A kind of interface without a menu here is still an interface that rules may name.
    if (
        path.startsWith("/interface/") &&
        command === "add" &&
        args["name"] !== undefined &&
        path.split("/").length === 3
    ) {
        makeInterface(device, args["name"], path.split("/")[2]!);
    }
    skipped.set(path, (skipped.get(path) ?? 0) + 1);
}

function apply(device: Device, menu: Menu, { command, args, words }: Statement): void {
    if (command === "add") {
        commands.add(device, menu, args);
    } else if (command === "set" && menu.singleton) {
        commands.set(device, menu, [singleton(device, menu)], args);
    } else if (command === "set" || command === "remove" || command === "disable" || command === "enable") {
        const rows = words.flatMap((word) => selectWord(device, menu, word));
        if (command === "remove") commands.remove(device, menu, rows);
        else
            commands.set(
                device,
                menu,
                rows,
                command === "set" ? args : { disabled: command === "disable" ? "yes" : "no" },
            );
    } else {
        throw new Refusal(400, `no such command (${command})`);
    }
}

function selectWord(device: Device, menu: Menu, word: string) {
    if (!word.startsWith("[")) return commands.selectRows(device, menu, word);
    const selects = selectorOf(word);
    return rowsOf(device, menu).filter((row) => selects(showRow(device, menu, row)));
}

/** Made as the hardware has it; `default-name` as `[ find default-name=ether1 ]` asks for it. */
export function makeInterface(device: Device, name: string, type: string): void {
    if (device.findByName("/interface", name)) return;
    const number = device.table("/interface").size + 1;
    const values: Row = {
        name,
        type,
        mtu: "1500",
        "mac-address": `02:00:00:00:00:${number.toString(16).padStart(2, "0").toUpperCase()}`,
        disabled: "false",
    };
    if (type === "ether") values["default-name"] = name;
    device.table("/interface").insert({ values }, device.behaviour.reuseIds);
}

const physical = /^(ether|sfp|sfp-sfpplus|qsfpplus|qsfp28-|combo|wlan|wifi|lte)\d[\w-]*$/;

function physicalInterfaces(statements: readonly Statement[]): Set<string> {
    const renamed = new Map<string, string>();
    const names = new Set<string>();
    for (const { args, words } of statements) {
        for (const word of words) {
            const name = /default-name="?([\w-]+)"?/.exec(word)?.[1];
            if (name === undefined) continue;
            names.add(name);
            if (args["name"] !== undefined) renamed.set(args["name"], name);
        }
        for (const value of Object.values(args)) {
            const name = value.replace(/^!/, "");
            if (physical.test(name)) names.add(name);
        }
    }
    // A new name of an interface is not another interface.
    for (const name of renamed.keys()) if (renamed.get(name) !== name) names.delete(name);
    return names;
}

function typeOf(name: string): string {
    return /^(wlan|wifi)/.test(name) ? "wlan" : name.startsWith("lte") ? "lte" : "ether";
}
