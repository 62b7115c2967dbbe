import { isEnabled, type RouterState, type Row, rowsOf } from "../router-state";
import type { Devices } from "./context";
import { type Findings, nameOf } from "./findings";
import { type Discipline, leafQueue } from "./leaf-queues";
import type { Marks } from "./names";
import type { Table } from "./nft";
import { bitsPerSecond } from "./rates";

/** One class of the tree as it stands in the lab. */
export interface QueueClass {
    /** The row's id on the router, where it has one. */
    id?: string;
    /** The queue's name on the router. */
    name: string;
    device: string;
    /** Such as `1:3`. */
    classId: string;
    /** Packet marks of a leaf, `no-mark` among them; empty for an inner queue. */
    packetMarks: string[];
    limitAt: number;
    maxLimit: number;
    /** Classes below a leaf that its flows are spread over; empty for a leaf with one queue. */
    spread: string[];
}

/** A leaf that carries a mark: what has none goes through the leaf of everybody else. */
export function carriesMark({ packetMarks }: QueueClass): boolean {
    return packetMarks.length > 0 && !packetMarks.includes("no-mark");
}

export interface QueueTranslation {
    /** Lines for `tc -batch`, by device. */
    tc: Map<string, string[]>;
    /** nft table that sends packets to their class by packet mark, without chains when there is no tree. */
    classifier: Table;
    classes: QueueClass[];
}

/** Stands for "no limit"; far above any line of the lab. */
const unlimited = 10e9;
/**
 * A handle of its own for each leaf's queue, and never HTB's: a packet's priority `1:N`, which chooses HTB's class, would
 * choose a tin of a CAKE whose handle is `1:`.
 */
function handleOf(number: number): string {
    return `handle ${(0x100 + number).toString(16)}:`;
}

/** HTB needs a rate above 0 where the router has `limit-at=0`. */
const minimalRate = 1000;
/** A bucket below one full Ethernet frame would never let it pass. */
const frame = 1600;
/** What tc can express: so many seconds of a low rate, and so many bytes of a high one. */
const longestBucket = 60;
const largestBucket = 1e9;

export interface QueueOptions {
    /** Packets come by a flowtable, without a mark. */
    fastTracked?: boolean;
    /** Classes keep their numbers while rows come and go, and a queue that has no leaf yet carries nothing. */
    live?: boolean;
}

/** Where the ids of `/queue/tree` begin on the router. */
const firstId = 0x1000000;

/** `/queue/tree` as HTB classes: limit-at is rate, max-limit is ceil, priority 1 to 8 is 0 to 7. */
export function queueClasses(
    state: RouterState,
    devices: Devices,
    marks: Marks,
    kernel: ReadonlySet<Discipline>,
    findings: Findings,
    { fastTracked = false, live = false }: QueueOptions = {},
): QueueTranslation {
    const rows = rowsOf(state, "/queue/tree").map((row, index) => ({ row, where: nameOf("/queue/tree", row, index) }));
    const names = new Set(rows.map(({ row }) => row["name"]));
    const tc = new Map<string, string[]>();
    const classes: QueueClass[] = [];
    const placed = new Set<Row>();

    for (const { row, where } of rows) {
        const parent = row["parent"] ?? "";
        if (names.has(parent)) continue;
        placed.add(row);
        if (!isEnabled(row)) {
            skipBelow(row, where);
            continue;
        }
        const device = devices.one(parent);
        if (parent === "global") findings.refuse(where, "parent=global: the lab shapes interfaces only");
        else if (device === undefined) findings.refuse(where, `parent=${parent}: the lab has no such interface`);
        else {
            if (!tc.has(device)) tc.set(device, [`qdisc add dev ${device} root handle 1: htb`]);
            place(row, where, device, "1:");
        }
    }
    for (const { row, where } of rows) if (!placed.has(row)) findings.refuse(where, "its parents form a ring");
    // A FastTracked packet comes without a mark, and queues on an interface are not passed by (manual: "FastTrack").
    if (fastTracked)
        for (const [device, lines] of tc) {
            const unmarked = classes.find((one) => one.device === device && one.packetMarks.includes("no-mark"));
            if (unmarked) lines[0] += ` default ${(unmarked.spread[0] ?? unmarked.classId).slice(2)}`;
        }
    return { tc, classifier: classifierTable(classes, marks, findings, fastTracked), classes };

    function skipBelow(row: Row, where: string): void {
        for (const { row: child, where: childWhere } of childrenOf(row)) {
            placed.add(child);
            if (isEnabled(child)) findings.note(childWhere, `carries nothing: ${where} above it is disabled (assumed)`);
            skipBelow(child, childWhere);
        }
    }

    function childrenOf(row: Row): typeof rows {
        return rows.filter(({ row: other }) => other["parent"] === row["name"] && other !== row);
    }

    function place(row: Row, where: string, device: string, parentId: string): void {
        placed.add(row);
        const number = live
            ? parseInt((row[".id"] ?? "").slice(1), 16) - firstId + 1
            : classes.filter((known) => known.device === device).length + 1;
        const classId = `1:${number.toString(16)}`;
        const isRoot = parentId === "1:";
        const children = childrenOf(row);
        const isLeaf = !children.some(({ row: child }) => isEnabled(child));
        const packetMarks = (row["packet-mark"] ?? "").split(",").filter((mark) => mark !== "");
        const carries = isLeaf && (!live || packetMarks.length > 0);
        if (isLeaf && packetMarks.length === 0 && !live)
            findings.refuse(where, "a leaf without packet marks: what it carries is not documented");
        if (!isLeaf && packetMarks.length > 0)
            findings.refuse(where, "a queue with children and packet marks: only leaves carry packets");
        if (bitsPerSecond(row["burst-limit"]) > 0) findings.refuse(where, "burst-limit has no translation");

        const limitAt = bitsPerSecond(row["limit-at"]);
        const maxLimit = bitsPerSecond(row["max-limit"]);
        const known: QueueClass = {
            ...(row[".id"] !== undefined && { id: row[".id"] }),
            name: row["name"] ?? "",
            device,
            classId,
            packetMarks: isLeaf ? packetMarks : [],
            limitAt,
            maxLimit,
            spread: [],
        };
        classes.push(known);
        const lines = tc.get(device) ?? [];
        const leaf = carries ? leafQueue(state, row["queue"] ?? "default-small", where, kernel, findings) : undefined;
        const numbers = htbNumbers(row, { limitAt, maxLimit, isRoot, where });
        const priority = isLeaf ? ` prio ${priorityOf(row, { maxLimit, where })}` : "";
        const own = leaf && leaf.count === 1 ? priority : "";
        lines.push(
            `class add dev ${device} parent ${parentId} classid ${classId} htb ${numbers.own}${own} quantum 1514`,
        );
        if (leaf?.count === 1)
            lines.push(`qdisc add dev ${device} parent ${classId} ${handleOf(number)} ${leaf.queue}`);
        else if (leaf)
            for (let index = 0; index < leaf.count; index++) {
                const below = `1:${(number * 256 + index).toString(16)}`;
                known.spread.push(below);
                lines.push(
                    `class add dev ${device} parent ${classId} classid ${below} htb ${numbers.below}${priority} quantum 1514`,
                    `qdisc add dev ${device} parent ${below} ${handleOf(number * 256 + index)} ${leaf.queue}`,
                );
            }
        for (const child of children)
            if (isEnabled(child.row)) place(child.row, child.where, device, classId);
            else {
                placed.add(child.row);
                skipBelow(child.row, child.where);
            }
    }

    /** HTB's numbers of a class, and of classes below a leaf that borrow all they send from it. */
    function htbNumbers(
        row: Row,
        queue: { limitAt: number; maxLimit: number; isRoot: boolean; where: string },
    ): { own: string; below: string } {
        const ceil = queue.maxLimit || unlimited;
        // A class at the top has nobody to borrow from, so its rate is its ceiling.
        const rate = queue.isRoot ? ceil : queue.limitAt || minimalRate;
        if (rate > ceil) findings.refuse(queue.where, "limit-at is above max-limit");
        // The manual: bucket capacity = bucket-size * max-limit, default 0.1.
        const bucket = ((queue.maxLimit || unlimited) / 8) * Number(row["bucket-size"] ?? "0.1");
        const capacity = (speed: number): number =>
            Math.round(Math.max(frame, Math.min(bucket, (speed / 8) * longestBucket, largestBucket)));
        const numbers = (speed: number, burst: number): string =>
            `rate ${speed}bit ceil ${ceil}bit burst ${burst}b cburst ${capacity(ceil)}b`;
        return {
            own: numbers(rate, rate === minimalRate ? frame : capacity(rate)),
            below: numbers(minimalRate, frame),
        };
    }

    function priorityOf(row: Row, queue: { maxLimit: number; where: string }): number {
        const priority = Number(row["priority"] ?? "8");
        // The manual: priority works only where max-limit is not 0.
        if (queue.maxLimit !== 0 || priority === 8) return priority - 1;
        findings.note(queue.where, "max-limit=0, so its priority has no effect");
        return 7;
    }
}

/**
 * Sends a packet to its leaf by mark. What no leaf carries goes past the classes, as on the router (assumed). Runs
 * behind every mangle chain, as the router's queues do.
 */
function classifierTable(classes: QueueClass[], marks: Marks, findings: Findings, fastTracked: boolean): Table {
    const rules: string[] = [];
    for (const device of new Set(classes.map((known) => known.device))) {
        const leaves = classes.filter((known) => known.device === device && known.packetMarks.length > 0);
        const carried = new Map<string, QueueClass>();
        for (const leaf of leaves)
            for (const mark of leaf.packetMarks) {
                const other = carried.get(mark);
                if (other)
                    findings.refuse(`/queue/tree ${leaf.name}`, `packet mark ${mark} is carried by ${other.name} too`);
                else carried.set(mark, leaf);
            }
        const plain = [...carried]
            .filter(([, { spread }]) => spread.length === 0)
            .map(([mark, { classId }]) => `${marks.numberOf(mark)} : ${classId}`);
        // With a class for what comes unclassified, what no leaf carries must be sent past the classes in so many words.
        if (fastTracked) rules.push(`oifname "${device}" meta priority set 1:0`);
        if (plain.length > 0) rules.push(`oifname "${device}" meta priority set meta mark map { ${plain.join(", ")} }`);
        for (const leaf of leaves.filter(({ spread }) => spread.length > 0)) {
            const { packetMarks, spread } = leaf;
            const wanted = packetMarks
                .filter((mark) => carried.get(mark) === leaf)
                .map((mark) => marks.numberOf(mark))
                .join(", ");
            if (wanted === "") continue;
            const targets = spread.map((classId, index) => `${index} : ${classId}`).join(", ");
            rules.push(
                `oifname "${device}" meta mark { ${wanted} } meta priority set symhash mod ${spread.length} map { ${targets} }`,
            );
        }
    }
    const hook = "type filter hook postrouting priority 200; policy accept;";
    const chains = new Map(rules.length > 0 ? [["classify", [hook, ...rules]]] : []);
    return { family: "inet", name: "queues", counters: [], sets: new Map(), chains };
}
