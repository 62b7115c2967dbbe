/** From a site to rows: pure. Which rules mark uploads, which queues carry them, and what must stand before. */
import type { Family, FirewallRule, Queue, Requires } from "../../providers/routeros/args";
import type { ShapingPlan } from "./plan";
import type { ShapingNumbers } from "./profiles";
import { profileTraits, shapingNumbers } from "./profiles";

/** RouterOS that has REST over plain `www` too, and every argument used here. */
export const minimumVersion = "7.9";

export function numbersOf(plan: ShapingPlan): ShapingNumbers {
    return shapingNumbers(plan.profile, plan.uplink, plan.headroomPercent);
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
 * `marking: connection` marks a connection once and its packets by the connection, so that replies can be told from
 * other people's traffic (FastTrack). `marking: packet` needs no connection mark, where every connection has one
 * already. RouterOS has one source matcher of each kind a rule, so each MAC address has a rule of its own.
 */
export function markRules(plan: ShapingPlan, family: Family): FirewallRule[] {
    const { careful, packetSize } = profileTraits(plan.profile);
    const sources = sourceMatchers(plan, family);
    const toS3 = { protocol: "tcp", dstPort: "443", dstAddressList: plan.listName };
    // RouterOS's own default for `passthrough` is yes too; a rule made by hand without it is the same rule.
    const out = careful ? { passthrough: true, outInterface: plan.wanInterface } : {};
    const markPacket = {
        chain: "forward",
        action: "mark-packet",
        newPacketMark: plan.packetMark,
        ...out,
        ...(careful && { packetMark: "no-mark" }),
        ...(packetSize !== undefined && { packetSize }),
        comment: plan.comments.packet,
    };
    if (plan.marking === "packet") {
        return sources.map(({ suffix, matcher }) => ({ key: `packet${suffix}`, ...markPacket, ...toS3, ...matcher }));
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
        ...sources.map(({ suffix, matcher }) => ({ key: `connection${suffix}`, ...markConnection, ...matcher })),
        { key: "packet", ...markPacket, connectionMark: plan.connectionMark },
    ];
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
export function bypassMatchers(plan: ShapingPlan): {
    connectionMark?: string;
    dstAddressList?: string;
    comment: string;
} {
    const comment = plan.comments.bypass;
    return plan.marking === "packet"
        ? { dstAddressList: plan.listName, comment }
        : { connectionMark: plan.connectionMark, comment };
}

/** Our tree: a parent on the WAN with two leaves, or two leaves under a queue that stands already. */
export function queues(plan: ShapingPlan, leafQueueType: string): Queue[] {
    const numbers = numbersOf(plan);
    const names = plan.queueNames;
    const off = plan.shaping === "off";
    const queue = profileTraits(plan.profile).builtInQueueType ?? leafQueueType;
    const leaves = [
        {
            ...numbers.rest,
            name: names.rest,
            packetMarks: ["no-mark", ...plan.restMarks],
            comment: plan.comments.rest,
        },
        { ...numbers.s3, name: names.s3, packetMarks: [plan.packetMark], comment: plan.comments.s3 },
    ].map((leaf) => ({ ...leaf, parent: plan.parentQueue ?? names.parent, queue }));
    if (plan.parentQueue !== undefined) return leaves.map((leaf) => ({ ...leaf, ...(off && { disabled: true }) }));
    const parent = {
        ...numbers.parent,
        name: names.parent,
        parent: plan.wanInterface,
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

/** Arguments of a queue type of ours, beyond RouterOS's defaults. */
export function queueTypeParameters(kind: string): Record<string, string | boolean> {
    // Source NAT is done before the queues: without this, cake would see one host behind a masquerading router.
    if (kind === "cake") return { cakeNat: true };
    // RouterOS asks for a classifier; the same as its own pcq-upload-default.
    if (kind === "pcq") return { pcqClassifier: "src-address" };
    return {};
}

/** Tested as a whole before the first row is written. */
export function requirements(plan: ShapingPlan): Requires {
    const queueType = existingQueueType(plan);
    return {
        interfaces: [plan.wanInterface],
        ...(queueType !== undefined && { queueTypes: [queueType] }),
        ...(plan.parentQueue !== undefined && { parents: [plan.parentQueue] }),
        wanInterface: plan.wanInterface,
        minimumVersion,
        queues: queues(plan, "").map((queue) => queue.name as string),
        packetMarks: ["no-mark", ...plan.restMarks, plan.packetMark],
        families: plan.addressFamilies,
    };
}
