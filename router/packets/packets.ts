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
    /** Bytes the connection has carried so far. */
    connectionBytes?: number;
    /** The connection's translated side. */
    nat?: "srcnat" | "dstnat";
    srcMac?: string;
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
    /** Matchers that this model cannot decide; a rule with one is passed over. */
    undecided: string[];
}

/** The hooks a forwarded packet passes, in RouterOS's order: mangle comes before filter. */
const forwardHooks = [
    ["mangle", "prerouting"],
    ["mangle", "forward"],
    ["filter", "forward"],
    ["mangle", "postrouting"],
] as const;

/** Walks a forwarded packet through mangle and filter as they stand. Changes nothing but the packet's own marks. */
export function walkForward(device: Device, packet: Packet): Walk {
    const walk: Walk = {
        steps: [],
        rows: [],
        verdict: "accept",
        fastTrack: false,
        connectionMark: packet.connectionMark,
        packetMark: packet.packetMark,
        undecided: [],
    };
    for (const [table, chain] of forwardHooks) {
        const path = `/${packet.family === 4 ? "ip" : "ipv6"}/firewall/${table}`;
        if (walkChain(device, path, chain, packet, walk, 0) === "drop") {
            walk.verdict = "drop";
            break;
        }
    }
    return walk;
}

type Outcome = "accept" | "drop" | "fall-through" | "return";

function walkChain(device: Device, path: string, chain: string, packet: Packet, walk: Walk, depth: number): Outcome {
    if (depth > 20) return "fall-through"; // chains that jump to each other
    for (const [position, row] of device.table(path).all().entries()) {
        const { values } = row;
        if (values["chain"] !== chain || values["disabled"] === "true" || row.builtin) continue;
        const seen = { ...packet, connectionMark: walk.connectionMark, packetMark: walk.packetMark };
        if (!matches(device, path, values, seen, walk)) continue;
        const { effect, outcome } = act(device, path, values, packet, walk);
        const step: Step = { menu: path, chain, id: showId(row.id), position, action: values["action"]!, effect };
        if (values["comment"] !== undefined) step.comment = values["comment"];
        // A jump is told before what happens in its chain.
        walk.steps.push(step);
        walk.rows.push(row);
        const end = outcome ?? walkChain(device, path, values["jump-target"]!, packet, walk, depth + 1);
        if (end === "accept" || end === "drop") return end;
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
            walk.connectionMark = markOf(values["new-connection-mark"]);
            return { effect: `connection mark ${walk.connectionMark ?? "taken off"}`, outcome: goesOn };
        case "mark-packet":
            walk.packetMark = markOf(values["new-packet-mark"]);
            return { effect: `packet mark ${walk.packetMark ?? "taken off"}`, outcome: goesOn };
        case "fasttrack-connection":
            return { effect: takeFastTrack(device, packet, walk), outcome: "fall-through" };
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
    const settings = device.table(packet.family === 4 ? "/ip/settings" : "/ipv6/settings").all()[0];
    if (settings?.values["allow-fast-path"] === "false") return "the fast path is not allowed: not FastTracked";
    walk.fastTrack = true;
    return "FastTrack takes the connection";
}

type Matcher = (value: string, packet: Packet, device: Device, path: string) => boolean;

const ranges = (value: string, number: number | undefined): boolean =>
    number !== undefined &&
    splitList(value).some((part) => {
        const [from, to = from] = part.split("-").map(Number);
        return from! <= number && number <= to!;
    });

const inAddressList = (device: Device, path: string, list: string, address: string): boolean => {
    const lists = device.table(path.replace(/(mangle|filter)$/, "address-list"));
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
    "routing-mark": (value) => value === "no-mark",
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
    "src-mac-address": (value, packet) => value.toUpperCase() === packet.srcMac?.toUpperCase(),
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
    hotspot: () => false,
    p2p: () => false,
    content: () => false,
    "layer7-protocol": () => false,
    "tls-host": () => false,
    headers: () => false,
    "icmp-options": (_value, packet) => packet.protocol.startsWith("icmp"),
    "hop-limit": (value) => !/^(equal:[01]|less-than:)/.test(value),
    ttl: (value) => !/^(equal:[01]|less-than:)/.test(value),
};

/** Properties of a rule that decide nothing about matching. */
const notMatchers =
    /^(chain|action|comment|disabled|log|log-prefix|passthrough|new-.*|jump-target|reject-with|address-list|address-list-timeout|hw-offload|sniff-.*|route-dst)$/;

function matches(device: Device, path: string, values: Row, packet: Packet, walk: Walk): boolean {
    let undecided: string | undefined;
    for (const [name, value] of Object.entries(values)) {
        if (notMatchers.test(name)) continue;
        const matcher = matchers[name];
        const negated = value.startsWith("!");
        if (!matcher) undecided = name;
        else if (matcher(negated ? value.slice(1) : value, packet, device, path) === negated) return false;
    }
    if (undecided !== undefined) walk.undecided.push(`${path}: ${undecided} is not modelled, the rule is passed over`);
    return undecided === undefined;
}
