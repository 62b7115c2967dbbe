import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier } from "../../testing/carrier";
import { harm } from "../../testing/fail-open";
import { site, standing } from "../../testing/site";

describe("a site on the embedded router", () => {
    let router: Router;
    let carrier: Carrier;
    beforeEach(async () => {
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(async () => {
        await router.stop();
    });

    test("is made, stays the same, and goes without a trace", async () => {
        const before = standing(router);
        const made = await carrier.up(site());
        expect(made.error).toBeUndefined();
        router.clearLog();
        const again = await carrier.up(site());
        expect(again.error).toBeUndefined();
        expect(again.steps.map(({ op, changed }) => [op, changed])).toEqual(site().map(() => ["same", undefined]));
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        const gone = await carrier.destroy();
        expect(gone.error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    });

    test("does no harm to others after any single request of making, changing and taking it down", async () => {
        const small = { maxLimit: "10M", restLimitAt: "9M", s3LimitAt: "100k", mark: "bulk" };
        const found: string[] = [];
        let guarantee = 18_000_000;
        let ceiling = 19_000_000;
        router.onRequest(({ when, method, path }) => {
            if (when === "before" || method === "GET") return;
            const all = harm(router, { wan: "ether1", guarantee });
            // Between raising a parent and its leaves, a leaf may use what it could before.
            const real = all.filter((text) => Number(/may use (\d+) of/.exec(text)?.[1] ?? 0) < ceiling);
            found.push(...real.map((text) => `${method} ${path}: ${text}`));
        });
        const steps: [string, () => Promise<{ error?: Error }>][] = [
            ["make", () => carrier.up(site())],
            ["lower, rename the mark", () => carrier.up(site(small))],
            ["raise, rename it back", () => carrier.up(site())],
            ["take down", () => carrier.destroy()],
        ];
        for (const [what, work] of steps) {
            [guarantee, ceiling] = what === "make" ? [18_000_000, 19_000_000] : [9_000_000, 10_000_000];
            expect((await work()).error).toBeUndefined();
            expect([what, ...found]).toEqual([what]);
        }
    });

    test("a mark that is renamed always has a leaf", async () => {
        await carrier.up(site());
        const lost: string[] = [];
        router.onRequest(({ when }) => {
            if (when === "before") return;
            const carried = router.rows("/queue/tree").flatMap((row) => (row["packet-mark"] ?? "").split(","));
            for (const row of router.rows("/ip/firewall/mangle")) {
                const mark = row["new-packet-mark"];
                if (mark !== undefined && !carried.includes(mark)) lost.push(mark);
            }
        });
        expect((await carrier.up(site({ mark: "bulk" }))).error).toBeUndefined();
        expect(lost).toEqual([]);
        const leaf = router.rows("/queue/tree").find((row) => row["name"] === "uplink-s3");
        expect(leaf?.["packet-mark"]).toBe("bulk");
    });
});
