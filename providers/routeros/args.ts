import type * as pulumi from "@pulumi/pulumi";

import type { Form, RulesPosition, UploadSite } from "./runtime/path/site";

/** IP version whose menus are meant: `/ip/firewall/…` or `/ipv6/firewall/…`. */
export type Family = "ipv4" | "ipv6";

/**
 * What must stand on the router before anything is written. A component gives all its resources the same object; the
 * first `check` of a process tests the whole of it against the router. Never compared by diff.
 */
export interface Requires {
    /** Interfaces that must exist, by name. */
    interfaces?: string[];
    /** Queue types that must exist, by name (not the ones made by this stack). */
    queueTypes?: string[];
    /** Queues of the tree that must exist and are not ours. */
    parents?: string[];
    /** Lowest RouterOS version, such as `7.9`. @default "7.9" */
    minimumVersion?: string;
    /** The WAN that our tree shapes: an enabled foreign tree or a simple queue on it is refused. */
    wanInterface?: string;
    /** Names of our own queues: with `adopt`, a foreign queue of that name is taken over instead of refused. @default any */
    queues?: string[];
    /** Packet marks that our leaves carry; other marks set by foreign rules are warned about. */
    packetMarks?: string[];
    /** Families whose menus are used. */
    families?: Family[];
    /** The site whose uploads the model of the forwarding path is asked about. */
    upload?: UploadSite;
}

/** What every router resource takes besides its rows. */
export interface RouterResourceArgs {
    /** Name of a router in `routeros:connections`. @default the router of `routeros:url` */
    connection?: pulumi.Input<string>;
    /** Take over rows that already do exactly this job; destroy gives them back as they were. @default false */
    adopt?: pulumi.Input<boolean>;
    /** See {@link Requires}. */
    requires?: pulumi.Input<Requires>;
}

/** Where the addresses of a list come from; guards the list against a feed that lost its content. Not compared. */
export interface FeedSource {
    region: string;
    services: string[];
    /** AWS's `syncToken` of the document. */
    syncToken: string;
    /** A new set that lost more than this share of the applied one is refused. @default 40 */
    maxShrinkPercent: number;
}

export interface AddressListArgs extends RouterResourceArgs {
    /** @default "ipv4" */
    family?: pulumi.Input<Family>;
    /** Name of the list on the router. A change makes the new list, and deletes the old one last. */
    list: pulumi.Input<string>;
    /** Addresses, prefixes or (IPv4) ranges. Changed in place: what is new is added before what is gone is removed. */
    addresses: pulumi.Input<pulumi.Input<string>[]>;
    /** Comment of every row, before the ownership marker. */
    comment?: pulumi.Input<string>;
    /** Also remove rows of that list that are not ours; they are not restored at destroy. @default false */
    exclusive?: pulumi.Input<boolean>;
    /** Said beside `exclusive` where `addresses` may be empty, so that every row of the list goes. @default false */
    exclusiveEmpty?: pulumi.Input<boolean>;
    source?: pulumi.Input<FeedSource>;
}

/** One rule. Properties are RouterOS's, in camelCase (`dstAddressList` is `dst-address-list`). */
export interface FirewallRule {
    /** Names the rule within its resource; part of the ownership marker. */
    key: pulumi.Input<string>;
    chain: pulumi.Input<string>;
    action: pulumi.Input<string>;
    comment?: pulumi.Input<string>;
    /** Every other argument of the menu: matchers and what the action needs, negated with a leading `!`. */
    [property: string]: pulumi.Input<string | number | boolean | undefined>;
}

export type { RulesPosition } from "./runtime/path/site";

export interface FirewallRulesArgs extends RouterResourceArgs {
    /** @default "ipv4" */
    family?: pulumi.Input<Family>;
    /** The firewall menu. A change replaces. */
    table: pulumi.Input<"mangle" | "filter">;
    /** The block, in order. */
    rules?: pulumi.Input<pulumi.Input<FirewallRule>[]>;
    /**
     * Instead of `rules` (filter only): before every FastTrack rule that is enabled, one accept rule with all of that
     * rule's matchers and these. Worked out against the router's rules in `check`; no FastTrack rule, no rule of ours.
     */
    fastTrackBypass?: pulumi.Input<{ connectionMark?: string; dstAddressList?: string; comment?: string }>;
    /**
     * The rules are those that `requires.upload` has for this form of marking, or for its bypass. `auto`: the form by which
     * uploads end last on this router, found at the first `up` and kept. Not compared.
     */
    marking?: pulumi.Input<"auto" | Form>;
    /** `first` and `last` say where the block is made; anchors are always enforced. @default "last" */
    position?: pulumi.Input<RulesPosition>;
}

/** One queue of the tree. Rates as RouterOS writes them: `20M`, `64k`, or bit/s. */
export interface Queue {
    /** Unique in the menu. The one queue that goes and the one that comes in its place of the tree are the same, renamed. */
    name: pulumi.Input<string>;
    /** An interface, `global`, or another queue's name. */
    parent: pulumi.Input<string>;
    /** Packet marks this leaf carries, `no-mark` for unmarked. @default [] (an inner queue) */
    packetMarks?: pulumi.Input<pulumi.Input<string>[]>;
    /** 1 is best. @default 8 */
    priority?: pulumi.Input<number>;
    /** Guaranteed rate. @default 0 */
    limitAt?: pulumi.Input<string>;
    /** Highest rate. @default 0, unlimited */
    maxLimit?: pulumi.Input<string>;
    /** Queue type by name. @default "default-small" */
    queue?: pulumi.Input<string>;
    /** Bucket, in seconds of max-limit. @default "0.1" */
    bucketSize?: pulumi.Input<string>;
    burstLimit?: pulumi.Input<string>;
    burstThreshold?: pulumi.Input<string>;
    burstTime?: pulumi.Input<string>;
    comment?: pulumi.Input<string>;
    /** @default false */
    disabled?: pulumi.Input<boolean>;
}

export interface QueueTreeArgs extends RouterResourceArgs {
    /** The tree; a root is enabled last, after all its leaves stand. */
    queues: pulumi.Input<pulumi.Input<Queue>[]>;
}

export interface QueueTypeArgs extends RouterResourceArgs {
    /**
     * A change renames the type that stands. A queue type has no comment that says whose it is: one that a killed Pulumi
     * has made and not recorded is refused as somebody else's, and goes on with `adopt` or when it is removed.
     */
    name: pulumi.Input<string>;
    /** `fq-codel`, `cake`, `pfifo`, … A change is made in the type that stands. */
    kind: pulumi.Input<string>;
    /**
     * Arguments of that kind in camelCase, such as `fqCodelLimit`. PCQ's limits are KiB (`50KiB`, or a bare number of KiB),
     * memory limits bytes (`32MiB`, or a bare number of bytes; assumed of REST).
     */
    parameters?: pulumi.Input<Record<string, pulumi.Input<string | number | boolean>>>;
}
