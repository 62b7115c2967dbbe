/** Takes rows off a router by their marker alone, for when the state is lost. */
import { inOrder } from "../kinds/in-order";
import type { Kind } from "../kinds/kind";
import * as registry from "../kinds/registry";
import type { Client } from "../router/client";
import { isRouterError } from "../router/errors";
import type { Look } from "../router/look";
import { Outdated, unlessOutdated } from "../router/look";
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

/** Carries the steps out. What is gone meanwhile is done, and a row that has the id by now is another's. */
export async function carryOut(
    client: Client,
    steps: readonly RemovalStep[],
    say: (step: RemovalStep) => void,
    now: () => number = () => performance.now(),
): Promise<void> {
    const looks = new Map<string, Seen>();
    for (const step of steps) {
        say(step);
        await carryOutOne(client, step, looks, now);
    }
}

type Seen = Omit<Look, "took">;

/** Of each menu, and of each list in it, the last look. */
async function carryOutOne(
    client: Client,
    step: RemovalStep,
    looks: Map<string, Seen>,
    now: () => number,
): Promise<void> {
    const { what, menu, row } = step;
    const part = menu.part === undefined ? {} : { [menu.part]: row.values[menu.part] ?? "" };
    const place = `${menu.path} ${Object.values(part).join("")}`;
    const look = looks.get(place) ?? (await lookAt(client, menu, part, now));
    looks.set(place, look);
    const seen = look.rows.find(({ id }) => id === row.id);
    if (seen?.label !== row.label || seen.comment !== row.comment) return;
    const still = unlessOutdated(look.at, now);
    try {
        if (what === "remove") await client.request("DELETE", `${menu.path}/${row.id}`, { still });
        else {
            const body: Values = what === "disable" ? { disabled: "true" } : { comment: row.text };
            await client.request("PATCH", `${menu.path}/${row.id}`, { body, still });
        }
    } catch (error) {
        if (error instanceof Outdated) {
            looks.delete(place);
            return carryOutOne(client, step, looks, now);
        }
        if (!isRouterError(error, "router/gone")) throw error;
    }
}

async function lookAt(client: Client, menu: Menu, part: Values, now: () => number): Promise<Seen> {
    const names = [...menu.identity, ...(menu.table.has("comment") ? ["comment"] : [])];
    const answer = await client.rows(menu.path, queryOf(menu, names, part), menu.identity);
    return { rows: answer.map((row) => readRow(menu, row)), at: now() };
}
