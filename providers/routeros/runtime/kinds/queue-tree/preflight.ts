/** What a tree needs on the router, and what may not stand beside it. */
import type { Requires } from "../../../args";
import { RouterError } from "../../router/errors";
import type { Session } from "../../router/session";
import { queryOf } from "../../rows/fields";
import type { Row } from "../../rows/row";
import type { Self } from "../kind";
import { readTree, simpleQueueMenu } from "./menu";
import { Tree } from "./tree";

export async function treePreflight(session: Session, requires: Requires, self: Self): Promise<void> {
    const { parents = [], wanInterface } = requires;
    if (parents.length === 0 && wanInterface === undefined) return;
    const rows = await readTree(session);
    const tree = new Tree(rows.map(({ values }) => values));
    const missing = parents.find((name) => !tree.has(name));
    if (missing !== undefined) {
        const names = [...tree.parents.keys()].join(", ");
        throw new RouterError({
            code: "preflight/parent",
            summary: `${session.client.router} has no queue "${missing}"; it has ${names || "none"}`,
        });
    }
    if (wanInterface !== undefined) await foreignQueues(session, requires, wanInterface, rows, tree, self);
}

/** Two shapers on one interface spoil each other's guarantees: the other one is named, and nothing is written. */
async function foreignQueues(
    session: Session,
    { parents = [], queues }: Requires,
    wan: string,
    rows: readonly Row[],
    tree: Tree,
    { stacks, adopt }: Self,
): Promise<void> {
    const roots = new Set(parents.map((name) => tree.root(name)));
    const others = rows.filter(({ values: { name = "", parent }, disabled, marker }) => {
        if (parent !== wan || disabled || roots.has(name)) return false;
        if (marker) return !stacks.some((stack) => marker.owner.startsWith(stack));
        return !(adopt && (queues?.includes(name) ?? true));
    });
    const names = ["name", "target", "dst", "disabled", "comment"];
    const simple = await session.snapshot.rows(simpleQueueMenu, queryOf(simpleQueueMenu, names));
    const onWan = ({ values }: Row): boolean =>
        [values["target"], values["dst"]].some((text) => text?.split(",").includes(wan));
    const all = [...others, ...simple.filter((row) => !row.disabled && onWan(row))];
    if (all.length === 0) return;
    const named = all.slice(0, 4).map(({ label, marker }) => (marker ? `${label} of ${marker.owner}` : label));
    throw new RouterError({
        code: "preflight/foreign-queue",
        summary: `${wan} on ${session.client.router} is shaped already by ${named.join(", ")}`,
    });
}
