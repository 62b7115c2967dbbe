/** Whether a rule takes a packet of an upload. What its row does not tell is `maybe`, with the matcher's name. Pure. */
import type { Marks, Packet } from "./packet";
import type { Rule } from "./rows";
import type { Answer } from "./spans";
import { isPublic, not, within } from "./spans";
import type { Surroundings } from "./surroundings";

export interface Decision {
    answer: Answer;
    /** The matchers that leave it open. */
    open: string[];
}

/** Matchers that may say another thing of the same packet when they are asked again. */
const byChance = new Set(["random", "nth", "limit", "dst-limit", "connection-limit", "psd"]);

/** What a rule that stays open hangs on, so that another rule that hangs on the same is known by it. */
export function hangsOn(row: Rule, { open }: Decision): string[] {
    return open.some((name) => byChance.has(name)) ? [] : open.map((name) => `${name}=${String(row.matchers[name])}`);
}

export function decide(row: Rule, packet: Packet, marks: Marks, around: Surroundings): Decision {
    const open: string[] = [];
    for (const [name, value] of Object.entries(row.matchers)) {
        const negated = value.startsWith("!");
        const plain = negated ? value.slice(1) : value;
        const found = matchers[name]?.(plain, packet, marks, around) ?? "maybe";
        const answer = plain === "" ? "maybe" : negated ? not(found) : found;
        if (answer === "no") return { answer, open: [] };
        if (answer === "maybe") open.push(name);
    }
    return { answer: open.length === 0 ? "yes" : "maybe", open };
}

type Matcher = (value: string, packet: Packet, marks: Marks, around: Surroundings) => Answer;

const says = (condition: boolean): Answer => (condition ? "yes" : "no");
const isUpload = ({ direction }: Packet): boolean => direction === "upload";
const never: Matcher = () => "no";
const list = (value: string): string[] => value.split(",");

/** Ports of a packet on its near and its far end: 443 there, one of the high ones here. */
const highest = [1024, 65535] as const;
const s3Port = [443, 443] as const;

function ports(value: string, [low, high]: readonly [number, number]): Answer {
    const ranges = list(value).map((part) => part.split("-").map(Number));
    if (ranges.some(([from = 0, to = from]) => from <= low && high <= to)) return "yes";
    return ranges.some(([from = 0, to = from]) => from <= high && low <= to) ? "maybe" : "no";
}

/** Whole numbers, or a range of them, that the packet's value lies in between two bounds. */
const numbers = (value: string, low: number, high: number): Answer => ports(value, [low, high]);

const mark = (value: string, has: string | undefined): Answer =>
    says(value === "no-mark" ? has === undefined : value === has);

const stateOf = ({ moment }: Packet, marks: Marks): string =>
    marks.untracked ? "untracked" : moment === "first" ? "new" : "established";

/** Bytes of a packet: a handshake's, an acknowledgement's, or full. */
function sizes(packet: Packet): readonly [number, number] {
    if (packet.moment === "first") return [40, 80];
    return isUpload(packet) ? [1200, 1500] : [40, 1500];
}

/** Bytes that the connection has carried. */
function carried({ moment }: Packet): readonly [number, number] {
    if (moment === "first") return [0, 80];
    return moment === "begun" ? [80, 1e9] : [1e9, 1e12];
}

function interfaceIs(value: string, name: string | undefined, around: Surroundings, wan: string): Answer {
    if (name === undefined) return value === wan ? "no" : "maybe";
    const type = around.typeOf(name);
    const kinds: Record<string, RegExp> = {
        "all-ethernet": /^ether$/,
        "all-ppp": /^(pppoe|l2tp|pptp|sstp|ovpn|ppp)/,
        "all-vlan": /^vlan$/,
        "all-wireless": /^(wlan|wifi)$/,
    };
    const kind = kinds[value];
    if (!kind) return says(value === name);
    return type === undefined ? "maybe" : says(kind.test(type));
}

const cameIn = (packet: Packet): string | undefined => (isUpload(packet) ? packet.near.interface : packet.upload.wan);
const goesOut = (packet: Packet): string | undefined => (isUpload(packet) ? packet.upload.wan : packet.near.interface);

function nearAddress(value: string, packet: Packet): Answer {
    return within(value, packet.near.networks ?? []) === "maybe" && /\/0$/.test(value)
        ? "yes"
        : within(value, packet.near.networks ?? []);
}

const farAddress = (value: string, marks: Marks, around: Surroundings): Answer =>
    marks.redirected ? "maybe" : isPublic(value, around.networks);

/** Membership in an address list: only the site's own are known. */
function nearList(value: string, { upload, near }: Packet): Answer {
    if (value === upload.sourceList) return says(near.mac === undefined);
    return value === upload.list ? "no" : "maybe";
}

function farList(value: string, { upload }: Packet, marks: Marks): Answer {
    if (value === upload.list) return marks.redirected ? "no" : "yes";
    return value === upload.sourceList ? "no" : "maybe";
}

function addressType(value: string, near: boolean): Answer {
    if (list(value).includes("unicast")) return "yes";
    return list(value).every((one) => ["local", "broadcast", "multicast", "anycast"].includes(one) || !near)
        ? says(false)
        : "maybe";
}

function tcpFlags(value: string, packet: Packet): Answer {
    const certain = packet.moment === "first" ? ["syn"] : ["ack"];
    const possible = packet.moment === "first" ? ["ece", "cwr"] : ["psh", ...(isUpload(packet) ? [] : ["syn"])];
    const answers = list(value).map((flag): Answer => {
        const name = flag.replace(/^!/, "");
        const set: Answer = certain.includes(name) ? "yes" : possible.includes(name) ? "maybe" : "no";
        return flag.startsWith("!") ? not(set) : set;
    });
    return answers.includes("no") ? "no" : answers.includes("maybe") ? "maybe" : "yes";
}

/** How each matcher is decided; one that is not here leaves its rule open. */
const matchers: Record<string, Matcher> = {
    protocol: (value) => says(value === "tcp" || value === "6"),
    "connection-state": (value, packet, marks) => says(list(value).includes(stateOf(packet, marks))),
    "connection-mark": (value, _packet, marks) => mark(value, marks.connectionMark),
    "packet-mark": (value, _packet, marks) => mark(value, marks.packetMark),
    "routing-mark": (value, _packet, marks) => mark(value, marks.routingMark),
    dscp: (value, _packet, marks) => (marks.dscp === undefined ? "maybe" : says(value === marks.dscp)),
    "src-address": (value, packet, marks, around) =>
        isUpload(packet) ? nearAddress(value, packet) : farAddress(value, marks, around),
    "dst-address": (value, packet, marks, around) =>
        isUpload(packet) ? farAddress(value, marks, around) : nearAddress(value, packet),
    "src-address-list": (value, packet, marks) =>
        isUpload(packet) ? nearList(value, packet) : farList(value, packet, marks),
    "dst-address-list": (value, packet, marks) =>
        isUpload(packet) ? farList(value, packet, marks) : nearList(value, packet),
    "src-port": (value, packet) => ports(value, isUpload(packet) ? highest : s3Port),
    "dst-port": (value, packet) => ports(value, isUpload(packet) ? s3Port : highest),
    port: (value) => (ports(value, s3Port) === "yes" ? "yes" : ports(value, highest)),
    "packet-size": (value, packet) => numbers(value, ...sizes(packet)),
    "connection-bytes": (value, packet) => {
        const [from = "0", to = "0"] = value.split("-");
        return numbers(to === "0" ? `${from}-1000000000000` : value, ...carried(packet));
    },
    "in-interface": (value, packet, _marks, around) =>
        interfaceIs(value, cameIn(packet), around, isUpload(packet) ? packet.upload.wan : ""),
    "out-interface": (value, packet, _marks, around) =>
        interfaceIs(value, goesOut(packet), around, isUpload(packet) ? "" : packet.upload.wan),
    "in-interface-list": (value, packet, _marks, around) => around.inList(value, cameIn(packet)),
    "out-interface-list": (value, packet, _marks, around) => around.inList(value, goesOut(packet)),
    "connection-nat-state": (value, _packet, marks) =>
        list(value).includes("srcnat") ? "maybe" : says(marks.redirected !== undefined),
    "src-mac-address": (value, packet) => {
        const { macs = [], sources = [] } = packet.upload;
        // An answer comes from the line, so from none of the hosts that upload.
        if (!isUpload(packet)) return macs.some((mac) => mac.toUpperCase() === value.toUpperCase()) ? "no" : "maybe";
        if (macs.length + sources.length === 0) return "maybe";
        return says(packet.near.mac?.toUpperCase() === value.toUpperCase());
    },
    "src-address-type": (value, packet) => addressType(value, isUpload(packet)),
    "dst-address-type": (value, packet) => addressType(value, !isUpload(packet)),
    // The uploads looked at are no tunnel's.
    "ipsec-policy": (value) => says(value.endsWith("none")),
    "tcp-flags": tcpFlags,
    "tcp-mss": (_value, packet) => (packet.moment === "first" ? "maybe" : "no"),
    fragment: (value) => says(value === "false" || value === "no"),
    "hop-limit": (value) => (/^equal:[01]$/.test(value) ? "no" : "maybe"),
    ttl: (value) => (/^equal:[01]$/.test(value) ? "no" : "maybe"),
    "connection-type": never,
    "icmp-options": never,
    p2p: never,
    "per-connection-classifier": (value) => (value.endsWith(":1/0") ? "yes" : "maybe"),
};
