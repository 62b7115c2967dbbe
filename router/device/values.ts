import { refuse } from "../errors";
import { normaliseListAddress, normaliseMatcherAddress } from "./addresses";
import { parseDuration } from "./durations";
import { parseBandwidth, parseBytes, parseKibibytes, showBandwidth, showBytes, showRate } from "./sizes";

/** How a value is read, and in which form it is kept and shown. */
export type Kind =
    | "string" // kept as it is
    | "boolean" // yes/no/true/false, shown true/false
    | "flag" // there or not; written as a bare word
    | "enum" // one of `values`
    | "enum-list" // some of `values`, with commas
    | "integer"
    | "decimal"
    | "rate" // bit/s with k, M, G; shown plain
    | "kibibytes" // 50KiB or 50; shown as a number of KiB
    | "bytes" // 32.0MiB or 33554432; shown as a number of bytes
    | "bandwidth" // as a rate, or with bps and a fraction
    | "rate-pair" // up/down, or one for both
    | "pair" // up/down of any integer or name
    | "duration" // shown as 1d2h3m4s
    | "duration-pair"
    | "address" // matcher: address, prefix or range
    | "list-address" // the same, or a DNS name
    | "mac" // shown in upper case with colons
    | "ports" // numbers and ranges with commas
    | "reference" // a row of another menu, by name; kept by id
    | "reference-pair"
    | "references"; // several, with commas

export interface Field {
    kind: Kind;
    /** May be written with a leading `!`. */
    negatable?: boolean;
    values?: readonly string[];
    min?: number;
    max?: number;
    /** Name that the refusals use, where it is not the argument's. */
    says?: string;
    /** Menu whose rows are meant (`reference`), and words that are taken besides names. */
    menu?: string;
    words?: readonly string[];
    /** An empty value is kept as such, assumed(empty-strings); otherwise it goes through the kind's own check. */
    emptyAllowed?: boolean;
    /** The values are objects of a menu that is not modelled: an export's are kept as they are written. */
    elsewhere?: boolean;
    family?: 4 | 6;
    maxLength?: number;
}

/** Finds the id (`*1A`) of the row with that name. */
export type Resolve = (menu: string, name: string) => string | undefined;

/** The value as the router keeps it. Throws the refusal that RouterOS gives for a bad one. */
export function parseValue(name: string, field: Field, input: string, resolve: Resolve): string {
    if (field.negatable && input.startsWith("!")) {
        const rest = input.slice(1);
        return rest === "" ? "!" : `!${parseValue(name, { ...field, negatable: false }, rest, resolve)}`;
    }
    if (input === "" && field.emptyAllowed) return "";
    const says = field.says ?? name;
    switch (field.kind) {
        case "flag":
            return "";
        case "string":
            if (field.maxLength !== undefined && input.length > field.maxLength) throw refuse.badValue(name);
            return input;
        case "boolean":
            return parseBoolean(input, says);
        case "enum":
            return parseEnum(input, field, says);
        case "enum-list":
            return splitList(input)
                .map((part) => parseEnum(part, field, says))
                .join(",");
        case "integer":
            return parseInteger(input, field, name);
        case "decimal":
            return parseDecimal(input, field, name);
        case "rate":
            return parseRate(input, name);
        case "kibibytes":
            return bounded(parseKibibytes(input), field, name);
        case "bytes":
            return bounded(parseBytes(input), field, name);
        case "bandwidth":
            return bounded(parseBandwidth(input), field, name);
        case "rate-pair":
            return parsePair(input, (part) => parseRate(part, name));
        case "pair":
            return parsePair(input, (part) => parseInteger(part, field, name));
        case "duration":
            return parseTime(input, name);
        case "duration-pair":
            return parsePair(input, (part) => parseTime(part, name));
        case "address":
            return normaliseMatcherAddress(input, field.family ?? 4);
        case "list-address":
            return normaliseListAddress(input, field.family ?? 4);
        case "mac":
            return parseMac(input, name);
        case "ports":
            return parsePorts(input);
        case "reference":
            return parseReference(input, field, says, resolve);
        case "reference-pair":
            return parsePair(input, (part) => parseReference(part, field, says, resolve));
        case "references":
            return splitList(input)
                .map((part) => parseReference(part, field, says, resolve))
                .join(",");
    }
}

/** The value as an export writes it. */
export function writeValue(field: Field, value: string): string {
    switch (field.kind) {
        case "boolean":
            return value === "true" ? "yes" : "no";
        case "kibibytes":
            return `${value}KiB`;
        case "bytes":
            return showBytes(value);
        case "bandwidth":
            return showBandwidth(value);
        case "rate":
            return showRate(value);
        case "rate-pair":
            return value.split("/").map(showRate).join("/");
        default:
            return value;
    }
}

function parseBoolean(input: string, says: string): string {
    if (input === "yes" || input === "true") return "true";
    if (input === "no" || input === "false") return "false";
    throw refuse.noMatch(says);
}

function parseEnum(input: string, field: Field, says: string): string {
    const negated = input.startsWith("!") && field.kind === "enum-list"; // tcp-flags=syn,!ack
    const value = negated ? input.slice(1) : input;
    const named = says === "protocol" ? (protocolNumbers[value] ?? value) : value;
    const numeric = says === "protocol" && /^\d+$/.test(named) && Number(named) <= 255;
    if (!numeric && !field.values?.includes(named)) throw refuse.noMatch(says);
    return negated ? `!${named}` : named;
}

/** Numbers of the IP protocols that read back by name. */
const protocolNumbers: Record<string, string> = {
    "1": "icmp",
    "2": "igmp",
    "4": "ipencap",
    "6": "tcp",
    "17": "udp",
    "33": "dccp",
    "41": "ipv6-encap",
    "47": "gre",
    "50": "ipsec-esp",
    "51": "ipsec-ah",
    "58": "icmpv6",
    "89": "ospf",
    "112": "vrrp",
    "115": "l2tp",
    "132": "sctp",
    "136": "udp-lite",
};

function parseInteger(input: string, field: Field, name: string): string {
    if (!/^-?\d+$/.test(input)) throw refuse.badValue(name);
    const value = Number(input);
    const [min, max] = [field.min ?? 0, field.max ?? 4294967295];
    if (value < min || value > max) throw refuse.outOfRange(name, `${min}..${max}`);
    return String(value);
}

function bounded(value: string | undefined, field: Field, name: string): string {
    if (value === undefined) throw refuse.badValue(name);
    return parseInteger(value, field, name);
}

function parseDecimal(input: string, field: Field, name: string): string {
    if (!/^\d+(\.\d+)?$/.test(input)) throw refuse.badValue(name);
    const value = Number(input);
    const [min, max] = [field.min ?? 0, field.max ?? 4294967295];
    if (value < min || value > max) throw refuse.outOfRange(name, `${min}..${max}`);
    return String(value);
}

/** `10M` is 10000000: powers of 1000, no fractions: assumed(rates). */
function parseRate(input: string, name: string): string {
    const match = /^(\d+)([kKmMgG]?)$/.exec(input);
    if (!match) throw refuse.badValue(name);
    const factor = { "": 1n, k: 1000n, m: 1000_000n, g: 1000_000_000n }[match[2]!.toLowerCase()] ?? 1n;
    const value = BigInt(match[1]!) * factor;
    if (value > 18446744073709551615n) throw refuse.outOfRange(name, "0..18446744073709551615");
    return value.toString();
}

function parseTime(input: string, name: string): string {
    const value = parseDuration(input);
    if (value === undefined) throw refuse.badValue(name);
    return value;
}

function parsePair(input: string, one: (part: string) => string): string {
    const parts = input.split("/");
    if (parts.length > 2) return one(input);
    const [up, down] = [one(parts[0]!), parts[1]];
    return `${up}/${down === undefined ? up : one(down)}`;
}

function parseMac(input: string, name: string): string {
    if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(input)) throw refuse.badValue(name);
    return input.toUpperCase().replaceAll("-", ":");
}

function parsePorts(input: string): string {
    return splitList(input)
        .map((part) => {
            const match = /^(\d+)(?:-(\d+))?$/.exec(part);
            if (!match) throw refuse.badValue("range");
            const [from, to] = [Number(match[1]), match[2] === undefined ? undefined : Number(match[2])];
            if (from > 65535 || (to ?? 0) > 65535) throw refuse.outOfRange("range", "0..65535");
            if (to !== undefined && to < from) throw refuse.badValue("range");
            return to === undefined || to === from ? String(from) : `${from}-${to}`;
        })
        .join(",");
}

function parseReference(input: string, field: Field, says: string, resolve: Resolve): string {
    if (field.words?.includes(input)) return input;
    if (input === "") throw refuse.ambiguous(says);
    const id = resolve(field.menu!, input);
    if (id === undefined) throw refuse.noMatch(says);
    return id;
}

/** In the order written: assumed(list-order). */
export function splitList(input: string): string[] {
    return input.split(",").map((part) => part.trim());
}
