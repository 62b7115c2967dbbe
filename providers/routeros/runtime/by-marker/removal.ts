/** Takes rows off a router by their marker alone, for when the state is lost. */
import { addressListMenu } from "../kinds/address-list/menu";
import { firewallMenu } from "../kinds/firewall-rules/menu";
import { queueTreeMenu } from "../kinds/queue-tree/menu";
import { queueTypeMenu } from "../kinds/queue-type/menu";
import type { Client } from "../router/client";
import { isRouterError } from "../router/errors";
import type { Values } from "../rows/fields";
import { ownsTypeName, readComment } from "../rows/ownership";
import { labelOf } from "../rows/reconcile";

export interface RemovalStep {
    what: "disable" | "remove" | "give back";
    menu: string;
    id: string;
    /** How the row is called. */
    label: string;
    /** Comment of a row that is given back. */
    comment?: string;
}

const families = ["ipv4", "ipv6"] as const;

/**
 * What there is to do for an owner (`project/stack`, or `project/stack/resource`), in the order it must be done. Queue
 * types whose names do not end in a hash of their owner have to be named.
 */
export async function planRemoval(
    client: Client,
    owner: string,
    typeNames: readonly string[] = [],
): Promise<RemovalStep[]> {
    const owns = (name: string): boolean => name === owner || name.startsWith(`${owner}/`);
    const tree = await marked(
        client,
        queueTreeMenu,
        { ".proplist": ".id,name,parent,packet-mark,comment,disabled,queue" },
        owns,
    );
    const rules: [string, Values[]][] = [];
    for (const menu of ["filter", "mangle"] as const) {
        for (const family of families) {
            const path = firewallMenu(menu, family);
            const query = { dynamic: "false", ".proplist": ".id,chain,action,comment,dynamic" };
            rules.push([path, await marked(client, path, query, owns)]);
        }
    }
    for (const family of families) {
        // Without a state nobody knows the lists' names: the static entries of all of them are looked through.
        const path = addressListMenu(family);
        const query = { dynamic: "false", ".proplist": ".id,list,address,comment,dynamic" };
        rules.push([path, await marked(client, path, query, owns)]);
    }
    const owners = [...tree, ...rules.flatMap(([, rows]) => rows)].map(
        (row) => readComment(row["comment"]).marker?.owner ?? "",
    );
    return [
        ...treeSteps(tree),
        ...(await typeSteps(client, [...new Set(owners)], typeNames, tree)),
        ...rules.flatMap(([menu, rows]) => rows.map((row) => stepFor(menu, row))),
    ];
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

async function marked(
    client: Client,
    menu: string,
    query: Record<string, string>,
    owns: (owner: string) => boolean,
): Promise<Values[]> {
    const rows = await client.rows(menu, query);
    return rows.filter((row) => {
        const { marker } = readComment(row["comment"]);
        return marker !== undefined && owns(marker.owner);
    });
}

function stepFor(menu: string, row: Values): RemovalStep {
    const { text, marker } = readComment(row["comment"]);
    const step = { menu, id: row[".id"] ?? "", label: labelOf(row) };
    return marker?.adopted ? { what: "give back", ...step, comment: text } : { what: "remove", ...step };
}

/** Roots out of use first, then leaves, the one of unmarked traffic last, then their parents. */
function treeSteps(tree: readonly Values[]): RemovalStep[] {
    const names = new Map(tree.map((row) => [row["name"] ?? "", row]));
    const depth = (row: Values): number => {
        let level = 0;
        for (let at = names.get(row["parent"] ?? ""); at && level < 9; at = names.get(at["parent"] ?? "")) level += 1;
        return level;
    };
    const rank = (row: Values): number =>
        depth(row) * 2 - ((row["packet-mark"] ?? "").split(",").includes("no-mark") ? 1 : 0);
    const roots = tree.filter((row) => depth(row) === 0 && !readComment(row["comment"]).marker?.adopted);
    return [
        ...roots
            .filter((row) => row["disabled"] !== "true")
            .map((row): RemovalStep => ({
                what: "disable",
                menu: queueTreeMenu,
                id: row[".id"] ?? "",
                label: labelOf(row),
            })),
        ...[...tree].sort((a, b) => rank(b) - rank(a)).map((row) => stepFor(queueTreeMenu, row)),
    ];
}

/** Types whose names are ours and that nobody else uses. */
async function typeSteps(
    client: Client,
    owners: readonly string[],
    names: readonly string[],
    tree: readonly Values[],
): Promise<RemovalStep[]> {
    const types = await client.rows(queueTypeMenu);
    const used = new Set(tree.map((row) => row["queue"]));
    const stacks = new Set(owners.map((one) => one.split("/")[1] ?? ""));
    // Named by a component: by a hash of what a resource's name starts with, or used by our leaves and named after the stack.
    const isOurs = (name: string): boolean =>
        names.includes(name) ||
        owners.some((one) => ownsTypeName(one, name)) ||
        (used.has(name) && [...stacks].some((stack) => name.replace(/-[0-9a-f]{6}$/, "").endsWith(`-${stack}`)));
    const ours = types.filter((row) => {
        const name = row["name"] ?? "";
        return row["default"] !== "true" && isOurs(name);
    });
    if (ours.length === 0) return [];
    const mine = new Set(tree.map((row) => row[".id"]));
    const all = await client.rows(queueTreeMenu, { ".proplist": ".id,name,queue" });
    const usedByOthers = new Set(all.filter((row) => !mine.has(row[".id"])).map((row) => row["queue"]));
    return ours
        .filter((row) => !usedByOthers.has(row["name"]))
        .map((row) => ({ what: "remove", menu: queueTypeMenu, id: row[".id"] ?? "", label: row["name"] ?? "" }));
}
