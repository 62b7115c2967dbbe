import type { Router } from "../../router";
import {
    all,
    articleSite,
    budgetOf,
    changedUp,
    crowdedRouter,
    foreignRows,
    sizes,
    windingPreview,
    writes,
} from "../../testing/budget";

let router: Router;
let warnings: jest.SpyInstance;
let progress: jest.SpyInstance;

beforeAll(async () => {
    warnings = jest.spyOn(console, "warn").mockReturnValue();
    progress = jest.spyOn(console, "log").mockReturnValue();
    router = await crowdedRouter();
});
afterAll(async () => {
    warnings.mockRestore();
    progress.mockRestore();
    await router.stop();
});

const nothing = { create: [], preview: [], add: [], comments: [], destroy: [] };

describe(`a site of N prefixes beside ${foreignRows} foreign rows`, () => {
    test.each(sizes)(
        "N = %i",
        async (count) => {
            const { counts, missed } = await budgetOf(router, count);
            expect(missed).toEqual(nothing);
            expect([all(counts.add), writes(counts.add)]).toEqual([12, 1]);
            expect(counts.preview.GET).toBeGreaterThan(0);
        },
        240_000,
    );

    test("N = 50, without scripts", async () => {
        const { counts, missed } = await budgetOf(router, 50, "never");
        expect(missed).toEqual(nothing);
        expect(writes(counts.create)).toBeGreaterThanOrEqual(50);
        expect(writes(counts.destroy)).toBeGreaterThanOrEqual(50);
        expect(counts.create.POST).toBe(0);
    }, 240_000);
});

test("a whole `up` of a changed site, preview and refreshes included, makes at most 33 requests", async () => {
    const { phases, missed } = await changedUp();
    expect(missed).toEqual([]);
    // Which device answers is asked once a process; what only has to be said is asked for by the preview alone.
    const asked = ["GET /system/resource", "GET /user", "GET /ip/firewall/raw", "GET /ip/route", "GET /queue/simple"];
    expect(asked.map((name) => phases.preview.get(name))).toEqual([1, 1, 1, 1, 1]);
    expect(asked.map((name) => phases.update.get(name))).toEqual([1, undefined, undefined, undefined, undefined]);
    expect(phases.update.get("PATCH /queue/tree")).toBeGreaterThan(0);
});

test("the article's site, of IPv4 alone, is made in 29 requests, and a prefix more takes 9", async () => {
    const { phases, missed } = await articleSite();
    expect(missed).toEqual([]);
    const looks = ["GET /queue/tree", "GET /ip/firewall/filter"].map((name) => phases.created.get(name));
    // Before the first write, right before the tree is put in use, and afterwards; where a rule stands that was placed.
    expect(looks).toEqual([4, 2]);
});

test("where the line is a dial-up over a VLAN over a bond, in both families, at most 12 reads more", async () => {
    const { reads, missed } = await windingPreview();
    expect(missed).toEqual([]);
    expect(reads).toBeGreaterThan(16);
});
