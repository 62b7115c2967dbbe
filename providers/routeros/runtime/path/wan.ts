/** Whether the interface meant as WAN is one. Pure. */
import type { Finding } from "./finding";
import { finding } from "./finding";
import type { Menus, Row } from "./packet";
import { isEnabled } from "./packet";
import { within } from "./spans";

/** Menus that tell it beside `/interface`, by the WAN's type and by what there is; all of them small. */
export function wanMenus(interfaces: readonly Row[], wan: string): string[] {
    const type = interfaces.find((row) => row["name"] === wan)?.["type"] ?? "";
    const there = (pattern: RegExp): boolean => interfaces.some((row) => pattern.test(row["type"] ?? ""));
    const port = /^(ether|wlan|wifi|vlan|bond|lte|vxlan|eoip)/.test(type);
    return [
        ...(port && there(/^bridge$/) ? ["/interface/bridge/port"] : []),
        ...(port && there(/^pppoe/) ? ["/interface/pppoe-client"] : []),
        ...(port && there(/^vlan$/) ? ["/interface/vlan"] : []),
    ];
}

export const defaultRoute = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;

export function wanFindings(menus: Menus, lines: readonly string[]): Finding[] {
    return [...lines.flatMap((line) => lineFinding(menus, line) ?? []), ...otherLines(menus, lines)];
}

function lineFinding(menus: Menus, line: string): Finding | undefined {
    const interfaces = menus["/interface"] ?? [];
    const row = interfaces.find((one) => one["name"] === line);
    if (!row) return undefined;
    const routed = defaultInterfaces(menus);
    const others = routed.filter((name) => name !== line);
    const meant = (names: readonly string[]): Partial<Finding> =>
        names.length === 0 ? {} : { next: `Name ${names.join(" or ")} as the WAN.` };
    if (row["type"] === "loopback" || line === "lo") {
        return finding("wan/loopback", `${line} is the loopback interface`, meant(others));
    }
    if (row["disabled"] === "true") return finding("wan/disabled", `interface ${line} is disabled`);
    const bridge = (menus["/interface/bridge/port"] ?? []).find((one) => one["interface"] === line && isEnabled(one));
    if (bridge) {
        const name = bridge["bridge"] ?? "";
        return finding("wan/member", `${line} is a port of bridge ${name}`, meant(others.length > 0 ? others : [name]));
    }
    if (routed.includes(line)) return undefined;
    if (row["slave"] === "true") return finding("wan/member", `${line} is a member of a bridge or bond`, meant(others));
    const over = [...(menus["/interface/pppoe-client"] ?? []), ...(menus["/interface/vlan"] ?? [])]
        .filter((one) => one["interface"] === line && isEnabled(one))
        .map((one) => one["name"] ?? "");
    const dialUps = (menus["/interface/pppoe-client"] ?? []).map((one) => one["name"] ?? "");
    // A VLAN over it is no reason by itself: the port may well carry an address of its own.
    const runs = over.filter((name) => dialUps.includes(name) || leadsTo(menus, name, routed));
    if (runs.length > 0 && !hasAddress(menus, line)) {
        return finding("wan/below", `${runs.join(", ")} runs over ${line}`, meant(others.length > 0 ? others : runs));
    }
    if (others.length === 0) return undefined;
    const lan = (menus["/interface/list/member"] ?? []).some(
        (one) => one["interface"] === line && one["list"] === "LAN" && isEnabled(one),
    );
    if (lan || (row["type"] === "bridge" && hasAddress(menus, line))) {
        return finding(
            "wan/lan",
            `${line} is an interface of the LAN; the default route goes by ${others.join(", ")}`,
            meant(others),
        );
    }
    if (hasAddress(menus, line)) return undefined;
    const seen = `${line} has no address and no default route; ${others.join(", ")} has one`;
    return finding("wan/no-route", seen, meant(others));
}

/** Whether what runs over the port leads to an interface of the default route. */
function leadsTo(menus: Menus, name: string, routed: readonly string[]): boolean {
    if (routed.includes(name)) return true;
    return (menus["/interface/pppoe-client"] ?? []).some(
        (row) => row["interface"] === name && isEnabled(row) && routed.includes(row["name"] ?? ""),
    );
}

const addressMenus = ["/ip/address", "/ipv6/address", "/ip/dhcp-client"];

/** An address, or a client that asks for one. An address of the link alone is none. */
function hasAddress(menus: Menus, name: string): boolean {
    return addressMenus.some((menu) =>
        (menus[menu] ?? []).some(
            (row) => row["interface"] === name && isEnabled(row) && !/^fe80/i.test(row["address"] ?? ""),
        ),
    );
}

/** Interfaces that a default route goes by, active or not. */
export function defaultInterfaces(menus: Menus): string[] {
    const interfaces = new Set((menus["/interface"] ?? []).map((row) => row["name"]));
    const routes = [...(menus["/ip/route"] ?? []), ...(menus["/ipv6/route"] ?? [])];
    const found = routes.flatMap((row) => {
        if (!isEnabled(row) || !Object.values<string>(defaultRoute).includes(row["dst-address"] ?? "")) return [];
        const text = `${row["immediate-gw"] ?? ""},${row["gateway"] ?? ""}`;
        return text.split(",").flatMap((gateway) => {
            const name = gateway.split("%").at(-1) ?? "";
            if (interfaces.has(name)) return [name];
            const address = gateway.split("%")[0] ?? "";
            const near = ["/ip/address", "/ipv6/address"].flatMap((menu) => menus[menu] ?? []);
            return near
                .filter((one) => address !== "" && isEnabled(one) && within(one["address"] ?? "", [address]) === "yes")
                .map((one) => one["interface"] ?? "");
        });
    });
    return [...new Set(found)];
}

/** Lines that the site does not name. */
function otherLines(menus: Menus, lines: readonly string[]): Finding[] {
    const routed = defaultInterfaces(menus);
    if (!routed.some((name) => lines.includes(name))) return [];
    const others = routed.filter((name) => !lines.includes(name));
    return others.map((name) =>
        finding("wan/other-line", `a default route goes by ${name}, too: uploads that leave by it are not shaped`),
    );
}
