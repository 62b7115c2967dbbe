/** Who uses a queue type: it can neither be removed nor given to another while somebody does. */
import { isRouterError } from "../../router/errors";
import { warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import type { Menu, Values } from "../../rows/fields";
import { asPrinted, queryOf } from "../../rows/fields";
import type { Operation } from "../../rows/reconcile";
import { removedIds } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { readRow } from "../../rows/row";
import type { PlanContext } from "../kind";
import { conflictError } from "../present";
import { readTree, simpleQueueMenu } from "../queue-tree/menu";
import { queueTypeMenu } from "./menu";

/** A second one goes by our name while ours was renamed; what uses it is none of ours. */
export async function refuseUsed(
    session: Session,
    operations: readonly Operation[],
    { inputs, matched }: Pick<PlanContext<{ name: string; owner: string }>, "inputs" | "matched">,
): Promise<void> {
    const removed = removedIds(operations);
    for (const row of matched.duplicates.filter(({ id }) => removed.has(id))) {
        if ((await usersOf(session, row.name)).length === 0) continue;
        const conflict = {
            desired: { key: "", values: {}, text: "" },
            row,
            relabelled: false,
            obstacle: "leave" as const,
        };
        throw conflictError(session.client.router, `queue type "${inputs.name}"`, [conflict], queueTypeMenu, inputs);
    }
}

export async function isUsed(session: Session, { name }: { name: string }): Promise<boolean> {
    // Looked at twice: an answer that is another request's may still show queues that are gone.
    if ((await usersOf(session, name)).length === 0) return false;
    const users = await usersOf(session, name);
    if (users.length === 0) return false;
    const named = users.map(({ label }) => label).join(", ");
    warnOnce(`queue type ${name} on ${session.client.router} stays as long as it is used by ${named}.`);
    return true;
}

async function usersOf(session: Session, name: string): Promise<Row[]> {
    const tree = await readTree(session, { fresh: true });
    const rows = async (menu: Menu, query: Values): Promise<Row[]> =>
        (await session.client.rows(menu.path, query, menu.identity)).map((row) => readRow(menu, row));
    return usersAmong([...tree, ...(await usersBeside(rows))], name);
}

/** `/queue/interface`: the queue that each interface itself has (assumed of its names; the manual has them). */
const interfaces: Menu = { path: "/queue/interface", identity: ["interface"], label: ["interface"], table: asPrinted };

/** All that may use a queue type beside the tree; a router without the menu of interfaces has none there. */
export async function usersBeside(read: (menu: Menu, query: Values) => Promise<Row[]>): Promise<Row[]> {
    const simple = await read(simpleQueueMenu, queryOf(simpleQueueMenu, ["name", "target", "queue", "total-queue"]));
    try {
        return [...simple, ...(await read(interfaces, queryOf(interfaces, ["interface", "queue"])))];
    } catch (error) {
        if (isRouterError(error, "router/no-such-menu")) return simple;
        throw error;
    }
}

export function usersAmong(rows: readonly Row[], name: string): Row[] {
    return rows.filter(({ values }) =>
        [values["queue"], values["total-queue"]].some((types) => types?.split("/").includes(name)),
    );
}
