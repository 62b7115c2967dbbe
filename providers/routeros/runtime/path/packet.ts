/** What the model of the forwarding path speaks about: rows as the router prints them, and a packet of an upload. */
import { readComment } from "../rows/ownership";

export type Family = "ipv4" | "ipv6";

/** A row as REST returns it. */
export type Row = Readonly<Record<string, string>>;

/** Rows by menu, in order. A menu that was not read is absent, and what hangs on it is undecided. */
export type Menus = Readonly<Record<string, readonly Row[] | undefined>>;

/** The uploads of a site, in one family and over one line. */
export interface Upload {
    family: Family;
    /** Interface they leave by. */
    wan: string;
    /** Address list that holds where they go. */
    list: string;
    /** Where they come from, if only some hosts' count: the list of their addresses, the addresses, MAC addresses. */
    sourceList?: string;
    sources?: readonly string[];
    macs?: readonly string[];
}

/** Where the near end may be: the interface its packets come in by, and its networks. Absent: not known. */
export interface Near {
    interface?: string;
    networks?: readonly string[];
    /** One of the hosts that uploads are limited to by MAC address. */
    mac?: string;
}

/** One packet on its way. */
export interface Packet {
    upload: Upload;
    near: Near;
    direction: "upload" | "reply";
    /** The connection's first packet, one of its next, and one after hundreds of megabytes. */
    moment: "first" | "begun" | "bulk";
}

/** What rules have made of a packet and its connection so far. */
export interface Marks {
    connectionMark?: string;
    packetMark?: string;
    routingMark?: string;
    dscp?: string;
    /** Not in connection tracking (raw: notrack). */
    untracked?: true;
    /** Destination NAT sends it elsewhere: to another host, or to the router itself. */
    redirected?: "elsewhere" | "local";
    fastTracked?: true;
}

export function firewallPath(family: Family, table: string): string {
    return `/${family === "ipv4" ? "ip" : "ipv6"}/firewall/${table}`;
}

export function isEnabled(row: Row): boolean {
    return row["disabled"] !== "true";
}

/** `chain action "comment"`, the marker of an owner left out. */
export function labelOf(row: Row): string {
    const comment = readComment(row["comment"]).text;
    const name = row["name"] ?? `${row["chain"] ?? ""} ${row["action"] ?? "accept"}`.trim();
    return `${name}${comment === "" ? "" : ` "${comment}"`}${row[".id"] === undefined ? "" : ` (${row[".id"]})`}`;
}
