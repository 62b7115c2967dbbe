/** Queue types carry no marker: without a state they are told by their names, and go when nobody else uses them. */
import { queryOf } from "../../rows/fields";
import { ownsTypeName } from "../../rows/ownership";
import type { WithoutState } from "../kind";
import { queueTreeMenu } from "../queue-tree/menu";
import { queueTypeMenu as menu, typeQuery } from "./menu";

export const typeRemoval: WithoutState = {
    async steps({ ours, owners, named, read }) {
        const types = await read(menu, typeQuery);
        const tree = ours(queueTreeMenu);
        const used = new Set(tree.map(({ values }) => values["queue"]));
        const stacks = new Set(owners.map((one) => one.split("/")[1] ?? ""));
        // Named by a component: by a hash of what a resource's name starts with, or used by our leaves and named after the stack.
        const isOurs = (name: string): boolean =>
            named.includes(name) ||
            owners.some((one) => ownsTypeName(one, name)) ||
            (used.has(name) && [...stacks].some((stack) => name.replace(/-[0-9a-f]{6}$/, "").endsWith(`-${stack}`)));
        const found = types.filter((row) => !row.builtIn && isOurs(row.values["name"] ?? ""));
        if (found.length === 0) return [];
        const mine = new Set(tree.map(({ id }) => id));
        const all = await read(queueTreeMenu, queryOf(queueTreeMenu, ["name", "queue"]));
        const usedByOthers = new Set(all.filter(({ id }) => !mine.has(id)).map(({ values }) => values["queue"]));
        return found
            .filter(({ values }) => !usedByOthers.has(values["name"]))
            .map(({ id, values }) => ({ what: "remove", menu: menu.path, id, label: values["name"] ?? "" }));
    },

    script: (_where, queueTypes) =>
        queueTypes
            .map(quoted)
            .map(
                (name) =>
                    `:if ([:len [/queue tree find where queue=${name}]] = 0) do={ /queue type remove [find where name=${name}] }`,
            ),
};

function quoted(text: string): string {
    return `"${text.replace(/[\\"$]/g, "\\$&")}"`;
}
