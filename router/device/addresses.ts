import * as ipaddr from "ipaddr.js";

import { refuse } from "../errors";

/**
 * The forms addresses take in firewall matchers and address lists: a single IPv4 address without `/32`, a single IPv6
 * address with `/128` (recorded for lists), prefixes without host bits: assumed(address-forms), an IPv4 range that
 * is a whole prefix as that prefix.
 */
export function normaliseMatcherAddress(input: string, family: 4 | 6): string {
    const value = family === 4 ? normaliseIpv4(input) : normaliseIpv6(input);
    if (value === undefined) throw family === 4 ? refuse.notAnAddress() : refuse.badIpv6Address();
    return value;
}

/**
 * As a matcher's, or a DNS name. What is no address is taken for a name when it can be one: labels of letters, digits,
 * `-` and `_`, the last not all digits: assumed(dns-names); the manual only says "or a string".
 */
export function normaliseListAddress(input: string, family: 4 | 6): string {
    const value = family === 4 ? normaliseIpv4(input) : normaliseIpv6(input);
    if (value !== undefined) return value;
    if (isDnsName(input)) return input;
    throw family === 4 ? refuse.notAnAddress() : refuse.badIpv6Address();
}

export function isDnsName(input: string): boolean {
    const labels = input.replace(/\.$/, "").split(".");
    return (
        input.length <= 253 &&
        labels.every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label)) &&
        !/^\d+$/.test(labels.at(-1)!)
    );
}

function normaliseIpv4(input: string): string | undefined {
    const range = /^([^-/]+)-([^-/]+)$/.exec(input);
    if (range) {
        const [from, to] = [ipv4Number(range[1]!), ipv4Number(range[2]!)];
        if (from === undefined || to === undefined || from > to) return undefined;
        return showRange(from, to);
    }
    const prefix = /^([^/]+)\/(\d{1,2})$/.exec(input);
    if (prefix) {
        const [address, length] = [ipv4Number(prefix[1]!), Number(prefix[2])];
        if (address === undefined || length > 32) return undefined;
        const size = 2 ** (32 - length);
        const from = address - (address % size);
        return showRange(from, from + size - 1);
    }
    const address = ipv4Number(input);
    return address === undefined ? undefined : showIpv4(address);
}

export function ipv4Number(text: string): number | undefined {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
    return ipaddr.IPv4.parse(text)
        .toByteArray()
        .reduce((total, byte) => total * 256 + byte, 0);
}

function showIpv4(value: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function showRange(from: number, to: number): string {
    const size = to - from + 1;
    if (size === 1) return showIpv4(from);
    const length = 32 - Math.log2(size);
    if (Number.isInteger(length) && from % size === 0) return `${showIpv4(from)}/${length}`;
    return `${showIpv4(from)}-${showIpv4(to)}`;
}

function normaliseIpv6(input: string): string | undefined {
    const match = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(input);
    if (!match || !match[1]!.includes(":") || !ipaddr.IPv6.isValid(match[1]!)) return undefined;
    const length = match[2] === undefined ? 128 : Number(match[2]);
    if (length > 128) return undefined;
    const bytes = ipaddr.IPv6.parse(match[1]!).toByteArray();
    const masked = bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff);
    return `${showIpv6(masked)}/${length}`;
}

/** Lower case and compressed, assumed(address-forms); an IPv4 address in IPv6 with its dots. */
function showIpv6(bytes: number[]): string {
    const address = new ipaddr.IPv6(bytes);
    return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address().toString()}` : address.toRFC5952String();
}

/** Whether an address lies in a normalised address, prefix or range. */
export function contains(range: string, address: string): boolean {
    if (address.includes(":") !== range.includes(":")) return false;
    if (!range.includes(":")) {
        const value = ipv4Number(address);
        if (value === undefined) return false;
        const parts = range.split("-");
        if (parts.length === 2) return ipv4Number(parts[0]!)! <= value && value <= ipv4Number(parts[1]!)!;
    }
    const [base, length] = range.split("/");
    if (!ipaddr.isValid(base!)) return false;
    const parsed = ipaddr.parse(base!);
    return ipaddr
        .parse(address)
        .match(parsed, length === undefined ? (parsed.kind() === "ipv4" ? 32 : 128) : Number(length));
}
