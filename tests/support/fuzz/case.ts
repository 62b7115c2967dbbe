/** A case: what the program wants, what somebody does by hand, what is run. Plain JSON, so that it can be replayed. */
import fc from "fast-check";

import type { Declared } from "../carrier";
import {
    addresses,
    buckets,
    comments,
    marks,
    type Parameter,
    parameters,
    queueKinds,
    queueNames,
    rates,
    roots,
    rules,
    typeName,
} from "./pool";

export interface ListWanted {
    kind: "list";
    family: "ipv4" | "ipv6";
    /** Which address, in which of its forms. */
    entries: { address: number; form: number }[];
    comment: number;
    exclusive: boolean;
    adopt: boolean;
}

export interface RulesWanted {
    kind: "rules";
    table: "mangle" | "filter";
    rules: { key: string; rule: number; comment: number }[];
    position: "first" | "last" | "before" | "after";
    adopt: boolean;
}

export interface BypassWanted {
    kind: "bypass";
    comment: number;
}

export interface TreeWanted {
    kind: "tree";
    queues: {
        name: string;
        /** Below which of the queues before it; a root where there is none. */
        under: number;
        marks: number;
        limit: number;
        guarantee: number;
        priority: number;
        queue: number;
        bucket: number;
        disabled: boolean;
        comment: number;
    }[];
    adopt: boolean;
}

export interface TypeWanted {
    kind: "type";
    parameters: Partial<Record<Parameter, number>>;
}

export type Wanted = ListWanted | RulesWanted | BypassWanted | TreeWanted | TypeWanted;

/** At most one resource of each name. */
export type Site = Wanted[];

export const nameOf = (one: Wanted): string =>
    one.kind === "list" ? `list-${one.family}` : one.kind === "rules" ? `rules-${one.table}` : one.kind;

export const menus = [
    "/ip/firewall/address-list",
    "/ipv6/firewall/address-list",
    "/ip/firewall/mangle",
    "/ip/firewall/filter",
    "/queue/tree",
    "/queue/type",
] as const;
export type Menu = (typeof menus)[number];

export const menuOf = (one: Wanted): Menu => {
    if (one.kind === "list") return one.family === "ipv4" ? menus[0] : menus[1];
    if (one.kind === "rules") return one.table === "mangle" ? menus[2] : menus[3];
    return one.kind === "bypass" ? menus[3] : one.kind === "tree" ? menus[4] : menus[5];
};

export const editKinds = [
    "add",
    "remove",
    "change",
    "comment",
    "move",
    "disable",
    "rename",
    "duplicate",
    "reset",
    "other-device",
] as const;

export interface Edit {
    kind: (typeof editKinds)[number];
    /** Which menu of those in use. */
    menu: number;
    /** Which row. */
    row: number;
    /** What of it, and what to. */
    value: number;
}

export const operations = ["up", "preview", "refresh", "destroy", "rename-stack"] as const;

export interface Round {
    edits: Edit[];
    operation: (typeof operations)[number];
    /** Which of the two sites. */
    site: number;
}

export interface Case {
    sites: [Site, Site];
    rounds: Round[];
}

/** As the program would declare it. */
export function declared(site: Site): Declared[] {
    const order = ["list", "rules", "bypass", "type", "tree"];
    return [...site].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).map(declaredOne);
}

function declaredOne(one: Wanted): Declared {
    const name = nameOf(one);
    const text = (comment: number) => (comments[comment] === "" ? {} : { comment: comments[comment] });
    switch (one.kind) {
        case "list": {
            const written = one.entries.map(({ address, form }) => {
                const forms = addresses[one.family][address]?.forms ?? [];
                return forms[form % forms.length];
            });
            const { family, exclusive, adopt } = one;
            const args = { family, list: "alpha", addresses: written, exclusive, adopt, ...text(one.comment) };
            return { kind: "AddressList", name, args };
        }
        case "rules": {
            const { table, adopt, position } = one;
            const block = one.rules.map(({ key, rule, comment }) => ({
                key,
                ...rules[table][rule]?.args,
                ...text(comment),
            }));
            const where =
                position === "first" || position === "last" ? position : { [position]: { comment: "anchor" } };
            return { kind: "FirewallRules", name, args: { table, rules: block, position: where, adopt } };
        }
        case "bypass": {
            const fastTrackBypass = { connectionMark: "s3", ...text(one.comment) };
            return { kind: "FirewallRules", name, args: { table: "filter", fastTrackBypass } };
        }
        case "tree": {
            const queues = one.queues.map((queue, index) => ({
                name: queue.name,
                parent: parentOf(one, index),
                packetMarks: marks[queue.marks],
                priority: queue.priority,
                maxLimit: rates[queue.limit]?.[0],
                limitAt: rates[queue.guarantee]?.[0],
                queue: queueKinds[queue.queue],
                bucketSize: buckets[queue.bucket],
                disabled: queue.disabled,
                ...text(queue.comment),
            }));
            return { kind: "QueueTree", name, args: { queues, adopt: one.adopt } };
        }
        case "type": {
            const given = Object.entries(one.parameters).map(([parameter, index]) => [
                parameter,
                parameters[parameter as Parameter][1][index],
            ]);
            const args = { name: typeName, kind: "fq-codel", parameters: Object.fromEntries(given) as object };
            return { kind: "QueueType", name, args };
        }
    }
}

export function parentOf({ queues }: TreeWanted, index: number): string {
    const under = queues[index]?.under ?? 0;
    const choice = under % (index + roots.length);
    return choice < index ? (queues[choice]?.name ?? "") : (roots[choice - index] ?? "");
}

const index = (all: readonly unknown[]) => fc.nat(all.length - 1);
const comment = index(comments);
const often = (weight: number) => fc.nat(weight).map((n) => n === weight);

const list = fc.constantFrom("ipv4" as const, "ipv6" as const).chain((family) =>
    fc.record({
        kind: fc.constant("list" as const),
        family: fc.constant(family),
        entries: fc.uniqueArray(fc.record({ address: index(addresses[family]), form: fc.nat(2) }), {
            maxLength: 5,
            selector: ({ address }) => address,
        }),
        comment,
        exclusive: often(3),
        adopt: often(2),
    }),
);

const ruleBlock = fc.constantFrom("mangle" as const, "filter" as const).chain((table) =>
    fc.record({
        kind: fc.constant("rules" as const),
        table: fc.constant(table),
        rules: fc.uniqueArray(
            fc.record({ key: fc.constantFrom("k0", "k1", "k2", "k3", "k4"), rule: index(rules[table]), comment }),
            { maxLength: 5, selector: ({ key }) => key },
        ),
        position: fc.constantFrom("last" as const, "first" as const, "before" as const, "after" as const),
        adopt: often(2),
    }),
);

const tree = fc.record({
    kind: fc.constant("tree" as const),
    queues: fc.uniqueArray(
        fc
            .record({
                name: fc.constantFrom(...queueNames),
                under: fc.nat(7),
                marks: index(marks),
                limit: index(rates),
                guarantee: index(rates),
                priority: fc.integer({ min: 1, max: 8 }),
                queue: index(queueKinds),
                bucket: index(buckets),
                disabled: often(7),
                comment,
            })
            .map((queue) => ({
                ...queue,
                guarantee: queue.limit === 0 ? queue.guarantee : Math.min(queue.guarantee, queue.limit),
            })),
        { maxLength: 5, selector: ({ name }) => name },
    ),
    adopt: often(2),
});

const type = fc.record({
    kind: fc.constant("type" as const),
    parameters: fc.record(
        { fqCodelLimit: fc.nat(1), fqCodelTarget: fc.nat(1), fqCodelEcn: fc.nat(1) },
        { requiredKeys: [] },
    ),
});

const bypass = fc.record({ kind: fc.constant("bypass" as const), comment });

const site: fc.Arbitrary<Site> = fc.uniqueArray(fc.oneof(list, ruleBlock, tree, type, bypass), {
    minLength: 1,
    maxLength: 3,
    selector: nameOf,
});

const edit: fc.Arbitrary<Edit> = fc.record({
    kind: fc.oneof(
        { weight: 24, arbitrary: fc.constantFrom(...editKinds.slice(0, -2)) },
        { weight: 1, arbitrary: fc.constantFrom(...editKinds.slice(-2)) },
    ),
    menu: fc.nat(2),
    row: fc.nat(20),
    value: fc.nat(20),
});

const round: fc.Arbitrary<Round> = fc.record({
    edits: fc.array(edit, { maxLength: 3 }),
    operation: fc.oneof(
        { weight: 6, arbitrary: fc.constant("up" as const) },
        { weight: 3, arbitrary: fc.constantFrom(...operations) },
    ),
    site: fc.nat(1),
});

export const anyCase: fc.Arbitrary<Case> = fc.record({
    sites: fc.tuple(site, site),
    rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
});
