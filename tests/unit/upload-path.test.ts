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
            if (!undecided) expect(traced.leaf).toBe(leaf);
            const expected = new Set((one.findings ?? []).map((code) => code.replace("?", "")));
            expect(new Set(codes().filter((code) => code.startsWith("path/") && code !== "path/downloads"))).toEqual(expected);
            const again = await carrier.up(stage.declared);
            expect(again.error).toBeUndefined();
            expect(again.steps.filter(({ op }) => op !== "same")).toEqual([]);
            expect((await carrier.destroy()).error).toBeUndefined();
        } finally {
            await router.stop();
        }
    });
});
