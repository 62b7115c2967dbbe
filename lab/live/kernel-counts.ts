import ipaddr from "ipaddr.js";

import type { TrackedConnection } from "../../router/api";
import { fastTrackBit } from "../translate/context";

export interface Total {
    bytes: number;
    packets: number;
}

/** Counters with names, by `ip mangle_1A`, of `nft -j list counters`. */
export function ruleCounts(json: string): Map<string, Total> {
    interface Listed {
        counter?: Total & { family: string; name: string };
    }
    const { nftables } = JSON.parse(json) as { nftables: Listed[] };
    return new Map(
        nftables.flatMap(({ counter }): [string, Total][] =>
            counter ? [[`${counter.family} ${counter.name}`, { bytes: counter.bytes, packets: counter.packets }]] : [],
        ),
    );
}

export interface ClassCount extends Total {
    dropped: number;
    queuedBytes: number;
    queuedPackets: number;
}

/** Classes by their ids (`1:3`), of `tc -s class show`. */
export function classCounts(text: string): Map<string, ClassCount> {
    const classes = new Map<string, ClassCount>();
    for (const block of text.split(/^class /m)) {
        const id = /^\S+ (\S+)/.exec(block)?.[1];
        const sent = /Sent (\d+) bytes (\d+) pkt \(dropped (\d+)/.exec(block);
        const waiting = /backlog (\S+)b (\d+)p/.exec(block);
        if (id === undefined || !sent) continue;
        classes.set(id, {
            bytes: Number(sent[1]),
            packets: Number(sent[2]),
            dropped: Number(sent[3]),
            queuedBytes: scaled(waiting?.[1] ?? "0"),
            queuedPackets: Number(waiting?.[2] ?? "0"),
        });
    }
    return classes;
}

/** tc writes `12K` and `3M` for what is more than some thousands. */
function scaled(text: string): number {
    return Number.parseInt(text, 10) * ({ K: 1024, M: 1024 ** 2 }[text.at(-1) ?? ""] ?? 1);
}

/** What a device received and sent, of `ip -s -j link show`. */
export function deviceCounts(json: string): Map<string, { received: Total; sent: Total }> {
    const listed = JSON.parse(json) as { ifname: string; stats64?: { rx: Total; tx: Total } }[];
    return new Map(
        listed.flatMap(({ ifname, stats64 }) =>
            stats64 ? [[ifname, { received: stats64.rx, sent: stats64.tx }]] : [],
        ),
    );
}

/** Tracked connections, of `/proc/net/nf_conntrack`; marks by the numbers that rules give them. */
export function connections(text: string, marks: ReadonlyMap<number, string>): TrackedConnection[] {
    return text.split("\n").flatMap((line) => {
        const head = /^(ipv4|ipv6)\s+\d+\s+(\S+)\s+(\d+)\s+(?:(\d+)\s+)?(?:([A-Z_0-9]+)\s+)?src=/.exec(line);
        if (!head) return [];
        const values = (name: string): string[] =>
            [...line.matchAll(new RegExp(` ${name}=(\\S+)`, "g"))].map(([, one]) => one ?? "");
        const [sources, destinations, from, to] = [values("src"), values("dst"), values("sport"), values("dport")];
        const [bytes, packets] = [values("bytes").map(Number), values("packets").map(Number)];
        const end = (addresses: string[], ports: string[]) => ({
            address: shortened(addresses[0] ?? ""),
            ...(ports[0] !== undefined && { port: Number(ports[0]) }),
        });
        const mark = Number(values("mark")[0] ?? "0");
        const name = marks.get(mark & ~fastTrackBit);
        const [, family, protocol = "", number = "", timeout = "0", state] = head;
        return [
            {
                family: family === "ipv4" ? 4 : 6,
                protocol: protocol === "unknown" ? number : protocol,
                source: end(sources, from),
                destination: end(destinations, to),
                ...(protocol === "tcp" && state !== undefined && { tcpState: state.toLowerCase().replace("_", "-") }),
                timeout: Number(timeout),
                ...(name !== undefined && { connectionMark: name }),
                fastTracked: (mark & fastTrackBit) !== 0 || line.includes("[OFFLOAD]"),
                seenReply: !line.includes("[UNREPLIED]"),
                assured: line.includes("[ASSURED]") || line.includes("[OFFLOAD]"),
                sent: { bytes: bytes[0] ?? 0, packets: packets[0] ?? 0 },
                answered: { bytes: bytes[1] ?? 0, packets: packets[1] ?? 0 },
            },
        ];
    });
}

/** The kernel writes an IPv6 address in full. */
function shortened(address: string): string {
    return address.includes(":") ? ipaddr.parse(address).toString() : address;
}
