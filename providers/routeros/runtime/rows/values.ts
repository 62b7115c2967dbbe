/**
 * Values as RouterOS prints them: every function takes what a person may write and gives the one form that the router
 * reads back, so that equal means equal. All of them are idempotent and throw a {@link ValueError} with a reason.
 */
import ipaddr from "ipaddr.js";

/** What is wrong with a value, worded to follow "addresses[3]: ". */
export class ValueError extends Error {}

export type ValueKind =
    | "text" // free text, kept but for line breaks and control characters
    | "word" // one token of the router's vocabulary, or a name
    | "protocol"
    | "mac"
    | "boolean"
    | "rate" // bit/s
    | "size" // bytes
    | "kib" // KiB, with the unit: a bare number is one of KiB, as REST shows it
    | "time"
    | "number"
    | "decimal"
    | "ports"
    | "words" // a comma list whose order has no meaning
    | "marks" // as words; kept apart because `no-mark` is one of them
    | "address4"
    | "address6";

/** The router's form of `text`. A leading `!` (negation of the whole value) is kept. */
export function canonical(kind: ValueKind, text: string): string {
    const trimmed = text.trim();
    if (kind !== "text" && trimmed.startsWith("!")) return `!${canonical(kind, trimmed.slice(1))}`;
    switch (kind) {
        case "text":
            return plainText(text);
        case "word":
            return trimmed;
        case "protocol":
            return protocols[trimmed] ?? trimmed;
        case "mac":
            return mac(trimmed);
        case "boolean":
            return booleanValue(trimmed);
        case "rate":
            return rate(trimmed);
        case "size":
            return size(trimmed);
        case "kib":
            return kib(trimmed);
        case "time":
            return time(trimmed);
        case "number":
            return wholeNumber(trimmed);
        case "decimal":
            return decimal(trimmed);
        case "ports":
            return ports(trimmed);
        case "words":
        case "marks":
            return words(trimmed);
        case "address4":
            return address("ipv4", trimmed);
        case "address6":
            return address("ipv6", trimmed);
    }
}

/** Line breaks, tabs and control characters become one space: a comment is one line. Composed form (NFC). */
export function plainText(text: string): string {
    return text
        .normalize("NFC")

        .replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ")
        .replace(/ {2,}/g, " ")
        .trim();
}

export function booleanValue(text: string): string {
    if (/^(yes|true|on)$/i.test(text)) return "true";
    if (/^(no|false|off)$/i.test(text)) return "false";
    throw new ValueError(`"${text}" is neither yes nor no`);
}

/** Numbers that the router prints by name. */
const protocols: Readonly<Record<string, string>> = {
    "1": "icmp",
    "2": "igmp",
    "6": "tcp",
    "17": "udp",
    "33": "dccp",
    "47": "gre",
    "50": "ipsec-esp",
    "51": "ipsec-ah",
    "58": "icmpv6",
    "132": "sctp",
    "136": "udp-lite",
};

/** Upper case, with colons; a mask after a slash likewise. */
function mac(text: string): string {
    const parts = text.split("/").map((part) => part.replace(/-/g, ":").toUpperCase());
    if (parts.length > 2 || !parts.every((part) => /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/.test(part))) {
        throw new ValueError(`"${text}" is no MAC address`);
    }
    return parts.join("/");
}

const rateUnits: Record<string, number> = { "": 0, k: 3, m: 6, g: 9 };

/** `20M`, `1.5M`, `64k`, `20000000`: bit/s in plain digits, as the router reads them back. */
export function rate(text: string): string {
    const match = /^(\d+)(?:\.(\d+))?([kmg]?)(?:bps|bit\/s)?$/i.exec(text);
    const places = rateUnits[(match?.[3] ?? "").toLowerCase()];
    if (!match || places === undefined) throw new ValueError(`"${text}" is no rate (such as 20M, 64k, 1000000)`);
    const fraction = match[2] ?? "";
    if (fraction.replace(/0+$/, "").length > places) throw new ValueError(`"${text}" is no whole number of bit/s`);
    return digits((match[1] ?? "") + fraction.slice(0, places).padEnd(places, "0"));
}

const sizeUnits: Record<string, number> = { "": 1, b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** `32MiB`, `50KiB`, `1500`: bytes in plain digits. */
export function size(text: string): string {
    const match = /^(\d+(?:\.\d+)?)([kmg]ib|b|)$/i.exec(text);
    const unit = sizeUnits[(match?.[2] ?? "").toLowerCase()];
    if (!match || unit === undefined) throw new ValueError(`"${text}" is no size (such as 32MiB, 1500)`);
    const bytes = Number(match[1]) * unit;
    if (!Number.isInteger(bytes)) throw new ValueError(`"${text}" is no whole number of bytes`);
    return String(bytes);
}

/** `50KiB`, `2MiB`, `50`: KiB with the unit, which nobody can misread. */
function kib(text: string): string {
    if (/^\d+$/.test(text)) return `${digits(text)}KiB`;
    const bytes = BigInt(size(text));
    if (bytes % 1024n !== 0n) throw new ValueError(`"${text}" is no whole number of KiB`);
    return `${bytes / 1024n}KiB`;
}

const timeUnits: readonly [string, bigint][] = [
    ["w", 604_800_000_000n],
    ["d", 86_400_000_000n],
    ["h", 3_600_000_000n],
    ["m", 60_000_000n],
    ["s", 1_000_000n],
    ["ms", 1_000n],
    ["us", 1n],
];

/** `90`, `90s`, `1m30s`, `00:01:30`, `1d02:00:00`, `5ms`: RouterOS's own form, `1m30s`. */
export function time(text: string): string {
    const total = microseconds(text.toLowerCase());
    if (total === undefined) throw new ValueError(`"${text}" is no time (such as 90s, 1m30s, 5ms, 00:01:30)`);
    if (total === 0n) return "0s";
    let left = total;
    let out = "";
    for (const [unit, length] of timeUnits) {
        const count = left / length;
        left %= length;
        if (count > 0n) out += `${count}${unit}`;
    }
    return out;
}

function microseconds(text: string): bigint | undefined {
    if (/^\d+(\.\d{1,6})?$/.test(text)) return scaled(text, 1_000_000n);
    const clock = /^(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d{1,6})?)$/.exec(text);
    if (clock) {
        const [, weeks = "0", days = "0", hours = "0", minutes = "0", seconds = "0"] = clock;
        const whole = ((BigInt(weeks) * 7n + BigInt(days)) * 24n + BigInt(hours)) * 60n + BigInt(minutes);
        return whole * 60_000_000n + scaled(seconds, 1_000_000n);
    }
    if (!/^(\d+(\.\d{1,6})?(w|d|h|ms|us|m|s))+$/.test(text)) return undefined;
    let total = 0n;
    for (const [, count = "0", unit] of text.matchAll(/(\d+(?:\.\d{1,6})?)(w|d|h|ms|us|m|s)/g)) {
        total += scaled(count, timeUnits.find(([name]) => name === unit)?.[1] ?? 0n);
    }
    return total;
}

function scaled(number: string, unit: bigint): bigint {
    const [whole = "0", fraction = ""] = number.split(".");
    return BigInt(whole) * unit + (BigInt(fraction.padEnd(6, "0").slice(0, 6)) * unit) / 1_000_000n;
}

export function wholeNumber(text: string): string {
    if (/^\d+$/.test(text)) return digits(text);
    if (/^\d+-\d+$/.test(text)) return text.split("-").map(digits).join("-");
    throw new ValueError(`"${text}" is no whole number`);
}

export function decimal(text: string): string {
    if (!/^\d+(\.\d+)?$/.test(text)) throw new ValueError(`"${text}" is no number`);
    const [whole = "0", fraction = ""] = text.split(".");
    const rest = fraction.replace(/0+$/, "");
    return rest === "" ? digits(whole) : `${digits(whole)}.${rest}`;
}

function digits(text: string): string {
    return text.replace(/^0+(?=\d)/, "");
}

/** `80,443,8000-8080`: sorted, each once. */
export function ports(text: string): string {
    const parts = text.split(",").map((part) => part.trim());
    const parsed = parts.map((part): [number, number] => {
        const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
        const from = Number(match?.[1]);
        const to = Number(match?.[2] ?? match?.[1]);
        if (!match || from > to || to > 65535) throw new ValueError(`"${part}" is no port or range of ports`);
        return [from, to];
    });
    parsed.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return unique(parsed.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))).join(",");
}

/** A comma list: sorted, each once. The router keeps an order of its own, which means nothing. */
export function words(text: string): string {
    const all = text.split(",").map((part) => part.trim());
    return unique(all.filter((part) => part !== ""))
        .sort()
        .join(",");
}

function unique(all: string[]): string[] {
    return [...new Set(all)];
}

/**
 * An address, prefix, or (IPv4) range as firewall menus print it: host bits cleared (assumed of the router; ours are
 * cleared before they are sent), IPv4 hosts without `/32`, IPv6 hosts with `/128`, lower case, and a range that is a
 * whole prefix as that prefix.
 */
export function address(family: "ipv4" | "ipv6", text: string): string {
    return family === "ipv4" ? address4(text) : address6(text);
}

function address4(text: string): string {
    const range = /^([\d.]+)\s*-\s*([\d.]+)$/.exec(text);
    if (range) return range4(number4(range[1] ?? ""), number4(range[2] ?? ""), text);
    const [host = "", bits = "32", ...more] = text.split("/");
    const length = /^\d{1,2}$/.test(bits) ? Number(bits) : NaN;
    if (more.length > 0 || !(length <= 32)) throw new ValueError(`"${text}" is no IPv4 address, prefix or range`);
    const network = Math.floor(number4(host) / 2 ** (32 - length)) * 2 ** (32 - length);
    return length === 32 ? dotted(network) : `${dotted(network)}/${length}`;
}

function range4(from: number, to: number, text: string): string {
    if (from > to) throw new ValueError(`"${text}" ends before it starts`);
    const count = to - from + 1;
    const length = 32 - Math.log2(count);
    if (!Number.isInteger(length) || from % count !== 0) return `${dotted(from)}-${dotted(to)}`;
    return length === 32 ? dotted(from) : `${dotted(from)}/${length}`;
}

function number4(text: string): number {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text) || /(^|\.)0\d/.test(text)) {
        throw new ValueError(`"${text}" is no IPv4 address`);
    }
    return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function dotted(number: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

function address6(text: string): string {
    const [host = "", bits = "128", ...more] = text.split("/");
    const length = /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
    if (more.length > 0 || !(length <= 128) || host.includes("%") || !ipaddr.IPv6.isValid(host)) {
        throw new ValueError(`"${text}" is no IPv6 address or prefix`);
    }
    const masked = ipaddr.IPv6.networkAddressFromCIDR(`${host}/${length}`);
    return `${masked.toRFC5952String()}/${length}`;
}

/** Where an address stands among others; each is taken apart once in a process, which sorts the same list again and again. */
const places = new Map<string, string>();

/** Addresses in an order for people: by family, then by number, then the wider first. */
export function sortedAddresses(addresses: readonly string[]): string[] {
    const all = addresses.map((text): [string, string] => {
        const place = places.get(text) ?? placeOf(text);
        places.set(text, place);
        return [place, text];
    });
    return all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, text]) => text);
}

function placeOf(text: string): string {
    const [host = "", bits = ""] = text.split(/[/-]/);
    if (!ipaddr.isValid(host)) return `z${text}`;
    const hex = ipaddr
        .parse(host)
        .toByteArray()
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("");
    return `${host.includes(":") ? "6" : "4"}${hex}/${bits.padStart(15, "0")}`;
}

/** `dst-address-list` to `dstAddressList`. */
export function camelCase(wire: string): string {
    return wire.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `dstAddressList` to `dst-address-list`. */
export function kebabCase(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `7.22.3 (stable)` against `7.9`: negative, zero or positive. */
export function compareVersions(a: string, b: string): number {
    const parts = (text: string): number[] => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
    const left = parts(a);
    const right = parts(b);
    for (let index = 0; index < 3; index += 1) {
        const difference = (left[index] ?? 0) - (right[index] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}
