/** Takes one row off the router, and believes no answer that may have been another request's. */
import type { Menu } from "../rows/fields";
import { markerOf } from "../rows/ownership";
import type { Row } from "../rows/row";
import type { Client } from "./client";
import { isRouterError, RouterError } from "./errors";

/** A row that is gone already is done. `row`: as it was seen. */
export async function removeRow(
    client: Client,
    menu: Menu,
    id: string,
    row: Row | undefined,
    still: () => void,
): Promise<void> {
    try {
        await client.request("DELETE", `${menu.path}/${id}`, {
            still,
            expect: (answer) => (answer === undefined || Array.isArray(answer) ? undefined : "a row"),
        });
    } catch (error) {
        if (!isRouterError(error, "router/gone")) throw error;
    }
    if (row) await expectGone(client, menu, id, row);
}

/** A row that has to go before others is looked for: what lets people in would go while it still keeps them out. */
async function expectGone(client: Client, { goFirst, path }: Menu, id: string, row: Row): Promise<void> {
    if (!goFirst?.values.includes(row.values[goFirst.wire] ?? "")) return;
    const left = await client.row(`${path}/${id}`);
    if (!left || markerOf(left["comment"]) !== markerOf(row.comment)) return;
    const summary = `DELETE ${path}/${id} on ${client.router} was answered as done, and the row is there`;
    throw new RouterError({ code: "connection/wrong-answer", summary });
}
