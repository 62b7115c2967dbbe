import { queryOf } from "../../rows/fields";
import { lossPercent } from "../../rows/prefixes";
import { planSet, present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { compareAddresses } from "../../rows/values";
import { Arguments, commonNames } from "../arguments";
import type { CommonInputs, Kind } from "../kind";
import { commentText, ownerOf } from "../present";
import { addressListMenus } from "./menu";

export type AddressListInputs = CommonInputs & {
    family: "ipv4" | "ipv6";
    list: string;
    /** Canonical, in numeric order. */
    addresses: string[];
    comment?: string;
    exclusive: boolean;
    /** Drift: foreign rows of an exclusive list. Empty in what is desired. */
    foreign: string[];
    /** Drift: comments that are not the desired one, by address. Empty in what is desired. */
    comments: Record<string, string>;
};

const names = [...commonNames, "family", "list", "addresses", "comment", "exclusive", "source", "foreign", "comments"];

export const addressList: Kind<AddressListInputs> = {
    menus: Object.values(addressListMenus),
    unique: true,
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
        return {
            inputs: {
                ...read.common(),
                family,
                list: read.requiredText("list"),
                addresses: [...new Set(addresses)].filter((text) => text !== "").sort(compareAddresses),
                ...(comment === undefined ? {} : { comment }),
                exclusive: read.boolean("exclusive", false),
                ...read.source(),
                foreign: [],
                comments: {},
            },
            problems: read.problems,
        };
    },

    scope({ family, list }) {
        const menu = addressListMenus[family];
        return { menu, queries: [queryOf(menu, ["list", "address", "comment", "disabled"], { list })] };
    },

    desired: ({ addresses, list, comment }) =>
        addresses.map((address) => ({ key: address, values: { list, address }, text: comment ?? "" })),

    empty: (inputs) => ({ ...inputs, addresses: [], exclusive: false }),

    natural: (inputs) => (row) => (isInList(inputs, row) ? addressOf(row) : undefined),

    same: (inputs) => (row, key) => addressOf(row) === key && isInList(inputs, row),

    // A disabled entry does nothing and leaves room for ours beside it, unless it is to be taken over.
    doesJob: (inputs) => (row, desired) =>
        addressOf(row) === desired.key && isInList(inputs, row) && (!row.disabled || inputs.adopt || inputs.exclusive),

    exclusive: (inputs) => inputs.exclusive,

    lost: lossPercent,

    plan: ({ inputs, desired, matched, scope }) =>
        planSet({ matched, desired, owner: inputs.owner, table: scope.menu.table, exclusive: inputs.exclusive }),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...present(matched)].filter(([, row]) => isInList(olds, row));
        const comments: Record<string, string> = {};
        for (const [key, row] of rows) {
            const text = commentText(row, key, owner, matched.original[key] !== undefined);
            if (text !== (olds.comment ?? "")) comments[addressOf(row)] = text;
        }
        const listed = (all: readonly Row[]): string[] => all.map(addressOf).sort(compareAddresses);
        const ours = rows.map(([, row]) => row);
        return {
            ...olds,
            owner,
            addresses: [...new Set(listed(ours))],
            disabled: listed(ours.filter(({ disabled }) => disabled)),
            duplicates: listed(matched.duplicates),
            foreign: olds.exclusive ? listed(matched.foreign) : [],
            comments,
        };
    },

    title: ({ list, family }) => `list "${list}" (${family})`,
};

function addressOf({ values }: Row): string {
    return values["address"] ?? "";
}

function isInList({ list }: AddressListInputs, { values }: Row): boolean {
    return values["list"] === list;
}
