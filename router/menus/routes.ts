import type { Row } from "../api";
import { contains, normaliseMatcherAddress } from "../device/addresses";
import type { Device } from "../device/device";
import type { Field } from "../device/values";
import { refuse } from "../errors";
import type { MenuRules } from "./definition";

const interfaceReference: Field = { kind: "reference", menu: "/interface", says: "interface" };
const routingTable: Field = { kind: "reference", menu: "/routing/table", words: ["main"] };

/** The opposite of address lists: a host's length is added. `network` is filled in (assumed(networks)). */
export function addressMenu(family: 4 | 6): MenuRules {
    return {
        path: `/${family === 4 ? "ip" : "ipv6"}/address`,
        mandatory: family === 4 ? ["address", "interface"] : ["interface"],
        fields: { interface: interfaceReference },
        defaults: { disabled: "no" },
        check(values, { written }) {
            values["address"] ??= "::/64";
            if (!values["address"].includes("/") && !values["from-pool"])
                values["address"] += family === 4 ? "/32" : "/128";
            if (family === 4 && written["address"] !== undefined && written["network"] === undefined)
                values["network"] = normaliseMatcherAddress(values["address"], 4).replace(/\/\d+$/, "");
        },
        show: (shown, row) => ({
            ...shown,
            "actual-interface": shown["interface"]!,
            dynamic: row.dynamic ? "true" : "false",
            invalid: shown["interface"]?.startsWith("*") ? "true" : "false",
        }),
    };
}

/** `immediate-gw` ends in `%<interface>`, as recorded in public captures. */
export function routeMenu(family: 4 | 6): MenuRules {
    return {
        path: routePath(family),
        indexed: ["dst-address"],
        fields: {
            distance: { kind: "integer", min: 1, max: 255 },
            "routing-table": routingTable,
            blackhole: { kind: "flag" },
        },
        defaults: {
            disabled: "no",
            distance: "1",
            "routing-table": "main",
            "dst-address": family === 4 ? "0.0.0.0/0" : "::/0",
        },
        check(values) {
            if (!values["gateway"] && values["blackhole"] === undefined) throw refuse.missing("gateway");
        },
        show: (shown, row, device) => {
            const active = row.values["disabled"] !== "true" && !hasNearer(device, family, row.values);
            return {
                ...shown,
                active: String(active),
                dynamic: row.dynamic ? "true" : "false",
                ...(shown["gateway"] ? { "immediate-gw": immediateGateway(shown["gateway"], device) } : {}),
                inactive: String(!active),
            };
        },
    };
}

const routePath = (family: 4 | 6): string => `/${family === 4 ? "ip" : "ipv6"}/route`;

/** The routes in use or not, in their order, by what was written. */
export function routesOf(device: Device, family: 4 | 6): Row[] {
    return device
        .table(routePath(family))
        .all()
        .map(({ values }) => values);
}

/** Of routes to one destination in one table, those of the least distance are used. */
function hasNearer(device: Device, family: 4 | 6, route: Row): boolean {
    return [...device.table(routePath(family)).indexedBy("dst-address", route["dst-address"]!)!].some(
        ({ values }) =>
            values["routing-table"] === route["routing-table"] &&
            values["disabled"] !== "true" &&
            Number(values["distance"]) < Number(route["distance"]),
    );
}

/** `main`, tables that somebody made, and one for each VRF. */
export const routingTables: MenuRules = {
    path: "/routing/table",
    named: true,
    mandatory: ["name"],
    fields: { fib: { kind: "flag" } },
    defaults: { disabled: "no" },
    survives: () => true,
    show: (shown, row) => ({ ...shown, dynamic: row.dynamic ? "true" : "false", invalid: "false" }),
};

export const routingRules: MenuRules = {
    path: "/routing/rule",
    ordered: true,
    fields: { table: routingTable, interface: interfaceReference, "routing-mark": routingTable },
    defaults: { disabled: "no" },
};

/** A VRF has a routing table of its name. */
export const vrfs: MenuRules = {
    path: "/ip/vrf",
    named: true,
    ordered: true,
    mandatory: ["name", "interfaces"],
    fields: { interfaces: { kind: "references", menu: "/interface", says: "interface", words: ["none", "all"] } },
    changed: settleVrfTables,
    settled: settleVrfTables,
};

function settleVrfTables(device: Device): void {
    const names = device
        .table("/ip/vrf")
        .all()
        .map(({ values }) => values["name"]!);
    const tables = device.table("/routing/table");
    const made = tables.all().filter(({ dynamic, builtin }) => dynamic && !builtin);
    tables.remove(made.filter(({ values }) => !names.includes(values["name"]!)));
    for (const name of names) {
        if (!device.findByName("/routing/table", name))
            tables.insert({ values: { name, fib: "" }, dynamic: true }, device.behaviour.reuseIds);
    }
}

/** Assigns no address: nothing answers. */
export function dhcpClientMenu(family: 4 | 6): MenuRules {
    return {
        path: `/${family === 4 ? "ip" : "ipv6"}/dhcp-client`,
        mandatory: ["interface"],
        fields: { interface: interfaceReference },
        defaults: { disabled: "no" },
        show: (shown, row) => ({
            ...shown,
            status: "searching...",
            dynamic: row.dynamic ? "true" : "false",
            invalid: "false",
        }),
    };
}

/** Of a gateway that is reached by another route: that one's. */
function immediateGateway(gateway: string, device: Device, hops = 4): string {
    const through = interfaceTowards(device, gateway);
    if (through === gateway) return gateway;
    if (through !== undefined) return `${gateway}%${through}`;
    const family = gateway.includes(":") ? 6 : 4;
    const next = routesOf(device, family).find(
        (one) => one["gateway"] && !/\/0$/.test(one["dst-address"]!) && contains(one["dst-address"]!, gateway),
    );
    return next && hops > 0 ? immediateGateway(next["gateway"]!, device, hops - 1) : gateway;
}

/** The interface through which an address is reached: its own name, or the one whose network holds it. */
export function interfaceTowards(device: Device, gateway: string): string | undefined {
    const named = device.findByName("/interface", gateway.replace(/^.*%/, "").replace(/@.*$/, ""));
    if (named) return named.values["name"];
    for (const family of ["ip", "ipv6"]) {
        for (const { values } of device.table(`/${family}/address`).all()) {
            if (values["disabled"] === "true") continue;
            if (contains(values["address"]!, gateway)) return device.nameOf("/interface", values["interface"]!);
        }
    }
    return undefined;
}
