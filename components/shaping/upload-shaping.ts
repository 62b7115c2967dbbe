import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { AddressList } from "../../providers/routeros/address-list";
import type {
    AddressListArgs,
    Family,
    FeedSource,
    FirewallRulesArgs,
    QueueTreeArgs,
    QueueTypeArgs,
    Requires,
    RulesPosition,
} from "../../providers/routeros/args";
import { FirewallRules } from "../../providers/routeros/firewall-rules";
import { QueueTree } from "../../providers/routeros/queue-tree";
import { QueueType } from "../../providers/routeros/queue-type";
import { removalScript } from "../../providers/routeros/runtime/by-marker/script";
import type { Form } from "../../providers/routeros/runtime/path";
import { readShaping } from "./plan";
import type { LineKind, ProfileName, ShapingNames, ShapingNumbers } from "./profiles";
import { profileTraits } from "./profiles";
import * as plans from "./rules";
import type { ShapingPlan } from "./shaping-plan";

/** Prefixes to shape uploads to, by family, and where they come from. */
export interface UploadPrefixes {
    ipv4: string[];
    ipv6: string[];
    /** Guards the lists against a feed that lost its content. @default no guard */
    source?: FeedSource;
}

/**
 * The router side of a site. Everything that decides which rows there are is a plain value, so that mistakes are known
 * before the first resource; only the prefixes may come later. A change is made in place, in an order that keeps the
 * guarantees of other traffic, unless the field says otherwise.
 */
export interface UploadShapingArgs {
    /** Layer-3 WAN interface: `ether5`, `pppoe-out1`, `vlan10`. Needed without `wanInterfaces`. */
    wanInterface?: string;
    /** Measured upload rate: `20M`, or bit/s. Needed without `wanInterfaces`. */
    uplink?: string | number;
    /** Several lines, each with a tree of its own, in place of `wanInterface` and `uplink`. */
    wanInterfaces?: { interface: string; uplink: string | number }[];
    /** Prefixes of S3, such as `regionPrefixes` loads them. New ones are added before old ones go. */
    prefixes: pulumi.Input<UploadPrefixes>;
    /** Share of the uplink kept free, in percent. @default 5 */
    headroomPercent?: number;
    /** What the line is; some take a share of the uplink for themselves. @default "ethernet" */
    line?: LineKind;
    /** Connections that uploads open at once, from 1 to 100. @default 10 */
    uploadConnections?: number;
    /** @default "scavenger" */
    profile?: ProfileName;
    /** `off` disables the parent queue and keeps the rest. @default "on" */
    shaping?: "on" | "off";
    /** @default ["ipv4", "ipv6"] */
    addressFamilies?: Family[];
    /**
     * Only uploads of these hosts are marked: addresses, prefixes, MAC addresses.
     *
     * @default all hosts
     * @example ["192.168.88.10", "2001:db8:1::/64", "AA:BB:CC:00:11:22"]
     */
    sourceAddresses?: string[];
    /** How uploads are marked, see {@link Form}; `auto` is resolved against the router at the first `up`. @default "auto" */
    marking?: "auto" | Form;
    /** @default "bypass" */
    fastTrack?: "bypass" | "leave";
    /** A kind of queue (`fq-codel`, `cake`, `pfifo`, …), or `existing:<name>`. @default "fq-codel" */
    leafQueue?: string;
    /** Hang the two leaves under this queue, which is never changed. @default a parent of our own */
    parentQueue?: string;
    /** Further packet marks that the leaf of all other traffic carries. @default [] */
    restMarks?: string[];
    /** Where the mangle rules stand. @default "last" */
    rulesPosition?: RulesPosition;
    /** Name of the address list of the prefixes. A change makes the list anew. @default by profile */
    listName?: string;
    /** Comment of everything made. @default by profile */
    comment?: string;
    /** @default by profile */
    connectionMark?: string;
    /** @default by profile */
    packetMark?: string;
    /** Names of the queues. A change renames them in place. @default by profile */
    queueNames?: Partial<ShapingNames["queueNames"]>;
    /** Take over rows that already do exactly this job. @default false */
    adopt?: boolean;
    /** Name of a router in `routeros:connections`. @default the router of `routeros:url` */
    connection?: string;
    /** Last word on the arguments of each child, for what has no argument here. */
    overrides?: {
        /** The lists of S3's prefixes. */
        addressList?: Partial<AddressListArgs>;
        /** The lists of hosts that upload. */
        sources?: Partial<AddressListArgs>;
        marks?: Partial<FirewallRulesArgs>;
        bypass?: Partial<FirewallRulesArgs>;
        /** Each of the leaves' queue types. */
        queueType?: Partial<QueueTypeArgs>;
        queueTree?: Partial<QueueTreeArgs>;
    };
}

/** What the program passes, whose configuration was read and checked before; in place of the arguments of the plan. */
export type PlannedShapingArgs = Pick<UploadShapingArgs, "prefixes" | "connection" | "overrides"> & {
    plan: ShapingPlan;
};

/**
 * Address lists, mangle rules, FastTrack bypass and queue tree that make uploads to S3 give way to everything else.
 *
 * Made one after the other, lists, bypass, marks, queue types, tree, and taken down the other way, so that other
 * people's traffic never meets half of it. The bypass comes before the marks it goes by: what FastTrack takes once, it
 * keeps. (A router answers one request at a time; there is nothing to gain by more.)
 */
export class UploadShaping extends pulumi.ComponentResource {
    /** Numbers of the three queues, as RouterOS writes rates. */
    declare public readonly queues: pulumi.Output<ShapingNumbers>;
    /** How many prefixes each family's list holds. */
    declare public readonly prefixCounts: pulumi.Output<Record<string, number>>;
    /** Whose connections lose FastTrack, where the router has it. */
    declare public readonly withoutFastTrack: pulumi.Output<string>;
    /**
     * RouterOS script that takes everything of the stack off a router by pasting it into a terminal, should the state
     * be lost. Kept out of Pulumi's listings as a secret.
     */
    declare public readonly removalScript: pulumi.Output<string>;

    /** IP versions whose uploads are shaped. */
    readonly addressFamilies: readonly Family[];

    constructor(name: string, args: UploadShapingArgs | PlannedShapingArgs, opts?: pulumi.ComponentResourceOptions) {
        const plan = "plan" in args ? args.plan : planOf(name, args);
        super("routeros-s3:index:UploadShaping", name, {}, opts);
        const { remark } = profileTraits(plan.profile);
        if (remark !== undefined) void pulumi.log.warn(remark, this);
        this.addressFamilies = plan.addressFamilies;
        const prefixes = pulumi.output(args.prefixes);
        const common = { adopt: plan.adopt, requires: plans.requirements(plan), connection: args.connection };
        const maker: Maker = {
            name,
            plan,
            prefixes,
            common,
            overrides: args.overrides ?? {},
            next: inOrder(this, opts?.dependsOn),
        };

        for (const family of plan.addressFamilies) addressLists(maker, family);
        if (plan.fastTrack === "bypass") for (const family of plan.addressFamilies) fastTrackBypass(maker, family);
        for (const family of plan.addressFamilies) markRules(maker, family);
        const made = plan.profile === "join" ? [] : queueTree(maker);

        // Nothing to keep from anybody; but a page of script has no place among the outputs that every run prints.
        this.removalScript = pulumi.secret(
            removalScript({
                owner: `${pulumi.getProject()}/${pulumi.getStack()}`,
                queueTypes: made,
                families: plan.addressFamilies,
            }),
        );
        this.queues = pulumi.output(plans.numbersOf(plan));
        this.prefixCounts = prefixes.apply((all) =>
            Object.fromEntries(plan.addressFamilies.map((family) => [family, all[family].length])),
        );
        this.withoutFastTrack = pulumi.output(plans.withoutFastTrack(plan));
        const { queues, prefixCounts } = this;
        this.registerOutputs({ queues, prefixCounts, withoutFastTrack: this.withoutFastTrack });
    }
}

interface Maker {
    name: string;
    plan: ShapingPlan;
    prefixes: pulumi.Output<UploadPrefixes>;
    /** What every child is given. */
    common: { connection?: string; adopt: boolean; requires: Requires };
    overrides: NonNullable<UploadShapingArgs["overrides"]>;
    /** Makes a child that depends on the one before it. */
    next: (make: (opts: pulumi.CustomResourceOptions) => pulumi.Resource) => void;
}

/**
 * What the component depends on comes before the first child: Pulumi itself does not hand that on. The same in a
 * preview, or an update would not be the plan that was saved.
 */
function inOrder(parent: pulumi.Resource, first: pulumi.ResourceOptions["dependsOn"] = []): Maker["next"] {
    let last = first;
    return (make) => {
        last = [make({ parent, dependsOn: last })];
    };
}

/** Same rules as a stack's configuration has, for people who write the component into a program of their own. */
function planOf(name: string, args: UploadShapingArgs): ShapingPlan {
    const { plan, problems } = readShaping({ ...args });
    if (!plan) throw new pulumi.RunError(`UploadShaping ${name}:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    return plan;
}

function addressLists({ name, plan, common, prefixes, overrides, next }: Maker, family: Family): void {
    const args = { family, ...common };
    next(
        (opts) =>
            new AddressList(
                `${name}-s3-${family}`,
                {
                    list: plan.listName,
                    addresses: prefixes.apply((all) => all[family]),
                    comment: plan.comments.list,
                    source: prefixes.apply((all) => all.source as FeedSource),
                    ...args,
                    ...overrides.addressList,
                },
                opts,
            ),
    );
    const addresses = plans.sourcePrefixes(plan, family);
    if (addresses.length === 0) return;
    const sources = { list: plans.sourceListName(plan), addresses, comment: plan.comments.sources };
    next((opts) => new AddressList(`${name}-sources-${family}`, { ...sources, ...args, ...overrides.sources }, opts));
}

/** The form of marking that was asked for, or that a router is given which nothing is known of. */
function formOf({ marking }: ShapingPlan): Form {
    return marking === "auto" ? "connection" : marking;
}

/** Rules that a program gives itself are no form of marking. */
function markingOf({ plan, overrides }: Maker): Pick<FirewallRulesArgs, "marking"> {
    const own = overrides.marks?.rules !== undefined || overrides.bypass?.fastTrackBypass !== undefined;
    return own ? {} : { marking: plan.marking };
}

function markRules(maker: Maker, family: Family): void {
    const { name, plan, common, overrides, next } = maker;
    const rules = plans.markRules(plan, family, formOf(plan));
    const args = {
        family,
        table: "mangle" as const,
        rules,
        position: plan.rulesPosition,
        ...markingOf(maker),
        ...common,
    };
    next((opts) => new FirewallRules(`${name}-marks-${family}`, { ...args, ...overrides.marks }, opts));
}

function fastTrackBypass(maker: Maker, family: Family): void {
    const { name, plan, common, overrides, next } = maker;
    const args = {
        family,
        table: "filter" as const,
        fastTrackBypass: plans.bypassMatchers(plan, formOf(plan)),
        ...markingOf(maker),
        ...common,
    };
    next((opts) => new FirewallRules(`${name}-bypass-${family}`, { ...args, ...overrides.bypass }, opts));
}

/**
 * The tree with its leaves' queue types; the names of those that were made for this site. A type of ours carries its kind in
 * its resource's name, so that another kind is another resource: made before the tree changes over to it, and the old one
 * removed when nothing uses it any more.
 */
function queueTree({ name, plan, common, overrides, next }: Maker): string[] {
    const kind = plan.leafQueue;
    const stack = pulumi.getStack();
    // The runtime knows a type of ours by this hash, for queue types have no comment.
    const hash = createHash("sha256").update(`${pulumi.getProject()}/${stack}/${name}`).digest("hex").slice(0, 6);
    const { types, made } = plans.leafTypes(plan, `${kind}-${stack}-${hash}`);
    for (const { suffix, ...type } of made) {
        const args = { ...type, kind, ...common, ...overrides.queueType };
        next((opts) => new QueueType(`${name}-leaf-${kind}${suffix}`, args, opts));
    }
    const args = { queues: plans.queues(plan, types), ...common };
    next((opts) => new QueueTree(`${name}-queues`, { ...args, ...overrides.queueTree }, opts));
    return made.map((type) => type.name);
}
