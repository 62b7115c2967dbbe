import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { chooseSites, problemsOf } from "../../cli/sites/choose";
import { besides, checkOf, newsOf, openLast, readLast, writeLast } from "../../cli/sites/last";
import type { SiteResult } from "../../cli/sites/result";
import { emptyResult, take } from "../../cli/sites/result";
import type { Project, SiteFile } from "../../cli/sites/site-files";
import { inStages, parallelFor } from "../../cli/sites/stages";
import { reportPage, resultTable, summaryLine, unfinished } from "../../cli/sites/view";

const named = (...names: string[]) => names.map((name) => ({ name }));

describe("the choice of sites", () => {
    const all = named("office", "branch-02", "branch-01", "branch-10");
    const chosen = (choice: Parameters<typeof chooseSites>[1]) => chooseSites(all, choice).map(({ name }) => name);

    it("is all of them by name, those of a pattern, or all but some", () => {
        expect(chosen({})).toEqual(["branch-01", "branch-02", "branch-10", "office"]);
        expect(chosen({ only: ["branch-*"], except: ["*-1*"] })).toEqual(["branch-01", "branch-02"]);
        expect(chosen({ except: ["branch-*"] })).toEqual(["office"]);
    });

    it("takes a dot in a pattern for a dot", () => {
        expect(() => chosen({ only: ["branch.0*"] })).toThrow(
            "no site is called branch.0*; there are office, branch-02, branch-01, branch-10",
        );
    });

    it("is shared out by shards: each site in one of them", () => {
        const shards = ["1/3", "2/3", "3/3"].map((shard) => chosen({ shard }));
        expect(shards.flat().sort()).toEqual(chosen({}));
        expect(shards.map((shard) => shard.length)).toEqual([2, 1, 1]);
    });

    it.each(["0/3", "4/3", "1", "a/b", "1/0"])("refuses the shard %s", (shard) =>
        expect(() => chosen({ shard })).toThrow(/--shard .* is none: it is written k\/n/),
    );
});

describe("what is wrong with sites", () => {
    const site = (name: string, change: Partial<SiteFile> = {}): SiteFile => ({
        name,
        config: {
            "aws:region": "eu-west-1",
            "routeros:url": `https://${name}.example`,
            "routeros-s3:wanInterface": "ether1",
            "routeros-s3:uplink": "20M",
        },
        secrets: ["routeros:password"],
        ...change,
    });
    const problems = (sites: SiteFile[], environment: Record<string, string> = {}, hasPasswordCommand = false) => {
        const project: Project = { name: "routeros-s3", hasSiteKeys: true, shared: {}, sites };
        return Object.fromEntries(problemsOf(project, sites, { environment, hasPasswordCommand }));
    };

    it("is nothing where everything is there", () => expect(problems([site("a"), site("b")])).toEqual({}));

    it("is a file that cannot be read, or that says nothing", () => {
        const found = problems([site("a", { problem: "Pulumi.a.yaml cannot be read: bad indentation" }), site("b")]);
        expect(found).toEqual({ a: ["Pulumi.a.yaml cannot be read: bad indentation"] });
    });

    it("is two sites with one router and the same interface, at both; another interface is another line", () => {
        const url = { "routeros:url": "https://10.0.0.1" };
        const twins = [
            site("a", { config: { ...site("a").config, ...url } }),
            site("b", { config: { ...site("b").config, "routeros:url": "https://10.0.0.1/" } }),
            site("c", { config: { ...site("c").config, ...url, "routeros-s3:wanInterface": "ether2" } }),
        ];
        expect(problems(twins)).toEqual({
            a: [expect.stringMatching(/^has the router and the interface of b \(https:\/\/10.0.0.1, ether1\)/)],
            b: [expect.stringMatching(/^has the router and the interface of a/)],
        });
    });

    it("is a password that is missing for five of forty, unless a variable or a command gives it", () => {
        const forty = Array.from({ length: 40 }, (_, index) =>
            site(`s${index}`, index % 8 === 0 ? { secrets: [] } : {}),
        );
        const found = problems(forty);
        expect(Object.keys(found)).toEqual(["s0", "s8", "s16", "s24", "s32"]);
        expect(found["s8"]).toEqual([
            "routeros:password is not set; `pulumi config set --secret routeros:password -s s8`, ROUTEROS_PASSWORD, or --password-command",
        ]);
        expect(problems(forty, { ROUTEROS_PASSWORD: "x" })).toEqual({});
        expect(problems(forty, {}, true)).toEqual({});
    });

    it("is every mistake of a site's keys", () => {
        const bad = site("a", { config: { ...site("a").config, "routeros-s3:uplink": "fast", "aws:region": "" } });
        expect(problems([bad])).toEqual({
            a: [expect.stringMatching(/^aws:region is not set/), expect.stringMatching(/uplink holds "fast"/)],
        });
    });

    it("is an address in the environment, which would send every site to one router", () => {
        const environment = { ROUTEROS_URL: "https://10.0.0.1" };
        expect(() => problems([site("a"), site("b")], environment)).toThrow(/ROUTEROS_URL is set.*unset it/);
        expect(problems([site("a")], environment)).toEqual({});
    });
});

describe("stages", () => {
    const done = (site: string): SiteResult => ({ ...emptyResult(site, "done"), seconds: 1 });
    const failed = (site: string): SiteResult => emptyResult(site, "failed");
    const run = async (
        failing: string[],
        stages: Partial<Parameters<typeof inStages>[2]> = {},
        names = ["a", "b", "c", "d", "e"],
    ) => {
        const begun: string[] = [];
        const at = { now: 0, most: 0 };
        const { signal } = new AbortController();
        const results = await inStages(
            named(...names),
            async ({ name }) => {
                begun.push(name);
                at.most = Math.max(at.most, (at.now += 1));
                await Promise.resolve();
                at.now -= 1;
                return failing.includes(name) ? failed(name) : done(name);
            },
            { parallel: 1, signal, ...stages },
        );
        return { begun, most: at.most, outcomes: results.map(({ outcome }) => outcome) };
    };

    it("run so many at a time, and one site's failure stops nobody else", async () => {
        const { most, outcomes } = await run(["b"], { parallel: 2 });
        expect(most).toBe(2);
        expect(outcomes).toEqual(["done", "failed", "done", "done", "done"]);
    });

    it("let the canary go first, and begin nothing when it fails", async () => {
        expect((await run([], { canary: "c" })).begun).toEqual(["c", "a", "b", "d", "e"]);
        const { begun, outcomes } = await run(["c"], { canary: "c", parallel: 5 });
        expect(begun).toEqual(["c"]);
        expect(outcomes).toEqual(["left", "left", "failed", "left", "left"]);
    });

    it("begin nothing else when too many have failed", async () => {
        expect((await run(["a", "b"], { maxFailures: 1 })).begun).toEqual(["a", "b"]);
        expect((await run(["a"], { maxFailures: 0 })).begun).toEqual(["a"]);
        expect((await run(["a"], { batch: 2, parallel: 2, maxFailures: 0 })).begun).toEqual(["a", "b"]);
    });

    it("begin nothing else once they are interrupted", async () => {
        const controller = new AbortController();
        const results = await inStages(
            named("a", "b"),
            ({ name }) => {
                controller.abort();
                return Promise.resolve(done(name));
            },
            { parallel: 1, signal: controller.signal },
        );
        expect(results.map(({ outcome }) => outcome)).toEqual(["done", "left"]);
    });

    it("take as many at a time as cores and memory bear", () => {
        expect([parallelFor(2, 64_000), parallelFor(16, 4_000), parallelFor(8, 100)]).toEqual([4, 4, 1]);
    });
});

describe("what happened at a site", () => {
    const step = (op: string, name: string, diffs: string[] = [], type = "pulumi-nodejs:dynamic/routeros:QueueTree") =>
        ({
            resourcePreEvent: { metadata: { op, urn: `urn:pulumi:s::p::${type}::${name}`, type, diffs } },
        }) as EngineEvent;
    const said = (severity: string, message: string, urn = "") =>
        ({ diagnosticEvent: { severity, message, urn, color: "never" } }) as EngineEvent;

    it("is counted by kind and named with what differs; Pulumi's own resources are not counted", () => {
        const result = emptyResult("a", "changes");
        for (const event of [
            step("update", "queues", ["queues", "disabled"]),
            step("create", "list"),
            step("same", "marks"),
            step("create", "nas", [], "routeros-s3:index:UploadShaping"),
            step("create", "stack", [], "pulumi:pulumi:Stack"),
        ])
            take(result, event, "plan");
        expect(result.changes).toEqual({ update: 1, create: 1 });
        expect(result.differences).toEqual(["update queues (disabled; queues)", "create list"]);
    });

    it("is told in the doctor's words: what a row held and will hold, and what comes and goes", () => {
        const result = emptyResult("a", "changes");
        const inputs = (maxLimit: string, ...names: string[]) => ({
            inputs: { queues: names.map((name) => ({ name, maxLimit })), requires: [maxLimit], __provider: maxLimit },
        });
        const event = step("update", "queues");
        Object.assign(event.resourcePreEvent?.metadata ?? {}, {
            old: inputs("1M", "nas", "x"),
            new: inputs("2M", "nas"),
        });
        take(result, event, "plan");
        expect(result.differences).toEqual(["update queues (queues: without x; nas maxLimit 1M → 2M)"]);
    });

    it("has its warnings as findings, and its first error on one line", () => {
        const result = emptyResult("a", "failed");
        take(result, said("warning", "<{%reset%}>warning: one\n  and two<{%reset%}>\n"), "plan");
        take(result, said("error", "Preview failed: connection/refused, as at list", "urn:x::queues"), "plan");
        take(
            result,
            said(
                "error",
                "<{%reset%}>Preview failed: 1 error occurred:\n\t* no answer [connection/refused]\n\n",
                "urn:x::list",
            ),
            "plan",
        );
        take(result, said("error", "preview failed"), "plan");
        expect(result.findings).toEqual(["one and two"]);
        expect(result.error).toBe("list: no answer [connection/refused]");
    });
});

describe("the view", () => {
    const results: SiteResult[] = [
        { ...emptyResult("a", "changes"), changes: { update: 2 }, seconds: 3 },
        { ...emptyResult("b", "same"), seconds: 2 },
        { ...emptyResult("c<i>", "partly"), changes: { create: 1 }, seconds: 1, error: "it <b>broke</b>" },
        emptyResult("d", "left"),
    ];

    it("sums the sites up, and names those that are half done with what goes on", () => {
        expect(summaryLine(results)).toBe("4 sites: 1 with changes (2 update), 1 without, 1 half done, 1 not begun");
        expect(unfinished("up", results)).toEqual([
            "c<i> is half done; `routeros-s3 sites up --only c<i>` goes on from there",
            "d is not begun; `routeros-s3 sites up --only d` goes on from there",
        ]);
        expect(resultTable(results).split("\n")).toHaveLength(5);
    });

    it("makes a page in which nothing that a router said is markup", () => {
        const page = reportPage("sites up", new Date(0), results);
        expect(page).toContain("c&lt;i&gt;");
        expect(page).toContain("it &lt;b&gt;broke&lt;/b&gt;");
        expect(page).not.toMatch(/<script|<b>/);
    });
});

describe("the last check", () => {
    const at = new Date("2026-11-25T08:00:00Z");
    const found = (outcome: SiteResult["outcome"], ...differences: string[]): SiteResult => ({
        ...emptyResult("a", outcome),
        differences,
    });

    it("is compared by line: only what is new or gone is named", () => {
        const first = checkOf(found("changes", "update queues (queues)"), at, undefined);
        expect(newsOf("a", first, undefined)).toEqual(["a: new: update queues (queues)"]);
        expect(newsOf("a", checkOf(found("changes", "update queues (queues)"), at, first), first)).toEqual([]);
        expect(newsOf("a", checkOf(found("same"), at, first), first)).toEqual(["a: gone: update queues (queues)"]);
    });

    it("names once what both preview and doctor see, and all that the doctor alone sees", () => {
        const findings = [
            "rows/changed: nas-queues: queues: nas maxLimit 19M → 1M",
            "path/fasttrack: FastTrack takes it",
        ];
        expect(besides(["update nas-queues (queues: nas maxLimit 1M → 19M)"], findings)).toEqual(findings.slice(1));
        expect(besides([], findings)).toEqual(findings);
    });

    it("keeps what was known of a site that cannot be looked at", () => {
        const first = checkOf(found("changes", "update queues (queues)"), at, undefined);
        const away = checkOf(found("failed"), at, first);
        expect(away).toMatchObject({ state: "unknown", lines: first.lines });
        expect(newsOf("a", away, first)).toEqual(["a: new: it could not be looked at"]);
        expect(newsOf("a", away, away)).toEqual([]);
        expect(newsOf("a", first, away)).toEqual(["a: gone: it could not be looked at"]);
    });

    it("is written and read back, and another file is refused and left as it is", async () => {
        const folder = await mkdtemp(path.join(tmpdir(), "sites-"));
        try {
            const file = path.join(folder, "deep", "last.json");
            expect(await openLast(file)).toEqual({});
            expect(await readdir(path.dirname(file))).toEqual(["last.json"]);
            const checks = { a: checkOf(found("same"), at, undefined) };
            await writeLast(file, checks);
            expect(await readLast(file)).toEqual(checks);
            await writeFile(file, '{"a":1}');
            await expect(readLast(file)).rejects.toThrow(`${file} is no record of checks`);
            expect(await readFile(file, "utf8")).toBe('{"a":1}');
            await expect(openLast(file)).rejects.toThrow(`${file} is no record of checks`);
            for (const wrong of [folder, `${file}/last.json`, path.join(folder, "no", "such", "last.json")])
                await expect(openLast(wrong)).rejects.toThrow(/^--last .* cannot be (read|written): .*; name another/);
        } finally {
            await rm(folder, { recursive: true });
        }
    });
});
