/**
 * Other people's traffic at every instant of building, changing and taking down, and after a stop at any of them: what
 * the router's state alone says, judged by rules of its own (tests/support/fail-open.ts).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import type * as components from "../../components";
import type { UploadShapingArgs } from "../../components/upload-shaping";
import { type Router, type Row, start } from "../../sandbox/router";
import { graphOf, kinds } from "../graph/support";
import { Carrier, type Declared } from "../support/carrier";
import { type Expectation, harm } from "../support/fail-open";
import { quietAndQuick } from "../support/quiet";
import { defaultAddresses, site, type SiteOptions } from "../support/site";

interface Stage {
    declared: Declared[];
    /** `project/stack` of the program. */
    stack: string;
    /** Of this stage alone; while one becomes the other, the smaller of two counts. */
    wan: string;
    guarantee: number;
    ceiling: number;
}

/** A site of the test's own, with numbers a person can follow. */
function plain(options: SiteOptions = {}, guarantee = 18e6, ceiling = 19e6): Stage {
    return { declared: site(options), stack: "site/test", wan: options.wan ?? "ether1", guarantee, ceiling };
}

/**
 * What the component declares under the profile `scavenger`, whose promises are 95 % of 95 % of the uplink. Rates are
 * rounded down to whole kbit/s, so these uplinks are chosen to need none of that.
 */
async function real(args: Partial<UploadShapingArgs>, uplink: number): Promise<Stage> {
    const { registrations } = await graphOf(() => {
        const { UploadShaping } = jest.requireActual<typeof components>("../../components");
        const prefixes = { ipv4: defaultAddresses, ipv6: ["2a05:d07a:8000::/40"] };
        new UploadShaping("nas", { wanInterface: "ether1", uplink, prefixes, ...args });
        return Promise.resolve();
    });
    const types = Object.entries({
        AddressList: kinds.addressList,
        FirewallRules: kinds.firewallRules,
        QueueTree: kinds.queueTree,
        QueueType: kinds.queueType,
    } as const);
    const declared = registrations.flatMap(({ type, name, inputs }): Declared[] => {
        const kind = types.find(([, known]) => known === type)?.[0] as Declared["kind"] | undefined;
        const given = Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null);
        return kind ? [{ kind, name, args: Object.fromEntries(given) }] : [];
    });
    const ceiling = uplink * 0.95;
    return {
        declared,
        stack: "routeros-s3/home",
        wan: args.wanInterface ?? "ether1",
        guarantee: ceiling * 0.95,
        ceiling,
    };
}

/** From one stage to the next; none before the first and after the last. */
interface Walk {
    from?: () => Stage | Promise<Stage>;
    to?: () => Stage | Promise<Stage>;
}

const walks: Record<string, Walk> = {
    built: { to: () => plain() },
    "taken down": { from: () => plain() },
    "uplink raised": {
        from: () => plain(),
        to: () => plain({ maxLimit: "40M", restLimitAt: "38M", s3LimitAt: "400k" }, 38e6, 40e6),
    },
    "uplink lowered": {
        from: () => plain(),
        to: () => plain({ maxLimit: "8M", restLimitAt: "7600k", s3LimitAt: "80k" }, 7.6e6, 8e6),
    },
    "guarantee moved from S3 to the rest": {
        from: () => plain({ restLimitAt: "15M", s3LimitAt: "4M" }, 15e6),
        to: () => plain({ restLimitAt: "18900k", s3LimitAt: "100k" }, 18.9e6),
    },
    "guarantee moved from the rest to S3": {
        from: () => plain({ restLimitAt: "18900k", s3LimitAt: "100k" }, 18.9e6),
        to: () => plain({ restLimitAt: "15M", s3LimitAt: "4M" }, 15e6),
    },
    "mark renamed": { from: () => plain(), to: () => plain({ mark: "bulk" }) },
    "addresses changed": {
        from: () => plain(),
        to: () => plain({ addresses: ["3.5.164.0/22", ...defaultAddresses.slice(2)], addresses6: ["2600:9000::/28"] }),
    },
    "WAN changed": { from: () => plain(), to: () => plain({ wan: "ether2" }) },
    "everything changed": {
        from: () => plain(),
        to: () =>
            plain(
                {
                    wan: "ether2",
                    mark: "bulk",
                    maxLimit: "8M",
                    restLimitAt: "7600k",
                    s3LimitAt: "80k",
                    addresses: ["3.5.164.0/22"],
                },
                7.6e6,
                8e6,
            ),
    },
    "scavenger built": { to: () => real({}, 20e6) },
    "scavenger taken down": { from: () => real({}, 20e6) },
    "scavenger's uplink raised": { from: () => real({}, 20e6), to: () => real({}, 50e6) },
    "scavenger's uplink lowered": { from: () => real({}, 20e6), to: () => real({}, 8e6) },
    "scavenger's leaves of another type": { from: () => real({}, 20e6), to: () => real({ leafQueue: "cake" }, 20e6) },
    "scavenger switched off": { from: () => real({}, 20e6), to: () => real({ shaping: "off" }, 20e6) },
    "scavenger switched on": { from: () => real({ shaping: "off" }, 20e6), to: () => real({}, 20e6) },
    "scavenger's queues renamed": {
        from: () => real({}, 20e6),
        to: () => real({ queueNames: { parent: "line", rest: "line-rest", s3: "line-s3" } }, 20e6),
    },
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-order-"));
quietAndQuick();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function carrierOf(router: Router, stage: Stage | undefined): Carrier {
    const [project, stack] = (stage?.stack ?? "site/test").split("/");
    return new Carrier({ url: router.url, project, stack });
}

/** What must hold while one stage becomes the other. */
function expectation(...stages: (Stage | undefined)[]): Expectation {
    const known = stages.filter((stage) => stage !== undefined);
    return {
        wan: known.map(({ wan }) => wan),
        guarantee: Math.min(...known.map(({ guarantee }) => guarantee)),
        ceiling: Math.min(...known.map(({ ceiling }) => ceiling)),
    };
}

/** Two neighbours' connections that have nothing to do with S3, one by each family. */
const strangers = ["192.0.2.80:443", "[2001:db8::80]:443"];
const verdicts = (router: Router): string[] =>
    strangers.flatMap((to) =>
        router.trace({ to }).packets.map(({ verdict, connectionMark }) => `${verdict} ${connectionMark ?? ""}`),
    );

async function perform(carrier: Carrier, to: Stage | undefined): Promise<Error | undefined> {
    const { error } = to ? await carrier.up(to.declared, { skipPreview: true }) : await carrier.destroy();
    return error;
}

describe.each(Object.keys(walks))("%s", (name) => {
    it("harms nobody at any instant, nor when stopped there and done again", async () => {
        const walk = walks[name] as Walk;
        const from = await walk.from?.();
        const to = await walk.to?.();
        const expected = expectation(from, to);
        const stateFile = path.join(folder, "before.json");
        const found: string[] = [];

        fs.rmSync(stateFile, { force: true });
        const first = await start({ stateFile });
        const before = carrierOf(first, from);
        const untouched = verdicts(first);
        try {
            if (from) expect(await perform(before, from)).toBeUndefined();
        } finally {
            await first.stop();
        }

        /** Where a stop left router and stack, of those from which it was done again. */
        const recovered = new Set<string>();
        /** Runs to the end, or until the router stops answering after so many requests; then once more to the end. */
        const run = async (answered: number): Promise<number> => {
            const now = path.join(folder, "now.json");
            fs.copyFileSync(stateFile, now);
            const router = await start({ stateFile: now });
            const carrier = carrierOf(router, to ?? from);
            carrier.state = structuredClone(before.state);
            let phase = `stopped after ${answered}`;
            const judge = (when: string): void => {
                const seen = verdicts(router);
                if (String(seen) !== String(untouched)) found.push(`${when}: strangers meet ${seen.join(", ")}`);
                found.push(...harm(router, expected).map((what) => `${when}: ${what}`));
            };
            try {
                router.onRequest(({ index, method, path: at, when }) => {
                    // A read changes nothing.
                    if (when === "after" && method !== "GET") judge(`${phase}, request ${index} ${method} ${at}`);
                });
                if (Number.isFinite(answered)) {
                    router.addFault({ kind: "drop", when: "before", at: answered + 1, times: 1e6 });
                    expect(await perform(carrier, to)).toBeInstanceOf(Error);
                    judge(phase);
                    const state = JSON.stringify([router.configuration(), carrier.state]);
                    const known = state.replaceAll(router.url, "");
                    if (recovered.has(known)) return answered;
                    recovered.add(known);
                    router.clearFaults();
                    router.clearLog();
                    phase += ", again";
                }
                expect(await perform(carrier, to)).toBeUndefined();
                judge(`${phase}, in the end`);
                return router.log.length;
            } finally {
                await router.stop();
            }
        };

        const requests = await run(Infinity);
        expect(requests).toBeGreaterThan(4);
        for (let answered = 1; answered < requests; answered += 1) await run(answered);
        expect([...new Set(found)]).toEqual([]);
    }, 300_000);
});

describe("the bypass of FastTrack", () => {
    it("lets a drop rule for new connections behind it drop them still", async () => {
        const router = await start();
        try {
            for (const family of ["/ip", "/ipv6"]) {
                router.add(`${family}/firewall/filter`, {
                    chain: "forward",
                    action: "drop",
                    "connection-state": "new",
                });
            }
            const states = (to: string, established: boolean): string[] =>
                router.trace({ to, established }).packets.map(({ state, verdict }) => `${state} ${verdict}`);
            const uploads = ["52.95.132.33:443", "[2a05:d07a:8000::33]:443"];
            const before = uploads.map((to) => states(to, false));
            expect(before).toEqual([["new drop"], ["new drop"]]);

            const stage = await real({}, 20e6);
            expect(await perform(carrierOf(router, stage), stage)).toBeUndefined();
            const bypass = router
                .rows("/ip/firewall/filter")
                .filter((row) => (row["comment"] ?? "").includes("[pulumi:"));
            expect(bypass).toHaveLength(1);
            expect(uploads.map((to) => states(to, false))).toEqual(before);
            expect(strangers.map((to) => states(to, false))).toEqual(before);
            // What stood already goes on, and FastTrack does not take it any more.
            const running = router.trace({ to: uploads[0] as string, established: true, connectionMark: "s3-upload" });
            expect(running.packets.map(({ verdict }) => verdict)).not.toContain("drop");
            expect(running.fastTracked).toBe(false);
        } finally {
            await router.stop();
        }
    });
});

describe("the judge", () => {
    const settled = async (): Promise<{ rows: Record<string, Row[]>; expected: Expectation }> => {
        const router = await start();
        try {
            const stage = plain();
            expect(await perform(carrierOf(router, stage), stage)).toBeUndefined();
            const menus = [
                "/queue/tree",
                ...["/ip", "/ipv6"].flatMap((family) =>
                    ["address-list", "mangle", "filter"].map((menu) => `${family}/firewall/${menu}`),
                ),
            ];
            return {
                rows: Object.fromEntries(menus.map((menu) => [menu, router.rows(menu)])),
                expected: expectation(stage),
            };
        } finally {
            await router.stop();
        }
    };
    const queue = (rows: Record<string, Row[]>, name: string): Row =>
        rows["/queue/tree"]?.find((row) => row["name"] === name) ?? {};
    const rule = (rows: Record<string, Row[]>, menu: string, action: string): Row =>
        rows[menu]?.find((row) => row["action"] === action && (row["comment"] ?? "").includes("[pulumi:")) ?? {};

    const crimes: Record<string, (rows: Record<string, Row[]>) => unknown> = {
        "no leaf for the rest": (rows) => (queue(rows, "uplink-rest")["disabled"] = "true"),
        "a guarantee too small": (rows) => (queue(rows, "uplink-rest")["limit-at"] = "17999999"),
        "a ceiling on the rest": (rows) => (queue(rows, "uplink-rest")["max-limit"] = "18000000"),
        "S3 served as early": (rows) => (queue(rows, "uplink-s3")["priority"] = "1"),
        "more promised than there is": (rows) => (queue(rows, "uplink-s3")["limit-at"] = "1000001"),
        "a parent lowered first": (rows) => (queue(rows, "uplink")["max-limit"] = "18000000"),
        "another interface": (rows) => (queue(rows, "uplink")["parent"] = "ether5"),
        "a mark without a leaf": (rows) => (queue(rows, "uplink-s3")["packet-mark"] = "other"),
        "a bypass for everybody": (rows) => delete rule(rows, "/ip/firewall/filter", "accept")["connection-mark"],
        "a bypass for new connections": (rows) =>
            (rule(rows, "/ip/firewall/filter", "accept")["connection-state"] = "established,new"),
        "a rule that drops": (rows) => (rule(rows, "/ip/firewall/filter", "accept")["action"] = "drop"),
        "marks for everybody": (rows) =>
            delete rule(rows, "/ip/firewall/mangle", "mark-connection")["dst-address-list"],
        "packets of everybody": (rows) =>
            (rule(rows, "/ip/firewall/mangle", "mark-packet")["connection-mark"] = "no-mark"),
        "an end to what comes behind": (rows) =>
            (rule(rows, "/ip/firewall/mangle", "mark-packet")["passthrough"] = "false"),
    };

    it.each(Object.keys(crimes))("sees %s", async (crime) => {
        const { rows, expected } = await settled();
        const seen = () => harm({ rows: (menu) => rows[menu] ?? [] }, expected);
        expect(seen()).toEqual([]);
        crimes[crime]?.(rows);
        expect(seen()).not.toEqual([]);
    });
});
