/** A tree is taken down without a state: roots out of use first, then leaves, that of all other traffic last, then their parents. */
import type { RemovalStep } from "../../by-marker/steps";
import { stepFor } from "../../by-marker/steps";
import type { WithoutState } from "../kind";
import { queueTreeMenu as menu } from "./menu";
import { Tree } from "./tree";

export const treeRemoval: WithoutState = {
    reads: ["packet-mark", "disabled", "queue"],

    steps({ ours }) {
        const rows = ours(menu);
        const tree = new Tree(rows.map(({ values }) => values));
        const roots = rows.filter(
            ({ values, marker, disabled }) => !tree.has(values["parent"]) && !marker?.adopted && !disabled,
        );
        return [
            ...roots.map((row): RemovalStep => ({ what: "disable", menu, row })),
            ...tree.leavesFirst(rows, ({ values }) => values).map((row) => stepFor(menu, row)),
        ];
    },

    script: ({ made, adopted }) => [
        `/queue tree disable [find where ${made} and packet-mark=""]`,
        `/queue tree remove [find where ${made} and packet-mark!=""]`,
        `/queue tree remove [find where ${made}]`,
        `/queue tree set [find where ${adopted}] comment=""`,
    ],
};
