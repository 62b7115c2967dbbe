import { readFileSync } from "node:fs";
import path from "node:path";

import { type Archive, type Cost, costOf, costs, parseSize, partRequests } from "../../cli/cost/model";
import { ageText, parsePrices, priceRegions, regionPrices, unconfirmed } from "../../cli/cost/prices";
import { showCosts } from "../../cli/cost/view";
import type { RestorePlan } from "../../cli/restore/model";
import { restoreCost, tierProblem } from "../../cli/restore/model";
import { table } from "../../cli/table";
import { fc } from "../../testing/random";

const file = path.join(__dirname, "../../cli/cost/data/prices.json");
const prices = parsePrices(JSON.parse(readFileSync(file, "utf8")), file);
const MB = 1024 ** 2;
const GB = 1024 ** 3;
const photos: Archive = { bytes: 1024 * GB, files: 40_000, partBytes: 8 * MB, transitionDays: 0 };
const to4 = (value: number) => Math.round(value * 10_000) / 10_000;

/** Worked out by hand: 1,024 GB and, for each of 40,000 objects, 32 KB of the class and 8 KB of STANDARD. */
const overhead = (40_000 * 32) / 1024 / 1024;
const beside = ((40_000 * 8) / 1024 / 1024) * 0.023;

it.each<[Cost["storageClass"], number]>([
    ["STANDARD", 1024 * 0.023],
    ["GLACIER_IR", 1024 * 0.004],
    ["GLACIER", (1024 + overhead) * 0.0036 + beside],
    ["DEEP_ARCHIVE", (1024 + overhead) * 0.00099 + beside],
])("stores a terabyte of photos as %s for what its price and overhead come to", (name, month) => {
    expect(to4(costOf(photos, prices, name, "direct").month)).toBe(to4(month));
});

it("bills a direct upload at the class's price, its parts at STANDARD's, and no move", () => {
    const cost = costOf(photos, prices, "DEEP_ARCHIVE", "direct");
    expect(cost).toMatchObject({ puts: 2, moves: 0, waiting: 0 });
    expect(to4(cost.parts)).toBe(to4(((40_000 * 5) / 1000) * 0.005)); // 26.2 MB: four parts and the request that begins
});

it("bills a day-0 rule as STANDARD requests and one move an object", () => {
    const cost = costOf(photos, prices, "DEEP_ARCHIVE", "rule");
    expect(cost).toMatchObject({ puts: 0.2, moves: 2, waiting: 0 });
});

it("adds STANDARD storage for the days before the move", () => {
    const cost = costOf({ ...photos, transitionDays: 30 }, prices, "GLACIER", "rule");
    expect(to4(cost.waiting)).toBe(to4(1024 * 0.023));
    expect(to4(cost.year)).toBe(to4(cost.puts + cost.parts + cost.moves + cost.waiting + 11 * cost.month));
});

it("bills the minimum time whatever happens", () => {
    expect(to4(costOf(photos, prices, "GLACIER", "direct").least)).toBe(
        to4(costOf(photos, prices, "GLACIER", "direct").month * 3),
    );
    expect(to4(costOf(photos, prices, "DEEP_ARCHIVE", "direct").least)).toBe(
        to4(costOf(photos, prices, "DEEP_ARCHIVE", "direct").month * 6),
    );
    expect(costOf(photos, prices, "STANDARD", "direct").least).toBe(0);
});

it("leaves objects under 128 KB where they are when a rule would move them", () => {
    const small = { ...photos, bytes: 40_000 * 8 * 1024 };
    const rule = costOf(small, prices, "DEEP_ARCHIVE", "rule");
    expect(rule).toMatchObject({ left: true, moves: 0, minimumDays: 0 });
    expect(rule.month).toBe(costOf(small, prices, "STANDARD", "direct").month);
    expect(costOf(small, prices, "DEEP_ARCHIVE", "direct").month).toBeGreaterThan(rule.month);
});

it("bills an object of GLACIER_IR as 128 KB at least", () => {
    const small = { ...photos, files: 1_048_576, bytes: 1_048_576 * 1024 };
    expect(to4(costOf(small, prices, "GLACIER_IR", "direct").month)).toBe(to4(128 * 0.004));
});

it("counts parts as the aws command makes them", () => {
    expect(partRequests(8 * MB, 8 * MB)).toBe(0);
    expect(partRequests(8 * MB + 1, 8 * MB)).toBe(3);
    expect(partRequests(25 * MB, 8 * MB)).toBe(5);
});

it("has no cost below zero, and none that falls when there is more", () => {
    const archives = fc.record({
        files: fc.integer({ min: 1, max: 10_000_000 }),
        bytes: fc.integer({ min: 1, max: 2 ** 50 }),
        partBytes: fc.constant(8 * MB),
        transitionDays: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
        fc.property(archives, (archive) => {
            const more = costs({ ...archive, bytes: archive.bytes * 2, files: archive.files * 2 }, prices);
            costs(archive, prices).forEach((cost, index) => {
                const numbers = [
                    cost.puts,
                    cost.parts,
                    cost.moves,
                    cost.waiting,
                    cost.month,
                    cost.year,
                    cost.least,
                    cost.back,
                ];
                expect(numbers.every((number) => Number.isFinite(number) && number >= 0)).toBe(true);
                expect(more[index]?.year).toBeGreaterThanOrEqual(cost.year);
            });
        }),
    );
});

it.each<[string, number | undefined]>([
    ["1TB", 1024 ** 4],
    ["1 TiB", 1024 ** 4],
    ["630gb", 630 * GB],
    ["1.5G", 1.5 * GB],
    ["25MB", 25 * MB],
    ["8k", 8192],
    ["100", 100],
    ["", undefined],
    ["TB", undefined],
    ["-1TB", undefined],
    ["1XB", undefined],
    ["999999999PB", undefined],
])("reads the size %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
});

describe("what is printed", () => {
    const main = { archive: photos, costs: costs(photos, prices) };
    const text = showCosts({ main, chosen: "DEEP_ARCHIVE", prices });

    it("has every class both ways, and points out the chosen one", () => {
        expect(text).toMatch(/^ {3}STANDARD +stays/m);
        expect(text).toMatch(/^> {2}DEEP_ARCHIVE +direct +2\.00/m);
        expect(text).toMatch(/^> {2}DEEP_ARCHIVE +by rule +0\.20/m);
        expect(text).toMatch(/^ {3}GLACIER_IR +direct/m);
        expect(text).toContain("Uploading with --storage-class DEEP_ARCHIVE saves 0.20 USD");
    });

    it("names the prices' date, region and source, and says that they have to be checked", () => {
        expect(text).toContain(`${prices.region}, prices of ${prices.date}`);
        expect(text).toContain("third-party lists");
        expect(text).toContain("https://aws.amazon.com/s3/pricing/");
    });

    it("marks what rests on a price that no list confirms", () => {
        expect(text).toMatch(/GLACIER_IR +direct +0\.80\*/);
        expect(text).toMatch(/^\* rests on .*GLACIER_IR\.putPer1000/m);
        expect(text).not.toMatch(/DEEP_ARCHIVE +direct +2\.00\*/);
    });

    it("says what small files beside them cost", () => {
        const archive = { ...photos, bytes: 40_000 * 8 * 1024 };
        const both = showCosts({
            main,
            sidecars: { archive, costs: costs(archive, prices) },
            chosen: "DEEP_ARCHIVE",
            prices,
        });
        expect(both).toContain("40,000 small files of 8 KB");
        expect(both).toContain("uploaded as DEEP_ARCHIVE: 2.00 USD once");
    });
});

describe("getting it back", () => {
    const frozen = { GLACIER: { objects: 1000, bytes: 100 * GB }, DEEP_ARCHIVE: { objects: 0, bytes: 0 } };
    const plan = (change: Partial<RestorePlan> = {}): RestorePlan => ({
        frozen,
        all: { objects: 1100, bytes: 110 * GB },
        tier: "standard",
        days: 15,
        ...change,
    });

    it("costs its retrieval and requests by tier, the copies' storage and the way out of all", () => {
        const cost = restoreCost(plan(), prices, []);
        expect(to4(cost.retrieval)).toBe(100 * 0.01);
        expect(to4(cost.requests)).toBe(0.05);
        expect(to4(cost.copies)).toBe(to4(100 * 0.023 * 0.5));
        expect(to4(cost.out)).toBe(to4(110 * 0.09));
        expect(to4(cost.total)).toBe(to4(cost.retrieval + cost.requests + cost.copies + cost.out));
        expect(restoreCost(plan({ tier: "bulk" }), prices, []).retrieval).toBe(0);
        expect(to4(restoreCost(plan({ tier: "expedited" }), prices, []).requests)).toBe(10);
    });

    it("names the prices it rests on that are not confirmed, and those that are missing", () => {
        expect(restoreCost(plan(), prices, ["GLACIER.tiers.standard.perGb", "DEEP_ARCHIVE.putPer1000"]).marked).toEqual(
            ["GLACIER.tiers.standard.perGb"],
        );
        const bare = {
            ...prices,
            classes: { ...prices.classes, GLACIER: { ...prices.classes.GLACIER, tiers: undefined } },
        };
        expect(restoreCost(plan(), bare, []).marked).toEqual([
            "GLACIER.tiers.standard.perGb",
            "GLACIER.tiers.standard.per1000",
        ]);
    });

    it("is never expedited from DEEP_ARCHIVE", () => {
        const deep = { GLACIER: frozen.DEEP_ARCHIVE, DEEP_ARCHIVE: frozen.GLACIER };
        expect(tierProblem(plan({ tier: "expedited", frozen: deep }))).toMatch(/1000 of the objects .* no expedited/);
        expect(tierProblem(plan({ tier: "expedited" }))).toBeUndefined();
    });

    it("is told by `cost`, tier by tier, with the time each takes", () => {
        const text = showCosts({ main: { archive: photos, costs: costs(photos, prices) }, chosen: "GLACIER", prices });
        expect(text).toMatch(/^ {2}bulk +5 to 12 hours +[\d.]+\*? +retrieval 0\.00, copies [\d.]+, way out 92\.16$/m);
        expect(text).toMatch(/^ {2}expedited +1 to 5 minutes/m);
        const deep = showCosts({
            main: { archive: photos, costs: costs(photos, prices) },
            chosen: "DEEP_ARCHIVE",
            prices,
        });
        expect(deep).not.toMatch(/^ {2}expedited/m);
    });
});

describe("the price tables", () => {
    it.each(["us-east-1", "eu-central-1", "ap-southeast-2"])(
        "have one of %s, every figure with sources that are named",
        (region) => {
            expect(priceRegions).toContain(region);
            const table = regionPrices(region);
            expect(table.region).toBe(region);
            const named = new Set(
                JSON.stringify(table.classes)
                    .match(/"source":"[^"]+"/g)
                    ?.flatMap((text) => text.slice(10, -1).split(/,\s*/)),
            );
            for (const source of named) expect(table.sources).toHaveProperty(source);
        },
    );

    it("mark every figure that fewer than two sources confirm", () => {
        const marks = unconfirmed(prices);
        expect(marks).toContain("transferOutPerGb");
        expect(marks).toContain("GLACIER.tiers.standard.per1000");
        expect(marks).not.toContain("DEEP_ARCHIVE.storagePerGbMonth");
        const guessed = { ...prices, sources: { ...prices.sources, a: "assumed: not looked up" } };
        expect(unconfirmed(guessed)).toContain("GLACIER.storagePerGbMonth");
    });

    it("stand in with us-east-1 for a region that has none, and tell their age", () => {
        expect(regionPrices("mars-1").region).toBe("us-east-1");
        const on = (date: string) => ageText({ ...prices, date: "2026-01-01" }, new Date(date));
        expect(on("2026-01-01T12:00:00Z")).toBe("of today");
        expect(on("2026-01-02T12:00:00Z")).toBe("1 day old");
        expect(on("2026-06-01T00:00:00Z")).toMatch(/^151 days old: AWS may have changed them since$/);
    });
});

it("refuses a price table with a number missing, and names it", () => {
    const broken = JSON.parse(readFileSync(file, "utf8")) as { classes: Record<string, object> };
    broken.classes["GLACIER"] = { ...broken.classes["GLACIER"], storagePerGbMonth: undefined };
    expect(() => parsePrices(broken, "mine.json")).toThrow(/mine\.json.*classes\.GLACIER\.storagePerGbMonth/);
});

it("sets numbers to the right, and marks in a column of their own", () => {
    expect(
        table(
            ["a", "n"],
            [
                ["x", "1.00"],
                ["yy", "10.00*"],
                ["z", 3],
            ],
            "",
        ),
    ).toBe(["a        n", "x    1.00", "yy  10.00*", "z       3"].join("\n"));
});
