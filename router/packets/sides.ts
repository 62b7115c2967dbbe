import type { Row } from "../api";
import type { Device } from "../device/device";
import { interfaceTowards, routesOf } from "../menus/routes";

/** Where the router's two sides are, as far as its configuration tells. */
export interface Sides {
    /** Interface of the default route, else the first member of the list WAN, else the last port. */
    wan: string;
    /** First member of the list LAN, else the first bridge, else the first port. */
    lan: string;
    /** An address of a host on the LAN. */
    host: string;
}

export function sidesOf(device: Device, family: 4 | 6): Sides {
    const ports = device
        .table("/interface")
        .all()
        .flatMap(({ values }) => (values["type"] === "ether" ? values["name"]! : []));
    const wan =
        defaultRouteInterface(device, family) ??
        defaultRouteInterface(device, 4) ??
        dialledInterface(device) ??
        memberOf(device, "WAN") ??
        ports.at(-1)!;
    const lan =
        memberOf(device, "LAN") ?? nameOfType(device, "bridge") ?? ports.find((port) => port !== wan) ?? ports[0]!;
    return { lan, wan, host: family === 4 ? hostOn(device, lan) : "fd00:88::10" };
}

function defaultRouteInterface(device: Device, family: 4 | 6): string | undefined {
    const everything = family === 4 ? "0.0.0.0/0" : "::/0";
    const nearest = (one: Row): number => Number(one["distance"]) + (one["routing-table"] === "main" ? 0 : 1000);
    for (const values of routesOf(device, family).sort((a, b) => nearest(a) - nearest(b))) {
        if (values["disabled"] === "true" || values["dst-address"] !== everything) continue;
        const name = interfaceTowards(device, values["gateway"]!);
        if (name !== undefined) return name;
    }
    return undefined;
}

/** A client that brings its own default route. */
function dialledInterface(device: Device): string | undefined {
    const dialled = device
        .table("/interface")
        .all()
        .find(({ values }) => values["add-default-route"] === "true" && values["disabled"] !== "true");
    if (dialled) return dialled.values["name"];
    const client = device
        .table("/ip/dhcp-client")
        .all()
        .find(({ values }) => values["add-default-route"] !== "no" && values["disabled"] !== "true");
    return client && device.nameOf("/interface", client.values["interface"]!);
}

function memberOf(device: Device, list: string): string | undefined {
    const row = device.findByName("/interface/list", list);
    if (!row) return undefined;
    const member = device
        .table("/interface/list/member")
        .all()
        .find(
            ({ values }) => device.nameOf("/interface/list", values["list"]!) === list && values["disabled"] !== "true",
        );
    return member && device.nameOf("/interface", member.values["interface"]!);
}

function nameOfType(device: Device, type: string): string | undefined {
    return device
        .table("/interface")
        .all()
        .find(({ values }) => values["type"] === type)?.values["name"];
}

function hostOn(device: Device, lan: string): string {
    const row = device
        .table("/ip/address")
        .all()
        .find(({ values }) => device.nameOf("/interface", values["interface"]!) === lan);
    const base = row?.values["address"]?.split("/")[0] ?? "192.168.88.1";
    return base.replace(/\.\d+$/, ".10");
}
