/** What the router counts of uploads and of all other traffic outward, by small questions. */
import type { Rule, UploadSite } from "../providers/routeros/runtime/path";
import { bulkDscp, firewallPath, readAs } from "../providers/routeros/runtime/path";
import type { Client } from "../providers/routeros/runtime/router/client";
import type { Values } from "../providers/routeros/runtime/rows/fields";
import type { Rates } from "./output";

/** Sums since the router counts; bytes as the router counts them. */
export interface Counters {
    /** Milliseconds of this machine's monotonic clock, in the middle of the question. */
    at: number;
    /**
     * The leaves for uploads, and those for everything else. Where nothing is queued by us: what our rules gave the class that
     * is served last, and what else went out by the lines.
     */
    s3: Leaf;
    rest: Leaf;
    /** Bytes that our rules marked as an upload; absent where they were not asked for. */
    marked?: number;
}

export interface Leaf {
    bytes: number;
    /** Packets thrown away, and bytes that wait at the moment; absent where the queue is a CAKE, whose classes nobody counts. */
    dropped?: number;
    queued?: number;
}

const ruleNames = ".id,action,new-packet-mark,new-dscp,connection-mark,dst-address-list,bytes";

/** Whether a rule of mangle gives uploads what puts them last: our packet mark, or with `profile: join` their DSCP. */
export function marksUploads({ action, matchers, ...row }: Rule, site: UploadSite): boolean {
    if (site.profile !== "join") return row["new-packet-mark"] === site.packetMark;
    const isOurs = matchers["connection-mark"] === site.connectionMark || matchers["dst-address-list"] === site.list;
    return action === "change-dscp" && row["new-dscp"] === bulkDscp && isOurs;
}

/** Looks at the router, a small question at a time. */
export class Looks {
    private readonly menus: string[];
    private readonly sums: Record<string, number> = {};
    private step = 0;

    constructor(
        private readonly client: Client,
        private readonly site: UploadSite,
    ) {
        this.menus =
            site.leaves.length > 0
                ? ["/queue/tree"]
                : [...site.families.map((family) => firewallPath(family, "mangle")), "/interface"];
    }

    /** Asks one thing. A look once all is known that makes one: with queues of ours at each question. */
    async ask(): Promise<Counters | undefined> {
        const menu = this.menus[this.step % this.menus.length]!;
        const asked = performance.now();
        if (menu === "/queue/tree") return readQueues(this.client, this.site);
        this.sums[menu] =
            menu === "/interface" ? await sentBy(this.client, this.site) : await marked(this.client, this.site, menu);
        this.step += 1;
        if (this.step % this.menus.length > 0) return undefined;
        const { "/interface": sent = 0, ...ours } = this.sums;
        const s3 = Object.values(ours).reduce((all, one) => all + one, 0);
        return { at: (asked + performance.now()) / 2, s3: { bytes: s3 }, rest: { bytes: Math.max(0, sent - s3) } };
    }
}

async function readQueues(client: Client, site: UploadSite): Promise<Counters> {
    const asked = performance.now();
    const rows = await client.rows("/queue/tree", { ".proplist": ".id,name,bytes,dropped,queued-bytes" });
    const others = restLeaves(site);
    return {
        at: (asked + performance.now()) / 2,
        s3: leafOf(rows.filter(({ name = "" }) => site.leaves.includes(name))),
        rest: leafOf(rows.filter(({ name = "" }) => others.includes(name))),
    };
}

/** One whole look, and what our rules marked. */
export async function readCounters(client: Client, site: UploadSite): Promise<Counters> {
    const looks = new Looks(client, site);
    let look = await looks.ask();
    while (!look) look = await looks.ask();
    if (site.leaves.length === 0) return { ...look, marked: look.s3.bytes };
    let all = 0;
    for (const family of site.families) all += await marked(client, site, firewallPath(family, "mangle"));
    return { ...look, marked: all };
}

async function marked(client: Client, site: UploadSite, menu: string): Promise<number> {
    const action = site.profile === "join" ? "change-dscp" : "mark-packet";
    const rows = await client.rows(menu, { action, ".proplist": ruleNames });
    const rules = rows.map((row) => readAs("/ip/firewall/mangle", row)).filter((row) => marksUploads(row, site));
    return rules.reduce((all, { bytes }) => all + bytes, 0);
}

async function sentBy(client: Client, { lines }: UploadSite): Promise<number> {
    const rows = await client.rows("/interface", { ".proplist": ".id,name,tx-byte" });
    return sum(
        rows.filter(({ name = "" }) => lines.includes(name)),
        "tx-byte",
    );
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
            ...more(before.s3, look.s3),
        };
    });
}

function more(before: Leaf, { dropped, queued }: Leaf): Pick<Rates, "dropped" | "queued"> {
    return {
        ...(dropped !== undefined && { dropped: Math.max(0, dropped - (before.dropped ?? 0)) }),
        ...(queued !== undefined && { queued }),
    };
}
