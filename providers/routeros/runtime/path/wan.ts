/** Whether the interface meant as WAN is one. Pure. */
import type { Finding } from "./finding";
import { finding } from "./finding";
import type { MenuPath, Menus, RowOf } from "./rows";
import { isEnabled } from "./rows";
import { within } from "./spans";

/**
 * Menus that tell it beside `/interface` and the default routes, all of them small: by what the line is, and by what there
 * is. `settled`: the routes have said all that is to be known.
 */
export function wanMenus(menus: Menus, lines: readonly string[], settled: boolean): MenuPath[] {
    const interfaces = menus["/interface"] ?? [];
    const there = (pattern: RegExp): boolean => interfaces.some((row) => pattern.test(row.type));
    const routed = defaultInterfaces(menus);
    // With no default route, what leads to the line is told by the clients that bring one.
    const clients: MenuPath[] = [
        ...(there(/^pppoe/) ? ["/interface/pppoe-client" as const] : []),
        "/ip/dhcp-client",
        "/interface/list/member",
    ];
    const found = lines.flatMap((line): MenuPath[] => {
        const row = interfaces.find((one) => one.name === line);
        if (!row) return [];
        const masters: MenuPath[] = [
            ...(there(/^bridge$/) ? ["/interface/bridge/port" as const] : []),
            ...(there(/^bond/) ? ["/interface/bonding" as const] : []),
        ];
        const member = row.slave ? masters : [];
        if (settled || routed.includes(line)) return member;
        const port = /^(ether|wlan|wifi|vlan|bond|lte|vxlan|eoip)/.test(row.type);
        return [...member, "/ip/address", ...(port && there(/^vlan$/) ? ["/interface/vlan" as const] : []), ...clients];
    });
    return [...new Set(found)];
}

export const defaultRoute = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;

export function wanFindings(menus: Menus, lines: readonly string[]): Finding[] {
    return [...lines.flatMap((line) => lineFinding(menus, line) ?? []), ...otherLines(menus, lines)];
}

function lineFinding(menus: Menus, line: string): Finding | undefined {
    const interfaces = menus["/interface"] ?? [];
    const row = interfaces.find((one) => one.name === line);
    if (!row) return undefined;
    const routed = defaultInterfaces(menus);
    const { leading, sure } = likely(menus);
    const others = leading.filter((name) => name !== line);
    const meant = (names: readonly string[]): Partial<Finding> =>
        names.length === 0 ? {} : { next: `Name ${names.join(" or ")} as the WAN.` };
    if (row.type === "loopback" || line === "lo") {
        return finding("wan/loopback", `${line} is the loopback interface`, meant(others));
    }
    if (row.disabled) return finding("wan/disabled", `interface ${line} is disabled`, meant(others));
    const master = masterOf(menus, line);
    if (master !== undefined || row.slave) {
        const seen = `${line} is a member of ${master ?? "a bridge or bond"}`;
        const name =
            master === undefined ? [] : [runsOver(menus, master).find((one) => routed.includes(one)) ?? master];
        return finding("wan/member", seen, meant(others.length > 0 ? others : name));
    }
    if (routed.includes(line)) return undefined;
    const runs = runsOver(menus, line);
    const dialUps = (menus["/interface/pppoe-client"] ?? []).map(({ name }) => name);
    // A VLAN over it is no reason by itself: the port may well carry an address of its own.
    const last = runs.filter((name) => dialUps.includes(name) || leading.includes(name));
    if (last.length > 0 && !hasAddress(menus, line)) {
        return finding("wan/below", `${runs.join(", ")} runs over ${line}`, meant(others.length > 0 ? others : last));
    }
    const lists = listsOf(menus, line);
    if (lists.includes("LAN") && !lists.includes("WAN")) return lanFinding(line, others, meant(others));
    if (others.length === 0) return undefined;
    if (row.type === "bridge" && hasAddress(menus, line)) return lanFinding(line, others, meant(others));
    // A client's default route goes while the line is down.
    if (leading.includes(line) || !sure || clientInterfaces(menus).includes(line)) return undefined;
    const lacks = hasAddress(menus, line) ? "has no default route" : "has no address and no default route";
    const seen = `${line} ${lacks}; ${others.join(", ")} leads to the line`;
    return finding("wan/no-route", seen, meant(others));
}

function lanFinding(line: string, others: readonly string[], more: Partial<Finding>): Finding {
    const leads = others.length === 0 ? "" : `; ${others.join(", ")} leads to the line`;
    return finding("wan/lan", `${line} is an interface of the LAN${leads}`, more);
}

function listsOf(menus: Menus, line: string): string[] {
    const members = (menus["/interface/list/member"] ?? []).filter((one) => one.interface === line);
    return members.filter(isEnabled).map(({ list }) => list);
}

/** The bridge or bond that an interface is a member of. */
function masterOf(menus: Menus, line: string): string | undefined {
    const port = menus["/interface/bridge/port"]?.find((one) => one.interface === line && isEnabled(one));
    const bond = menus["/interface/bonding"]?.find((one) => one.slaves.includes(line) && isEnabled(one));
    return port?.bridge ?? bond?.name;
}

/** Dial-ups and VLANs that run over an interface, those nearest to it first, with what runs over them. */
function runsOver(menus: Menus, line: string): string[] {
    const all = [...(menus["/interface/pppoe-client"] ?? []), ...(menus["/interface/vlan"] ?? [])].filter(isEnabled);
    const found = [line];
    for (const at of found) {
        const next = all.filter((one) => one.interface === at).map(({ name }) => name);
        found.push(...next.filter((name) => !found.includes(name)));
    }
    return found.slice(1);
}

/**
 * Interfaces that lead to the line: those of the default routes; with none, as while the line is down, the clients that
 * bring one, or else the members of the list WAN.
 */
function likely(menus: Menus): { leading: string[]; sure: boolean } {
    const routed = defaultInterfaces(menus);
    if (routed.length > 0) return { leading: routed, sure: true };
    const clients = clientInterfaces(menus);
    if (clients.length > 0) return { leading: [...new Set(clients)], sure: true };
    const members = (menus["/interface/list/member"] ?? []).filter((row) => row.list === "WAN" && isEnabled(row));
    return { leading: [...new Set(members.map((row) => row.interface))], sure: false };
}

/** Interfaces whose client brings a default route once the line is up. */
function clientInterfaces(menus: Menus): string[] {
    const clients = [
        ...(menus["/interface/pppoe-client"] ?? []).map((row) => ({ ...row, leads: row.name })),
        ...(menus["/ip/dhcp-client"] ?? []).map((row) => ({ ...row, leads: row.interface })),
    ];
    return clients.flatMap((row) => (row["add-default-route"] && isEnabled(row) ? [row.leads] : []));
}

const addressesOf = (menus: Menus): RowOf<"/ip/address">[] =>
    [...(menus["/ip/address"] ?? []), ...(menus["/ipv6/address"] ?? [])].filter(isEnabled);

/** An address, or a client that asks for one. An address of the link alone is none. */
function hasAddress(menus: Menus, name: string): boolean {
    const addresses = addressesOf(menus).filter(({ address }) => !/^fe80/i.test(address));
    const clients = (menus["/ip/dhcp-client"] ?? []).filter(isEnabled);
    return [...addresses, ...clients].some((row) => row.interface === name);
}

/** Interfaces that a default route goes by; in use or not, where nothing else is asked. */
export function defaultInterfaces(menus: Menus, isMeant: (row: RowOf<"/ip/route">) => boolean = isEnabled): string[] {
    const interfaces = new Set(menus["/interface"]?.map(({ name }) => name));
    const everywhere: readonly string[] = Object.values(defaultRoute);
    const routes = [...(menus["/ip/route"] ?? []), ...(menus["/ipv6/route"] ?? [])].filter(
        (row) => isMeant(row) && everywhere.includes(row["dst-address"]),
    );
    const gateways = routes.flatMap((row) => [...row["immediate-gw"], ...row.gateway]);
    const found = gateways.flatMap((gateway) => {
        const [address = "", name = address] = gateway.split("%");
        if (interfaces.has(name)) return [name];
        const near = addressesOf(menus).filter((one) => within(one.address, [address]) === "yes");
        return near.map((one) => one.interface);
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
