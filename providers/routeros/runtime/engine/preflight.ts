/** What must stand on the router before anything is written, tested as a whole by the first `check` of a process. */
import type { Requires } from "../../args";
import { treeQuery } from "../kinds/queue-tree";
import { queueTreeMenu } from "../kinds/queue-tree/menu";
import { queueTypeMenu } from "../kinds/queue-type/menu";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import { memo } from "../router/session";
import type { Values } from "../rows/fields";
import { readComment, stackOf } from "../rows/ownership";
import { labelOf } from "../rows/reconcile";
import { compareVersions } from "../rows/values";

const oldest = "7.9";

export interface Self {
    /** Owners that count as ours: of now, and of before a rename. */
    owners: string[];
    adopt: boolean;
}

/** Throws the first thing that is missing or in the way. Worked out once for the same demands. */
export async function preflight(session: Session, requires: Requires, self: Self): Promise<void> {
    const stacks = [...new Set(self.owners.map(stackOf))];
    const key = `preflight ${JSON.stringify([requires, stacks, self.adopt])}`;
    return memo(session.once, key, () => test(session, requires, stacks, self.adopt));
}

async function test(session: Session, requires: Requires, stacks: string[], adopt: boolean): Promise<void> {
    const { version } = await session.facts();
    const minimum = requires.minimumVersion ?? oldest;
    if (compareVersions(version, minimum) < 0) {
        throw new RouterError({
            code: "version/too-old",
            summary: `${session.client.router} runs RouterOS ${version}; ${minimum} is the oldest that will do`,
        });
    }
    await interfaces(session, requires);
    await queueTypes(session, requires);
    if ((requires.parents ?? []).length === 0 && requires.wanInterface === undefined) return;
    const tree = await session.snapshot.rows(queueTreeMenu, treeQuery(version));
    parents(session, requires, tree);
    if (requires.wanInterface !== undefined) {
        await foreignQueues(session, requires, requires.wanInterface, tree, stacks, adopt);
    }
}

async function interfaces(session: Session, requires: Requires): Promise<void> {
    const needed = [...(requires.interfaces ?? []), ...(requires.wanInterface ? [requires.wanInterface] : [])];
    if (needed.length === 0) return;
    const rows = await session.snapshot.rows("/interface", { ".proplist": ".id,name" });
    const names = rows.map((row) => row["name"] ?? "");
    const missing = needed.find((name) => !names.includes(name));
    if (missing === undefined) return;
    throw new RouterError({
        code: "preflight/interface",
        summary: `${session.client.router} has no interface "${missing}"; it has ${names.slice(0, 12).join(", ")}`,
    });
}

async function queueTypes(session: Session, requires: Requires): Promise<void> {
    if ((requires.queueTypes ?? []).length === 0) return;
    const names = (await session.snapshot.rows(queueTypeMenu, {})).map((row) => row["name"] ?? "");
    const missing = requires.queueTypes?.find((name) => !names.includes(name));
    if (missing === undefined) return;
    throw new RouterError({
        code: "preflight/queue-type",
        summary: `${session.client.router} has no queue type "${missing}"; it has ${names.join(", ")}`,
    });
}

function parents(session: Session, requires: Requires, tree: readonly Values[]): void {
    const missing = requires.parents?.find((name) => !tree.some((row) => row["name"] === name));
    if (missing === undefined) return;
    const names = tree.map((row) => row["name"] ?? "");
    throw new RouterError({
        code: "preflight/parent",
        summary: `${session.client.router} has no queue "${missing}"; it has ${names.join(", ") || "none"}`,
    });
}

/** Two shapers on one interface spoil each other's guarantees: the other one is named, and nothing is written. */
async function foreignQueues(
    session: Session,
    requires: Requires,
    wan: string,
    tree: readonly Values[],
    stacks: readonly string[],
    adopt: boolean,
): Promise<void> {
    const above = new Set((requires.parents ?? []).map((name) => rootOf(tree, name)));
    const others = tree.filter((row) => {
        if (row["parent"] !== wan || row["disabled"] === "true" || above.has(row["name"] ?? "")) return false;
        const { marker } = readComment(row["comment"]);
        if (marker) return !stacks.some((stack) => marker.owner.startsWith(stack));
        return !(adopt && (requires.queues?.includes(row["name"] ?? "") ?? true));
    });
    const simple = await session.snapshot.rows("/queue/simple", {
        ".proplist": ".id,name,target,dst,disabled,comment",
    });
    const onWan = (row: Values): boolean =>
        [row["target"], row["dst"]].some((text) => (text ?? "").split(",").includes(wan));
    const all = [...others, ...simple.filter((row) => row["disabled"] !== "true" && onWan(row))];
    if (all.length === 0) return;
    throw new RouterError({
        code: "preflight/foreign-queue",
        summary: `${wan} on ${session.client.router} is shaped already by ${all.slice(0, 4).map(ownerLabel).join(", ")}`,
    });
}

function ownerLabel(row: Values): string {
    const { marker } = readComment(row["comment"]);
    return marker ? `${labelOf(row)} of ${marker.owner}` : labelOf(row);
}

function rootOf(tree: readonly Values[], name: string): string {
    let at = name;
    for (let level = 0; level < 9; level += 1) {
        const parent = tree.find((row) => row["name"] === at)?.["parent"] ?? "";
        if (!tree.some((row) => row["name"] === parent)) return at;
        at = parent;
    }
    return at;
}
