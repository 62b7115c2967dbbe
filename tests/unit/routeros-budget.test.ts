import type { Router } from "../../router";
import { budgetOf, changedUp, crowdedRouter, foreignRows, sizes, windingPreview, writes } from "../../testing/budget";

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
            expect(writes(counts.add)).toBe(1);
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

test("a whole `up` of a changed site, preview and refreshes included, makes at most 40 requests", async () => {
    const { phases, missed } = await changedUp();
    expect(missed).toEqual([]);
    // Which device answers, and what the user may do there, is asked once a process.
    for (const phase of [phases.preview, phases.update]) {
        expect([phase.get("GET /system/resource"), phase.get("GET /user")]).toEqual([1, 1]);
    }
    expect(phases.update.get("PATCH /queue/tree")).toBeGreaterThan(0);
});

test("where the line is a dial-up over a VLAN over a bond, in both families, at most 12 reads more", async () => {
    const { reads, missed } = await windingPreview();
    expect(missed).toEqual([]);
    expect(reads).toBeGreaterThan(16);
});
