/** Takes rows off a router by their marker alone, for when the state is lost. */
import { inOrder } from "../kinds/in-order";
import type { Kind } from "../kinds/kind";
import * as registry from "../kinds/registry";
import type { Client } from "../router/client";
import { isRouterError } from "../router/errors";
import type { Menu, Values } from "../rows/fields";
import { queryOf } from "../rows/fields";
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

/** Carries the steps out. What is gone meanwhile is done. */
export async function carryOut(
    client: Client,
    steps: readonly RemovalStep[],
    say: (step: RemovalStep) => void,
): Promise<void> {
    for (const step of steps) {
        say(step);
        try {
            if (step.what === "remove") await client.request("DELETE", `${step.menu}/${step.id}`);
            else {
                const body: Values = step.what === "disable" ? { disabled: "true" } : { comment: step.comment ?? "" };
                await client.request("PATCH", `${step.menu}/${step.id}`, { body });
            }
        } catch (error) {
            if (!isRouterError(error, "router/gone")) throw error;
        }
    }
}
