/** What the model of the forwarding path speaks about: a packet of an upload. */
import type { Family } from "./rows";

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
