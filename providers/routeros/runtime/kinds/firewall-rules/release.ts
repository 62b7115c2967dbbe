/** Connections to our lists that were FastTracked before the bypass stood: they pass the queues until they end. */
import ipaddr from "ipaddr.js";

import type { Family, RowOf, UploadSite } from "../../path";
import { firewallPath, readAs } from "../../path";
import type { Client } from "../../router/client";
import { isRouterError } from "../../router/errors";
import { Outdated, unlessOutdated } from "../../router/look";
import type { Values } from "../../rows/fields";
import { queryOf } from "../../rows/fields";
import { readRow } from "../../rows/row";
import { firewallMenu } from "./menu";

export interface Connection {
    menu: string;
    id: string;
    /** Address and port, as the router prints them. */
    source: string;
    destination: string;
}

const families = ["ipv4", "ipv6"] as const;

/** FastTracked connections whose destination is in one of the lists; without names, the lists our marks go by. */
export async function fastTracked(client: Client, lists: readonly string[] = []): Promise<Connection[]> {
    const found: Connection[] = [];
    for (const family of families) {
        const names = lists.length > 0 ? lists : await ownLists(client, family);
        const prefixes: string[] = [];
        for (const list of names) prefixes.push(...(await entriesOf(client, family, list)));
        if (prefixes.length > 0) found.push(...(await connections(client, family, prefixes)));
    }
    return found;
}

/**
 * Removes the entries, and returns how many; what ended by itself meanwhile is done. The connections begin again by the
 * next packet. An id goes to the next connection: those that say nothing else any more are looked for again.
 */
export async function release(
    client: Client,
    lists: readonly string[] = [],
    now: () => number = () => performance.now(),
): Promise<number> {
    let removed = 0;
    for (;;) {
        const all = await fastTracked(client, lists);
        const still = unlessOutdated(now(), now);
        try {
            for (const { menu, id } of all) {
                try {
                    await client.request("DELETE", `${menu}/${id}`, { still });
                    removed += 1;
                } catch (error) {
                    if (!isRouterError(error, "router/gone")) throw error;
                }
            }
            return removed;
        } catch (error) {
            if (!(error instanceof Outdated)) throw error;
        }
    }
}

async function ownLists(client: Client, family: Family): Promise<string[]> {
    const menu = firewallMenu("mangle", family);
    const rows = await client.rows(menu.path, queryOf(menu, ["dst-address-list", "comment"]));
    const ours = rows.map((row) => readRow(menu, row)).filter(({ marker }) => marker);
    const names = ours.flatMap(({ values }) => values["dst-address-list"] ?? []);
    return [...new Set(names)].filter((name) => !name.startsWith("!"));
}

/** Addresses in a list that are in use. */
async function entriesOf(client: Client, family: Family, list: string): Promise<string[]> {
    const path = firewallPath(family, "address-list");
    const rows = await client.rows(path, { list, ".proplist": ".id,list,address,disabled" });
    return rows.map((row) => readAs(path, row)).flatMap(({ disabled, address }) => (disabled ? [] : [address]));
}

/** Connections by what is asked; a router that does not know the filter shows every one. `names` beside the filter's. */
export async function readConnections(
    client: Client,
    family: Family,
    filter: Values,
    names: readonly string[],
): Promise<RowOf<"/ip/firewall/connection">[]> {
    const path = firewallPath(family, "connection");
    const rows = await client.rows(path, {
        ...filter,
        ".proplist": [".id", ...Object.keys(filter), ...names].join(","),
    });
    const asked = rows.filter((row) => Object.entries(filter).every(([name, value]) => row[name] === value));
    return asked.map((row) => readAs(path, row));
}

async function connections(client: Client, family: Family, prefixes: readonly string[]): Promise<Connection[]> {
    const rows = await readConnections(client, family, { fasttrack: "true" }, ["src-address", "dst-address"]);
    const inside = matcher(prefixes);
    const menu = firewallPath(family, "connection");
    return rows
        .map(({ id, "src-address": source, "dst-address": destination }) => ({ menu, id, source, destination }))
        .filter(({ destination }) => inside(hostOf(destination)));
}

/** How many connections to HTTPS in a list carry no mark, of hosts that a site marks uploads of. */
export async function unmarkedTo(
    client: Client,
    family: Family,
    list: string,
    site: Pick<UploadSite, "sources" | "macs"> = { sources: [], macs: [] },
): Promise<number> {
    const inside = matcher(await entriesOf(client, family, list));
    const sources = site.sources.filter((source) => source.includes(":") === (family === "ipv6"));
    const everybody = site.sources.length === 0 || site.macs.length > 0;
    const from = everybody ? () => true : matcher(sources);
    const names = ["src-address", "dst-address", "dst-port", "connection-mark"];
    const rows = await readConnections(client, family, { protocol: "tcp" }, names);
    return rows.filter(
        ({ "src-address": source, "dst-address": destination, "dst-port": port, "connection-mark": mark }) =>
            mark === "" &&
            /^(443)?$/.test(port || portOf(destination)) &&
            inside(hostOf(destination)) &&
            from(hostOf(source)),
    ).length;
}

/** The port behind an address; empty where there is none. */
function portOf(text: string): string {
    return /^(?:\[.*\]|[\d.]+):(\d+)$/.exec(text)?.[1] ?? "";
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`, and addresses without a port. */
export function hostOf(text: string): string {
    const bracketed = /^\[(.*)\]/.exec(text)?.[1];
    if (bracketed !== undefined) return bracketed;
    return /^[\d.]+(:\d+)?$/.test(text) ? text.replace(/:\d+$/, "") : text;
}

/** Whether a host is in one of the prefixes, ranges and addresses. All are of one family; DNS names hold nobody. */
function matcher(entries: readonly string[]): (host: string) => boolean {
    const bytes = (text: string): Buffer => Buffer.from(ipaddr.parse(text).toByteArray());
    const tests = entries.flatMap((entry): ((host: string) => boolean)[] => {
        const [first = "", last] = entry.split("-");
        if (last !== undefined && ipaddr.isValid(first) && ipaddr.isValid(last)) {
            const [from, to] = [bytes(first), bytes(last)];
            return [(host) => from.compare(bytes(host)) <= 0 && bytes(host).compare(to) <= 0];
        }
        if (ipaddr.isValidCIDR(entry)) {
            const prefix = ipaddr.parseCIDR(entry);
            return [(host) => ipaddr.parse(host).match(prefix)];
        }
        return ipaddr.isValid(entry) ? [(host) => bytes(host).equals(bytes(entry))] : [];
    });
    return (host) => ipaddr.isValid(host) && tests.some((test) => test(host));
}
