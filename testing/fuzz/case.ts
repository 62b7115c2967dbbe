/** A case: what the program wants, what somebody does by hand, what is run. Plain JSON, so that it can be replayed. */
import type { Declared } from "../carrier";
import {
    addresses,
    buckets,
    comments,
    lists,
    marks,
    type Parameter,
    parameters,
    queueTypes,
    rates,
    roots,
    rules,
    theirType,
    typeName,
} from "./pool";

export interface ListWanted {
    kind: "list";
    /** Which resource of the program; a new family or list under the same name replaces. */
    slot: keyof typeof lists;
    list: number;
    family: "ipv4" | "ipv6";
    /** Which address, in which of its forms. */
    entries: { address: number; form: number }[];
    comment: number;
    exclusive: boolean;
    adopt: boolean;
}

export interface RulesWanted {
    kind: "rules";
    /** Which resource of the program; a new table under the same name replaces. */
    slot: 0 | 1;
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
export type Program = Wanted[];

export const nameOf = (one: Wanted): string => ("slot" in one ? `${one.kind}-${one.slot}` : one.kind);

export const listOf = ({ slot, list }: ListWanted): string => lists[slot][list % lists[slot].length] ?? "";

/** The program's own queue type only where it makes one. */
export function queueTypeOf(site: Program, { queue }: TreeWanted["queues"][number]): string {
    const name = queueTypes[queue] ?? "";
    return name !== typeName || site.some(({ kind }) => kind === "type") ? name : "default";
}

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
    sites: [Program, Program];
    rounds: Round[];
}

/** As the program would declare it. */
export function declared(site: Program): Declared[] {
    const order = ["list", "rules", "bypass", "type", "tree"];
    return [...site].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).map((one) => declaredOne(one, site));
}

function declaredOne(one: Wanted, site: Program): Declared {
    const name = nameOf(one);
    const text = (comment: number) => (comment === 0 ? {} : { comment: comments[comment]?.[0] });
    switch (one.kind) {
        case "list": {
            const written = one.entries.map(({ address, form }) => {
                const forms = addresses[one.family][address]?.forms ?? [];
                return forms[form % forms.length];
            });
            const { family, exclusive, adopt } = one;
            const list = { family, list: listOf(one), addresses: written };
            const args = { ...list, exclusive, exclusiveEmpty: true, adopt, ...text(one.comment) };
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
                queue: queueTypeOf(site, queue),
                bucketSize: buckets[queue.bucket],
                disabled: queue.disabled,
                ...text(queue.comment),
            }));
            const standing = queues.some(({ queue }) => queue === theirType) ? { queueTypes: [theirType] } : {};
            return { kind: "QueueTree", name, args: { queues, adopt: one.adopt, requires: standing } };
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
