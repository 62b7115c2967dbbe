import type { Row } from "../api";
import type { Device } from "../device/device";
import type { Statement } from "../language/rsc";

/** Names that RouterOS gives to hardware. */
const physical = /^(ether|combo|sfp|sfp-sfpplus|sfpplus|sfp28-|qsfpplus|qsfp28-|wlan|wifi|w60g|lte|usb)\d[\w-]*$/;

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
    if (physical.test(name)) values["default-name"] = name;
    device.table("/interface").insert({ values }, device.behaviour.reuseIds);
}

/** The hardware that statements speak of, under the names that they give it. Ports may have swapped their names. */
export function makePorts(device: Device, statements: readonly Statement[]): void {
    const names = new Map<string, string>();
    const spokenOf = new Set<string>();
    for (const { path, args, words, command } of statements) {
        for (const word of words) {
            const port = /default-name="?([\w-]+)"?/.exec(word)?.[1] ?? (physical.test(word) ? word : undefined);
            if (port === undefined) continue;
            spokenOf.add(port);
            if (path.startsWith("/interface/") && command === "set") names.set(port, args["name"] ?? port);
        }
        for (const [argument, value] of Object.entries(args)) {
            if (argument === "comment" || argument === "name" || argument === "default-name") continue;
            for (const part of value.replace(/^!/, "").split(",")) if (physical.test(part)) spokenOf.add(part);
        }
    }
    const given = new Set(names.values());
    const ports = [...spokenOf].filter((name) => names.has(name) || !given.has(name));
    for (const port of ports) makeInterface(device, port, typeOf(port));
    const table = device.table("/interface");
    const renamed = table.all().flatMap((row) => {
        const name = names.get(row.values["default-name"] ?? "");
        return name === undefined || name === row.values["name"] ? [] : [{ row, name }];
    });
    for (const { row, name } of renamed) {
        const other = device.findByName("/interface", name);
        const free = !other || renamed.some(({ row: leaving }) => leaving === other);
        if (free) table.replace(row, { ...row.values, name });
    }
}

function typeOf(name: string): string {
    return /^(wlan|wifi|w60g)/.test(name) ? "wlan" : name.startsWith("lte") ? "lte" : "ether";
}
