/** Who uses a queue type: it can neither be removed nor given to another while somebody does. */
import { warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import { queryOf } from "../../rows/fields";
import type { Operation } from "../../rows/reconcile";
import { removedIds } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { readRow } from "../../rows/row";
import type { PlanContext } from "../kind";
import { conflictError } from "../present";
import { readTree, simpleQueueMenu } from "../queue-tree/menu";
import type { QueueTypeInputs } from ".";

/** A second one goes by our name while ours was renamed; what uses it is none of ours. */
export async function refuseUsed(
    session: Session,
    operations: readonly Operation[],
    { inputs, matched }: PlanContext<QueueTypeInputs>,
): Promise<void> {
    const removed = removedIds(operations);
    for (const row of matched.duplicates.filter(({ id }) => removed.has(id))) {
        if ((await usersOf(session, row.values["name"] ?? "")).length === 0) continue;
        throw conflictError(session.client.router, `queue type "${inputs.name}"`, [row]);
    }
}

export async function isUsed(session: Session, { name }: QueueTypeInputs): Promise<boolean> {
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
    const { path, identity } = simpleQueueMenu;
    const answer = await session.client.rows(path, queryOf(simpleQueueMenu, ["name", "queue"]), identity);
    const simple = answer.map((row) => readRow(simpleQueueMenu, row));
    return [...tree, ...simple].filter(({ values }) => values["queue"]?.split("/").includes(name));
}
