import type { RouterAccess } from "./environment";

type Row = Record<string, string>;

/** The menus that a site's rows are in, in the order a person would paste them. */
const menus = [
    "/ip/firewall/address-list",
    "/ipv6/firewall/address-list",
    "/ip/firewall/mangle",
    "/ipv6/firewall/mangle",
    "/ip/firewall/filter",
    "/ipv6/firewall/filter",
    "/queue/type",
    "/queue/tree",
];

/** What REST adds to a row that nobody configured: identity, state and counters. */
const readOnly = new Set(
    [
        ".id .nextid dynamic invalid default creation-time bytes packets rate packet-rate queued-bytes",
        "queued-packets dropped borrows lends pcq-queues total-bytes total-packets",
    ]
        .join(" ")
        .split(" "),
);

/** Values that `/export` leaves out, for they are what a row has anyway. */
const defaults: Row = { disabled: "false", log: "false", "log-prefix": "" };

/** A menu with more rows of ours than `most` is shown by its first `few`. */
const most = 12;
const few = 8;

/**
 * The rows with a marker of this project's stacks, and the queue types that their queues use, read from the router
 * over REST, as RouterOS's `add` commands.
 */
export async function routerText(router: RouterAccess): Promise<string> {
    const parts: string[] = [];
    const queues = (await read(router, "/queue/tree")).filter(isOurs);
    const types = new Set(queues.map((row) => row["queue"]));
    for (const menu of menus) {
        const rows = (await read(router, menu)).filter((row) =>
            menu === "/queue/type" ? types.has(row["name"]) && row["default"] !== "true" : isOurs(row),
        );
        if (rows.length === 0) continue;
        const shown = rows.length <= most ? rows : rows.slice(0, few);
        parts.push(menu, ...shown.map(addCommand));
        if (shown.length < rows.length) parts.push(`# … and ${rows.length - shown.length} more`);
    }
    return parts.join("\n");
}

function isOurs(row: Row): boolean {
    return row["comment"]?.includes("[pulumi:") ?? false;
}

async function read(router: RouterAccess, menu: string): Promise<Row[]> {
    const credentials = Buffer.from(`${router.username}:${router.password}`).toString("base64");
    const answer = await fetch(`${router.url}/rest${menu}`, { headers: { authorization: `Basic ${credentials}` } });
    if (!answer.ok) throw new Error(`the router answered ${answer.status} to ${menu}`);
    return (await answer.json()) as Row[];
}

/** A row as the command that makes it. Pure. */
export function addCommand(row: Row): string {
    const values = Object.entries(row)
        .filter(([key, value]) => !readOnly.has(key) && defaults[key] !== value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${quoted(value === "true" ? "yes" : value === "false" ? "no" : value)}`);
    return ["add", ...values].join(" ");
}

/** A value as RouterOS's command line reads it: in quotes where it holds more than a plain word. */
function quoted(value: string): string {
    if (/^[\w.:/,!*-]+$/.test(value)) return value;
    return `"${value
        .replace(/[\\"$]/g, "\\$&")
        .replaceAll("\n", "\\n")
        .replaceAll("\r", "\\r")}"`;
}
