/**
 * Every request of every operation of a whole site, spoiled in every way: what comes after must be as if nothing had
 * happened. The engine's part is played by the carrier; tests/engine takes a sample through the real one.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { tune } from "../../providers/routeros/runtime/router/session";
import { type Fault, type Router, start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { letIn, watchDoor } from "../../testing/let-in";
import { quietAndQuick } from "../../testing/quiet";
import { defaultAddresses, site, type SiteOptions, standing } from "../../testing/site";

const before: SiteOptions = {};
const after: SiteOptions = {
    addresses: [...defaultAddresses.slice(1), "3.5.164.0/22", "16.12.74.0/24"],
    maxLimit: "10M",
    restLimitAt: "9500k",
    s3LimitAt: "100k",
    mark: "bulk",
};

/** What a site declares, and a block of filter rules that keeps others out: narrower at once with its accepts, or wider. */
function declared(options: SiteOptions): Declared[] {
    const narrow = options === after;
    const rules = ["input", "forward"].flatMap((chain) => {
        const rule = (key: string, action: string, more: object) => ({
            key: `${chain}-${key}`,
            chain,
            action,
            ...more,
        });
        const admin = rule("admin", "accept", { srcAddress: narrow ? "192.168.88.10" : "192.168.88.0/24" });
        const established = rule("established", "accept", { connectionState: "established,related" });
        const drop = rule("drop", "drop", narrow ? { protocol: "tcp" } : {});
        return narrow && chain === "forward" ? [established, admin, drop] : [admin, established, drop];
    });
    return [
        ...site(options),
        { kind: "FirewallRules", name: "door", args: { table: "filter", position: "first", rules } },
    ];
}

/** With `gone`, no request after it is answered either, until the run has ended. */
type Spoiling = Fault & { gone?: boolean };

const spoilt: Spoiling[] = [
    { kind: "drop", when: "before" },
    { kind: "drop", when: "after" },
    { kind: "reset", when: "after" },
    { kind: "500", when: "before" },
    { kind: "500", when: "after" },
    { kind: "401", when: "before" },
    { kind: "cut-body", when: "after" },
    { kind: "hang", when: "before" },
    { kind: "hang", when: "after" },
    { kind: "foreign-answer", when: "before" },
    { kind: "foreign-answer", when: "after" },
    { kind: "restart", when: "before" },
    { kind: "restart", when: "after" },
    { kind: "drop", when: "after", gone: true },
];

interface Operation {
    /** What stands before it, undefined for nothing. */
    from?: SiteOptions;
    /** What a colleague did meanwhile. */
    byHand?: (router: Router) => void;
    run: (carrier: Carrier) => Promise<unknown>;
    /** What must stand in the end, undefined for nothing of ours. */
    to?: SiteOptions;
}

const operations: Record<string, Operation> = {
    create: { run: (carrier) => carrier.up(declared(before), { skipPreview: true }), to: before },
    update: { from: before, run: (carrier) => carrier.up(declared(after), { skipPreview: true }), to: after },
    refresh: {
        from: before,
        byHand: (router) => {
            const list = router
                .rows("/ip/firewall/address-list")
                .find((row) => (row["comment"] ?? "").includes("[pulumi:"));
            const queue = router.rows("/queue/tree").find((row) => row["name"] === "uplink-s3");
            router.remove("/ip/firewall/address-list", list?.[".id"] ?? "");
            router.set("/queue/tree", queue?.[".id"] ?? "", { priority: "3" });
        },
        run: (carrier) => carrier.refresh(),
        to: before,
    },
    destroy: { from: before, run: (carrier) => carrier.destroy() },
};

quietAndQuick();

/** A router as its owner left it, with rows of others in every menu that is touched. */
async function inhabited(stateFile: string): Promise<Router> {
    const router = await start({ password: "secret", stateFile });
    router.add("/ip/firewall/address-list", { list: "AmazonS3", address: "192.0.2.1", comment: "by hand" });
    router.add("/ip/firewall/address-list", { list: "friends", address: "52.95.128.0/21" });
    router.add("/ipv6/firewall/address-list", { list: "AmazonS3", address: "2001:db8::/64" });
    router.add("/ip/firewall/mangle", {
        chain: "forward",
        action: "change-mss",
        protocol: "tcp",
        "tcp-flags": "syn",
        "new-mss": "clamp-to-pmtu",
    });
    router.add("/queue/tree", { name: "downloads", parent: "bridge", "max-limit": "90M" });
    return router;
}

/** The moment before an operation: the router's state in a file, the stack's in memory. */
interface Moment {
    operation: Operation;
    stateFile: string;
    state: Carrier["state"];
    /** What stood before anything of ours did. */
    untouched: unknown;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-sweep-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

async function momentBefore(name: string): Promise<Moment> {
    const operation = operations[name] as Operation;
    const stateFile = path.join(folder, `${name}.json`);
    fs.rmSync(stateFile, { force: true });
    const router = await inhabited(stateFile);
    try {
        const untouched = standing(router);
        const carrier = carrierOf(router);
        if (operation.from) await must(carrier.up(declared(operation.from)));
        operation.byHand?.(router);
        return { operation, stateFile, state: carrier.state, untouched };
    } finally {
        await router.stop();
    }
}

const carrierOf = (router: Router): Carrier =>
    new Carrier({ url: router.url, password: "secret", config: { "routeros:timeoutSeconds": "0.15" } });

async function relive(moment: Moment): Promise<{ router: Router; carrier: Carrier }> {
    const stateFile = path.join(folder, "now.json");
    fs.copyFileSync(moment.stateFile, stateFile);
    const router = await start({ password: "secret", stateFile });
    const carrier = carrierOf(router);
    carrier.state = structuredClone(moment.state);
    return { router, carrier };
}

async function must(outcome: Promise<{ error?: Error }>): Promise<void> {
    const { error } = await outcome;
    if (error) throw error;
}

interface Expected {
    standing: unknown;
    /** Who is let in. */
    letIn: Set<string>;
}

/** What an undisturbed run leaves, and how many commands of a script each of its requests carries out. */
async function undisturbed(moment: Moment): Promise<Expected & { commands: number[] }> {
    const { router, carrier } = await relive(moment);
    try {
        await moment.operation.run(carrier);
        const commands = router.log.map((entry) => entry.commands ?? 0);
        if (moment.operation.to) await must(carrier.up(declared(moment.operation.to), { skipPreview: true }));
        return { commands, standing: standing(router), letIn: letIn(router) };
    } finally {
        await router.stop();
    }
}

/** Spoils one request; returns what is wrong afterwards. What was mended from the same state before is `known`. */
async function recovers(
    moment: Moment,
    at: number,
    { gone, ...fault }: Spoiling,
    expected: Expected,
    known: Map<string, string | undefined>,
): Promise<string | undefined> {
    const { router, carrier } = await relive(moment);
    const door = watchDoor(router);
    try {
        router.addFault({ ...fault, at });
        if (gone) router.addFault({ kind: "drop", at: at + 1, times: 1e6 });
        await moment.operation.run(carrier);
        router.clearFaults();
        router.release();
        const keptOut = door.harm(expected.letIn)[0];
        if (keptOut !== undefined) return keptOut;
        const left = remains(router, carrier);
        if (!known.has(left)) known.set(left, await mended(moment, router, carrier, expected));
        return known.get(left);
    } finally {
        await router.stop();
    }
}

const menus = [
    "/queue/type",
    "/queue/tree",
    ...["/ip", "/ipv6"].flatMap((family) =>
        ["address-list", "mangle", "filter"].map((menu) => `${family}/firewall/${menu}`),
    ),
];

/** All that the next run has to go by: the router's rows with their ids, and the stack's state. */
function remains(router: Router, carrier: Carrier): string {
    const rows = menus.map((menu) => router.rows(menu).map((row) => ({ ...row, "creation-time": "" })));
    return JSON.stringify([rows, standing(router), carrier.state]).replaceAll(router.url, "");
}

/** The next run, and the end of it all; returns what is wrong. */
async function mended(
    { operation: { to }, untouched }: Moment,
    router: Router,
    carrier: Carrier,
    expected: Expected,
): Promise<string | undefined> {
    if (to) {
        const wanted = declared(to);
        const door = watchDoor(router);
        const { error } = await carrier.up(wanted, { skipPreview: true });
        if (error) return `the next up fails: ${error.message}`;
        const [keptOut] = door.harm();
        if (keptOut !== undefined) return `the next up: ${keptOut}`;
        door.stop();
        const now = standing(router);
        if (!same(now, expected.standing)) return `other rows stand: ${difference(now, expected.standing)}`;
        const { steps, error: late } = await carrier.preview(wanted);
        const changes = steps.filter(({ op }) => op !== "same");
        if (late) return `the preview after that fails: ${late.message}`;
        if (changes.length > 0) return `not settled: ${JSON.stringify(changes)}`;
    }
    const door = watchDoor(router);
    const { error } = await carrier.destroy({ refresh: to === undefined });
    if (error) return `destroy fails: ${error.message}`;
    const [keptOut] = door.harm();
    if (keptOut !== undefined) return `destroy: ${keptOut}`;
    return same(standing(router), untouched) ? undefined : `left behind: ${difference(standing(router), untouched)}`;
}

function same(a: unknown, b: unknown): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
}

function difference(found: unknown, expected: unknown): string {
    const lines = (value: unknown) => JSON.stringify(value, undefined, 0).split(/(?=\{)/);
    const known = new Set(lines(expected));
    const now = new Set(lines(found));
    return [
        ...[...now].filter((line) => !known.has(line)).map((line) => `+${line}`),
        ...[...known].filter((line) => !now.has(line)).map((line) => `-${line}`),
    ].join(" ");
}

/** By scripts, requests that are none are spoilt by these alone: the others meet them without scripts. */
const besideScripts: Spoiling[] = [
    { kind: "drop", when: "after" },
    { kind: "foreign-answer", when: "after" },
    { kind: "restart", when: "before" },
];

/** The router restarts after each command of a script, or ends it there with an error. */
const withinScript = (commands: number): Spoiling[] =>
    Array.from({ length: commands }, (_, at) => at + 1).flatMap((command): Spoiling[] => [
        { kind: "restart", command },
        { kind: "500", command },
    ]);

/** What is done to the request that comes as number `at`. */
type Choice = (commands: number) => readonly Spoiling[];

/** By scripts time stands still: how much a script holds goes by how quick the one before it was. */
const ways: Record<string, { scriptsFrom?: number; now?: () => number; choice: Choice }> = {
    "one by one": { choice: () => spoilt },
    "by scripts": {
        scriptsFrom: 2,
        now: () => 0,
        choice: (commands) => (commands > 0 ? [...spoilt, ...withinScript(commands)] : besideScripts),
    },
};

describe.each(Object.entries(ways))("faults, rows written %s,", (way, { choice, ...tuning }) => {
    const total = { swept: 0, converged: 0 };
    beforeAll(() => tune(tuning));
    afterAll(() => {
        tune({});
        process.stdout.write(`faults in total, ${way}: ${total.swept} swept, ${total.converged} converged\n`);
    });

    it.each(Object.keys(operations))(
        "of %s are mended by the next run, whichever request they hit",
        async (name) => {
            const moment = await momentBefore(name);
            const { commands, ...expected } = await undisturbed(moment);
            expect(commands.length).toBeGreaterThan(4);
            const failures: string[] = [];
            const known = new Map<string, string | undefined>();
            let swept = 0;
            for (const [index, count] of commands.entries()) {
                for (const fault of choice(count)) {
                    swept += 1;
                    const failure = await recovers(moment, index + 1, fault, expected, known);
                    if (failure !== undefined)
                        failures.push(`request ${index + 1}, ${JSON.stringify(fault)}: ${failure}`);
                }
            }
            const converged = swept - failures.length;
            total.swept += swept;
            total.converged += converged;
            process.stdout.write(
                `faults of ${name}, ${way}: ${commands.length} requests, ${known.size} states left; ${swept} swept, ${converged} converged\n`,
            );
            expect(failures).toEqual([]);
        },
        900_000,
    );
});
