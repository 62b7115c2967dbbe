/** The direct proof: connections that carry our mark, and what moves between two looks. Pure. */
import type { Menus, RowOf, UploadSite } from "../../providers/routeros/runtime/path";
import { firewallPath, mangleRules } from "../../providers/routeros/runtime/path";
import { finding } from "../catalogue";
import { marksUploads } from "../counters";
import type { Finding } from "../output";
import type { Readings } from "../readings";

type Connection = RowOf<"/ip/firewall/connection">;

/** Uploads under way, by two looks at the router. */
export interface Proof {
    /** Connections with our mark in the second look. */
    connections: number;
    fastTracked: number;
    /** Bytes that these connections sent between both looks. */
    sent: number;
    /** Bytes that passed the leaves for uploads between both looks, or that our rules gave the class of a CAKE. */
    carried: number;
    /** Bytes that rules gave the packet mark of uploads between both looks. */
    marked: number;
    /** Packets that those leaves dropped between both looks. */
    dropped: number;
}

/** Less than this between both looks is no upload under way. */
const leastBytes = 100_000;
/** Below this share of what was sent, the leaf is not where it goes. */
const leastShare = 0.5;

export function proofOf({ menus, later }: Readings, site: UploadSite): Proof {
    const connections = (menus: Menus): Connection[] =>
        site.families.flatMap((family) => menus[firewallPath(family, "connection")] ?? []);
    const before = new Map(connections(menus).map((row) => [row.id, row]));
    const after = connections(later);
    const bytes = (row: Connection | undefined): number => (row ? row["orig-bytes"] + row["orig-fasttrack-bytes"] : 0);
    const marked = (menus: Menus): number =>
        mangleRules(menus, site.families)
            .filter((row) => marksUploads(row, site))
            .reduce((sum, row) => sum + row.bytes, 0);
    const moved = (name: "bytes" | "dropped"): number => leaves(later, site, name) - leaves(menus, site, name);
    const markedBetween = marked(later) - marked(menus);
    return {
        connections: after.length,
        fastTracked: after.filter((row) => row.fasttrack).length,
        sent: after.reduce((sum, row) => sum + Math.max(0, bytes(row) - bytes(before.get(row.id))), 0),
        carried: site.leaves.length > 0 ? moved("bytes") : markedBetween,
        marked: markedBetween,
        dropped: moved("dropped"),
    };
}

/** A figure of the leaves for uploads, summed up. */
function leaves(menus: Menus, site: UploadSite, name: "bytes" | "dropped" | "limit-at"): number {
    const rows = (menus["/queue/tree"] ?? []).filter((row) => site.leaves.includes(row.name));
    return rows.reduce((sum, row) => sum + row[name], 0);
}

export function proofFindings(readings: Readings, site: UploadSite): Finding[] {
    const { connections, fastTracked, sent, carried, marked, dropped } = proofOf(readings, site);
    const found: Finding[] = [];
    if (fastTracked > 0) {
        found.push(finding("proof/fasttracked", `${fastTracked} of ${connections} marked connections are FastTracked`));
    }
    const seconds = (readings.between / 1000).toFixed(1);
    const queued = site.leaves.length > 0;
    const seen =
        `in ${seconds} s ${size(sent)} were sent over ${connections} marked connections, our rules marked ${size(marked)}` +
        (queued ? `, ${size(carried)} passed ${site.leaves.join(", ")}, ${dropped} packets dropped there` : "");
    if (sent < leastBytes)
        found.push(finding("proof/no-upload", `in ${seconds} s ${size(sent)} were sent by marked connections`));
    else if (carried < sent * leastShare) found.push(finding("proof/elsewhere", seen));
    else if (fastTracked === 0) found.push(finding("proof/shaped", seen));
    return [...found, ...starved(readings, site, connections)];
}

/** A connection that may send one full packet in 20 s or less is closed by S3, which waits no longer. */
function starved({ menus }: Readings, site: UploadSite, connections: number): Finding[] {
    const guarantee = leaves(menus, site, "limit-at");
    const least = (1514 * 8) / 20;
    if (connections === 0 || guarantee === 0 || guarantee / connections >= least) return [];
    return [
        finding(
            "proof/starved",
            `${connections} connections share a guarantee of ${Math.round(guarantee / 1000)} kbit/s`,
        ),
    ];
}

function size(bytes: number): string {
    return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1000)} kB`;
}
