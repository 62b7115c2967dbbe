/** What wanted states and hand edits are made of: few values, so that they meet often. Each beside what a router shows. */
import { createHash } from "node:crypto";

export interface Address {
    /** Ways to write it; the router shows all as `row`. */
    forms: readonly string[];
    row: string;
}

export const addresses: Record<"ipv4" | "ipv6", readonly Address[]> = {
    ipv4: [
        { forms: ["10.0.0.1", "10.0.0.1/32"], row: "10.0.0.1" },
        { forms: ["10.0.1.0/24", "10.0.1.0-10.0.1.255"], row: "10.0.1.0/24" },
        { forms: ["10.0.2.4-10.0.2.9"], row: "10.0.2.4-10.0.2.9" },
        { forms: ["172.16.0.0/12", "172.16.0.0-172.31.255.255"], row: "172.16.0.0/12" },
        { forms: ["192.0.2.128/25"], row: "192.0.2.128/25" },
    ],
    ipv6: [
        { forms: ["2001:db8::1", "2001:DB8::1/128", "2001:db8:0:0::1"], row: "2001:db8::1/128" },
        { forms: ["2600:9000::/28", "2600:9000:0::/28"], row: "2600:9000::/28" },
        { forms: ["fd00:1::/64", "FD00:0001::/64"], row: "fd00:1::/64" },
    ],
};

/** List names by resource: one changes its list, and none of two resources meets the other. */
export const lists = { 0: ["alpha", "beta"], 1: ["gamma"] } as const;

/** Comments as asked and as shown: one line, composed letters. The first is none. */
export const comments = [
    ["", ""],
    ["uploads", "uploads"],
    ['a "quoted" one', 'a "quoted" one'],
    ["für Köln\\Süd", "für Köln\\Süd"],
    ["Gro\u0308ße 🚀", "Größe 🚀"],
    [" zwei\nZeilen\tund 'mehr' ", "zwei Zeilen und 'mehr'"],
] as const;

/** What somebody types. The router keeps it as it is. */
export const handTexts = ["", "by hand", "uploads", "anchor", "zwei\nZeilen", 'Größe 🚀 "neu"', " padded "];

export interface Rule {
    args: Record<string, string | number | boolean>;
    row: Record<string, string>;
}

const markConnection = { chain: "forward", action: "mark-connection", protocol: "tcp" };
export const rules: Record<"mangle" | "filter", readonly Rule[]> = {
    mangle: [
        {
            args: {
                ...markConnection,
                newConnectionMark: "s3",
                connectionMark: "no-mark",
                dstPort: 443,
                passthrough: true,
            },
            row: { ...markConnection, "new-connection-mark": "s3", "connection-mark": "no-mark", "dst-port": "443" },
        },
        {
            args: {
                chain: "forward",
                action: "mark-packet",
                newPacketMark: "s3",
                connectionMark: "s3",
                passthrough: false,
            },
            row: {
                chain: "forward",
                action: "mark-packet",
                "new-packet-mark": "s3",
                "connection-mark": "s3",
                passthrough: "false",
            },
        },
        {
            args: { chain: "prerouting", action: "accept", srcAddress: "10.0.9.0/24" },
            row: { chain: "prerouting", action: "accept", "src-address": "10.0.9.0/24" },
        },
        {
            args: { chain: "forward", action: "accept", protocol: "udp", dstPort: "!53" },
            row: { chain: "forward", action: "accept", protocol: "udp", "dst-port": "!53" },
        },
    ],
    filter: [
        {
            args: { chain: "forward", action: "accept", connectionMark: "s3", outInterface: "ether1" },
            row: { chain: "forward", action: "accept", "connection-mark": "s3", "out-interface": "ether1" },
        },
        {
            args: { chain: "forward", action: "drop", srcAddress: "10.0.9.1" },
            row: { chain: "forward", action: "drop", "src-address": "10.0.9.1" },
        },
        {
            args: { chain: "output", action: "accept", protocol: "icmp" },
            row: { chain: "output", action: "accept", protocol: "icmp" },
        },
        ...["input", "forward"].flatMap((chain): Rule[] => [
            {
                args: { chain, action: "accept", srcAddress: "192.168.88.10" },
                row: { chain, action: "accept", "src-address": "192.168.88.10" },
            },
            {
                args: { chain, action: "accept", connectionState: "established,related" },
                row: { chain, action: "accept", "connection-state": "established,related" },
            },
            { args: { chain, action: "drop", protocol: "tcp" }, row: { chain, action: "drop", protocol: "tcp" } },
            { args: { chain, action: "drop" }, row: { chain, action: "drop" } },
        ]),
    ],
};

export const queueNames = ["q0", "q1", "q2", "größe 3", "q4"];
export const roots = ["ether1", "global"];
export const marks: readonly (readonly string[])[] = [[], ["s3"], ["no-mark"], ["b", "a"]];
/** Rates as asked and as shown, rising; the first is no limit. */
export const rates = [
    ["0", "0"],
    ["64k", "64000"],
    ["5000000", "5000000"],
    ["19M", "19000000"],
] as const;
export const buckets = ["0.1", "0.01"];

export const parameters = {
    fqCodelLimit: ["fq-codel-limit", ["1000", "2000"]],
    fqCodelTarget: ["fq-codel-target", ["10ms", "5ms"]],
    fqCodelEcn: ["fq-codel-ecn", ["true", "false"]],
} as const;
export type Parameter = keyof typeof parameters;

/** A queue type is known by the hash in its name alone. */
export const typeName = `fq-codel-test-${createHash("sha256").update("site/test/type").digest("hex").slice(0, 6)}`;

/** Another one, which stands there from the start and is used as it is. */
export const theirType = "theirs";
export const builtinTypes = ["default-small", "default"];
/** The types that queues use; `typeName` only beside its resource. */
export const queueTypes = [...builtinTypes, typeName, theirType];

/** What a row shows and nobody sets. */
export const shownOnly = [
    ".id",
    "dynamic",
    "invalid",
    "creation-time",
    "default",
    "bytes",
    "packets",
    "rate",
    "packet-rate",
    "dropped",
    "queued-bytes",
    "queued-packets",
];
