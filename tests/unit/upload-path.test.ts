import { tune } from "../../providers/routeros/runtime/router/session";
import { start } from "../../router";
import type { Router } from "../../router/api";
import { diagnosed } from "../../testing/doctor";
import { siteOf } from "../../testing/path-model";
import { standing } from "../../testing/site";
import type { Stage } from "../../testing/stages";
import { carrierOf, real } from "../../testing/stages";
import type { Case } from "../field/case";
import { endOf, endsLast, leafOf, router as routerCase, tracesOf } from "../field/case";
import { allCases } from "../field/cases";

/*
 * The whole of it: the component's resources through the provider onto the embedded router, whose trace says where an
 * upload ends.
 */
const s3 = "52.95.132.33:443";
const quick = { patience: { retries: 2, shortest: 1, afterAnswer: 1, timeout: 5000 }, maximumAge: 30_000 };
let warnings: jest.SpyInstance<void, unknown[]>;

beforeEach(() => {
    tune(quick as never);
    warnings = jest.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

const said = (): string[] => [...new Set(warnings.mock.calls.map(([text]) => String(text)))];
/** Findings that were said, by code, each once. */
const codes = (): string[] => [
    ...new Set(said().flatMap((text) => /\[((?:path|shaper|parent|wan|join)\/[a-z-]+)\]$/.exec(text)?.[1] ?? [])),
];

function stageOf(args: Case["args"]): Promise<Stage> {
    const uplink = Number(String(args.uplink ?? "20M").replace("M", "e6"));
    return real({ ...args, uplink }, uplink);
}

async function up(router: Router, args: Case["args"]) {
    const stage = await stageOf(args);
    const carrier = carrierOf(router, stage);
    return { stage, carrier, outcome: await carrier.up(stage.declared) };
}

describe("after up, an upload ends where it should, and what was foreseen was said", () => {
    const tried = allCases.filter(({ refused }) => refused === undefined);
    test.each(tried.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        const router = await start({ rsc: one.rsc, ...(one.version ? { version: one.version } : {}) });
        try {
            const before = standing(router);
            const { carrier, stage, outcome } = await up(router, one.args);
            expect(outcome.error).toBeUndefined();
            expect(tracesOf(router, one).map(endOf)).toEqual(tracesOf(router, one).map(() => leafOf(one)));
            const expected = (one.findings ?? []).map((code) => code.replace("?", ""));
            const all = [...new Set([...expected, ...(one.also ?? [])])].sort();
            expect(
                codes()
                    .filter((code) => code !== "path/downloads")
                    .sort(),
            ).toEqual(all);
            const { findings } = await diagnosed(carrier, one.args);
            // The doctor sees the same in the site as it stands, and nothing of its own.
            const seen = findings.map(({ code }) => code);
            const ofUploads = seen.filter((code) => /^(path|way|rows|proof\/(?!no-upload)|list)/.test(code));
            expect([...new Set(ofUploads)].sort()).toEqual(all.filter((code) => code.startsWith("path/")));
            const again = await carrier.up(stage.declared);
            expect(again.error).toBeUndefined();
            expect(again.steps.filter(({ op }) => op !== "same")).toEqual([]);
            expect((await carrier.destroy()).error).toBeUndefined();
            expect(standing(router)).toEqual(before);
        } finally {
            await router.stop();
        }
    });
});

describe("what cannot be shaped is refused at preview, with what was meant, and nothing is written", () => {
    const refused = allCases.flatMap((one) => (one.refused ? [{ ...one, refused: one.refused }] : []));
    test.each(refused.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        const router = await start({ rsc: one.rsc });
        try {
            const stage = await stageOf(one.args);
            const { error } = await carrierOf(router, stage).preview(stage.declared);
            expect(error?.message).toContain(one.refused.code);
            expect(error?.message).toMatch(one.refused.names);
            expect(error?.message).not.toContain("\n");
            expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        } finally {
            await router.stop();
        }
    });
});

describe("a site that stands is judged anew where it is to go elsewhere, wider or by another profile", () => {
    const capped = withPorts("/queue/simple\nadd max-limit=30M/90M name=house target=bridge\n");
    const asked: Case["args"] = { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4"] };
    test.each<[string, Case["args"], string]>([
        ["to the LAN", { wanInterface: "bridge" }, "wan/lan"],
        ["to a port out of use", { wanInterface: "ether3" }, "wan/disabled"],
        ["wider than a queue that holds the house", { uplink: "50M" }, "shaper/holds-uploads"],
        ["into a CAKE that there is none of", { profile: "join" }, "join/none"],
    ])("%s: refused, and nothing is written", async (_name, change, code) => {
        const router = await start({ rsc: capped });
        try {
            const { carrier, outcome } = await up(router, asked);
            expect(outcome.error).toBeUndefined();
            const before = standing(router);
            const { declared } = await stageOf({ ...asked, ...change });
            for (const skipPreview of [false, true]) {
                expect((await carrier.up(declared, { skipPreview })).error?.message).toContain(
                    `${code} [preflight/path]`,
                );
                expect(standing(router)).toEqual(before);
            }
        } finally {
            await router.stop();
        }
    });

    test("a cap that came later is a warning, and stops no other change", async () => {
        const router = await start({ rsc: withPorts("") });
        try {
            const { carrier } = await up(router, asked);
            router.add("/queue/simple", { name: "house", target: "bridge", "max-limit": "10M/90M" });
            const { declared } = await stageOf({ ...asked, connectionMark: "mine" });
            expect((await carrier.up(declared)).error).toBeUndefined();
            expect(codes()).toContain("shaper/holds-uploads");
        } finally {
            await router.stop();
        }
    });
});

function withPorts(lines: string): string {
    return routerCase("", `/interface ethernet\nset ether3 disabled=yes\n${lines}`).rsc;
}

/** What the line says to do, done: on the router, or to the site's keys. */
function follow(router: Router, text: string, args: Case["args"]): Case["args"] | undefined {
    const rowOf = (menu: string, name: string): string =>
        router.rows(menu).find((row) => row["name"] === name)?.[".id"] ?? "";
    const wan = /Name (.+?)(?: or .+)? as the WAN\./.exec(text)?.[1];
    if (wan !== undefined) return { ...args, wanInterface: wan };
    const classes = /Set cake-diffserv=diffserv4 on queue type (\S+)\. /.exec(text)?.[1];
    if (classes !== undefined) {
        router.set("/queue/type", rowOf("/queue/type", classes), { "cake-diffserv": "diffserv4" });
        return args;
    }
    if (text.includes("Set profile to join")) return { ...args, profile: "join" };
    const hung = /queue "(.+?)" hangs on .*Hang it on (\S+)\. /.exec(text);
    if (hung) {
        router.set("/queue/tree", rowOf("/queue/tree", hung[1] ?? ""), { parent: hung[2] ?? "" });
        return args;
    }
    const washing = /Set `cake-wash=no`/.test(text) && /queue "(.+?)" clears/.exec(text)?.[1];
    if (washing) {
        const type = router
            .rows("/queue/simple")
            .find((row) => row["name"] === washing)
            ?.["queue"]?.split("/")[0];
        router.set("/queue/type", rowOf("/queue/type", type ?? ""), { "cake-wash": "no" });
        return args;
    }
    const uplink = /set uplink below (\d+)\./.exec(text)?.[1];
    if (uplink !== undefined) return { ...args, uplink: `${Math.floor(Number(uplink) / 1e6) - 1}M` };
    const width = /Set uplink to (\d+)\./.exec(text)?.[1];
    if (width !== undefined) return { ...args, uplink: width };
    const limit = /Set max-limit=(\d+) on queue (\S+)\. /.exec(text);
    if (limit) {
        router.set("/queue/tree", rowOf("/queue/tree", limit[2] ?? ""), { "max-limit": limit[1] ?? "" });
        return args;
    }
    if (text.includes("take `parentQueue` out")) {
        for (const queue of router.rows("/queue/tree"))
            router.set("/queue/tree", queue[".id"] ?? "", { disabled: "yes" });
        return { ...args, parentQueue: undefined };
    }
    if (text.includes("or use the profile `scavenger`")) {
        for (const queue of router.rows("/queue/tree"))
            router.set("/queue/tree", queue[".id"] ?? "", { disabled: "yes" });
        return { ...args, profile: "scavenger" };
    }
    if (text.includes("ownership/another-job")) {
        return { ...args, queueNames: { parent: "line", rest: "line-rest", s3: "line-s3" } };
    }
    if (text.includes("adopt it where it is the same tree")) return { ...args, profile: "seed-2018", adopt: true };
    return undefined;
}

describe("the way out that a refusal names ends with uploads last", () => {
    const refused = allCases.filter((one) => one.refused !== undefined);
    test.each(refused.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        const router = await start({ rsc: one.rsc });
        try {
            let args = one.args;
            // One refusal may come after another; each names what to do.
            for (let tries = 0; ; tries += 1) {
                expect(tries).toBeLessThan(3);
                const { outcome } = await up(router, args);
                if (!outcome.error) break;
                const next = follow(router, outcome.error.message, args);
                expect([outcome.error.message, next !== undefined]).toEqual([outcome.error.message, true]);
                args = next ?? args;
            }
            const site = siteOf(args);
            for (const traced of tracesOf(router, { ...one, args })) expect(endsLast(router, site, traced)).toBe(true);
        } finally {
            await router.stop();
        }
    });
});

test("a bypass that works stays ahead of a colleague's jump, and the chain behind it gets its own", async () => {
    const filter = "/ip/firewall/filter";
    const router = await start();
    try {
        const args = { wanInterface: "ether5", uplink: "20M", addressFamilies: ["ipv4" as const] };
        const { carrier, stage } = await up(router, args);
        const fast = { action: "fasttrack-connection", "connection-state": "established,related" };
        const defconf = router.rows(filter).find((row) => row["action"] === fast.action);
        router.move(
            filter,
            router.add(filter, { chain: "forward", action: "jump", "jump-target": "fast" }),
            defconf?.[".id"],
        );
        router.add(filter, { chain: "fast", ...fast });
        const leaves: (string | undefined)[] = [];
        const off = router.onRequest(({ when, method }) => {
            if (when === "after" && method !== "GET") leaves.push(router.trace({ to: s3 }).leaf);
        });
        const { error } = await carrier.up(stage.declared);
        off();
        expect(error).toBeUndefined();
        expect(leaves.length).toBeGreaterThan(0);
        expect(new Set(leaves)).toEqual(new Set(["upload-s3"]));
        const forward = router.rows(filter).filter(({ chain }) => chain === "forward");
        const at = (found: (row: Record<string, string>) => boolean): number => forward.findIndex(found);
        expect(at((row) => row["connection-mark"] === "s3-upload")).toBeLessThan(at((row) => row["action"] === "jump"));
        const own = router
            .rows(filter)
            .filter(({ chain }) => chain === "fast")
            .map(({ action }) => action);
        expect(own).toEqual(["accept", "fasttrack-connection"]);
    } finally {
        await router.stop();
    }
});

describe("the form of marking", () => {
    const mangle = "/ip/firewall/mangle";
    const args = { wanInterface: "ether5", uplink: "20M", addressFamilies: ["ipv4" as const] };
    const marksAll = {
        chain: "prerouting",
        action: "mark-connection",
        "new-connection-mark": "all",
        passthrough: "yes",
    };
    const forms = (carrier: Awaited<ReturnType<typeof up>>["carrier"]): unknown[] =>
        carrier.state.filter(({ kind }) => kind === "FirewallRules").map(({ inputs }) => inputs["marking"]);

    test("once recorded stays, whatever is found later: that is a warning that names the key", async () => {
        const router = await start();
        try {
            const { carrier, stage } = await up(router, args);
            expect(forms(carrier)).toEqual(["connection", "connection"]);
            router.add(mangle, { ...marksAll, "connection-mark": "no-mark" });
            warnings.mockClear();
            expect((await carrier.up(stage.declared)).steps.filter(({ op }) => op !== "same")).toEqual([]);
            expect(forms(carrier)).toEqual(["connection", "connection"]);
            expect(said().join("\n")).toMatch(
                /the mark all before ours.*Set marking to packet\. \[path\/connection-marked\]/,
            );
            // Following it is a change like any other, after which uploads end last again.
            const packet = await stageOf({ ...args, marking: "packet" });
            expect((await carrier.up(packet.declared)).error).toBeUndefined();
            expect(router.trace({ to: s3 }).leaf).toBe("upload-s3");
            expect(forms(carrier)).toEqual(["packet", "packet"]);
        } finally {
            await router.stop();
        }
    });

    test("is kept while the router cannot be reached", async () => {
        const router = await start();
        router.add(mangle, { ...marksAll, "connection-mark": "no-mark" });
        const { carrier, stage } = await up(router, args);
        expect(forms(carrier)).toEqual(["packet", "packet"]);
        await router.stop();
        const { error, steps } = await carrier.up(stage.declared);
        expect(error).toBeUndefined();
        expect(steps.filter(({ op }) => op !== "same")).toEqual([]);
        expect(forms(carrier)).toEqual(["packet", "packet"]);
    });
});

test("a program's own rules beside the site are no part of it, whatever their keys", async () => {
    const router = await start();
    try {
        const { carrier, stage } = await up(router, {
            wanInterface: "ether5",
            uplink: "20M",
            addressFamilies: ["ipv4"],
        });
        const rule = {
            chain: "prerouting",
            action: "mark-connection",
            newConnectionMark: "own",
            connectionMark: "no-mark",
        };
        const own = {
            kind: "FirewallRules" as const,
            name: "own",
            args: { table: "mangle", rules: [{ key: "connection", ...rule }] },
        };
        warnings.mockClear();
        expect((await carrier.up([...stage.declared, own])).error).toBeUndefined();
        warnings.mockClear();
        expect((await carrier.preview([...stage.declared, own])).error).toBeUndefined();
        expect(said().join("\n")).toMatch(/the mark own before ours.*\[path\/connection-marked\]/);
    } finally {
        await router.stop();
    }
});

test("an existing site whose WAN became one of the LAN says so, and stays as it is", async () => {
    const router = await start();
    try {
        const args = { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4" as const] };
        const { carrier, stage } = await up(router, args);
        router.add("/interface/bridge/port", { bridge: "bridge", interface: "ether1" });
        warnings.mockClear();
        const { error, steps } = await carrier.preview(stage.declared);
        expect(error).toBeUndefined();
        expect(steps.filter(({ op }) => op !== "same")).toEqual([]);
        expect(said().join("\n")).toMatch(/ether1 is a member of bridge\. Name ether5 as the WAN\. \[wan\/member\]/);
    } finally {
        await router.stop();
    }
});

test("everybody's downloads that lose FastTrack are said once, with the remedy, where they do", async () => {
    const router = await start();
    const told = async (args: Case["args"]): Promise<string[]> => {
        warnings.mockClear();
        const { outcome, carrier } = await up(router, { wanInterface: "ether5", ...args });
        expect(outcome.error).toBeUndefined();
        const found = said().filter((text) => text.includes("[path/downloads]"));
        warnings.mockClear();
        expect((await carrier.up((await stageOf({ wanInterface: "ether5", ...args })).declared)).error).toBeUndefined();
        expect(codes()).not.toContain("path/downloads");
        expect((await carrier.destroy()).error).toBeUndefined();
        return found;
    };
    try {
        expect(await told({})).toEqual([
            expect.stringMatching(/downloads from S3 in the region go without FastTrack, too.*sourceAddresses/),
        ]);
        expect(await told({ sourceAddresses: ["192.168.88.20"], addressFamilies: ["ipv4"] })).toEqual([]);
        const filter = "/ip/firewall/filter";
        for (const row of router.rows(filter))
            if (row["action"] === "fasttrack-connection" && row["dynamic"] !== "true")
                router.remove(filter, row[".id"] ?? "");
        expect(await told({})).toEqual([]);
    } finally {
        await router.stop();
    }
});
