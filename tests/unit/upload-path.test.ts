import { tune } from "../../providers/routeros/runtime/router/session";
import { start } from "../../router";
import type { Router } from "../../router/api";
import { carrierOf, real } from "../../testing/stages";
import type { Case } from "../field/cases";
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
const codes = (): string[] =>
    said()
        .flatMap((text) => /( \(undecided\))?\. .*\[((path|shaper|wan|join)\/[a-z-]+)\]$/.exec(text) ?? [])
        .filter((_, index) => index % 4 === 2);

async function up(router: Router, args: Case["args"]) {
    const uplink = Number(String(args.uplink ?? "20M").replace("M", "e6"));
    const stage = await real({ ...args, uplink }, uplink);
    const carrier = carrierOf(router, stage);
    return { stage, carrier, outcome: await carrier.up(stage.declared) };
}

describe("after up, an upload ends where it should, and what was foreseen was said", () => {
    test.each(allCases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        const router = await start({ rsc: one.rsc, ...(one.version ? { version: one.version } : {}) });
        try {
            const { carrier, stage, outcome } = await up(router, one.args);
            expect(outcome.error).toBeUndefined();
            const traced = router.trace({ to: s3, outInterface: one.args.wanInterface! });
            const leaf = one.leaf ?? one.args.queueNames?.s3 ?? "upload-s3";
            const undecided = one.findings?.some((code) => code.endsWith("?")) && !one.leaf;
            if (!undecided && traced.undecided.length === 0) expect(traced.leaf).toBe(leaf);
            const expected = new Set((one.findings ?? []).map((code) => code.replace("?", "")));
            expect(new Set(codes().filter((code) => code.startsWith("path/") && code !== "path/downloads"))).toEqual(
                expected,
            );
            const again = await carrier.up(stage.declared);
            expect(again.error).toBeUndefined();
            expect(again.steps.filter(({ op }) => op !== "same")).toEqual([]);
            expect((await carrier.destroy()).error).toBeUndefined();
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
