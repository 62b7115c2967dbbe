import { warnOnce } from "../../router/once";
import { lossPercent } from "../../rows/prefixes";
import type { Matched } from "../../rows/reconcile";
import { planSet, present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { sortedAddresses } from "../../rows/values";
import { Arguments, commonNames } from "../arguments";
import type { CommonInputs, Kind } from "../kind";
import { commentText, ownerOf } from "../present";
import { addressListMenus, listQuery } from "./menu";

export type AddressListInputs = CommonInputs & {
    family: "ipv4" | "ipv6";
    list: string;
    /** Canonical, each a key: a preview shows the one that comes or goes, and not all behind it. */
    addresses: Record<string, true>;
    comment?: string;
    exclusive: boolean;
    /** Drift: foreign rows of an exclusive list. Empty in what is desired. */
    foreign: string[];
    /** Drift: comments that are not the desired one, by address. Empty in what is desired. */
    comments: Record<string, string>;
};

const names = [
    ...commonNames,
    "family",
    "list",
    "addresses",
    "comment",
    "exclusive",
    "exclusiveEmpty",
    "source",
    "foreign",
    "comments",
];

export const addressList: Kind<AddressListInputs> = {
    menus: Object.values(addressListMenus),
    unique: true,
    // A list that rules go by is never empty: the new one, then the rules, then the old one goes.
    madeFirst: true,
    replaces: ["family", "list", "connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown(names);
        const family = read.choice("family", ["ipv4", "ipv6"], "ipv4");
        const field = addressListMenus[family].table.get("address");
        const addresses = read
            .list("addresses")
            .map((address, index) => (field ? read.value(`addresses[${index}]`, field, address) : ""));
        const comment = read.comment("comment");
        const exclusive = read.boolean("exclusive", false);
        // A list that came out empty by mistake would take every row of other people with it.
        if (!read.boolean("exclusiveEmpty", false) && exclusive && addresses.length === 0) {
            read.problem(
                "addresses",
                "is empty, so that `exclusive` would remove every row of the list; where that is meant, set " +
                    "`exclusiveEmpty` to true as well",
            );
        }
        return {
            inputs: {
                ...read.common(),
                family,
                list: read.requiredText("list"),
                addresses: keyed(addresses.filter((text) => text !== "")),
                ...(comment === undefined ? {} : { comment }),
                exclusive,
                ...read.source(),
                foreign: [],
                comments: {},
            },
            problems: read.problems,
        };
    },

    ofBefore: (props) =>
        Array.isArray(props["addresses"]) ? { ...props, addresses: keyed(props["addresses"].map(String)) } : props,

    scope({ family, list }) {
        const menu = addressListMenus[family];
        // Dynamic entries too: while one lasts, the router takes no second of its address.
        return { menu, queries: [listQuery(list)] };
    },

    desired: ({ addresses, list, comment }) =>
        inOrder(addresses).map((address) => ({ key: address, values: { list, address }, text: comment ?? "" })),

    empty: (inputs) => ({ ...inputs, addresses: {}, exclusive: false }),

    natural: (inputs) => (row) => (isInList(inputs, row) ? row.name : undefined),

    same: (inputs) => (row, key) => row.name === key && isInList(inputs, row),

    // A disabled entry does nothing and leaves room for ours beside it, unless it is to be taken over.
    doesJob: (inputs) => (row, desired) =>
        row.name === desired.key &&
        isInList(inputs, row) &&
        (!row.disabled || (!row.dynamic && (inputs.adopt || inputs.exclusive))),

    exclusive: (inputs) => inputs.exclusive,

    lost: lossPercent,

    plan: ({ inputs, desired, matched, scope }) =>
        planSet({ matched, desired, owner: inputs.owner, table: scope.menu.table, exclusive: inputs.exclusive }),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...present(matched)].filter(([, row]) => isInList(olds, row));
        const comments: Record<string, string> = {};
        for (const [key, row] of rows) {
            const text = commentText(row, key, owner, matched.original.has(key));
            if (text !== (olds.comment ?? "")) comments[row.name] = text;
        }
        const listed = (all: readonly Row[]): string[] => sortedAddresses(all.map(({ name }) => name));
        const ours = rows.map(([, row]) => row);
        return {
            ...olds,
            owner,
            addresses: keyed([...ours.map(({ name }) => name), ...passing(olds, matched)]),
            disabled: listed(ours.filter(({ disabled }) => disabled)),
            duplicates: listed(matched.duplicates),
            foreign: olds.exclusive ? listed(matched.foreign) : [],
            comments,
        };
    },

    title: ({ list, family }) => `list "${list}" (${family})`,

    warn({ client }, { inputs, matched }) {
        for (const [address, { values }] of matched.passing) {
            warnOnce(
                `${address} is in list ${inputs.list} on ${client.router} by an entry of the router's own` +
                    `${values["timeout"] === undefined ? "" : `, for ${values["timeout"]}`}: it counts as long as it ` +
                    "lasts, and the next `up` after that adds ours.",
            );
        }
        return Promise.resolve();
    },
};

function keyed(addresses: readonly string[]): Record<string, true> {
    return Object.fromEntries(sortedAddresses(addresses).map((address) => [address, true as const]));
}

/** Objects come back from the engine in another order. */
function inOrder(addresses: Readonly<Record<string, true>>): string[] {
    return sortedAddresses(Object.keys(addresses));
}

/** Addresses that an entry of the router's own has for now, of those asked for. */
function passing({ addresses }: AddressListInputs, matched: Matched): string[] {
    return Object.keys(addresses).filter((address) => matched.passing.has(address));
}

function isInList({ list }: AddressListInputs, { values }: Row): boolean {
    return values["list"] === list;
}
