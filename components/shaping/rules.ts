/** From a site to rows: pure. Which rules mark uploads, which queues carry them, and what must stand before. */
import type { Family, FirewallRule, Queue, Requires } from "../../providers/routeros/args";
import type { Form, Marking, UploadSite } from "../../providers/routeros/runtime/path";
import type { ShapingNumbers } from "./profiles";
import { fqCodelRest, fqCodelS3, profileTraits, shapingNumbers } from "./profiles";
import type { ShapingPlan } from "./shaping-plan";

/** RouterOS that has REST over plain `www` too, and every argument used here. */
export const minimumVersion = "7.9";

/** CS1: CAKE's bulk class with diffserv3, diffserv4 and diffserv8. LE is best effort in older builds. */
const bulkDscp = 8;

export function numbersOf(plan: ShapingPlan): ShapingNumbers {
    return shapingNumbers(plan.profile, plan.lines[0]?.uplink ?? 0, plan);
}

/** Source addresses of one family that go into an address list of their own; MAC addresses have no such list. */
export function sourcePrefixes(plan: ShapingPlan, family: Family): string[] {
    return plan.sourceAddresses.filter((source) => source.kind === family).map((source) => source.text);
}

export function sourceListName(plan: ShapingPlan): string {
    return `${plan.listName}-sources`;
}

/**
 * Rules that mark uploads to S3, in order.
 *
 * By connection a connection is marked once and its packets by that mark, so that replies can be told from other
 * people's traffic (FastTrack). The forms by packet need no connection mark, where every connection has one already.
 * RouterOS has one source matcher of each kind a rule, so each MAC address has a rule of its own.
 */
export function markRules(plan: ShapingPlan, family: Family, form: Form): FirewallRule[] {
    const { careful } = profileTraits(plan.profile);
    return plan.lines.flatMap(({ interface: line }, index) => {
        // The keys of one line alone are those of every earlier version.
        const suffix = index === 0 ? "" : `-line${index + 1}`;
        // RouterOS's own default for `passthrough` is yes too; a rule made by hand without it is the same rule.
        const out = careful ? { passthrough: form !== "packet-final", outInterface: line } : {};
        // A rule that names no line serves them all.
        return careful || index === 0 ? lineRules(plan, family, form, out, suffix) : [];
    });
}

function lineRules(plan: ShapingPlan, family: Family, form: Form, out: object, line: string): FirewallRule[] {
    const { careful } = profileTraits(plan.profile);
    const sources = sourceMatchers(plan, family);
    const toS3 = { protocol: "tcp", dstPort: "443", dstAddressList: plan.listName };
    const classify = { ...classifyPacket(plan, form), ...out };
    if (form !== "connection") {
        return sources.map(({ suffix, matcher }) => ({
            key: `packet${suffix}${line}`,
            ...classify,
            ...toS3,
            ...matcher,
        }));
    }
    const markConnection = {
        chain: "forward",
        action: "mark-connection",
        newConnectionMark: plan.connectionMark,
        ...out,
        ...toS3,
        // Never over another's mark; also catches uploads that ran before the rule came.
        ...(careful && { connectionMark: "no-mark" }),
        comment: plan.comments.connection,
    };
    return [
        ...sources.map(({ suffix, matcher }) => ({ key: `connection${suffix}${line}`, ...markConnection, ...matcher })),
        { key: `packet${line}`, ...classify, connectionMark: plan.connectionMark },
    ];
}

/** What puts a packet into the class of uploads: our packet mark, or the DSCP that a CAKE serves last. */
function classifyPacket(plan: ShapingPlan, form: Form) {
    const { careful, packetSize } = profileTraits(plan.profile);
    const size = packetSize !== undefined && { packetSize };
    if (plan.profile === "join") {
        return {
            chain: "postrouting",
            action: "change-dscp",
            newDscp: bulkDscp,
            ...size,
            comment: plan.comments.packet,
        };
    }
    const early = form === "connection" || form === "packet";
    return {
        chain: early ? "forward" : "postrouting",
        action: "mark-packet",
        newPacketMark: plan.packetMark,
        // Early, another's packet mark is left alone; late, ours has the last word.
        ...(careful && early && { packetMark: "no-mark" }),
        ...size,
        comment: plan.comments.packet,
    };
}

function sourceMatchers(plan: ShapingPlan, family: Family): { suffix: string; matcher: Record<string, string> }[] {
    if (plan.sourceAddresses.length === 0) return [{ suffix: "", matcher: {} }];
    const macs = plan.sourceAddresses.filter((source) => source.kind === "mac");
    return [
        ...(sourcePrefixes(plan, family).length > 0
            ? [{ suffix: "", matcher: { srcAddressList: sourceListName(plan) } }]
            : []),
        ...macs.map(({ text }) => ({
            suffix: `-${text.replaceAll(":", "").toLowerCase()}`,
            matcher: { srcMacAddress: text },
        })),
    ];
}

/** What the FastTrack bypass must match beside the FastTrack rule's own matchers. */
export function bypassMatchers(plan: ShapingPlan, form: Form): Marking["bypass"] {
    const comment = plan.comments.bypass;
    return form === "connection"
        ? { connectionMark: plan.connectionMark, comment }
        : { dstAddressList: plan.listName, comment };
}

/** Whose connections lose FastTrack, for a person: a bypass tells them by where they go, uploads and downloads alike. */
export function withoutFastTrack({ fastTrack, sourceAddresses }: ShapingPlan): string {
    if (fastTrack === "leave") return "nobody's: fastTrack is leave, and uploads that FastTrack takes are not shaped";
    if (sourceAddresses.length > 0) {
        return `those of ${sourceAddresses.map(({ text }) => text).join(", ")} to S3 in the region, downloads too`;
    }
    return "everybody's to S3 in the region, downloads too; sourceAddresses narrows it to the hosts that upload";
}

/** What the provider's model of the forwarding path is asked about: {@link UploadSite}. */
export function uploadSite(plan: ShapingPlan): UploadSite {
    const leaves = queues(plan).map((queue) => ({
        name: queue.name as string,
        parent: queue.parent as string,
        "packet-mark": ((queue.packetMarks ?? []) as string[]).join(","),
        "limit-at": (queue.limitAt as string | undefined) ?? "0",
        "max-limit": (queue.maxLimit as string | undefined) ?? "0",
    }));
    const sources = plan.sourceAddresses.filter(({ kind }) => kind !== "mac").map(({ text }) => text);
    const marking = (form: Form): Marking => ({
        rules: Object.fromEntries(plan.addressFamilies.map((family) => [family, markRules(plan, family, form)])),
        position: form === "packet-final" ? "first" : form === "packet-late" ? "last" : plan.rulesPosition,
        bypass: bypassMatchers(plan, form),
    });
    return {
        families: plan.addressFamilies,
        lines: plan.lines.map((line) => line.interface),
        list: plan.listName,
        ...(sources.length > 0 && { sourceList: sourceListName(plan) }),
        sources,
        macs: plan.sourceAddresses.filter(({ kind }) => kind === "mac").map(({ text }) => text),
        marking: plan.marking,
        markings: {
            connection: marking("connection"),
            packet: marking("packet"),
            "packet-late": marking("packet-late"),
            "packet-final": marking("packet-final"),
        },
        connectionMark: plan.connectionMark,
        packetMark: plan.packetMark,
        fastTrack: plan.fastTrack,
        restMarks: plan.restMarks,
        queues: leaves,
        leaves: leaves.filter((queue) => queue["packet-mark"] === plan.packetMark).map(({ name }) => name),
        profile: plan.profile,
        rate: plan.lines[0]?.uplink ?? 0,
        ...(plan.parentQueue !== undefined && { parentQueue: plan.parentQueue }),
    };
}

/** Names of queue types, by leaf. */
interface LeafTypes {
    rest: string;
    s3: string;
}

/** Our tree: by line a parent on it with two leaves, or two leaves under a queue that stands already. */
export function queues(plan: ShapingPlan, types: LeafTypes = { rest: "", s3: "" }): Queue[] {
    if (plan.profile === "join") return [];
    return plan.lines.flatMap((line, index) => lineQueues(plan, types, line, index === 0 ? "" : `-${line.interface}`));
}

function lineQueues(plan: ShapingPlan, types: LeafTypes, line: ShapingPlan["lines"][number], suffix: string): Queue[] {
    const numbers = shapingNumbers(plan.profile, line.uplink, plan);
    const names = plan.queueNames;
    const off = plan.shaping === "off";
    const leaves = [
        {
            queue: types.rest,
            ...numbers.rest,
            name: names.rest + suffix,
            packetMarks: ["no-mark", ...plan.restMarks],
            comment: plan.comments.rest,
        },
        {
            queue: types.s3,
            ...numbers.s3,
            name: names.s3 + suffix,
            packetMarks: [plan.packetMark],
            comment: plan.comments.s3,
        },
    ].map((leaf) => ({ ...leaf, parent: plan.parentQueue ?? names.parent + suffix }));
    if (plan.parentQueue !== undefined) return leaves.map((leaf) => ({ ...leaf, ...(off && { disabled: true }) }));
    const parent = {
        ...numbers.parent,
        name: names.parent + suffix,
        parent: line.interface,
        comment: plan.comments.parent,
        ...(off && { disabled: true }),
    };
    return [parent, ...leaves];
}

/** Queue type that stands on the router and that the leaves use; undefined where one is made. */
export function existingQueueType(plan: ShapingPlan): string | undefined {
    const builtIn = profileTraits(plan.profile).builtInQueueType;
    if (builtIn !== undefined) return builtIn;
    return plan.leafQueue.startsWith("existing:") ? plan.leafQueue.slice("existing:".length) : undefined;
}

/** Arguments of a queue type that is made for this site, beyond RouterOS's defaults. */
type TypeParameters = Record<string, string | boolean>;

/** A queue type that is made for this site: what tells it from the other one, in its names, and its arguments. */
interface MadeType {
    name: string;
    suffix: string;
    parameters: TypeParameters;
}

/**
 * The leaves' queue types by name, and those of them that are made.
 *
 * @param own what the first type of ours is called
 */
export function leafTypes(plan: ShapingPlan, own: string): { types: LeafTypes; made: MadeType[] } {
    const existing = existingQueueType(plan);
    if (existing !== undefined) return { types: { rest: existing, s3: existing }, made: [] };
    const { rest, s3 } = parametersOf(plan);
    const made = [{ name: own, suffix: "", parameters: rest }];
    if (s3 === undefined) return { types: { rest: own, s3: own }, made };
    const suffix = "-uploads";
    const name = own + suffix;
    return { types: { rest: own, s3: name }, made: [...made, { name, suffix, parameters: s3 }] };
}

/** Of the leaf of everything else, and of S3's own where its numbers are others. */
function parametersOf(plan: ShapingPlan): { rest: TypeParameters; s3?: TypeParameters } {
    const kind = plan.leafQueue;
    if (kind === "fq-codel") {
        // The leaves of all lines share them, and a frame takes longest on the slowest.
        const uplinks = plan.lines.map(({ uplink }) => uplink);
        return { rest: { ...fqCodelRest(Math.min(...uplinks), plan) }, s3: { ...fqCodelS3(uplinks, plan) } };
    }
    // Source NAT is done before the queues: without this, cake would see one host behind a masquerading router.
    if (kind === "cake") return { rest: { cakeNat: true } };
    // RouterOS asks for a classifier; the same as its own pcq-upload-default.
    if (kind === "pcq") return { rest: { pcqClassifier: "src-address" } };
    return { rest: {} };
}

/** Tested as a whole before the first row is written. */
export function requirements(plan: ShapingPlan): Requires {
    const queueType = existingQueueType(plan);
    return {
        interfaces: plan.lines.map((line) => line.interface),
        ...(queueType !== undefined && { queueTypes: [queueType] }),
        ...(plan.parentQueue !== undefined && { parents: [plan.parentQueue] }),
        ...(plan.lines[0] && { wanInterface: plan.lines[0].interface }),
        minimumVersion,
        queues: queues(plan).map((queue) => queue.name as string),
        packetMarks: ["no-mark", ...plan.restMarks, plan.packetMark],
        families: plan.addressFamilies,
        upload: uploadSite(plan),
    };
}
