/**
 * Two runs at once, each of which found the interface free: right before a tree is put in use on it, and once more
 * afterwards, each looks for another's. Whoever finds one is not put in use, or gives way. Both may; then the next `up`
 * of either goes through.
 */
import type { RouterError } from "../../router/errors";
import type { Session } from "../../router/session";
import type { Desired, Operation } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { readTree } from "./menu";
import { linesOf, named, otherTrees, shapedAlready } from "./preflight";

/** Queues that hang under none of the same resource, by name: on an interface they take effect at once. */
function roots(desired: readonly Desired[]): Map<string, Desired> {
    const names = new Set(desired.map(({ key }) => key));
    return new Map(desired.flatMap((one) => (names.has(one.values["parent"] ?? "") ? [] : [[one.key, one]])));
}

/** The operations up to the first that puts a root in use; that one, and what is behind it, once they come first. */
export function rootsApart(operations: Operation[], desired: readonly Desired[]): Operation[] {
    const first = operations.findIndex((operation) => putsInUse(operation, desired));
    return first > 0 ? operations.slice(0, first) : operations;
}

function putsInUse(operation: Operation, desired: readonly Desired[]): boolean {
    if (operation.kind !== "add" && operation.kind !== "change") return false;
    if (!roots(desired).has(operation.key)) return false;
    if (operation.kind === "add") return operation.values["disabled"] !== "true";
    const { disabled, parent } = operation.difference.set;
    return disabled === "false" || (parent !== undefined && disabled !== "true");
}

/** Throws where another tree is in use by now, before ours is put in use. */
export async function refuseContested(
    session: Session,
    operations: readonly Operation[],
    desired: readonly Desired[],
): Promise<void> {
    if (!operations.some((operation) => putsInUse(operation, desired))) return;
    const found = await contested(session, desired);
    if (found) throw shapedAlready(session, `is shaped already by ${named(found.others)}`, found.line);
}

/** Why ours gives way, where another tree is in use beside it. */
export async function lostTo(session: Session, desired: readonly Desired[]): Promise<RouterError | undefined> {
    const found = await contested(session, desired);
    if (!found) return undefined;
    const what = `was put in use by ${named(found.others)}, too, at the same time; ours is put out of use`;
    return shapedAlready(session, what, found.line);
}

async function contested(
    session: Session,
    desired: readonly Desired[],
): Promise<{ line: string; others: Row[] } | undefined> {
    const inUse = [...roots(desired).values()].filter(({ values }) => values["disabled"] !== "true");
    const lines = new Set(inUse.map(({ values }) => values["parent"]));
    for (const demand of session.demands.values()) {
        for (const line of linesOf(demand.requires).filter((one) => lines.has(one))) {
            const others = otherTrees(session, demand, line, await readTree(session, { fresh: true }));
            if (others.length > 0) return { line, others };
        }
    }
    return undefined;
}
