import { mergeCidr, parseCidr } from "cidr-tools";

import type { RangesDocument } from "./shapes";

/** What to take of the document: rows of these services, in the region or in the one a service names itself. */
export interface Selection {
    /** AWS region, such as `ap-southeast-2`. */
    region: string;
    /** AWS's names of services; `S3@GLOBAL` takes the rows of another region. @default ["S3"] */
    services?: string[];
}

/** Prefixes of one selection: without overlaps, adjacent ones joined, in the order of their addresses. */
export interface Selected {
    ipv4: string[];
    ipv6: string[];
}

/** The rows of `selection` as the document has them. */
export function rowsOf(document: RangesDocument, selection: Selection): Selected {
    const wanted = new Set(serviceKeys(selection));
    const isWanted = (row: { region: string; service: string }) => wanted.has(`${row.service}@${row.region}`);
    return {
        ipv4: document.prefixes.filter(isWanted).map((row) => row.ip_prefix),
        ipv6: document.ipv6_prefixes.filter(isWanted).map((row) => row.ipv6_prefix),
    };
}

/** The same addresses as `rows`, collapsed and in order. */
export function collapseRows({ ipv4, ipv6 }: Selected): Selected {
    return { ipv4: collapse(ipv4), ipv6: collapse(ipv6) };
}

/** Regions of a document that have rows of the service, in order. */
export function regionsOf(document: RangesDocument, service = "S3"): string[] {
    const rows = [...document.prefixes, ...document.ipv6_prefixes].filter((row) => row.service === service);
    return [...new Set(rows.map((row) => row.region))].filter((region) => region !== "GLOBAL").sort();
}

/** The same set of addresses in the fewest prefixes, network addresses written canonically, in order. */
export function collapse(prefixes: string[]): string[] {
    return mergeCidr(prefixes)
        .map((prefix) => ({ prefix, parsed: parseCidr(prefix) }))
        .sort((a, b) => a.parsed.version - b.parsed.version || compare(a.parsed.start, b.parsed.start))
        .map(({ prefix }) => prefix);
}

/** `S3` in `eu-west-1` is `S3@eu-west-1`; `S3@GLOBAL` stays. Sorted, each once. */
export function serviceKeys({ region, services }: Selection): string[] {
    const keys = (services ?? ["S3"]).map((service) => (service.includes("@") ? service : `${service}@${region}`));
    return [...new Set(keys)].sort();
}

function compare(a: bigint, b: bigint): number {
    return a < b ? -1 : a > b ? 1 : 0;
}
