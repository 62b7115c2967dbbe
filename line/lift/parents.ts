/** Our parent queues on a router: out of use for a measurement, and in use again. */
import type { Client } from "../../providers/routeros/runtime/router/client";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { readComment } from "../../providers/routeros/runtime/rows/ownership";

const menu = "/queue/tree";

/** What is lifted. */
export interface Lifted {
    /** `project/stack` of the rows that are ours. */
    owner: string;
    /** Names of our parent queues. */
    queues: string[];
}

/** By name and marker at each call: a restart of the router may give a row another id. */
async function parentRows(client: Client, { owner, queues }: Lifted): Promise<Values[]> {
    const rows = await client.rows(menu, { ".proplist": ".id,name,comment,disabled" });
    const ours = (row: Values): boolean => readComment(row["comment"]).marker?.owner.startsWith(`${owner}/`) ?? false;
    return rows.filter((row) => queues.includes(row["name"] ?? "") && ours(row));
}

/** Throws where nothing of ours stands, or a parent is out of use already: another lift is on, or shaping is off. */
export async function checkLiftable(client: Client, lifted: Lifted): Promise<void> {
    const rows = await parentRows(client, lifted);
    if (rows.length === 0) throw new Error(`${client.router} has no parent queue of ${lifted.owner}: nothing to lift`);
    const out = rows.find((row) => row["disabled"] === "true");
    if (!out) return;
    throw new Error(
        `the parent queue ${out["name"] ?? ""} on ${client.router} is out of use already: another lift is on, or ` +
            "shaping is off; `npx routeros-s3 doctor` tells which, and `pulumi up` enables it",
    );
}

/** Sets every parent that is not so yet. */
export async function setParents(client: Client, lifted: Lifted, disabled: "true" | "false"): Promise<void> {
    for (const row of await parentRows(client, lifted)) {
        if (row["disabled"] === disabled) continue;
        await client.request("PATCH", `${menu}/${row[".id"] ?? ""}`, { body: { disabled } });
    }
}
