/** Connections to our lists that were FastTracked before the bypass stood: they pass the queues until they end. */
import ipaddr from "ipaddr.js";

import type { UploadSite } from "../../path";
import type { Client } from "../../router/client";
import { isRouterError } from "../../router/errors";
import { Outdated, unlessOutdated } from "../../router/look";
import { queryOf } from "../../rows/fields";
import { readRow } from "../../rows/row";
import { addressListMenus } from "../address-list/menu";
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
        for (const list of names) {
            const rows = await client.rows(addressListMenus[family].path, {
                list,
                ".proplist": ".id,list,address,disabled",
            });
            prefixes.push(...rows.filter((row) => row["disabled"] !== "true").map((row) => row["address"] ?? ""));
        }
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

async function ownLists(client: Client, family: "ipv4" | "ipv6"): Promise<string[]> {
    const menu = firewallMenu("mangle", family);
    const rows = await client.rows(menu.path, queryOf(menu, ["dst-address-list", "comment"]));
    const ours = rows.map((row) => readRow(menu, row)).filter(({ marker }) => marker);
    const names = ours.flatMap(({ values }) => values["dst-address-list"] ?? []);
    return [...new Set(names)].filter((name) => !name.startsWith("!"));
}

async function connections(
    client: Client,
    family: "ipv4" | "ipv6",
    prefixes: readonly string[],
): Promise<Connection[]> {
    const menu = `/${family === "ipv4" ? "ip" : "ipv6"}/firewall/connection`;
    const rows = await client.rows(menu, { fasttrack: "true", ".proplist": ".id,src-address,dst-address,fasttrack" });
    const inside = matcher(prefixes);
    return (
        rows
            // A router that does not know the filter shows every connection.
            .filter((row) => row["fasttrack"] === "true" && inside(hostOf(row["dst-address"] ?? "")))
            .map((row) => ({
                menu,
                id: row[".id"] ?? "",
                source: row["src-address"] ?? "",
                destination: row["dst-address"] ?? "",
            }))
    );
}

/** Connections to HTTPS in a list that carry no mark, of hosts that a site marks uploads of. */
export async function unmarkedTo(
    client: Client,
    family: "ipv4" | "ipv6",
    list: string,
    site: Pick<UploadSite, "sources" | "macs"> = { sources: [], macs: [] },
): Promise<Record<string, string>[]> {
    const entries = await client.rows(addressListMenus[family].path, {
        list,
        ".proplist": ".id,list,address,disabled",
    });
    const inside = matcher(entries.filter((row) => row["disabled"] !== "true").map((row) => row["address"] ?? ""));
    const sources = site.sources.filter((source) => source.includes(":") === (family === "ipv6"));
    const everybody = site.sources.length === 0 || site.macs.length > 0;
    const from = everybody ? () => true : matcher(sources);
    const menu = `/${family === "ipv4" ? "ip" : "ipv6"}/firewall/connection`;
    const names = ".id,protocol,src-address,dst-address,dst-port,connection-mark";
    const rows = await client.rows(menu, { protocol: "tcp", ".proplist": names });
    return rows.filter(
        (row) =>
            (row["connection-mark"] ?? "") === "" &&
            (row["dst-port"] ?? portOf(row["dst-address"] ?? "") ?? "443") === "443" &&
            inside(hostOf(row["dst-address"] ?? "")) &&
            from(hostOf(row["src-address"] ?? "")),
    );
}

/** The port behind an address, where there is one. */
function portOf(text: string): string | undefined {
    return /^(?:\[.*\]|[\d.]+):(\d+)$/.exec(text)?.[1];
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
