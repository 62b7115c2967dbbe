/**
 * Requests that a whole site costs, by its number of prefixes and beside 30,000 foreign rows: one process of the provider
 * each for making it, for a preview with refresh and no change, for one prefix more, and for taking it down.
 *
 *     npm run bench:requests
 *
 * The same budgets are asserted by tests/unit/routeros-budget.test.ts.
 */
import type { Properties } from "../providers/routeros/runtime/kinds/kind";
import { forget, lifecycles } from "../providers/routeros/runtime/loaded";
import type { Router } from "../sandbox/router";
import { start } from "../sandbox/router";

const sizes = [4, 50, 500, 2000];
const foreign = 30_000;

interface Made {
    kind: keyof typeof lifecycles;
    name: string;
    args: Properties;
    inputs: Properties;
    outputs: Properties;
}

async function main(): Promise<void> {
    const lines = Array.from({ length: foreign }, (_, index) => `add list=blocked address=${address(172, index)}`);
    const router = await start({ rsc: `/ip firewall address-list\n${lines.join("\n")}\n` });
    const table: Record<string, string | number>[] = [];
    try {
        for (const size of sizes) table.push(...(await measured(router, size)));
    } finally {
        forget();
        await router.stop();
    }
    console.log(`requests of one process, ${foreign} foreign rows beside`);
    console.table(table);
}

async function measured(router: Router, size: number): Promise<Record<string, string | number>[]> {
    const rows: Record<string, string | number>[] = [];
    const made = resources(addresses(size));
    const process = async (what: string, work: () => Promise<void>): Promise<void> => {
        forget();
        router.clearLog();
        const config = { get: (key: string) => settings(router)[key] };
        for (const one of Object.values(lifecycles)) await one.configure({ config });
        const begun = performance.now();
        await work();
        const count = (method: string): number => router.log.filter((entry) => entry.method === method).length;
        rows.push({
            prefixes: size,
            what,
            GET: count("GET"),
            PUT: count("PUT"),
            PATCH: count("PATCH"),
            POST: count("POST"),
            DELETE: count("DELETE"),
            seconds: ((performance.now() - begun) / 1000).toFixed(1),
        });
    };

    await process("make", async () => {
        for (const one of made) await apply(one);
    });
    await process("preview, no change", async () => {
        for (const one of made) await refresh(one);
        for (const one of made) await look(one);
    });
    await process("one prefix more", async () => {
        for (const one of made) await refresh(one);
        const [list] = made;
        if (list) list.args = { ...list.args, addresses: addresses(size + 1) };
        for (const one of made) if (await look(one)) await apply(one);
    });
    await process("destroy", async () => {
        for (const one of made) await refresh(one);
        for (const one of [...made].reverse()) await lifecycles[one.kind].delete("id", one.outputs);
    });
    return rows;
}

async function look(one: Made): Promise<boolean> {
    const checked = await lifecycles[one.kind].check(one.inputs, one.args);
    if (checked.failures.length > 0) throw new Error(checked.failures.map(({ reason }) => reason).join("; "));
    one.inputs = checked.inputs;
    if (Object.keys(one.outputs).length === 0) return true;
    return (await lifecycles[one.kind].diff("id", one.outputs, one.inputs)).changes;
}

async function apply(one: Made): Promise<void> {
    const lifecycle = lifecycles[one.kind];
    const fresh = Object.keys(one.outputs).length === 0;
    if (fresh) await look(one);
    const { outs } = fresh ? await lifecycle.create(one.inputs) : await lifecycle.update("id", one.outputs, one.inputs);
    one.outputs = outs;
}

async function refresh(one: Made): Promise<void> {
    const { inputs, props } = await lifecycles[one.kind].read("id", one.outputs);
    Object.assign(one, { inputs, outputs: props });
}

function settings(router: Router): Record<string, string> {
    return { "routeros:url": router.url, "routeros:username": "admin", "routeros:allowPlaintext": "true" };
}

function resources(prefixes: string[]): Made[] {
    const wan = "ether1";
    const requires = { interfaces: [wan], wanInterface: wan, packetMarks: ["s3"], families: ["ipv4", "ipv6"] };
    const make = (kind: Made["kind"], name: string, args: Properties): Made => ({
        kind,
        name,
        args: { ...args, requires, owner: `bench/requests/${name}` },
        inputs: {},
        outputs: {},
    });
    const mark = { chain: "forward", outInterface: wan, passthrough: true };
    const families = ["ipv4", "ipv6"];
    const lists: Record<string, string[]> = { ipv4: prefixes, ipv6: ["2600:9000::/28", "2a05:d07a:8000::/40"] };
    const queue = (name: string, more: Properties): Properties => ({ name, parent: "up", maxLimit: "19M", ...more });
    return [
        ...families.map((family) =>
            make("AddressList", `list-${family}`, { family, list: "S3", addresses: lists[family] ?? [] }),
        ),
        ...families.map((family) =>
            make("FirewallRules", `marks-${family}`, {
                family,
                table: "mangle",
                rules: [
                    {
                        key: "connection",
                        action: "mark-connection",
                        newConnectionMark: "s3",
                        dstAddressList: "S3",
                        ...mark,
                    },
                    { key: "packet", action: "mark-packet", newPacketMark: "s3", connectionMark: "s3", ...mark },
                ],
            }),
        ),
        ...families.map((family) =>
            make("FirewallRules", `bypass-${family}`, {
                family,
                table: "filter",
                fastTrackBypass: { connectionMark: "s3" },
            }),
        ),
        make("QueueType", "type", { name: "fq-codel-bench", kind: "fq-codel" }),
        make("QueueTree", "tree", {
            queues: [
                queue("up", { parent: wan }),
                queue("rest", { packetMarks: ["no-mark"], priority: 1, limitAt: "18M", queue: "fq-codel-bench" }),
                queue("s3", { packetMarks: ["s3"], limitAt: "190k", queue: "fq-codel-bench" }),
            ],
        }),
    ];
}

function address(first: number, index: number): string {
    return `${first}.${Math.floor(index / 65536) % 256}.${Math.floor(index / 256) % 256}.${index % 256}`;
}

function addresses(count: number): string[] {
    return Array.from({ length: count }, (_, index) => address(10, index * 2));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
