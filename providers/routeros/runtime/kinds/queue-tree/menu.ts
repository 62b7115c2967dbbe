import type { RowOf } from "../../path";
import { asRow, everyProperty } from "../../path";
import type { Look } from "../../router/look";
import type { Session } from "../../router/session";
import type { Menu } from "../../rows/fields";
import { asPrinted, fieldsOf, fieldTable, queryOf } from "../../rows/fields";
import type { Row } from "../../rows/row";

/**
 * `/queue/tree` (https://help.mikrotik.com/docs/spaces/ROS/pages/328088/Queues). No `unset` there: a value is cleared
 * by sending its default.
 *
 * {".id":"*1000000","bucket-size":"0.1","burst-limit":"0","burst-threshold":"0","burst-time":"0s","bytes":"0",
 *  "disabled":"false","dropped":"0","invalid":"false","limit-at":"0","max-limit":"25000000","name":"queue1",
 *  "packet-mark":"","packet-rate":"0","packets":"0","parent":"global","priority":"8","queue":"default-small",
 *  "queued-bytes":"0","queued-packets":"0","rate":"0"}
 */
export const queueTreeMenu: Menu = {
    path: "/queue/tree",
    identity: ["name", "parent"],
    label: ["name"],
    table: fieldTable([
        { wire: "name", kind: "text", doc: "Name, unique in the menu." },
        { wire: "parent", kind: "text", doc: "Interface, `global`, or another queue." },
        {
            wire: "packet-mark",
            kind: "marks",
            cleared: "",
            doc: "Packet marks the leaf carries; none for an inner queue.",
        },
        { wire: "priority", kind: "number", fallback: "8", doc: "1 is served first, 8 last; leaves only." },
        { wire: "limit-at", kind: "rate", fallback: "0", doc: "Guaranteed rate, bit/s." },
        { wire: "max-limit", kind: "rate", fallback: "0", doc: "Highest rate, bit/s; 0 is no limit." },
        { wire: "queue", kind: "text", fallback: "default-small", doc: "Queue type by name." },
        { wire: "bucket-size", kind: "decimal", fallback: "0.1", doc: "Bucket as a share of max-limit, 0 to 10." },
        { wire: "burst-limit", kind: "rate", fallback: "0", doc: "Highest rate while bursting, bit/s." },
        {
            wire: "burst-threshold",
            kind: "rate",
            fallback: "0",
            doc: "Average rate below which bursting starts, bit/s.",
        },
        { wire: "burst-time", kind: "time", fallback: "0s", doc: "Time over which the average is taken." },
        { wire: "comment", kind: "text", cleared: "", doc: "Comment, the ownership marker its last part." },
        { wire: "disabled", kind: "boolean", fallback: "false", doc: "Whether the queue is out of use." },
    ]),
};

/** `/queue/simple`: none of ours; they shape a WAN too, and use queue types. */
export const simpleQueueMenu: Menu = {
    path: "/queue/simple",
    identity: ["name", "target"],
    label: ["name"],
    table: asPrinted,
};

export async function readSimpleQueues(session: Session): Promise<RowOf<"/queue/simple">[]> {
    const rows = await session.snapshot.rows(simpleQueueMenu, everyProperty("/queue/simple"));
    return rows.map(asRow("/queue/simple"));
}

/** The question for the whole tree, the same for all who ask. */
export function treeQuery(version: string | undefined): Record<string, string> {
    const names = fieldsOf(queueTreeMenu.table, version).map(({ wire }) => wire);
    return queryOf(queueTreeMenu, names);
}

export async function lookAtTree(session: Session, options: { fresh?: boolean } = {}): Promise<Look> {
    return session.snapshot.look(queueTreeMenu, treeQuery((await session.facts()).version), options);
}

export async function readTree(session: Session, options: { fresh?: boolean } = {}): Promise<Row[]> {
    return (await lookAtTree(session, options)).rows;
}
