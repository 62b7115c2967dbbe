/** A packet mark is renamed by letting its leaf carry both names first, so that no packet is without a leaf. */
import { unlessOutdated } from "../../router/look";
import type { Session } from "../../router/session";
import { stackOf } from "../../rows/ownership";
import type { Operation } from "../../rows/reconcile";
import { words } from "../../rows/values";
import type { PlanContext } from "../kind";
import { lookAtTree, queueTreeMenu } from "../queue-tree/menu";
import { marksOf } from "../queue-tree/tree";
import type { FirewallRulesInputs } from "./arguments";

export async function carryBothMarks(
    session: Session,
    operations: readonly Operation[],
    { rows, inputs }: PlanContext<FirewallRulesInputs>,
): Promise<void> {
    const renames = operations.flatMap((operation) => {
        if (operation.kind !== "change") return [];
        const after = operation.difference.set["new-packet-mark"];
        const before = rows.find(({ id }) => id === operation.id)?.values["new-packet-mark"];
        return after !== undefined && before !== undefined ? [{ before, after }] : [];
    });
    if (renames.length === 0) return;
    const { rows: queues, at } = await lookAtTree(session, { fresh: true });
    const still = unlessOutdated(at, () => session.now());
    for (const { id, marker, values } of queues) {
        if (marker === undefined || stackOf(marker.owner) !== stackOf(inputs.owner)) continue;
        const marks = marksOf(values);
        const added = renames.filter(({ before, after }) => marks.includes(before) && !marks.includes(after));
        if (added.length === 0) continue;
        await session.engine.check();
        session.snapshot.drop(queueTreeMenu);
        await session.client.request("PATCH", `${queueTreeMenu.path}/${id}`, {
            body: { "packet-mark": words([...marks, ...added.map(({ after }) => after)].join(",")) },
            still,
        });
    }
}
