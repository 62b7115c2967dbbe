import * as v from "valibot";

import { highestUplink, lowestUplink, parseRate, profileNames } from "../shaping/profiles";
import { parseSource } from "../shaping/sources";

/**
 * One row per key of the project's namespace: what the program accepts, what `Pulumi.yaml` declares, and what
 * `docs/configuration.md` says all come from here. Tests compare the three.
 */
export interface SiteKey<Schema extends v.GenericSchema = v.GenericSchema> {
    /** As `Pulumi.yaml` declares it. Absent where a key takes text or an object: the engine knows no such type. */
    type?: "string" | "integer" | "boolean" | "array" | "object";
    /** The engine asks for a value of every declared key, so "not set" is written as an empty text. */
    default: string | number | boolean | readonly string[] | Record<string, never>;
    required?: true;
    /** Default in words, where the empty text stands for something. */
    defaultText?: string;
    /** What the key should hold; completes "it should hold …". */
    expected: string;
    description: string;
    schema: Schema;
}

export const leafQueueKinds = ["fq-codel", "cake", "codel", "sfq", "pfifo", "bfifo", "red", "pcq"] as const;

/** A name on the router: printable, none of the characters that RouterOS gives a meaning to in lists and matchers. */
const nameRule = v.pipe(v.string(), v.regex(/^(?!no-mark$)[^\s,;"\\!\p{C}][^,;"\\\p{C}]{0,62}$/u));
const nameText = "a name of at most 63 characters without commas, quotes or line breaks";
const optional = <S extends v.GenericSchema>(schema: S) =>
    v.union([
        v.pipe(
            v.literal(""),
            v.transform(() => undefined),
        ),
        schema,
    ]);
const wholeNumber = (least: number, most: number) =>
    v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const rate = v.pipe(
    v.union([v.string(), v.number()]),
    v.transform((value) => (typeof value === "number" ? value : parseRate(value))),
    v.number(),
    v.integer(),
    v.minValue(lowestUplink),
    v.maxValue(highestUplink),
);
const anchor = v.pipe(
    v.strictObject({
        comment: v.optional(v.pipe(v.string(), v.nonEmpty())),
        action: v.optional(v.pipe(v.string(), v.nonEmpty())),
    }),
    v.check((value) => value.comment !== undefined || value.action !== undefined),
);
const source = v.pipe(
    v.string(),
    v.transform(parseSource),
    v.check((value) => value !== undefined),
    v.transform((value) => value!),
);
const distinct = <T>(values: T[]): T[] => [...new Set(values)];

const key = <S extends v.GenericSchema>(row: SiteKey<S>): SiteKey<S> => row;

export const siteKeys = {
    wanInterface: key({
        type: "string",
        default: "",
        required: true,
        expected: "the router's layer-3 WAN interface, such as ether5, pppoe-out1 or vlan10",
        description: "Layer-3 WAN interface of the router: ether5, pppoe-out1, vlan10. Required.",
        schema: nameRule,
    }),
    wanInterface6: key({
        type: "string",
        default: "",
        defaultText: "`wanInterface`",
        expected: "an interface of the router, or nothing",
        description: "WAN interface of IPv6. One tree has one parent, so IPv6 is refused where it is another one.",
        schema: optional(nameRule),
    }),
    uplink: key({
        type: "string",
        default: "",
        required: true,
        expected: "the measured upload rate, such as 20M (bit/s with k, M or G; from 100k to 100G)",
        description: "Measured upload rate: 20M, 2.5M, 900k. Required.",
        schema: rate,
    }),
    headroomPercent: key({
        type: "integer",
        default: 5,
        expected: "a whole number from 0 to 50",
        description: "Share of the uplink kept free, so that the queue forms in the router and not in the modem.",
        schema: wholeNumber(0, 50),
    }),
    profile: key({
        type: "string",
        default: "scavenger",
        expected: "scavenger or seed-2018",
        description:
            "scavenger: uploads take what nobody else wants. seed-2018: queues and rules of the hand-made set-up.",
        schema: v.picklist(profileNames),
    }),
    shaping: key({
        type: "string",
        default: "on",
        expected: "on or off",
        description: "off: the parent queue is disabled and everything else stays.",
        schema: v.picklist(["on", "off"]),
    }),
    addressFamilies: key({
        type: "array",
        default: ["ipv4", "ipv6"],
        expected: "a list of ipv4, ipv6 or both",
        description: "IP versions whose uploads are shaped.",
        schema: v.pipe(v.array(v.picklist(["ipv4", "ipv6"])), v.nonEmpty(), v.transform(distinct)),
    }),
    sourceAddresses: key({
        type: "array",
        default: [],
        defaultText: "all hosts",
        expected:
            "a list of addresses (192.168.88.10), prefixes without host bits (192.168.88.0/24, 2001:db8::/64) or MAC addresses",
        description: "Only uploads of these hosts are marked: addresses, prefixes, MAC addresses. Empty: of all hosts.",
        schema: v.array(source),
    }),
    marking: key({
        type: "string",
        default: "connection",
        expected: "connection or packet",
        description:
            "packet: mark packets by address list directly, for routers that mark every connection for other purposes.",
        schema: v.picklist(["connection", "packet"]),
    }),
    fastTrack: key({
        type: "string",
        default: "bypass",
        expected: "bypass or leave",
        description:
            "bypass: an accept rule before each FastTrack rule keeps our uploads out of it. leave: touch nothing.",
        schema: v.picklist(["bypass", "leave"]),
    }),
    leafQueue: key({
        type: "string",
        default: "fq-codel",
        expected: `one of ${leafQueueKinds.join(", ")}, or existing:<name of a queue type on the router>`,
        description:
            "Kind of the leaves' queue type, made for this stack; existing:<name> uses one that stands and never changes it.",
        schema: v.pipe(
            v.string(),
            v.check(
                (text) =>
                    (leafQueueKinds as readonly string[]).includes(text) || /^existing:[^\s:][^\p{C}]*$/u.test(text),
            ),
        ),
    }),
    parentQueue: key({
        type: "string",
        default: "",
        defaultText: "a parent of our own",
        expected: "the name of a queue of the router's tree, or nothing",
        description: "Hang our two leaves under this queue, which stands already and is never changed.",
        schema: optional(nameRule),
    }),
    restMarks: key({
        type: "array",
        default: [],
        expected: `a list of packet marks, each ${nameText}`,
        description: "Further packet marks that the leaf of all other traffic carries.",
        schema: v.pipe(v.array(nameRule), v.transform(distinct)),
    }),
    rulesPosition: key({
        default: "last",
        expected: "first, last, or an object {before: …} or {after: …} with the comment or the action of one rule",
        description: "Where our mangle rules stand: first, last, {before: {comment: …}} or {after: {action: …}}.",
        schema: v.union([
            v.picklist(["first", "last"]),
            v.strictObject({ before: anchor }),
            v.strictObject({ after: anchor }),
        ]),
    }),
    listName: key({
        type: "string",
        default: "",
        defaultText: "by profile",
        expected: nameText,
        description: "Name of the address list of S3's prefixes.",
        schema: optional(nameRule),
    }),
    comment: key({
        type: "string",
        default: "",
        defaultText: "by profile",
        expected: "a text of at most 60 characters without line breaks",
        description: "Comment of everything made on the router.",
        schema: optional(v.pipe(v.string(), v.regex(/^(?!.*\[pulumi:)[^\p{C}]{1,60}$/u))),
    }),
    connectionMark: key({
        type: "string",
        default: "",
        defaultText: "by profile",
        expected: nameText,
        description: "Connection mark of uploads to S3.",
        schema: optional(nameRule),
    }),
    packetMark: key({
        type: "string",
        default: "",
        defaultText: "by profile",
        expected: nameText,
        description: "Packet mark of uploads to S3.",
        schema: optional(nameRule),
    }),
    queueNames: key({
        type: "object",
        default: {},
        defaultText: "by profile",
        expected: `an object with some of parent, rest and s3, each ${nameText}`,
        description: "Names of the queues: parent, rest (everything else) and s3.",
        schema: v.strictObject({ parent: v.optional(nameRule), rest: v.optional(nameRule), s3: v.optional(nameRule) }),
    }),
    adopt: key({
        type: "boolean",
        default: false,
        expected: "true or false",
        description:
            "Take over rows on the router that already do exactly this job; destroy gives them back as they were.",
        schema: v.boolean(),
    }),
    bucketName: key({
        type: "string",
        default: "",
        defaultText: "generated",
        expected: "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
        description: "Name of the archive bucket.",
        schema: optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/))),
    }),
    storageClass: key({
        type: "string",
        default: "GLACIER",
        expected: "GLACIER, DEEP_ARCHIVE or GLACIER_IR",
        description: "Storage class of what is uploaded: GLACIER, DEEP_ARCHIVE, GLACIER_IR.",
        schema: v.picklist(["GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"]),
    }),
    transitionDays: key({
        type: "integer",
        default: 0,
        expected: "a whole number of days, 0 or more",
        description: "Days after which an object that was uploaded in another class moves to the storage class.",
        schema: wholeNumber(0, 36_500),
    }),
    abortIncompleteDays: key({
        type: "integer",
        default: 7,
        expected: "a whole number of days, 1 or more",
        description: "Days after which the parts of an upload that was never finished are deleted.",
        schema: wholeNumber(1, 36_500),
    }),
    noncurrentDays: key({
        type: "integer",
        default: 180,
        expected: "a whole number of days, 1 or more",
        description: "Days that an overwritten or deleted version is kept.",
        schema: wholeNumber(1, 36_500),
    }),
    protectBucket: key({
        type: "boolean",
        default: true,
        expected: "true or false",
        description:
            "Pulumi refuses to delete the bucket and what guards it; the rest goes with `pulumi destroy --exclude-protected`.",
        schema: v.boolean(),
    }),
    uploader: key({
        type: "string",
        default: "user",
        expected: "user or none",
        description:
            "user: an IAM user that may upload and nothing else, without an access key. none: make no identity.",
        schema: v.picklist(["user", "none"]),
    }),
    awsIpRanges: key({
        type: "string",
        default: "https://ip-ranges.amazonaws.com/ip-ranges.json",
        expected: "an https address, or the path of a file in AWS's format",
        description: "Where AWS's IP ranges are read: an https address, or the path of a file in AWS's format.",
        schema: v.pipe(
            v.string(),
            v.nonEmpty(),
            v.check((text) => !/^[a-z]+:\/\//i.test(text) || /^https:\/\/./i.test(text)),
        ),
    }),
    ipRangesLock: key({
        type: "string",
        default: "",
        defaultText: "none",
        expected: "the path of a lock file, or nothing",
        description: "Lock file: preview and up use exactly the prefixes it holds until it is updated on purpose.",
        schema: optional(v.string()),
    }),
    ipRangesMaxShrinkPercent: key({
        type: "integer",
        default: 40,
        expected: "a whole number from 0 to 100",
        description: "A feed that lost more than this share of the applied prefixes is refused.",
        schema: wholeNumber(0, 100),
    }),
} as const;

export type SiteKeyName = keyof typeof siteKeys;

/** What the keys hold once read. */
export type SiteValues = { [K in SiteKeyName]: v.InferOutput<(typeof siteKeys)[K]["schema"]> };
