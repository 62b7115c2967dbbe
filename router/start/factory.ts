import { readFileSync } from "node:fs";
import * as path from "node:path";

import * as commands from "../commands/commands";
import type { Device } from "../device/device";
import { menuOf } from "../menus";
import { type Loaded, loadRsc } from "./load";
import { makeInterface } from "./ports";

/** What every router has before any configuration: ports, builtin lists, queue types, services, groups. */
export function makeBare(device: Device): void {
    for (let port = 1; port <= 5; port++) makeInterface(device, `ether${port}`, "ether");
    makeInterface(device, "lo", "loopback");
    for (const [index, values] of menuOf(device, "/interface/list").builtin!.entries()) {
        device.table("/interface/list").insert({ id: 0x2000000 + index, values: { ...values }, builtin: true }, false);
    }
    device.table("/interface/list").setAllocation(0x2000010, []);
    for (const [index, values] of menuOf(device, "/queue/type").builtin!.entries()) {
        device.table("/queue/type").insert({ id: 0xffffffff - index, values: { ...values }, builtin: true }, false);
    }
    device.table("/routing/table").insert({ values: { name: "main", fib: "" }, dynamic: true, builtin: true }, false);
    for (const values of menuOf(device, "/ip/service").builtin!) {
        device.table("/ip/service").insert({ values: { ...values }, builtin: true }, false);
    }
    for (const values of menuOf(device, "/user/group").builtin!) {
        device.table("/user/group").insert({ values: { ...values }, builtin: true }, false);
    }
    device.table("/system/identity").insert({ values: { name: "MikroTik" }, builtin: true }, false);
}

/** The default configuration, or another export's. */
export function configure(device: Device, rsc?: string): Loaded {
    return loadRsc(device, rsc ?? readFileSync(path.join(__dirname, "..", "data", "defconf.rsc"), "utf8"));
}

/** The administrator the router was started with: made, or given that password. */
export function setAdministrator(device: Device, name: string, password: string): void {
    const users = menuOf(device, "/user");
    const user = device.findByName("/user", name);
    device.administrator = name;
    if (user) commands.set(device, users, [user], { password, group: "full", disabled: "no" });
    else commands.add(device, users, { name, password, group: "full" });
}
