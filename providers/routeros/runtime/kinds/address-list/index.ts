import type { FeedSource } from "../../../args";
import type { Values } from "../../rows/fields";
import { valueOf } from "../../rows/fields";
import { planSet } from "../../rows/reconcile";
import { compareAddresses } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import type { CommonInputs, Json, Kind } from "../kind";
import { commentText, isDisabled, ownerOf, standing } from "../reading";
import { addressListFields, addressListMenu } from "./menu";

export interface AddressListInputs extends CommonInputs {
    family: "ipv4" | "ipv6";
    list: string;
    /** Canonical, in numeric order. */
    addresses: string[];
    comment?: string;
    exclusive: boolean;
    source?: Omit<FeedSource, "maxShrinkPercent">;
    /** Drift: foreign rows of an exclusive list. Empty in what is wanted. */
    foreign: string[];
    /** Drift: comments that are not the wanted one, by address. Empty in what is wanted. */
    comments: Record<string, string>;
}

const names = [...commonNames, "family", "list", "addresses", "comment", "exclusive", "source", "foreign", "comments"];

export const addressList: Kind<AddressListInputs> = {
    name: "AddressList",
    unique: true,
    replaces: ["family", "list", "connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown(names);
        const family = read.choice("family", ["ipv4", "ipv6"], "ipv4");
        const field = addressListFields(family).get("address");
        const addresses = read
            .list("addresses")
            .map((address, index) => (field ? read.value(`addresses[${index}]`, field, address) : ""));
        const comment = read.comment("comment");
        const source = sourceOf(args["source"]);
        return {
            inputs: {
                ...read.common(),
                family,
                list: read.requiredText("list"),
                addresses: [...new Set(addresses)].filter((text) => text !== "").sort(compareAddresses),
                ...(comment === undefined ? {} : { comment }),
                exclusive: read.boolean("exclusive", false),
                ...(source ? { source } : {}),
                foreign: [],
                comments: {},
            },
            problems: read.problems,
        };
    },

    scope: ({ family, list }) => ({
        menu: addressListMenu(family),
        table: addressListFields(family),
        queries: [{ list, dynamic: "false", ".proplist": ".id,list,address,comment,disabled,dynamic" }],
    }),

    wanted: ({ addresses, list, comment }) =>
        addresses.map((address) => ({ key: address, values: { list, address }, text: comment ?? "" })),

    empty: (inputs) => ({ ...inputs, addresses: [], exclusive: false }),

    natural: (inputs) => (row) => (row["list"] === inputs.list ? addressOf(inputs, row) : undefined),

    same: (inputs) => (row, key) => addressOf(inputs, row) === key && row["list"] === inputs.list,

    // A disabled entry does nothing and leaves room for ours beside it, unless it is to be taken over.
    doesJob: (inputs) => (row, wanted) =>
        row["list"] === inputs.list &&
        addressOf(inputs, row) === wanted.key &&
        (!isDisabled(row) || inputs.adopt || inputs.exclusive),

    plan: ({ inputs, wanted, matched, scope }) =>
        planSet({ matched, wanted, owner: inputs.owner, table: scope.table, exclusive: inputs.exclusive }),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...standing(matched)].filter(([, row]) => row["list"] === olds.list);
        const comments: Record<string, string> = {};
        for (const [key, row] of rows) {
            const text = commentText(row, key, owner, matched.former[key] !== undefined);
            if (text !== (olds.comment ?? "")) comments[addressOf(olds, row)] = text;
        }
        const listed = (all: Values[]): string[] => all.map((row) => addressOf(olds, row)).sort(compareAddresses);
        return {
            ...olds,
            owner,
            addresses: [...new Set(listed(rows.map(([, row]) => row)))],
            disabled: listed(rows.map(([, row]) => row).filter(isDisabled)),
            duplicates: listed(matched.surplus),
            foreign: olds.exclusive ? listed(matched.foreign) : [],
            comments,
        };
    },

    title: ({ list, family }) => `list "${list}" (${family})`,
};

function addressOf({ family }: AddressListInputs, row: Values): string {
    const field = addressListFields(family).get("address");
    return field ? valueOf(field, row) : "";
}

function sourceOf(value: Json | undefined): Omit<FeedSource, "maxShrinkPercent"> | undefined {
    if (!isObject(value)) return undefined;
    const { region, services, syncToken } = value;
    return {
        region: textOf(region),
        services: Array.isArray(services) ? services.map(String).sort() : [],
        syncToken: textOf(syncToken),
    };
}

function textOf(value: Json | undefined): string {
    return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
