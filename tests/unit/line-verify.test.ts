import { execFileSync } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import path from "node:path";

import { ratesOf } from "../../line/counters";
import { wireShare } from "../../line/findings/rate";
import { givingWay, judge, shareOf } from "../../line/findings/yielding";
import type { Rates, Verification } from "../../line/output";
import type { RunningLoad } from "../../line/probes/load";
import { startLoad } from "../../line/probes/load";
import type { Sender } from "../../line/verify";
import { verify } from "../../line/verify";
import { verificationFigures, verificationSentence } from "../../line/views/verification";
import { forget } from "../../providers/routeros/runtime/lifecycles";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import type { Router } from "../../router";
import { siteOfCarrier } from "../../testing/doctor";
import type { Call } from "../../testing/embedded-router";
import { withRouter } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";
import { carrierOf, real } from "../../testing/stages";
import { build, root } from "../lab/support";

quietAndQuick();
beforeAll(build);

/** A second each: what the leaf for uploads carried, and other traffic, Mbit/s. */
const seconds = (...pairs: [number, number][]): Rates[] =>
    pairs.map(([s3, rest], index) => ({
        at: (index + 1) * 1000,
        s3: s3 * 1e6,
        rest: rest * 1e6,
        dropped: 0,
        queued: 0,
    }));

describe("whether an upload gave way", () => {
    const alone = { from: 0, to: 4000 };
    const load = { from: 4000, to: 10_000 };
    const after = { from: 10_000, to: 14_000 };
    const before: [number, number][] = Array<[number, number]>(4).fill([18, 0]);

    test("is told with how fast, and how fast it was back", () => {
        const rates = seconds(
            ...before,
            [12, 6],
            [1, 17],
            [0.5, 18],
            [0.5, 18],
            [0.5, 18],
            [0.5, 18],
            [6, 2],
            [17, 0],
            [18, 0],
            [18, 0],
        );
        expect(givingWay(rates, alone, load, after)).toEqual({
            before: 18e6,
            beside: 0.5e6,
            after: 18e6,
            load: 18e6,
            gaveWayIn: 2,
            cameBackIn: 2,
        });
    });

    test("is no where it went on as before, and it never came back where it stayed away", () => {
        const kept = seconds(
            ...before,
            ...Array<[number, number]>(6).fill([17.5, 12]),
            ...Array<[number, number]>(4).fill([1, 0]),
        );
        const giving = givingWay(kept, alone, load, after);
        expect(giving.gaveWayIn).toBeUndefined();
        expect(giving.cameBackIn).toBeUndefined();
        expect(judge({ sent: 1e7, leaf: 1.1e7 }, giving, true, []).verdict).toBe("not-shaped");
        expect(judge({ sent: 1e7, leaf: 1.1e7 }, giving, false, []).verdict).toBe("shaped");
    });
});

describe("the share that went through the leaf", () => {
    test("is of what was sent with the headers of its packets, and never more than all", () => {
        expect(shareOf({ sent: 1e6, leaf: 1e6 * wireShare })).toBeCloseTo(1);
        expect(shareOf({ sent: 1e6, leaf: 0.5e6 * wireShare })).toBeCloseTo(0.5);
        expect(shareOf({ sent: 1e6, leaf: 5e6 })).toBe(1);
        expect(shareOf({ sent: 0, leaf: 5e6 })).toBe(0);
    });

    test.each<[string, number, number, Verification["verdict"]]>([
        ["too little to tell", 100_000, 100_000, "undecided"],
        ["most of it", 1e7, 1e7, "shaped"],
        ["half of it", 1e7, 0.5e7, "not-shaped"],
    ])("decides: %s", (_name, sent, leaf, verdict) => {
        expect(judge({ sent, leaf }, undefined, false, []).verdict).toBe(verdict);
    });
});

test("counters that begin anew are told as nothing sent", () => {
    const look = (at: number, bytes: number) => {
        const leaf = { bytes, dropped: 0, queued: 0 };
        return { at, s3: leaf, rest: leaf };
    };
    expect(ratesOf([look(0, 5000), look(1000, 7000), look(2000, 0)]).map(({ s3 }) => s3)).toEqual([16_000, 0]);
});

const s3 = "52.95.130.5:443";
const elsewhere = "198.51.100.7:443";

/** Runs it at a router, with traffic as `each` look brings it about. */
async function verified(
    args: object,
    each: (router: Router, line: string) => void,
    load = true,
    prepare: (call: Call) => Promise<unknown> = () => Promise.resolve(),
): Promise<Verification> {
    let found: Verification | undefined;
    const given = { wanInterface: "ether5", uplink: 20e6, addressFamilies: ["ipv4" as const], ...args };
    const stage = await real(given, 20e6);
    await withRouter({}, async (call, router) => {
        await prepare(call);
        const carrier = carrierOf(router, stage);
        const { error } = await carrier.up(stage.declared, { skipPreview: true });
        if (error) throw error;
        const discarded: string[] = [];
        const parts: { bytes: number }[] = [];
        const sender: Sender = {
            parts,
            retries: 1,
            widen: () => undefined,
            check: () => undefined,
            finish: () => Promise.resolve(),
            discard: () => Promise.resolve(void discarded.push("discarded")),
        };
        try {
            found = await verify({
                settings: readSettings((key) => carrier.config[key]),
                site: { ...siteOfCarrier(carrier, given) },
                start: () => Promise.resolve(sender),
                connections: 1,
                ...(load && { load: () => Promise.resolve({ check: () => undefined, stop: () => undefined }) }),
                targets: {},
                seconds: 0.5,
                pace: 10,
                say: (line) => {
                    const phase = line.split(":")[0] ?? "";
                    if (/^(upload|beside|after)$/.test(phase)) {
                        const bytes = phase === "beside" ? 20_000 : 500_000;
                        router.traffic({ to: s3, upload: bytes });
                        parts.push({ bytes: bytes / wireShare });
                    }
                    each(router, line);
                },
            });
            expect(discarded).toEqual(["discarded"]);
        } finally {
            forget();
        }
    });
    return found!;
}

/** By plain Node: Vega is no CommonJS. */
function pageOf(found: Verification): string {
    const code = `require(${JSON.stringify(path.join(root, "bin/line/views/verification-page.js"))})
        .verificationPage(JSON.parse(require("node:fs").readFileSync(0, "utf8")), "2026-01-01 10:00")
        .then((page) => process.stdout.write(page));`;
    return execFileSync(process.execPath, ["-e", code], { input: JSON.stringify(found), encoding: "utf8" });
}

const besideLoad = (router: Router, line: string): void => {
    if (line.startsWith("beside")) router.traffic({ to: elsewhere, upload: 500_000 });
};

/** Another load from the moment it is asked for to the moment it is to end. */
function asAsked(): typeof besideLoad {
    let on = false;
    return (router, line) => {
        if (/^(start another|end the other) upload/.test(line)) on = line.startsWith("start");
        if (on) router.traffic({ to: elsewhere, upload: 500_000 });
    };
}

test.each([
    ["it makes", true, besideLoad],
    ["a person makes when asked", false, asAsked()],
])("an upload through its leaf that gives way to a load that %s is proved", async (_name, own, each) => {
    const found = await verified({}, each, own);
    expect(verificationSentence(found)).toMatch(
        /^shaped: (99|100) % of .* MB went through .*gave way from .* and was back/,
    );
    expect(found.share).toBeGreaterThan(0.95);
    expect(found.marked).toBeGreaterThan(0.95 * found.carried);
    expect(found.retries).toBe(1);
    expect(found.phases.map(({ phase }) => phase)).toEqual(["idle", "upload", "beside", "after"]);
    const page = pageOf(found);
    expect(page).toContain(`<h1>${verificationSentence(found).slice(0, 30)}`);
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/<script|<link|src=|@import|url\((?!["']?#)/);
    for (const [what] of verificationFigures(found)) expect(page).toContain(what);
});

/** A CAKE with classes on the line, for `profile: join`. */
async function shaper(call: Call): Promise<void> {
    await call("PUT", "/queue/type", { name: "shaper", kind: "cake", "cake-diffserv": "diffserv4" });
    const queue = { name: "up", parent: "ether5", "packet-mark": "no-mark", queue: "shaper", "max-limit": "19M" };
    await call("PUT", "/queue/tree", queue);
}

test("with profile join, uploads are told by the DSCP that our rules gave, and drops are not", async () => {
    const found = await verified({ profile: "join" }, besideLoad, true, shaper);
    expect(verificationSentence(found)).toMatch(
        /^shaped: (9\d|100) % of .* MB had the class that CAKE serves last; it gave way from/,
    );
    expect(found.rates.some(({ s3, rest }) => s3 > 0 && rest > 0)).toBe(true);
    expect(found.dropped).toBeUndefined();
    expect(Object.fromEntries(verificationFigures(found))["packets dropped in the leaf"]).toMatch(/^not counted/);
});

test("a load that nobody takes, or whose connections the other end closes, is said with what to run there", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const taken = once(server, "connection");
    const load = await startLoad({ host: "127.0.0.1", port });
    await taken;
    while (!closed(load)) await new Promise((resolve) => setImmediate(resolve));
    expect(() => load.check()).toThrow(/closed the load's connections.*nc -lk/);
    load.stop();
    server.close();
    await once(server, "close");
    await expect(startLoad({ host: "127.0.0.1", port })).rejects.toThrow(
        /nobody takes a load at .*ECONNREFUSED.*nc -lk/,
    );
});

function closed(load: RunningLoad): boolean {
    try {
        load.check();
        return false;
    } catch {
        return true;
    }
}

test("an upload that FastTrack takes past its leaf is named with that reason", async () => {
    const found = await verified({ fastTrack: "leave" }, besideLoad);
    expect(verificationSentence(found)).toMatch(/^not shaped, because FastTrack: \d % of /);
    expect(found.verdict).toBe("not-shaped");
});
