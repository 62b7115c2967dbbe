/** What the router counts of uploads and of all other traffic outward: two small questions, or one of them. */
import type { UploadSite } from "../providers/routeros/runtime/path";
import type { Client } from "../providers/routeros/runtime/router/client";
import type { Values } from "../providers/routeros/runtime/rows/fields";

/** Sums since the router counts; bytes as the router counts them. */
export interface Counters {
    /** Milliseconds of this machine's monotonic clock, in the middle of the question. */
    at: number;
    /** The leaves for uploads, and those for everything else. */
    s3: Leaf;
    rest: Leaf;
    /** Bytes that our rules marked as an upload; absent where they were not asked for. */
    marked?: number;
}

export interface Leaf {
    bytes: number;
    /** Packets thrown away. */
    dropped: number;
    /** Bytes that wait at the moment. */
    queued: number;
}

const names = ".id,name,bytes,dropped,queued-bytes";

export async function readQueues(client: Client, site: UploadSite): Promise<Counters> {
    const asked = performance.now();
    const rows = await client.rows("/queue/tree", { ".proplist": names });
    const others = restLeaves(site);
    return {
        at: (asked + performance.now()) / 2,
        s3: leafOf(rows.filter(({ name = "" }) => site.leaves.includes(name))),
        rest: leafOf(rows.filter(({ name = "" }) => others.includes(name))),
    };
}

/** Queues and rules. */
export async function readCounters(client: Client, site: UploadSite): Promise<Counters> {
    const queues = await readQueues(client, site);
    let marked = 0;
    for (const family of site.families) {
        const rules = await client.rows(`/${family === "ipv4" ? "ip" : "ipv6"}/firewall/mangle`, {
            action: "mark-packet",
            ".proplist": ".id,action,new-packet-mark,bytes",
        });
        marked += sum(
            rules.filter((row) => row["new-packet-mark"] === site.packetMark),
            "bytes",
        );
    }
    return { ...queues, marked };
}

/** Leaves of our tree that carry what is no upload. */
function restLeaves({ queues, leaves }: UploadSite): string[] {
    const parents = new Set(queues.map(({ parent }) => parent));
    return queues.flatMap(({ name = "" }) => (parents.has(name) || leaves.includes(name) ? [] : [name]));
}

function leafOf(rows: readonly Values[]): Leaf {
    return { bytes: sum(rows, "bytes"), dropped: sum(rows, "dropped"), queued: sum(rows, "queued-bytes") };
}

function sum(rows: readonly Values[], name: string): number {
    return rows.reduce((all, row) => all + (Number(row[name] ?? 0) || 0), 0);
}

/** Between two looks. */
export interface Rates {
    /** Milliseconds from the first look to the end of this stretch. */
    at: number;
    /** bit/s. */
    s3: number;
    rest: number;
    /** Packets thrown away by the leaf for uploads. */
    dropped: number;
    /** Bytes that waited in that leaf. */
    queued: number;
}

/** One for each look but the first. Counters that began anew, as after a restart, are told as nothing. */
export function ratesOf(looks: readonly Counters[]): Rates[] {
    const [first] = looks;
    return looks.slice(1).map((look, index) => {
        const before = looks[index]!;
        const seconds = Math.max((look.at - before.at) / 1000, 0.001);
        const rate = (leaf: "s3" | "rest"): number =>
            (Math.max(0, look[leaf].bytes - before[leaf].bytes) * 8) / seconds;
        return {
            at: look.at - first!.at,
            s3: rate("s3"),
            rest: rate("rest"),
            dropped: Math.max(0, look.s3.dropped - before.s3.dropped),
            queued: look.s3.queued,
        };
    });
}
