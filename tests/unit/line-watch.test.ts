import { readShaping } from "../../components/shaping/plan";
import { uploadSite } from "../../components/shaping/rules";
import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import type { Rates } from "../../line/output";
import { frame, plainLine, screenLines, sparkline, watched } from "../../line/views/screen";
import type { Seen } from "../../line/watch";
import { Watch } from "../../line/watch";
import { startWatchPage } from "../../line/watch-page";
import { Client } from "../../providers/routeros/runtime/router/client";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import type { Router } from "../../router";
import { withRouter } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";
import { carrierOf, perform, real } from "../../testing/stages";

quietAndQuick();

const rates: Rates[] = Array.from({ length: 200 }, (_none, index) => ({
    at: index * 1000,
    s3: index * 100_000,
    rest: 1e6,
    dropped: 3,
    queued: 45_000,
}));
const seen: Seen = {
    rates,
    dropped: 310,
    connections: { marked: 6, fastTracked: 1 },
    latency: { sent: 10, lost: 0, median: 12.1, p95: 15.3, p99: 16 },
    problem: `GET /queue/tree on https://192.168.88.1 timed out ${"and so on ".repeat(20)}`,
};

describe("the screen", () => {
    test.each([80, 40, 200])("of %d columns has no line that is wider", (width) => {
        for (const line of screenLines(seen, "https://192.168.88.1  10:11:12", width)) {
            expect([...line].length).toBeLessThanOrEqual(width);
        }
    });

    test("says rates, share, drops, connections and round trips", () => {
        const text = screenLines(seen, "https://192.168.88.1", 80).join("\n");
        expect(text).toMatch(/uploads to S3 +19\.90 Mbit\/s +[▁-█]{40}/);
        expect(text).toMatch(/share of uploads +95 % of 20\.90 Mbit\/s/);
        expect(text).toMatch(/dropped +3 packets .*310 in all; 45 kB wait/);
        expect(text).toMatch(/6 marked, 1 FastTracked/);
        expect(text).toMatch(/12\.1 ms, 95 % within 15\.3 ms/);
        expect(plainLine(seen)).toMatch(/^uploads 19\.90 Mbit\/s, other 1\.00 Mbit\/s, dropped 310, /);
    });

    test("is drawn over the one before, without clearing it first", () => {
        expect(frame(["a", "b"])).toBe("\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J");
        expect(frame(["a"])).not.toContain("\u001b[2J");
    });

    test("draws the newest values, the highest full", () => {
        expect(sparkline([0, 5, 10], 10, 2)).toBe("▅█");
    });
});

/** Brings a site up on the router and watches it. */
async function watching(router: Router, args: Partial<UploadShapingArgs>, use: (watch: Watch) => Promise<void>) {
    const site = { wanInterface: "ether5", ...args };
    const stage = await real(site, 20e6);
    const carrier = carrierOf(router, stage);
    expect(await perform(carrier, stage)).toBeUndefined();
    const client = new Client(readSettings((key) => carrier.config[key]));
    try {
        await use(new Watch(client, uploadSite(readShaping({ ...site, uplink: "20M" }).plan!)));
    } finally {
        client.close();
    }
}

/** Ten looks, each of one question, with traffic after each. */
async function tenLooks(router: Router, watch: Watch, traffic: () => void): Promise<Seen> {
    let last: Seen | undefined;
    for (let look = 0; look < 10; look += 1) {
        const before = router.log.length;
        last = await watch.look();
        expect(router.log.length - before).toBe(1);
        traffic();
    }
    return last!;
}

test("asks one thing of the router a look, and sees what passes", async () => {
    await withRouter({}, async (_call, router) => {
        await watching(router, {}, async (watch) => {
            const last = await tenLooks(router, watch, () => {
                router.traffic({ to: "52.95.130.5:443", upload: 100_000 });
            });
            expect(last.connections).toEqual({ marked: 1, fastTracked: 0 });
            expect(last.rates.at(-1)?.s3).toBeGreaterThan(0);
            router.addFault({ kind: "500", when: "before", at: 1, times: 9 });
            expect((await watch.look()).problem).toMatch(/queue\/tree/);
        });
    });
});

test("with profile join a look is made of several questions, one at a time", async () => {
    await withRouter({}, async (call, router) => {
        await call("PUT", "/queue/type", { name: "shaper", kind: "cake", "cake-diffserv": "diffserv4" });
        const queue = { name: "up", parent: "ether5", "packet-mark": "no-mark", queue: "shaper", "max-limit": "19M" };
        await call("PUT", "/queue/tree", queue);
        await watching(router, { profile: "join" }, async (watch) => {
            const last = await tenLooks(router, watch, () => {
                router.traffic({ to: "52.95.130.5:443", upload: 100_000 });
                router.traffic({ to: "198.51.100.7:443", upload: 30_000 });
            });
            const { s3 = 0, rest = 0 } = last.rates.at(-1) ?? {};
            expect(s3).toBeGreaterThan(rest);
            expect(rest).toBeGreaterThan(0);
            expect(screenLines(last, "", 80).join("\n")).toMatch(/dropped +not counted/);
            expect(watched(last, "now")).not.toHaveProperty("dropped");
        });
    });
});

describe("the page", () => {
    test("lets in once, by the address that was printed, and shows what is seen", async () => {
        const page = await startWatchPage();
        try {
            const origin = new URL(page.url).origin;
            expect((await fetch(origin)).status).toBe(403);
            expect((await fetch(`${origin}/?token=guessed`)).status).toBe(403);
            const entered = await fetch(page.url, { redirect: "manual" });
            const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
            expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"]);
            expect((await fetch(page.url)).status).toBe(403);
            const shown = await fetch(origin, { headers: { cookie } });
            expect(await shown.text()).toContain("new EventSource");
            expect(shown.headers.get("content-security-policy")).toMatch(/default-src 'none'/);
            page.show(seen);
            const events = await fetch(`${origin}/events`, { headers: { cookie } });
            const first = (await events.body!.getReader().read()) as { value?: Uint8Array };
            expect(
                JSON.parse(
                    Buffer.from(first.value ?? [])
                        .toString()
                        .slice("data: ".length),
                ),
            ).toEqual(seen);
            expect((await fetch(`${origin}/events`)).status).toBe(403);
        } finally {
            await page.close();
        }
    });
});
