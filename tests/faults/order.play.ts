/**
 * Other people's traffic at every instant of building, changing and taking down, and after a stop at any of them: what
 * the router's state alone says, judged by rules of its own (testing/fail-open.ts).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { tune } from "../../providers/routeros/runtime/router/session";
import { type Router, start } from "../../router";
import { harm } from "../../testing/fail-open";
import { quietAndQuick } from "../../testing/quiet";
import { defaultAddresses } from "../../testing/site";
import { carrierOf, expectation, perform, plain, real, type Stage, tower, turnedTrees } from "../../testing/stages";

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
    "tree turned over": { from: () => tower("line", "share"), to: () => tower("share", "line") },
    "root hung under a new one": { from: () => tower("line", "share"), to: () => tower("new", "line") },
    "tree flattened": { from: () => tower("line", "share"), to: () => plain() },
    ...Object.fromEntries(
        turnedTrees.map(([from, to], index): [string, Walk] => [
            `three levels turned, ${index + 1}`,
            { from: () => from as Stage, to: () => to as Stage },
        ]),
    ),
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
    "scavenger's list and marks renamed": {
        from: () => real({ addressFamilies: ["ipv4"], listName: "one", connectionMark: "a" }, 20e6),
        to: () => real({ addressFamilies: ["ipv4"], listName: "two", connectionMark: "b" }, 20e6),
    },
    "scavenger's queues renamed": {
        from: () => real({}, 20e6),
        to: () => real({ queueNames: { parent: "line", rest: "line-rest", s3: "line-s3" } }, 20e6),
    },
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-order-"));
quietAndQuick();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Two neighbours' connections that have nothing to do with S3, one by each family. */
const strangers = ["192.0.2.80:443", "[2001:db8::80]:443"];
const verdicts = (router: Router): string[] =>
    strangers.flatMap((to) =>
        router.trace({ to }).packets.map(({ verdict, connectionMark }) => `${verdict} ${connectionMark ?? ""}`),
    );

/** Where a run is stopped; nothing of it is answered from there on. */
interface Stop {
    /** So many requests are answered. */
    answered: number;
    /** The router restarts after so many commands of the script in the next one; its last answer is lost with `Infinity`. */
    command?: number;
}

/** What is in the log of a whole run, as the places where it can be stopped. */
function stopsOf(log: Router["log"]): Stop[] {
    return log.flatMap(({ commands = 0 }, index): Stop[] => {
        const within = Array.from({ length: commands }, (_, at) => ({ answered: index, command: at + 1 }));
        // A script goes on alone where its engine is gone.
        const alone = commands > 0 ? [{ answered: index, command: Infinity }] : [];
        return [...(index === 0 ? [] : [{ answered: index }]), ...within, ...alone];
    });
}

function spoil(router: Router, { answered, command }: Stop): void {
    const next = answered + 1;
    if (command === Infinity) router.addFault({ kind: "drop", when: "after", at: next });
    else if (command !== undefined) router.addFault({ kind: "restart", command, at: next });
    const from = command === undefined ? next : next + 1;
    router.addFault({ kind: "drop", when: "before", at: from, times: 1e6 });
}

const said = ({ answered, command }: Stop): string =>
    `stopped after ${answered}${command === undefined ? "" : ` and ${command} commands`}`;

/** Walks from one stage to the other, whole and stopped everywhere. Returns what was wrong, and at how many places. */
async function played({ from: before, to: after }: Walk): Promise<{ found: string[]; stops: Stop[] }> {
    const from = await before?.();
    const to = await after?.();
    const expected = expectation(from, to);
    const stateFile = path.join(folder, "before.json");
    const found: string[] = [];

    fs.rmSync(stateFile, { force: true });
    const first = await start({ stateFile });
    const standing = carrierOf(first, from);
    const untouched = verdicts(first);
    try {
        if (from) expect(await perform(standing, from)).toBeUndefined();
    } finally {
        await first.stop();
    }

    /** Where a stop left router and stack, of those from which it was done again. */
    const recovered = new Set<string>();
    /** Runs to the end, or until it is stopped; then once more to the end. */
    const run = async (stop?: Stop): Promise<Stop[]> => {
        const now = path.join(folder, "now.json");
        fs.copyFileSync(stateFile, now);
        const router = await start({ stateFile: now });
        const carrier = carrierOf(router, to ?? from);
        carrier.state = structuredClone(standing.state);
        let phase = stop ? said(stop) : "whole";
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
            router.onCommand(({ index, command }) => judge(`${phase}, command ${command} of request ${index}`));
            if (stop) {
                spoil(router, stop);
                expect(await perform(carrier, to)).toBeInstanceOf(Error);
                judge(phase);
                const state = JSON.stringify([router.configuration(), carrier.state]);
                const known = state.replaceAll(router.url, "");
                if (recovered.has(known)) return [];
                recovered.add(known);
                router.clearFaults();
                router.clearLog();
                phase += ", again";
            }
            expect(await perform(carrier, to)).toBeUndefined();
            judge(`${phase}, in the end`);
            return stopsOf(router.log);
        } finally {
            await router.stop();
        }
    };

    const stops = await run();
    expect(stops.length).toBeGreaterThan(4);
    for (const stop of stops) await run(stop);
    return { found: [...new Set(found)], stops };
}

describe.each(Object.keys(walks))("%s", (name) => {
    it("harms nobody at any instant, nor when stopped there and done again", async () => {
        const { found, stops } = await played(walks[name] as Walk);
        expect(found).toEqual([]);
        expect(stops.filter(({ command }) => command !== undefined)).toEqual([]);
    }, 300_000);
});

/** The walks with the most writes of each kind. */
const byScripts = [
    "built",
    "taken down",
    "guarantee moved from S3 to the rest",
    "addresses changed",
    "WAN changed",
    "tree turned over",
    "everything changed",
    "scavenger built",
    "scavenger taken down",
    "scavenger's list and marks renamed",
];

describe.each(byScripts)("%s, by scripts", (name) => {
    const total = { requests: 0, commands: 0, alone: 0 };
    // Time stands still: how much a script holds goes by how quick the one before it was.
    beforeAll(() => tune({ scriptsFrom: 2, now: () => 0 }));
    afterAll(() => {
        tune({});
        const { requests, commands, alone } = total;
        process.stdout.write(
            `${name}, by scripts: stopped after ${requests} requests, ${commands} commands of scripts, and ${alone} scripts whose engine was gone\n`,
        );
    });

    it("harms nobody at any instant, nor when stopped there and done again", async () => {
        const { found, stops } = await played(walks[name] as Walk);
        expect(found).toEqual([]);
        for (const { command } of stops) {
            if (command === undefined) total.requests += 1;
            else if (command === Infinity) total.alone += 1;
            else total.commands += 1;
        }
        expect(total.commands).toBeGreaterThan(0);
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
