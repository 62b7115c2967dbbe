/** What rules refer to by name: interfaces, their lists, and the router's own networks. Pure. */
import type { Near, Upload } from "./packet";
import type { Menus, RowOf } from "./rows";
import { ipPath, isEnabled } from "./rows";
import type { Answer } from "./spans";
import { within } from "./spans";

export interface Surroundings {
    /** Type of an interface, such as `ether`, `vlan`, `bridge`; undefined where it is not known. */
    typeOf(name: string): string | undefined;
    /** Whether an interface is in a list. */
    inList(list: string, name: string | undefined): Answer;
    /** Networks the router itself stands in. */
    networks: readonly string[];
    /** Each side that uploads may come from; one of which nothing is known where no address was read. */
    near: readonly Near[];
}

export function surroundings(menus: Menus, upload: Upload): Surroundings {
    const interfaces = menus["/interface"];
    const addresses = (menus[`${ipPath(upload.family)}/address`] ?? []).filter(isEnabled);
    return {
        typeOf: (name) => interfaces?.find((row) => row.name === name)?.type,
        inList: (list, name) => inList(menus, list, name, 0),
        networks: addresses.map(({ address }) => address),
        near: nearSides(addresses, upload),
    };
}

/** A side per host that uploads are limited to, else one per network of the house. */
function nearSides(
    addresses: readonly RowOf<"/ip/address">[],
    { family, wan, sources = [], macs = [] }: Upload,
): Near[] {
    const networks = new Map<string, string[]>();
    for (const { interface: name, address } of addresses) {
        if (name !== "" && name !== wan) networks.set(name, [...(networks.get(name) ?? []), address]);
    }
    const sides = [...networks].map(([name, all]): Near => ({ interface: name, networks: all }));
    const hosts = sources.filter((source) => source.includes(":") === (family === "ipv6"));
    if (hosts.length + macs.length === 0) return sides.length === 0 ? [{}] : sides;
    const behind = (host: string): string | undefined =>
        sides.find((side) => side.networks?.some((network) => within(network, [host]) === "yes"))?.interface;
    return [
        ...hosts.map((host): Near => ({ networks: [host], ...optional("interface", behind(host)) })),
        ...macs.flatMap((mac): Near[] => (sides.length === 0 ? [{ mac }] : sides.map((side) => ({ ...side, mac })))),
    ];
}

const optional = (name: "interface", value: string | undefined): Near => (value === undefined ? {} : { [name]: value });

function inList(menus: Menus, list: string, name: string | undefined, depth: number): Answer {
    if (list === "all") return "yes";
    if (list === "none") return "no";
    const lists = menus["/interface/list"];
    const members = menus["/interface/list/member"];
    if (name === undefined || !lists || !members || depth > 8 || list === "dynamic" || list === "static")
        return "maybe";
    const row = lists.find((one) => one.name === list);
    if (!row) return "no";
    const any = (names: readonly string[]): Answer => {
        const answers = names.map((one) => inList(menus, one, name, depth + 1));
        return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
    };
    const excluded = any(row.exclude);
    if (excluded === "yes") return "no";
    const member = members.some((one) => one.list === list && one.interface === name && isEnabled(one));
    const included: Answer = member ? "yes" : any(row.include);
    return included === "yes" && excluded === "maybe" ? "maybe" : included;
}
