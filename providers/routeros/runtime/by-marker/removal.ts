/** Takes rows off a router by their marker alone, for when the state is lost. */
import { rounds } from "../engine/converge";
import { Writer } from "../engine/writer";
import { inOrder } from "../kinds/in-order";
import type { Kind } from "../kinds/kind";
import * as registry from "../kinds/registry";
import type { Client } from "../router/client";
import { isRouterError, RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Menu, Values } from "../rows/fields";
import { queryOf } from "../rows/fields";
import type { Operation } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";
import type { RemovalStep, StandingRows } from "./steps";
import { stepFor } from "./steps";

/**
 * What there is to do for an owner (`project/stack`, or `project/stack/resource`), in the order it must be done: what
 * was made last goes first. Queue types whose names do not end in a hash of their owner have to be named.
 */
export async function planRemoval(
    client: Client,
    owner: string,
    queueTypes: readonly string[] = [],
    kinds: Readonly<Record<string, Kind>> = registry,
): Promise<RemovalStep[]> {
    const owns = (name: string): boolean => name === owner || name.startsWith(`${owner}/`);
    const read = async (menu: Menu, query: Values): Promise<Row[]> =>
        (await client.rows(menu.path, query, menu.identity)).map((row) => readRow(menu, row));
    const lastFirst = inOrder(kinds).reverse();
    const found = new Map<Menu, Row[]>();
    for (const { menus, withoutState } of lastFirst) {
        for (const menu of menus.filter(({ table }) => table.has("comment")).reverse()) {
            // Without a state nobody knows the lists' names: the rows of all of them are looked through.
            const rows = await read(menu, queryOf(menu, [...menu.identity, "comment", ...(withoutState?.reads ?? [])]));
            found.set(
                menu,
                rows.filter(({ marker }) => marker !== undefined && owns(marker.owner)),
            );
        }
    }
    const all = [...found.values()].flat();
    const standing: StandingRows = {
        ours: (menu) => found.get(menu) ?? [],
        owners: [...new Set(all.map(({ marker }) => marker?.owner ?? ""))],
        named: queueTypes,
        read,
    };
    const steps: RemovalStep[] = [];
    for (const { menus, withoutState } of lastFirst) {
        if (withoutState?.steps) steps.push(...(await withoutState.steps(standing)));
        else
            for (const menu of [...menus].reverse())
                // From the last row to the first: where order means something, no drop is left without the accept before it.
                steps.push(...[...standing.ours(menu)].reverse().map((row) => stepFor(menu, row)));
    }
    return steps;
}

/**
 * Carries the steps out, and says what is done, as `destroy` does: many in one request, where the router is seen to take
 * that, and none by an id from an old look. What is gone meanwhile is done, and a row that has the id by now is another's.
 */
export async function carryOut(
    session: Session,
    steps: readonly RemovalStep[],
    say: (step: RemovalStep) => void,
): Promise<void> {
    for (const run of runsOf(steps)) {
        await carryOutRun(session, run);
        for (const step of run) say(step);
    }
}

/** Steps on one menu that follow each other, and in one list of it: one look tells all of their rows. */
function runsOf(steps: readonly RemovalStep[]): RemovalStep[][] {
    const runs: RemovalStep[][] = [];
    for (const step of steps) {
        const run = runs.at(-1);
        const [last] = run ?? [];
        if (run && last && last.menu === step.menu && partOf(last) === partOf(step)) run.push(step);
        else runs.push([step]);
    }
    return runs;
}

const partOf = ({ menu, row }: RemovalStep): string | undefined =>
    menu.part === undefined ? undefined : row.values[menu.part];

async function carryOutRun(session: Session, run: readonly RemovalStep[]): Promise<void> {
    const [first] = run;
    if (!first) return;
    const { menu } = first;
    const part = partOf(first);
    const marked = menu.table.has("comment");
    const names = [...menu.identity, ...(marked ? ["comment", "disabled"] : [])];
    const query = queryOf(menu, names, menu.part === undefined ? {} : { [menu.part]: part ?? "" });
    const writer = new Writer(session, { menu, queries: [query] }, menu.path, !marked);
    let fewest = Infinity;
    for (let round = 1; round <= rounds;) {
        const look = await session.snapshot.look(menu, query, { fresh: true });
        const standing = new Map(look.rows.map((row) => [row.id, row]));
        const operations = run.flatMap((step) => operationOf(step, standing.get(step.row.id)));
        if (operations.length === 0) return;
        if (operations.length >= fewest) round += 1;
        fewest = Math.min(fewest, operations.length);
        try {
            const { verify, done } = await writer.all(operations, look, { wrote: false });
            if (!verify && done === operations.length) return;
        } catch (error) {
            if (!isRouterError(error, "router/gone")) throw error;
        }
    }
    throw new RouterError({
        code: "router/not-settled",
        summary: `rows of ${menu.path} on ${session.client.router} are there again after every removal`,
    });
}

/** What is left to do of a step; nothing where its row is gone, another's by now, or as it should be. */
function operationOf({ what, row }: RemovalStep, seen: Row | undefined): Operation[] {
    if (seen?.label !== row.label || seen.comment !== row.comment) return [];
    const one = { id: row.id, key: row.id };
    if (what === "remove") return [{ kind: "remove", ...one }];
    if (what === "disable" && seen.disabled) return [];
    const set: Values = what === "disable" ? { disabled: "true" } : { comment: row.text };
    return [{ kind: "change", ...one, difference: { set, clear: [] } }];
}
