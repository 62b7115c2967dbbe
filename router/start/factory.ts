import { readFileSync } from "node:fs";
import * as path from "node:path";

import * as commands from "../commands/commands";
import type { Device } from "../device/device";
import { menuOf } from "../menus";
import { builtinQueueTypes, completeType } from "../menus/queues";
import { fullPolicy } from "../menus/users";
import { loadRsc, makeInterface } from "./load";

/** What every router has before any configuration: ports, builtin lists, queue types, services, groups. */
export function makeBare(device: Device): void {
    for (let port = 1; port <= 5; port++) makeInterface(device, `ether${port}`, "ether");
    makeInterface(device, "lo", "loopback");
    for (const [index, name] of ["all", "none", "dynamic", "static"].entries()) {
        const values = {
            name,
            comment: `contains ${name === "none" ? "no" : name} interfaces`,
            include: "",
            exclude: "",
        };
        device.table("/interface/list").insert({ id: 0x2000000 + index, values, builtin: true }, false);
    }
    device.table("/interface/list").setAllocation(0x2000010, []);
    for (const [index, type] of builtinQueueTypes.entries()) {
        device
            .table("/queue/type")
            .insert({ id: 0xffffffff - index, values: completeType(type), builtin: true }, false);
    }
    for (const [name, port, disabled] of services) {
        device.table("/ip/service").insert({ values: { name, port, disabled }, builtin: true }, false);
    }
    const readOnly = "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,rest-api";
    for (const [name, policy] of [
        ["read", readOnly],
        ["write", `${readOnly},write`],
        ["full", fullPolicy],
    ] as const) {
        commands.add(device, menuOf(device, "/user/group"), { name, policy });
    }
    device.table("/system/identity").insert({ values: { name: "MikroTik" }, builtin: true }, false);
}

const services = [
    ["telnet", "23", "true"],
    ["ftp", "21", "true"],
    ["www", "80", "false"],
    ["ssh", "22", "false"],
    ["www-ssl", "443", "false"],
    ["api", "8728", "false"],
    ["winbox", "8291", "false"],
    ["api-ssl", "8729", "false"],
] as const;

/** The default configuration, or another export's; returns its warnings. */
export function configure(device: Device, rsc?: string): string[] {
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
