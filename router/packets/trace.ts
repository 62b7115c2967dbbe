import type { ConnectionDescription, PacketState, PacketTrace, QueuePath, Row, Trace } from "../api";
import type { Device } from "../device/device";
import type { StoredRow } from "../device/table";
import { parseValue } from "../device/values";
import { refuse } from "../errors";
import { menusOf } from "../menus";
import { type Packet, type Walk, walksForward } from "./packets";
import { leafFor, simpleQueueFor } from "./queue-path";
import { type Sides, sidesOf } from "./sides";

interface Live {
    packet: Packet;
    reply: Packet;
    fastTracked: boolean;
    connectionMark?: string;
}

/** One way that a connection may go: what it is by now, and its packets so far. */
interface Way {
    live: Live;
    packets: PacketTrace[];
    /** No rule that cannot be decided has matched on it. */
    plain: boolean;
    routingMark?: string;
    /** There are more ways than are followed. */
    cut: boolean;
}

/** Direction, state, and bytes. */
type Sent = readonly ["upload" | "reply", PacketState, number];

/** Ways followed side by side at most. */
const most = 64;

/**
 * Follows a connection's first packet, its answer, and its data, on every way that is open where rules cannot be decided.
 * Where all of them end alike the end is certain, whatever the marks on the way. Changes nothing.
 */
export function trace(device: Device, description: ConnectionDescription): Trace {
    const live = liveOf(device, description);
    const ends = followed(device, live, description);
    const shown = ends.find(({ plain }) => plain) ?? ends[0]!;
    const last = shown.packets.at(-1)!;
    // Another routing mark may lead to another interface, unless that was said.
    const routed = description.outInterface === undefined;
    const different = new Set(ends.map((way) => endOfWay(way, routed))).size > 1;
    const open = different || ends.some(({ cut }) => cut);
    const notes = ends.flatMap(({ packets }) => packets.flatMap((packet) => packet.notes));
    const marks = new Set(ends.map((way) => way.live.connectionMark));
    return {
        from: live.packet.src,
        to: describe(live.packet.dst, live.packet.dstPort),
        protocol: live.packet.protocol,
        inInterface: live.packet.inInterface,
        outInterface: live.packet.outInterface,
        packets: shown.packets,
        fastTracked: shown.live.fastTracked,
        connectionMark: marks.size === 1 ? shown.live.connectionMark : undefined,
        leaf: last.direction === "upload" && !open ? (last.queue?.leaf ?? last.globalQueue?.leaf) : undefined,
        undecided: open ? [...new Set(notes)] : [],
    };
}

/** Every way to its end. */
function followed(device: Device, live: Live, { established, size = 1500 }: ConnectionDescription): Way[] {
    const small = live.packet.family === 4 ? 60 : 80;
    const opening: Sent[] = [["reply", "established", small]];
    if (established !== true && !live.fastTracked) {
        opening.unshift(["upload", "new", live.packet.protocol === "tcp" ? small : size]);
    }
    const data: Sent = ["upload", "established", size];
    const next = ({ packets }: Way): Sent | undefined => {
        const last = packets.at(-1);
        if (last && last.verdict !== "accept") return undefined;
        if (packets.length <= opening.length) return opening[packets.length] ?? data;
        // The first data packet may itself be the one that FastTrack takes: a second one shows how it stays.
        return packets.length === opening.length + 1 && last?.takenByFastTrack ? data : undefined;
    };
    const done: Way[] = [];
    let ways: Way[] = [{ live, packets: [], plain: true, cut: false }];
    while (ways.length > 0) {
        const on = new Map<string, Way>();
        for (const way of ways) {
            const sent = next(way);
            if (!sent) done.push(way);
            for (const one of sent ? goesOn(device, way, sent) : []) {
                const name = `${endOfWay(one, true)} ${one.live.connectionMark ?? ""}`;
                if (!on.has(name)) on.set(name, one);
            }
        }
        const cut = on.size > most;
        ways = [...on.values()].slice(0, most).map((way) => ({ ...way, cut: way.cut || cut }));
    }
    return done;
}

/** The ways that one more packet may take. */
function goesOn(device: Device, way: Way, [direction, state, size]: Sent): Way[] {
    const packet = packetOf(way.live, direction, state, size);
    return walksOf(device, way.live, packet).map((walk, index): Way => {
        const live = { ...way.live };
        const { trace } = passAs(device, live, direction, packet, walk);
        return {
            live,
            packets: [...way.packets, trace],
            plain: way.plain && index === 0,
            cut: way.cut || walk.cut,
            ...(walk.routingMark === undefined ? {} : { routingMark: walk.routingMark }),
        };
    });
}

/** How the last packet of a way ended. */
function endOfWay({ live, packets, routingMark }: Way, routed: boolean): string {
    const { verdict, packetMark, queue, globalQueue, simpleQueue } = packets.at(-1)!;
    const ends = [verdict, packetMark, queue?.leaf, globalQueue?.leaf, simpleQueue, live.fastTracked];
    return JSON.stringify([...ends, routed ? routingMark : undefined]);
}

/** One packet of a live connection: past the rules when FastTracked, else through them; then the queues. */
export function pass(
    device: Device,
    live: Live,
    direction: "upload" | "reply",
    state: PacketState,
    size: number,
): Passed {
    const packet = packetOf(live, direction, state, size);
    return passAs(device, live, direction, packet, walksOf(device, live, packet)[0]);
}

interface Passed {
    trace: PacketTrace;
    rules: StoredRow[];
    queues: StoredRow[];
}

function packetOf(live: Live, direction: "upload" | "reply", state: PacketState, size: number): Packet {
    const base = direction === "upload" ? live.packet : live.reply;
    return { ...base, state, size, connectionMark: live.connectionMark };
}

const pastRules: Walk = {
    ...{ steps: [], rows: [], verdict: "accept", fastTrack: false, untracked: false, undecided: [], cut: false },
};

function walksOf(device: Device, live: Live, packet: Packet): [Walk, ...Walk[]] {
    return live.fastTracked ? [pastRules] : walksForward(device, packet);
}

/** Brings the live connection on by a packet that took this way. */
function passAs(device: Device, live: Live, direction: "upload" | "reply", packet: Packet, walk: Walk): Passed {
    const fastPath = live.fastTracked;
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
            state: packet.state,
            size: packet.size,
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
    const protocol = asInRules(device, family, "protocol", description.protocol ?? "tcp");
    const srcMac =
        description.srcMac === undefined ? undefined : asInRules(device, family, "src-mac-address", description.srcMac);
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
        ...(srcMac === undefined ? {} : { srcMac }),
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
        ...(description.srcMac === undefined ? {} : { notSrcMac: description.srcMac }),
    };
    const known = connectionRow(device, packet, from.port !== undefined);
    return {
        packet,
        reply,
        fastTracked: description.fastTracked ?? known?.["fasttrack"] === "true",
        connectionMark: description.connectionMark ?? known?.["connection-mark"],
    };
}

/** A value as a rule has it; refused where no rule could. */
function asInRules(device: Device, family: 4 | 6, name: string, value: string): string {
    const field = menusOf(device.version).get(`${family === 4 ? "/ip" : "/ipv6"}/firewall/mangle`)?.fields[name];
    return field ? parseValue(name, field, value, device.resolve) : value;
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
