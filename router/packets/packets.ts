import type { PacketState, Row, Step, Verdict } from "../api";
import { contains } from "../device/addresses";
import type { Device } from "../device/device";
import { showId, type StoredRow } from "../device/table";
import { splitList } from "../device/values";
import { isInList } from "../menus/interfaces";

/** One packet on its way through the router. */
export interface Packet {
    family: 4 | 6;
    protocol: string;
    src: string;
    dst: string;
    srcPort?: number;
    dstPort?: number;
    /** Names of interfaces. */
    inInterface: string;
    outInterface: string;
    state: PacketState;
    /** Bytes, IP header included. */
    size: number;
    connectionMark?: string;
    packetMark?: string;
    routingMark?: string;
    /** Bytes the connection has carried so far. */
    connectionBytes?: number;
    /** The connection's translated side. */
    nat?: "srcnat" | "dstnat";
    srcMac?: string;
    /** A MAC address that is another's: an answer does not come from who asked. */
    notSrcMac?: string;
    /** Flags of a TCP segment. @default syn for a new one, else ack */
    tcpFlags?: readonly string[];
}

export interface Walk {
    steps: Step[];
    rows: StoredRow[];
    verdict: Verdict;
    /** A FastTrack rule took the connection; following packets go past the rules. */
    fastTrack: boolean;
    connectionMark?: string;
    packetMark?: string;
    routingMark?: string;
    /** No connection tracking for this packet: raw said so. */
    untracked: boolean;
    /** Rules that this model cannot decide and on which it depends what becomes of the packet, its marks included. */
    undecided: string[];
    /** There are more of them than are tried. */
    cut: boolean;
}

/** The hooks a forwarded packet passes, in RouterOS's order: raw before tracking, mangle before NAT and filter. */
const forwardHooks = [
    ["raw", "prerouting"],
    ["mangle", "prerouting"],
    ["nat", "dstnat"],
    ["mangle", "forward"],
    ["filter", "forward"],
    ["mangle", "postrouting"],
] as const;

/** So many rules that cannot be decided are tried both ways; with more of them nothing is certain. */
const triedBothWays = 6;

/**
 * The ways a forwarded packet may go through raw, mangle and filter as they stand. A rule that this model cannot decide is
 * tried both ways; ways that come to the same are one. The first is that on which no such rule matches. Changes nothing.
 */
export function walksForward(device: Device, packet: Packet): [Walk, ...Walk[]] {
    const met = new Map<StoredRow, string>();
    const first = walkOnce(device, packet, new Map(), met);
    const ways = new Map([[endOf(first), first]]);
    const tried = [new Map<StoredRow, boolean>()];
    let cut = false;
    // Each rule that was met undecided splits every way tried so far; a way taken may meet further ones.
    for (const [row] of met) {
        cut = tried.length >= 2 ** triedBothWays;
        if (cut) break;
        for (const choices of [...tried]) {
            const other = new Map([...choices, [row, true] as const]);
            tried.push(other);
            const walk = walkOnce(device, packet, other, met);
            if (!ways.has(endOf(walk))) ways.set(endOf(walk), walk);
        }
    }
    const undecided = cut || ways.size > 1 ? [...met.values()] : [];
    const [, ...others] = [...ways.values()].map((walk) => ({ ...walk, undecided, cut }));
    return [{ ...first, undecided, cut }, ...others];
}

/** What becomes of the packet, and of its connection. */
function endOf({ verdict, fastTrack, connectionMark, packetMark, routingMark }: Walk): string {
    return JSON.stringify([
        verdict,
        ...(verdict !== "accept" ? [] : [fastTrack, connectionMark, packetMark, routingMark]),
    ]);
}

/** One way, with what undecided rules do on it (nothing where `choices` does not say). Notes those it meets. */
function walkOnce(
    device: Device,
    packet: Packet,
    choices: ReadonlyMap<StoredRow, boolean>,
    met: Map<StoredRow, string>,
): Walk {
    const walk: Walk = {
        steps: [],
        rows: [],
        verdict: "accept",
        fastTrack: false,
        connectionMark: packet.connectionMark,
        packetMark: packet.packetMark,
        routingMark: packet.routingMark,
        untracked: false,
        undecided: [],
        cut: false,
    };
    for (const [table, chain] of forwardHooks) {
        // NAT is asked for a connection's first packet alone, and only where there is one.
        if (table === "nat" && (packet.state !== "new" || walk.untracked)) continue;
        const path = `/${packet.family === 4 ? "ip" : "ipv6"}/firewall/${table}`;
        const end = walkChain({ device, path, packet, walk, choices, met }, chain, 0);
        if (end === "drop" || end === "redirected") {
            walk.verdict = end;
            break;
        }
    }
    return walk;
}

type Outcome = "accept" | "drop" | "redirected" | "fall-through" | "return";

interface Way {
    device: Device;
    path: string;
    packet: Packet;
    walk: Walk;
    choices: ReadonlyMap<StoredRow, boolean>;
    met: Map<StoredRow, string>;
}

function walkChain(way: Way, chain: string, depth: number): Outcome {
    const { device, path, packet, walk, choices, met } = way;
    if (depth > 20) return "fall-through"; // chains that jump to each other
    for (const [position, row] of device.table(path).all().entries()) {
        const { values } = row;
        if (values["chain"] !== chain || values["disabled"] === "true" || row.builtin) continue;
        const { connectionMark, packetMark, routingMark } = walk;
        const state = walk.untracked ? "untracked" : packet.state;
        const match = matches(device, path, values, { ...packet, state, connectionMark, packetMark, routingMark });
        if (typeof match === "string") {
            met.set(row, `${path} ${chain} ${showId(row.id)}: ${match} cannot be decided here`);
            if (!choices.get(row)) continue;
        } else if (!match) continue;
        const { effect, outcome } = act(device, path, values, packet, walk);
        const step: Step = { menu: path, chain, id: showId(row.id), position, action: values["action"]!, effect };
        if (values["comment"] !== undefined) step.comment = values["comment"];
        // A jump is told before what happens in its chain.
        walk.steps.push(step);
        walk.rows.push(row);
        const end = outcome ?? walkChain(way, values["jump-target"]!, depth + 1);
        if (end === "accept" || end === "drop" || end === "redirected") return end;
        if (outcome === "return") return "return";
    }
    return "fall-through";
}

/** What the action does; no outcome means a jump. */
function act(
    device: Device,
    path: string,
    values: Row,
    packet: Packet,
    walk: Walk,
): { effect: string; outcome?: Outcome } {
    const goesOn: Outcome = values["passthrough"] === "false" ? "accept" : "fall-through";
    switch (values["action"]) {
        case "accept":
            return { effect: "accepted here", outcome: "accept" };
        case "drop":
        case "reject":
        case "tarpit":
            return { effect: "dropped", outcome: "drop" };
        case "jump":
            return { effect: `goes to chain ${values["jump-target"] ?? ""}` };
        case "return":
            return { effect: "goes back", outcome: "return" };
        case "mark-connection":
            // assumed(untracked-marks): the mark is the tracked connection's, and this packet has none.
            if (walk.untracked) return { effect: "not tracked: no connection to mark", outcome: goesOn };
            walk.connectionMark = markOf(values["new-connection-mark"]);
            return { effect: `connection mark ${walk.connectionMark ?? "taken off"}`, outcome: goesOn };
        case "mark-packet":
            walk.packetMark = markOf(values["new-packet-mark"]);
            return { effect: `packet mark ${walk.packetMark ?? "taken off"}`, outcome: goesOn };
        case "mark-routing":
            walk.routingMark = markOf(device.nameOf("/routing/table", values["new-routing-mark"] ?? ""));
            return { effect: `routing mark ${walk.routingMark ?? "taken off"}`, outcome: goesOn };
        case "notrack":
            walk.untracked = true;
            return { effect: "not tracked", outcome: "fall-through" };
        case "fasttrack-connection":
            return { effect: takeFastTrack(device, packet, walk), outcome: "fall-through" };
        case "dst-nat":
        case "netmap":
            return {
                effect: `sent to ${values["to-addresses"] ?? values["to-address"] ?? "another port"}`,
                outcome: "redirected",
            };
        case "redirect":
        case "socksify":
            return { effect: "sent to the router itself", outcome: "redirected" };
        case "passthrough":
        case "log":
        case "add-src-to-address-list":
        case "add-dst-to-address-list":
            return { effect: "goes on", outcome: "fall-through" };
        default:
            return { effect: path.endsWith("mangle") ? "changes the packet" : "goes on", outcome: goesOn };
    }
}

function markOf(mark: string | undefined): string | undefined {
    return mark === "no-mark" || mark === "" ? undefined : mark;
}

/** FastTrack takes TCP and UDP, and only with the fast path allowed; this packet goes on to the next rule. */
function takeFastTrack(device: Device, packet: Packet, walk: Walk): string {
    if (packet.protocol !== "tcp" && packet.protocol !== "udp") return "not TCP or UDP: not FastTracked";
    if (walk.untracked) return "not tracked: not FastTracked";
    const settings = device.table(packet.family === 4 ? "/ip/settings" : "/ipv6/settings").all()[0];
    if (settings?.values["allow-fast-path"] === "false") return "the fast path is not allowed: not FastTracked";
    walk.fastTrack = true;
    return "FastTrack takes the connection";
}

/** Undefined: what it asks is not known of the packet. */
type Matcher = (value: string, packet: Packet, device: Device, path: string) => boolean | undefined;

const ranges = (value: string, number: number | undefined): boolean =>
    number !== undefined &&
    splitList(value).some((part) => {
        const [from, to = from] = part.split("-").map(Number);
        return from! <= number && number <= to!;
    });

const inAddressList = (device: Device, path: string, list: string, address: string): boolean => {
    const lists = device.table(path.replace(/(filter|mangle|nat|raw)$/, "address-list"));
    for (const row of lists.indexedBy("list", list)!) {
        if (row.values["disabled"] !== "true" && contains(row.values["address"]!, address)) return true;
    }
    return false;
};

const isInterface = (device: Device, value: string, name: string): boolean => {
    const type = device.findByName("/interface", name)?.values["type"] ?? "";
    if (value === "all-ethernet") return type === "ether";
    if (value === "all-ppp") return /^(pppoe|l2tp|pptp|sstp|ovpn|ppp)/.test(type);
    if (value === "all-vlan") return type === "vlan";
    if (value === "all-wireless") return type === "wlan";
    return device.nameOf("/interface", value) === name;
};

const isInInterfaceList = (device: Device, list: string, name: string): boolean => {
    const row = device.findByName("/interface", name);
    return row !== undefined && isInList(device, list, showId(row.id));
};

const mark = (value: string, has: string | undefined): boolean =>
    value === "no-mark" ? has === undefined : value === has;

/** How each matcher is decided; a matcher that is not here leaves its rule undecided. */
const matchers: Record<string, Matcher> = {
    protocol: (value, packet) => value === packet.protocol,
    "connection-state": (value, packet) => splitList(value).includes(packet.state),
    "connection-mark": (value, packet) => mark(value, packet.connectionMark),
    "packet-mark": (value, packet) => mark(value, packet.packetMark),
    "routing-mark": (value, packet, device) =>
        mark(device.nameOf("/routing/table", value) ?? value, packet.routingMark),
    "src-address": (value, packet) => contains(value, packet.src),
    "dst-address": (value, packet) => contains(value, packet.dst),
    "src-address-list": (value, packet, device, path) => inAddressList(device, path, value, packet.src),
    "dst-address-list": (value, packet, device, path) => inAddressList(device, path, value, packet.dst),
    "src-port": (value, packet) => ranges(value, packet.srcPort),
    "dst-port": (value, packet) => ranges(value, packet.dstPort),
    port: (value, packet) => ranges(value, packet.srcPort) || ranges(value, packet.dstPort),
    "packet-size": (value, packet) => ranges(value, packet.size),
    "in-interface": (value, packet, device) => isInterface(device, value, packet.inInterface),
    "out-interface": (value, packet, device) => isInterface(device, value, packet.outInterface),
    "in-interface-list": (value, packet, device) => isInInterfaceList(device, value, packet.inInterface),
    "out-interface-list": (value, packet, device) => isInInterfaceList(device, value, packet.outInterface),
    "connection-nat-state": (value, packet) => packet.nat !== undefined && splitList(value).includes(packet.nat),
    "connection-bytes": (value, packet) => {
        const [from, to] = value.split("-").map(Number);
        const carried = packet.connectionBytes ?? 0;
        return carried >= from! && (to === undefined || to === 0 || carried <= to);
    },
    "src-mac-address": (value, { srcMac, notSrcMac }) => {
        if (srcMac === undefined) return value.toUpperCase() === notSrcMac?.toUpperCase() ? false : undefined;
        return value.toUpperCase() === srcMac.toUpperCase();
    },
    "src-address-type": (value, packet, device) => splitList(value).includes(typeOf(device, packet.src)),
    "dst-address-type": (value, packet, device) => splitList(value).includes(typeOf(device, packet.dst)),
    // The traffic looked at is not IPsec's.
    "ipsec-policy": (value) => value.endsWith("none"),
    "tcp-flags": (value, packet) => {
        if (packet.protocol !== "tcp") return false;
        const flags = packet.tcpFlags ?? [packet.state === "new" ? "syn" : "ack"];
        return splitList(value).every((flag) =>
            flag.startsWith("!") ? !flags.includes(flag.slice(1)) : flags.includes(flag),
        );
    },
    fragment: (value) => value === "false",
    "icmp-options": (_value, packet) => (packet.protocol.startsWith("icmp") ? undefined : false),
    "tls-host": (_value, packet) => (packet.protocol === "tcp" ? undefined : false),
    "tcp-mss": (_value, packet) => (packet.protocol === "tcp" ? undefined : false),
    psd: (_value, packet) => (packet.protocol === "tcp" || packet.protocol === "udp" ? undefined : false),
    "hop-limit": (value) => !/^(equal:[01]|less-than:)/.test(value),
    ttl: (value) => !/^(equal:[01]|less-than:)/.test(value),
};

/** Properties of a rule that decide nothing about matching. */
const notMatchers =
    /^(chain|action|comment|disabled|log|log-prefix|passthrough|new-.*|jump-target|reject-with|address-list|address-list-timeout|hw-offload|sniff-.*|route-dst|to-.*)$/;

function typeOf(device: Device, address: string): string {
    const own = ["ip", "ipv6"].flatMap((family) => device.table(`/${family}/address`).all());
    if (own.some(({ values }) => values["address"]!.split("/")[0] === address)) return "local";
    if (address === "255.255.255.255") return "broadcast";
    return /^(22[4-9]|23\d)\.|^ff/i.test(address) ? "multicast" : "unicast";
}

/** Whether the rule matches; the name of a matcher that decides it and cannot be decided. */
function matches(device: Device, path: string, values: Row, packet: Packet): boolean | string {
    let undecided: string | undefined;
    for (const [name, value] of Object.entries(values)) {
        if (notMatchers.test(name)) continue;
        const negated = value.startsWith("!");
        const plain = negated ? value.slice(1) : value;
        // What an empty one matches nobody has recorded.
        const matched = plain === "" ? undefined : matchers[name]?.(plain, packet, device, path);
        if (matched === undefined) undecided ??= name;
        else if (matched === negated) return false;
    }
    return undecided ?? true;
}
