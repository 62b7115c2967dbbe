/** Members of an interface list: a kind that the provider does not have, made as CONTRIBUTING says one is made. */
import { Arguments, commonNames } from "../../../../providers/routeros/runtime/kinds/arguments";
import type { CommonInputs, Kind } from "../../../../providers/routeros/runtime/kinds/kind";
import { commentText, ownerOf } from "../../../../providers/routeros/runtime/kinds/present";
import { queryOf } from "../../../../providers/routeros/runtime/rows/fields";
import { planSet, present } from "../../../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../../../providers/routeros/runtime/rows/row";
import { memberMenu } from "./menu";

type MembersInputs = CommonInputs & {
    list: string;
    /** By name. */
    interfaces: string[];
    /** Drift: comments that are not the desired one, by interface. Empty in what is desired. */
    comments: Record<string, string>;
};

export const interfaceListMembers: Kind<MembersInputs> = {
    menus: [memberMenu],
    replaces: ["list", "connection"],
    unique: true,

    normalise(args) {
        const read = new Arguments(args);
        read.unknown([...commonNames, "list", "interfaces", "comments"]);
        return {
            inputs: {
                ...read.common(),
                list: read.requiredText("list"),
                interfaces: read.list("interfaces").map(String).sort(),
                comments: {},
            },
            problems: read.problems,
        };
    },

    scope: ({ list }) => ({
        menu: memberMenu,
        queries: [queryOf(memberMenu, ["list", "interface", "comment", "disabled"], { list })],
    }),

    desired: ({ list, interfaces }) =>
        interfaces.map((name) => ({ key: name, values: { list, interface: name }, text: "" })),
    empty: (inputs) => ({ ...inputs, interfaces: [] }),
    title: ({ list }) => `members of interface list "${list}"`,

    natural: (inputs) => (row) => (isInList(inputs, row) ? interfaceOf(row) : undefined),
    same: (inputs) => (row, key) => isInList(inputs, row) && interfaceOf(row) === key,
    doesJob:
        (inputs) =>
        (row, { key }) =>
            isInList(inputs, row) && interfaceOf(row) === key,

    plan: ({ inputs, desired, matched }) => planSet({ matched, desired, owner: inputs.owner, table: memberMenu.table }),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...present(matched)].filter(([, row]) => isInList(olds, row));
        const comments = rows.map(([key, row]) => [
            interfaceOf(row),
            commentText(row, key, owner, matched.original.has(key)),
        ]);
        return {
            ...olds,
            owner,
            interfaces: rows.map(([, row]) => interfaceOf(row)).sort(),
            disabled: rows.filter(([, { disabled }]) => disabled).map(([key]) => key),
            duplicates: matched.duplicates.map(interfaceOf).sort(),
            comments: Object.fromEntries(comments.filter(([, text]) => text !== "")) as Record<string, string>,
        };
    },
};

function interfaceOf({ values }: Row): string {
    return values["interface"] ?? "";
}

function isInList({ list }: MembersInputs, { values }: Row): boolean {
    return values["list"] === list;
}
