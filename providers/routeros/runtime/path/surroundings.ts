/** What rules refer to by name: interfaces, their lists, and the router's own networks. Pure. */
import type { Menus, Near, Row, Upload } from "./packet";
import { isEnabled } from "./packet";
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
    const addresses = (menus[upload.family === "ipv4" ? "/ip/address" : "/ipv6/address"] ?? []).filter(isEnabled);
    return {
        typeOf: (name) => interfaces?.find((row) => row["name"] === name)?.["type"],
        inList: (list, name) => inList(menus, list, name, 0),
        networks: addresses.map((row) => row["address"] ?? ""),
        near: nearSides(addresses, upload),
    };
}

/** A side per host that uploads are limited to, else one per network of the house. */
function nearSides(addresses: readonly Row[], { family, wan, sources = [], macs = [] }: Upload): Near[] {
    const networks = new Map<string, string[]>();
    for (const row of addresses) {
        const name = row["interface"] ?? "";
        if (name !== "" && name !== wan) networks.set(name, [...(networks.get(name) ?? []), row["address"] ?? ""]);
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
    const row = lists.find((one) => one["name"] === list);
    if (!row) return "no";
    const parts = (text: string | undefined): string[] => (text ?? "").split(",").filter((part) => part !== "");
    const any = (names: string[]): Answer => {
        const answers = names.map((one) => inList(menus, one, name, depth + 1));
        return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
    };
    const excluded = any(parts(row["exclude"]));
    if (excluded === "yes") return "no";
    const member = members.some((one) => one["list"] === list && one["interface"] === name && isEnabled(one));
    const included: Answer = member ? "yes" : any(parts(row["include"]));
    return included === "yes" && excluded === "maybe" ? "maybe" : included;
}
