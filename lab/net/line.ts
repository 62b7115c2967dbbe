/** What a line is made of. */
export const lineKinds = ["ethernet", "docsis", "pppoe", "dsl", "lte"] as const;
export type LineKind = (typeof lineKinds)[number];

export interface Line {
    /** What it is called in reports, such as `150 ms away`. */
    name: string;
    /** Upload rate in bit/s, of bytes as the line counts them. */
    uplink: number;
    /** Download rate in bit/s. */
    downlink: number;
    /** What the modem keeps before it drops, in bytes, each way. */
    buffer: number;
    /** ms to the far end and back, beside what queues add. */
    distance: number;
    kind: LineKind;
}

/**
 * What a line counts more for each packet than the router's queues do, as tc's `stab` takes it. The queues count the
 * packet with an Ethernet header. PPPoE: a router counts packets of the PPP interface without the 14 bytes of Ethernet
 * (assumed), and the line has 8 of PPPoE, 4 of a VLAN tag and 4 of a checksum more. DSL: PPPoE over ATM, bridged, 40
 * bytes above IP (tc-cake(8), `pppoe-llcsnap`), then cells of 53 bytes that carry 48. DOCSIS counts the checksum.
 */
const framing: Record<LineKind, string> = {
    ethernet: "",
    docsis: "overhead 4",
    pppoe: "overhead 30",
    dsl: "overhead 40 linklayer atm",
    lte: "",
};

/** tc's words for a line's framing, empty where it counts as the queues do. */
export function stabOf(kind: LineKind): string {
    return framing[kind] === "" ? "" : `stab ${framing[kind]}`;
}

/** A radio line's rate goes up and down between these shares of its best, a step each so many ms. */
export const wandering = { least: 0.3, step: 0.15, every: 500 };

/** A modem's buffer as it is common, 256 KiB, and one that holds as many bytes as a line carries in 5 ms. */
export const deep = 256 * 1024;
export function shallow(uplink: number): number {
    return Math.max(8 * 1514, Math.round((uplink / 8) * 0.005));
}

/** A line of ours: ten times as fast inward, up to 100 Mbit/s. */
export function lineOf(uplink: number, more: Partial<Line> = {}): Line {
    const downlink = Math.max(uplink, Math.min(uplink * 10, 100e6));
    return { name: `${uplink / 1e6} Mbit/s`, uplink, downlink, buffer: deep, distance: 0, kind: "ethernet", ...more };
}

/** The line that bounds are judged on, where distance can be had. */
export const baseLine = (uplink = 20e6, more: Partial<Line> = {}): Line => lineOf(uplink, { distance: 20, ...more });
