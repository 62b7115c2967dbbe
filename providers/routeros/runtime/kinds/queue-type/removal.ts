/** Queue types carry no marker: without a state they are told by their names, and go when nobody else uses them. */
import { queryOf } from "../../rows/fields";
import { ownsTypeName } from "../../rows/ownership";
import type { WithoutState } from "../kind";
import { queueTreeMenu } from "../queue-tree/menu";
import { queueTypeMenu as menu, typeQuery } from "./menu";
import { usersAmong, usersBeside } from "./users";

export const typeRemoval: WithoutState = {
    async steps({ ours, owners, named, read }) {
        const types = await read(menu, typeQuery);
        const found = types.filter((row) => {
            const { name = "", kind = "" } = row.values;
            return !row.builtIn && (named.includes(name) || owners.some((one) => ownsTypeName(one, { name, kind })));
        });
        if (found.length === 0) return [];
        const mine = new Set(ours(queueTreeMenu).map(({ id }) => id));
        const tree = await read(queueTreeMenu, queryOf(queueTreeMenu, ["name", "parent", "queue"]));
        const others = [...tree.filter(({ id }) => !mine.has(id)), ...(await usersBeside(read))];
        return found
            .filter(({ name }) => usersAmong(others, name).length === 0)
            .map((row) => ({ what: "remove", menu, row }));
    },

    /** One line a type: in a terminal, what is local ends with the line. */
    script: (_where, queueTypes) =>
        queueTypes.map((name) => {
            const [type, part] = [quoted(name), quoted(`(^|/)${name.replace(/[.+*?^$(){}|[\]\\]/g, "\\$&")}(/|$)`)];
            const seen = (find: string): string => `:foreach user in=[${find}] do={ :set used "yes" }`;
            return [
                `:local used "no"`,
                seen(`/queue tree find where queue=${type}`),
                seen(`/queue simple find where queue~${part}`),
                seen(`/queue simple find where total-queue=${type}`),
                `:do { ${seen(`/queue interface find where queue=${type}`)} } on-error={}`,
                `:if ($used = "no") do={ /queue type remove [find where name=${type}] }`,
            ].join("; ");
        }),
};

function quoted(text: string): string {
    return `"${text.replace(/[\\"$]/g, "\\$&")}"`;
}
