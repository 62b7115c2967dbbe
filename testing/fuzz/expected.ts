/** What shall stand on the router, from the case alone. */
import type { Row } from "../../router/api";
import { listOf, type Menu, menuOf, nameOf, parentOf, type Program, queueTypeOf, type Wanted } from "./case";
import type { Ours } from "./ours";
import { addresses, buckets, comments, marks, type Parameter, parameters, rates, rules, typeName } from "./pool";
import { enabled, job, omit, type Rows } from "./rows";

const shown = (comment: number): string => comments[comment]?.[1] ?? "";

/** A row that shall stand. */
export interface Expected {
    menu: Menu;
    name: string;
    /** In the marker; of a bypass any. */
    key?: string;
    row: Row;
    text: string;
}

export function expectedRows(site: Program, rows: Rows, ours: Ours): Expected[] {
    return site.flatMap((one) =>
        expectedOf(one, site, rows, ours).map((row) => ({ menu: menuOf(one), name: nameOf(one), ...row })),
    );
}

function expectedOf(one: Wanted, site: Program, rows: Rows, ours: Ours): Omit<Expected, "menu" | "name">[] {
    switch (one.kind) {
        case "list":
            return one.entries.map(({ address }) => {
                const key = addresses[one.family][address]?.row ?? "";
                return { key, row: { list: listOf(one), address: key }, text: shown(one.comment) };
            });
        case "rules":
            return one.rules.map(({ key, rule, comment }) => ({
                key,
                row: rules[one.table][rule]?.row ?? {},
                text: shown(comment),
            }));
        case "bypass":
            return fastTracks(rows, ours).map((rule) => {
                const matchers = omit(job(rule), "log");
                return {
                    row: { ...matchers, action: "accept", "connection-mark": "s3" },
                    text: shown(one.comment),
                };
            });
        case "tree":
            return one.queues.map((queue, index) => ({
                key: queue.name,
                text: shown(queue.comment),
                row: {
                    name: queue.name,
                    parent: parentOf(one, index),
                    "packet-mark": [...(marks[queue.marks] ?? [])].sort().join(","),
                    priority: String(queue.priority),
                    "max-limit": rates[queue.limit]?.[1] ?? "",
                    "limit-at": rates[queue.guarantee]?.[1] ?? "",
                    queue: queueTypeOf(site, queue),
                    "bucket-size": buckets[queue.bucket] ?? "",
                    "burst-limit": "0",
                    "burst-threshold": "0",
                    "burst-time": "0s",
                    disabled: String(queue.disabled),
                },
            }));
        case "type":
            return [{ row: { name: typeName, kind: "fq-codel", ...parametersOf(one.parameters) }, text: "" }];
    }
}

function parametersOf(given: Partial<Record<Parameter, number>>): Row {
    return Object.fromEntries(
        Object.entries(given).map(([name, index]) => {
            const [wire, values] = parameters[name as Parameter];
            return [wire, values[index] ?? ""];
        }),
    );
}

export function fastTracks(rows: Rows, ours: Ours): Row[] {
    return rows["/ip/firewall/filter"].filter(
        (row) =>
            row["action"] === "fasttrack-connection" &&
            row["chain"] === "forward" &&
            enabled(row) &&
            !ours.is("/ip/firewall/filter", row),
    );
}
