import * as v from "valibot";

import { forms } from "../../providers/routeros/runtime/path/site";
import { key, optional, wholeNumber } from "../site/key";
import { highestUplink, lineKinds, lowestUplink, parseRate, profileNames } from "./profiles";
import { parseSource } from "./sources";

export const leafQueueKinds = ["fq-codel", "cake", "codel", "sfq", "pfifo", "bfifo", "red", "pcq"] as const;

/** A name on the router: printable, none of the characters that RouterOS gives a meaning to in lists and matchers. */
const nameRule = v.pipe(v.string(), v.regex(/^(?!no-mark$)[^\s,;"\\!\p{C}][^,;"\\\p{C}]{0,62}$/u));
const nameText = "a name of at most 63 characters without commas, quotes or line breaks";
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

/** The router side of a site. */
export const shapingKeys = {
    wanInterface: key({
        type: "string",
        default: "",
        defaultText: "required, or `wanInterfaces`",
        expected: "the router's layer-3 WAN interface, such as ether5, pppoe-out1 or vlan10",
        description: "Layer-3 WAN interface of the router: ether5, pppoe-out1, vlan10.",
        schema: optional(nameRule),
    }),
    wanInterface6: key({
        type: "string",
        default: "",
        defaultText: "`wanInterface`",
        expected: "an interface of the router, or nothing",
        description: "WAN interface of IPv6. Where it is another one, name both in `wanInterfaces`.",
        schema: optional(nameRule),
    }),
    uplink: key({
        type: "string",
        default: "",
        defaultText: "required, or `wanInterfaces`",
        expected: "the measured upload rate, such as 20M (bit/s with k, M or G; from 100k to 100G)",
        description: "Measured upload rate: 20M, 2.5M, 900k.",
        schema: optional(rate),
    }),
    wanInterfaces: key({
        default: "",
        defaultText: "the one of `wanInterface`",
        expected: "a list of lines, each {interface: …, uplink: …}, no interface twice",
        description:
            "Several lines, instead of `wanInterface` and `uplink`: each gets a tree of its own, with its own rate. The first has the names of `queueNames`; those of the others end in the interface's name.",
        schema: optional(
            v.pipe(
                v.array(v.strictObject({ interface: nameRule, uplink: rate })),
                v.nonEmpty(),
                v.check((lines) => new Set(lines.map((line) => line.interface)).size === lines.length),
            ),
        ),
    }),
    headroomPercent: key({
        type: "integer",
        default: 5,
        expected: "a whole number from 0 to 50",
        description: "Share of the uplink kept free, so that the queue forms in the router and not in the modem.",
        schema: wholeNumber(0, 50),
    }),
    line: key({
        type: "string",
        default: "ethernet",
        expected: `one of ${lineKinds.join(", ")}`,
        description:
            "What the line is. dsl (cells) and pppoe count more for each packet than the router's queues do: so much of the uplink is left free beside `headroomPercent`. With lte give as uplink what the line never falls below.",
        schema: v.picklist(lineKinds),
    }),
    uploadConnections: key({
        type: "integer",
        default: 10,
        expected: "a whole number from 1 to 100",
        description:
            "How many connections uploads open at once (the AWS command line's `max_concurrent_requests`): what keeps them alive beside other traffic, and the leaves' queues, follow from it.",
        schema: wholeNumber(1, 100),
    }),
    profile: key({
        type: "string",
        default: "scavenger",
        expected: "scavenger, seed-2018 or join",
        description:
            "scavenger: uploads take what nobody else wants. seed-2018: the article's own set-up, to compare and to adopt. join: no queues of ours; uploads go into the lowest class of the CAKE with diffserv that shapes the line already.",
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
        default: "auto",
        expected: `auto, ${forms.join(", ")}`,
        description:
            "auto: what ends last by the router's own rules, decided at the first up and kept. connection: the connection once, its packets by that mark. packet: packets by address list, for routers that mark every connection. packet-late: the same in postrouting, over packet marks set before. packet-final: first there and final.",
        schema: v.picklist(["auto", ...forms]),
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
            "Kind of the leaves' queue types, made for this stack (with fq-codel one for each leaf); existing:<name> uses one that stands and never changes it.",
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
} as const;
