import type { ConnectionDescription, PacketState, PacketTrace, QueuePath, Row, Trace } from "../api";
import type { Device } from "../device/device";
import type { StoredRow } from "../device/table";
import { refuse } from "../errors";
import { type Packet, type Walk, walkForward } from "./packets";
import { leafFor, simpleQueueFor } from "./queue-path";
import { type Sides, sidesOf } from "./sides";

interface Live {
    packet: Packet;
    reply: Packet;
    fastTracked: boolean;
    connectionMark?: string;
}

/** Follows a connection's first packet, its answer, and its data. Changes nothing. */
export function trace(device: Device, description: ConnectionDescription): Trace {
    const live = liveOf(device, description);
    const packets: PacketTrace[] = [];
    const size = description.size ?? 1500;
    const small = live.packet.family === 4 ? 60 : 80;
    if (description.established !== true && !live.fastTracked) {
        packets.push(pass(device, live, "upload", "new", live.packet.protocol === "tcp" ? small : size).trace);
        if (packets[0]!.verdict === "accept") packets.push(pass(device, live, "reply", "established", small).trace);
    } else {
        packets.push(pass(device, live, "reply", "established", small).trace);
    }
    if (packets.every(({ verdict }) => verdict === "accept")) {
        // The first data packet may itself be the one that FastTrack takes: a second one shows how it stays.
        const before = live.fastTracked;
        packets.push(pass(device, live, "upload", "established", size).trace);
        if (live.fastTracked !== before) packets.push(pass(device, live, "upload", "established", size).trace);
    }
    const last = packets.at(-1)!;
    const undecided = [...new Set(packets.flatMap(({ notes }) => notes))];
    return {
        from: live.packet.src,
        to: describe(live.packet.dst, live.packet.dstPort),
        protocol: live.packet.protocol,
        inInterface: live.packet.inInterface,
        outInterface: live.packet.outInterface,
        packets,
        fastTracked: live.fastTracked,
        connectionMark: live.connectionMark,
        leaf:
            last.direction === "upload" && undecided.length === 0
                ? (last.queue?.leaf ?? last.globalQueue?.leaf)
                : undefined,
        undecided,
    };
}

/** One packet of a live connection: past the rules when FastTracked, else through them; then the queues. */
export function pass(
    device: Device,
    live: Live,
    direction: "upload" | "reply",
    state: PacketState,
    size: number,
): { trace: PacketTrace; rules: StoredRow[]; queues: StoredRow[] } {
    const base = direction === "upload" ? live.packet : live.reply;
    const packet: Packet = { ...base, state, size, connectionMark: live.connectionMark };
    const fastPath = live.fastTracked;
    const none: Walk = {
        ...{ steps: [], rows: [], verdict: "accept", fastTrack: false, untracked: false, undecided: [] },
    };
    const walk = fastPath ? none : walkForward(device, packet);
    if (!fastPath) live.connectionMark = walk.connectionMark;
    if (walk.fastTrack && walk.verdict === "accept") live.fastTracked = true;
    const passes = walk.verdict === "accept";
    const queue = passes ? leafFor(device, packet.outInterface, walk.packetMark) : undefined;
    const globalQueue = passes && !fastPath ? leafFor(device, "global", walk.packetMark) : undefined;
    const simple = passes && !fastPath ? simpleQueueFor(device, { ...packet, packetMark: walk.packetMark }) : undefined;
    const shown = (path: QueuePath) => ({ leaf: path.leaf, path: path.path, root: path.root });
    return {
        rules: walk.rows,
        queues: [...(queue?.rows ?? []), ...(globalQueue?.rows ?? []), ...(simple ? [simple] : [])],
        trace: {
            direction,
            state,
            size,
            fastPath,
            steps: walk.steps,
            verdict: walk.verdict,
            takenByFastTrack: live.fastTracked && !fastPath,
            ...(live.connectionMark === undefined ? {} : { connectionMark: live.connectionMark }),
            ...(walk.packetMark === undefined ? {} : { packetMark: walk.packetMark }),
            ...(queue ? { queue: shown(queue) } : {}),
            ...(globalQueue ? { globalQueue: shown(globalQueue) } : {}),
            ...(simple ? { simpleQueue: simple.values["name"]! } : {}),
            notes: [...new Set(walk.undecided)],
        },
    };
}

/** The connection's two directions, filled in from the router's own interfaces and addresses. */
export function liveOf(device: Device, description: ConnectionDescription): Live {
    const to = endOf(description.to);
    const family = to.address.includes(":") ? 6 : 4;
    const sides: Sides = sidesOf(device, family);
    const from = endOf(description.from ?? sides.host);
    const protocol = description.protocol ?? "tcp";
    const hasPorts = ["tcp", "udp", "udp-lite", "sctp", "dccp"].includes(protocol);
    const inInterface = description.inInterface ?? sides.lan;
    const outInterface = description.outInterface ?? sides.wan;
    for (const name of [inInterface, outInterface]) {
        if (!device.findByName("/interface", name)) throw refuse.noMatch("interface");
    }
    const packet: Packet = {
        family,
        protocol,
        src: from.address,
        dst: to.address,
        inInterface,
        outInterface,
        state: "new",
        size: 1500,
        ...(hasPorts ? { srcPort: from.port ?? 50000, dstPort: to.port ?? 443 } : {}),
        ...(description.srcMac === undefined ? {} : { srcMac: description.srcMac }),
    };
    const reply: Packet = {
        ...packet,
        src: packet.dst,
        dst: packet.src,
        srcPort: packet.dstPort,
        dstPort: packet.srcPort,
        inInterface: outInterface,
        outInterface: inInterface,
        srcMac: undefined,
    };
    const known = connectionRow(device, packet, from.port !== undefined);
    return {
        packet,
        reply,
        fastTracked: description.fastTracked ?? known?.["fasttrack"] === "true",
        connectionMark: description.connectionMark ?? known?.["connection-mark"],
    };
}

/** The router's entry for that connection, if it has one. */
function connectionRow(device: Device, packet: Packet, exactPort: boolean): Row | undefined {
    const path = packet.family === 4 ? "/ip/firewall/connection" : "/ipv6/firewall/connection";
    return device
        .table(path)
        .all()
        .find(
            ({ values }) =>
                values["protocol"] === packet.protocol &&
                values["src-address"] === packet.src &&
                values["dst-address"] === packet.dst &&
                values["dst-port"] === portText(packet.dstPort) &&
                (!exactPort || values["src-port"] === portText(packet.srcPort)),
        )?.values;
}

const portText = (port: number | undefined) => (port === undefined ? undefined : String(port));

/** `1.2.3.4:443`, `[::1]:443`, `::1`, `1.2.3.4`. */
export function endOf(text: string): { address: string; port?: number } {
    const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+)(?::(\d+))?$/.exec(text);
    const address = match?.[1] ?? text;
    if (!/^(\d+(\.\d+){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(address)) throw refuse.notAnAddress();
    return match?.[2] === undefined ? { address } : { address, port: Number(match[2]) };
}

function describe(address: string, port: number | undefined): string {
    const shown = address.includes(":") ? `[${address}]` : address;
    return port === undefined ? shown : `${shown}:${port}`;
}
