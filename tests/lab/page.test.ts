import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { Result } from "../../lab/metrics";
import { lineOf } from "../../lab/net/line";
import type { Played } from "../../lab/play";
import { type LabReport, textOf } from "../../lab/report";
import { executablePath, openBrowser } from "../web/browser";
import { build, root } from "./support";

jest.setTimeout(60_000);

const share: Result = {
    profile: "scavenger",
    uplink: 20e6,
    family: "ipv4",
    scenario: "alone",
    key: "share",
    title: "S3 alone, of max-limit",
    unit: "%",
    values: [95.2],
    value: 95.2,
    bound: { kind: "at least", value: 95 },
    met: true,
};
const outcome: Played = {
    line: lineOf(20e6),
    results: [
        share,
        { ...share, profile: "none", value: 99, met: undefined },
        {
            ...share,
            scenario: "other",
            key: "gives-way",
            title: "S3 gives way after",
            unit: "s",
            value: Infinity,
            values: [Infinity],
            bound: { kind: "at most", value: 1 },
            met: false,
        },
    ],
    charts: ["none", "scavenger"].map((profile) => ({
        profile,
        family: "ipv4",
        chart: {
            stride: 200,
            flows: [
                {
                    name: "S3",
                    values: Array.from({ length: 30 }, (_none, index) => (index > 10 && index < 20 ? 1e6 : 18e6)),
                },
                {
                    name: "other upload",
                    values: Array.from({ length: 30 }, (_none, index) => (index > 10 && index < 20 ? 17e6 : 0)),
                },
            ],
            events: [{ at: 2000, label: "other upload starts" }],
        },
    })),
    delays: [
        { profile: "scavenger", family: "ipv4", name: "beside S3", values: [0.3, 0.4, 0.5] },
        { profile: "none", family: "ipv4", name: "beside S3", values: [90, 95, 104] },
    ],
    references: {},
    standIns: [{ where: "/queue/tree upload-s3", router: "fq-codel, limit 10240", lab: "pfifo, limit 10240" }],
    notes: ['a rule <named> "so"'],
};
const report: LabReport = {
    ground: "namespaces",
    date: "2026-11-24T09:00:00.000Z",
    runs: 1,
    command: "npm run lab -- --quick",
    environment: [["kernel", "Linux"]],
    outcomes: [outcome],
};

let folder: string;
let page: string;
beforeAll(() => {
    build();
    folder = mkdtempSync(path.join(os.tmpdir(), "rs3-page-"));
    page = path.join(folder, "page.html");
    const saved = path.join(folder, "report.json");
    writeFileSync(saved, textOf(report));
    const made = spawnSync(
        process.execPath,
        [path.join(root, "bin/lab/main.js"), "--from", saved, "--out", page, "--pictures", folder],
        { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
    );
    // A bound is missed, so the run ends with 1, whatever the numbers come from.
    if (made.status !== 1) throw new Error(made.stdout + made.stderr);
    expect(made.stdout).toContain("scavenger, IPv4: S3 gives way after is never, promised at most 1.00 s");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("is one file that asks for nothing else", () => {
    const html = readFileSync(page, "utf8");
    expect(html.match(/<script|<link|<img|@import|url\((?!#)|https?:\/\/(?!www\.w3\.org)/g) ?? []).toEqual([]);
    for (const text of [
        "a rule &lt;named&gt; &quot;so&quot;",
        "upload-s3: pfifo, limit 10240 stands for fq-codel, limit 10240",
    ])
        expect(html.includes(text)).toBe(true);
});

it("calls a profile the same in every picture, one below the other", () => {
    const [throughput = "", latency = ""] = ["throughput.svg", "latency.svg"].map((name) =>
        readFileSync(path.join(folder, name), "utf8"),
    );
    for (const svg of [throughput, latency]) {
        expect(svg).toContain(">Router does nothing<");
        expect(svg).not.toContain(">none<");
        expect(Number(/<svg[^>]* width="(\d+)/.exec(svg)?.[1])).toBeLessThanOrEqual(480);
    }
});

it("makes pictures that bring their colours along", () => {
    for (const name of ["throughput.svg", "latency.svg"]) {
        const svg = readFileSync(path.join(folder, name), "utf8");
        expect(svg).toMatch(/^<svg[^>]*><style>.*--paper:.*prefers-color-scheme: dark/s);
        expect(svg).toContain(name === "latency.svg" ? "var(--ours)" : "var(--s3)");
    }
});

(executablePath ? describe : describe.skip)(
    `in Chromium${executablePath ? "" : " (skipped: apt-get install -y chromium)"}`,
    () => {
        let browser: Awaited<ReturnType<typeof openBrowser>>;
        beforeAll(async () => {
            browser = await openBrowser();
        });
        afterAll(() => browser.close());

        it.each([
            ["on a wide screen", 1200, "light"],
            ["on a phone, dark", 360, "dark"],
        ] as const)("reads well %s", async (_name, width, colorScheme) => {
            const tab = await browser.context.newPage();
            try {
                const requests: string[] = [];
                tab.on("request", (request) => requests.push(request.url()));
                await tab.setViewportSize({ width, height: 800 });
                await tab.emulateMedia({ colorScheme });
                await tab.goto(pathToFileURL(page).href);
                expect(requests).toEqual([pathToFileURL(page).href]);
                expect(await tab.locator("figure svg").count()).toBe(3);
                expect(await tab.locator(".verdict").innerText()).toBe("1 of 2 bounds are missed.");
                expect(await tab.locator("td.missed").innerText()).toBe("never ✗");
                // Nothing is wider than the screen but tables, which scroll for themselves.
                expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
                for (const figure of await tab.locator("figure svg").all()) {
                    const box = await figure.boundingBox();
                    expect(box!.width).toBeGreaterThan(280);
                    expect(box!.x + box!.width).toBeLessThanOrEqual(width);
                }
                const colours = await tab.evaluate<string[]>(
                    `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                  getComputedStyle(document.querySelector("figure svg text")).fill]`,
                );
                const bright = (colour: string): boolean =>
                    (colour.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) > 128);
                expect(colours.map(bright)).toEqual(
                    colorScheme === "light" ? [true, false, false] : [false, true, true],
                );
            } finally {
                await tab.close();
            }
        });
    },
);
