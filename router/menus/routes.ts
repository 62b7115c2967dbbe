import { contains } from "../device/addresses";
import type { Device } from "../device/device";
import type { MenuRules } from "./definition";

const crud = ["add", "set", "remove", "get", "print", "find", "export", "edit", "enable", "disable", "comment"];

/** assumed(menus-by-hand). Enough to tell the WAN: addresses and the default route. */
export function addressMenu(family: 4 | 6): MenuRules {
    return {
        path: `/${family === 4 ? "ip" : "ipv6"}/address`,
        mandatory: ["address", "interface"],
        byHand: {
            commands: crud,
            add: ["address", "comment", "disabled", "interface", "network", ...(family === 6 ? ["advertise"] : [])],
        },
        fields: {
            disabled: { kind: "boolean" },
            interface: { kind: "reference", menu: "/interface", says: "interface" },
        },
        defaults: { disabled: "no" },
        check(values) {
            // The opposite of address lists: a host's length is added.
            if (!values["address"]!.includes("/")) values["address"] += family === 4 ? "/32" : "/128";
        },
        show: (shown, row) => ({
            ...shown,
            "actual-interface": shown["interface"]!,
            dynamic: row.dynamic ? "true" : "false",
            invalid: shown["interface"]?.startsWith("*") ? "true" : "false",
        }),
    };
}

/** assumed(menus-by-hand). `immediate-gw` ends in `%<interface>`, as recorded in public captures. */
export function routeMenu(family: 4 | 6): MenuRules {
    return {
        path: `/${family === 4 ? "ip" : "ipv6"}/route`,
        mandatory: ["gateway"],
        byHand: {
            commands: crud,
            add: [
                "dst-address",
                "gateway",
                "distance",
                "comment",
                "disabled",
                "routing-table",
                "scope",
                "target-scope",
            ],
        },
        fields: { disabled: { kind: "boolean" }, distance: { kind: "integer", min: 1, max: 255 } },
        defaults: {
            disabled: "no",
            distance: "1",
            "routing-table": "main",
            "dst-address": family === 4 ? "0.0.0.0/0" : "::/0",
        },
        show: (shown, row, device) => ({
            ...shown,
            active: String(shown["disabled"] !== "true"),
            dynamic: row.dynamic ? "true" : "false",
            "immediate-gw": immediateGateway(shown["gateway"] ?? "", device),
            inactive: String(shown["disabled"] === "true"),
        }),
    };
}

function immediateGateway(gateway: string, device: Device): string {
    const through = interfaceTowards(device, gateway);
    return through === undefined || through === gateway ? gateway : `${gateway}%${through}`;
}

/** The interface through which an address is reached: its own name, or the one whose network holds it. */
export function interfaceTowards(device: Device, gateway: string): string | undefined {
    const named = device.findByName("/interface", gateway.replace(/^.*%/, ""));
    if (named) return named.values["name"];
    for (const family of ["ip", "ipv6"]) {
        for (const { values } of device.table(`/${family}/address`).all()) {
            if (values["disabled"] === "true") continue;
            if (contains(values["address"]!, gateway)) return device.nameOf("/interface", values["interface"]!);
        }
    }
    return undefined;
}
