/**
 * Two runs at once, as from two laptops: two copies of the provider against one router, their requests interleaved. Two
 * stacks on one interface never both stay in use; one stack run twice keeps every row of its own.
 */
import type * as clients from "../../providers/routeros/runtime/router/client";
import type { Router, Row } from "../../router";
import { start } from "../../router";
import type * as carriers from "../../testing/carrier";
import type { Carrier, Declared, Outcome } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";
import { fc } from "../../testing/random";
import { site } from "../../testing/site";

quietAndQuick();

/** A provider with modules of its own, whose every request waits to be let through. */
class Laptop {
    readonly carrier: Carrier;
    /** Whether nothing more will be asked. */
    done = false;
    private waiting: (() => void) | undefined;
    private arrived: (() => void) | undefined;

    constructor(router: Router, stack: string) {
        const { Carrier: Own, Client } = isolated();
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
        const send = Client.prototype.request;
        const gate = (): Promise<void> => this.gate();
        jest.spyOn(Client.prototype, "request").mockImplementation(async function (this: clients.Client, ...request) {
            await gate();
            return send.apply(this, request);
        });
        this.carrier = new Own({ url: router.url, stack });
    }

    run(declared: Declared[]): Promise<Outcome> {
        this.done = false;
        return this.carrier.up(declared, { skipPreview: true }).finally(() => {
            this.done = true;
            this.arrived?.();
        });
    }

    /** Lets one request through, and resolves when the next one waits or the run has ended. */
    async step(): Promise<void> {
        await this.ready();
        const go = this.waiting;
        this.waiting = undefined;
        go?.();
        await this.ready();
    }

    private async ready(): Promise<void> {
        if (this.waiting === undefined && !this.done) await new Promise<void>((resolve) => (this.arrived = resolve));
        this.arrived = undefined;
    }

    private gate(): Promise<void> {
        return new Promise((resolve) => {
            const next = this.waiting;
            this.waiting = () => {
                next?.();
                resolve();
            };
            this.arrived?.();
        });
    }
}

function isolated(): { Carrier: typeof Carrier; Client: typeof clients.Client } {
    let found: { Carrier: typeof Carrier; Client: typeof clients.Client } | undefined;
    jest.isolateModules(() => {
        const { Carrier: Own } = jest.requireActual<typeof carriers>("../../testing/carrier");
        const { Client } = jest.requireActual<typeof clients>("../../providers/routeros/runtime/router/client");
        found = { Carrier: Own, Client };
    });
    if (!found) throw new Error("no modules");
    return found;
}

const tree = "/queue/tree";
const ours = (row: Row): boolean => (row["comment"] ?? "").includes("[pulumi:");
const inUse = (router: Router): string[] =>
    router
        .rows(tree)
        .flatMap((row) => (row["parent"] === "ether1" && row["disabled"] !== "true" ? [row["name"] ?? ""] : []));

/** The other stack's site, under names of its own. */
function other(): Declared[] {
    const renamed = JSON.stringify(site()).replaceAll("uplink", "office").replaceAll("AmazonS3", "S3-office");
    const declared = JSON.parse(renamed.replaceAll(/fq-codel-test-[0-9a-f]{6}/g, "default-small")) as Declared[];
    return declared.filter(({ kind }) => kind !== "QueueType");
}

/** Plays two runs; `order` says whose request is next, the first where it says nothing any more. */
async function together(laptops: [Laptop, Laptop], both: [Declared[], Declared[]], order: boolean[]) {
    const runs = laptops.map((laptop, index) => laptop.run(both[index] as Declared[]));
    for (const second of order) {
        const [preferred, left] = second ? [laptops[1], laptops[0]] : laptops;
        await (preferred.done ? left : preferred).step();
        if (laptops.every(({ done }) => done)) break;
    }
    for (const laptop of laptops) while (!laptop.done) await laptop.step();
    return Promise.all(runs);
}

/** The second runs whole before the first one's request of that number; then the first goes on. */
const after = (number: number): boolean[] => [...Array<boolean>(number).fill(false), ...Array<boolean>(400).fill(true)];
const anyOrder = fc.array(fc.boolean(), { minLength: 60, maxLength: 160 });

describe("two stacks on one interface", () => {
    async function judged(order: boolean[]): Promise<string> {
        const router = await start();
        try {
            const laptops: [Laptop, Laptop] = [new Laptop(router, "test"), new Laptop(router, "office")];
            const outcomes = await together(laptops, [site(), other()], order);
            const errors = outcomes.flatMap(({ error }) => error?.message ?? []);
            expect(inUse(router).length).toBeLessThanOrEqual(1);
            expect(errors.length).toBe(2 - inUse(router).length);
            for (const text of errors) expect(text).toMatch(/ether1 .* shaped already by|ours is put out of use/);
            // Nobody has the line where both gave way: the next run has it.
            if (inUse(router).length === 0) {
                const next = laptops[0].run(site());
                while (!laptops[0].done) await laptops[0].step();
                expect((await next).error).toBeUndefined();
                expect(inUse(router)).toEqual(["uplink"]);
            }
            return `${errors.length} gave way`;
        } finally {
            jest.restoreAllMocks();
            await router.stop();
        }
    }

    test("are never both left in use, whenever the second one runs", async () => {
        const seen = new Map<string, number>();
        for (let number = 0; number <= 36; number += 1) {
            const how = await judged(after(number));
            seen.set(how, (seen.get(how) ?? 0) + 1);
        }
        process.stdout.write(`two stacks, one between: ${JSON.stringify([...seen])}\n`);
    }, 600_000);

    test("are never both left in use, however their requests mix", async () => {
        await fc.assert(
            fc.asyncProperty(anyOrder, async (order) => void (await judged(order))),
            { numRuns: 12, seed: 9 },
        );
    }, 600_000);

    test("may both find the other, where they put theirs in use at the same time, and then both give way", async () => {
        expect(await judged(Array.from({ length: 200 }, (_, index) => index % 2 === 1))).toMatch(/^[12] gave way$/);
    });
});

describe("one stack run from two laptops", () => {
    const wanted = site();
    /** How often each marker stands. */
    function markers(router: Router): Map<string, number> {
        const found = new Map<string, number>();
        for (const family of ["/ip", "/ipv6"])
            for (const menu of ["address-list", "mangle", "filter"])
                for (const row of router.rows(`${family}/firewall/${menu}`).filter(ours)) {
                    const marker = `${family} ${/\[pulumi:.*\]/.exec(row["comment"] ?? "")?.[0]}`;
                    found.set(marker, (found.get(marker) ?? 0) + 1);
                }
        return found;
    }

    async function judged(order: boolean[], again: boolean[]): Promise<number> {
        const router = await start();
        for (const family of ["/ip", "/ipv6"])
            router.add(`${family}/firewall/filter`, {
                chain: "forward",
                action: "fasttrack-connection",
                "connection-state": "established,related",
            });
        try {
            const laptops: [Laptop, Laptop] = [new Laptop(router, "test"), new Laptop(router, "test")];
            const all = 6 + 4 + 2;
            const lost: string[] = [];
            let most = 0;
            router.onRequest(({ when, method, path }) => {
                const now = markers(router).size;
                if (when === "after" && now < most) lost.push(`${method} ${path}: ${now} of ${most}`);
                most = Math.max(most, now);
            });
            for (const mixed of [order, again]) {
                const outcomes = await together(laptops, [wanted, wanted], mixed);
                expect(outcomes.map(({ error }) => error?.message)).toEqual([undefined, undefined]);
                expect(markers(router).size).toBeGreaterThanOrEqual(all);
            }
            expect(lost).toEqual([]);
            const twice = [...markers(router).values()].filter((count) => count > 1).length;
            // Alone, either settles what is left of it, and sees nothing to do afterwards.
            for (const laptop of [laptops[0], laptops[1], laptops[0]]) {
                const run = laptop.run(wanted);
                while (!laptop.done) await laptop.step();
                expect((await run).error).toBeUndefined();
                expect(new Set(markers(router).values())).toEqual(new Set([1]));
            }
            expect(inUse(router)).toEqual(["uplink"]);
            return twice;
        } finally {
            jest.restoreAllMocks();
            await router.stop();
        }
    }

    test("keeps every row, whenever the second run is", async () => {
        for (let number = 0; number <= 40; number += 3) await judged(after(number), after(number % 7));
    }, 600_000);

    test("keeps every row, however their requests mix", async () => {
        await fc.assert(
            fc.asyncProperty(anyOrder, anyOrder, async (...orders) => void (await judged(...orders))),
            { numRuns: 12, seed: 9 },
        );
    }, 600_000);
});

test("a preflight that could not look is made up for before the first write", async () => {
    const router = await start();
    try {
        const { Carrier: Own } = isolated();
        const carrier = new Own({ url: router.url });
        router.add(tree, { name: "theirs", parent: "ether1", "max-limit": "10M" });
        // The first check meets a router that restarts; by the first write it is there again.
        router.addFault({ kind: "reset", methods: ["GET"], times: 3 });
        const { error } = await carrier.up(site(), { skipPreview: true });
        expect(error?.message).toMatch(/ether1 .* is shaped already by theirs/);
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
    } finally {
        await router.stop();
    }
});

test("a tree that a colleague made since the preview is found before the first write", async () => {
    const router = await start();
    try {
        const { Carrier: Own } = isolated();
        const carrier = new Own({ url: router.url });
        // Read by the first check, behind what the whole site requires.
        const stop = router.onRequest(({ path }) => {
            if (path !== "/ip/firewall/address-list") return;
            stop();
            router.add(tree, { name: "theirs", parent: "ether1", "max-limit": "10M" });
        });
        const { error } = await carrier.up(site(), { skipPreview: true });
        expect(error?.message).toMatch(/ether1 .* is shaped already by theirs/);
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
    } finally {
        await router.stop();
    }
});
