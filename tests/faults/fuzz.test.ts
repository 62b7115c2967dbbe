/**
 * Random wanted states, random edits by hand, random operations: after each the router's rows are judged by rules of
 * their own (`fuzz/judge.ts`). `FUZZ_CASES` says how many, `FUZZ_SEED` which: the same ones by default, so that a run of
 * all tests can be repeated; look for new ones with `FUZZ_CASES=10000 FUZZ_SEED=$RANDOM npm test -- tests/faults/fuzz`.
 */
import fc from "fast-check";

import { type Router, start } from "../../sandbox/router";
import { anyCase } from "./fuzz/case";
import { play } from "./fuzz/play";

const cases = Number(process.env["FUZZ_CASES"] ?? 2_000);
const seed = Number(process.env["FUZZ_SEED"] ?? 20_261_124);

const saved = { ...process.env };
let router: Router;
beforeAll(async () => {
    process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
    // The HTTP client looks at this for every request, and a test's copy of `process` works it out anew each time.
    Object.defineProperty(process, "allowedNodeEnvironmentFlags", { value: process.allowedNodeEnvironmentFlags });
    router = await start();
});
afterAll(async () => {
    process.env = saved;
    await router.stop();
});

it("whatever is wanted and whatever is done by hand, our rows stand as wanted and others' stay", async () => {
    const quiet = [
        jest.spyOn(process.stderr, "write").mockReturnValue(true),
        ...(["error", "warn", "log", "info"] as const).map((name) => jest.spyOn(console, name).mockReturnValue()),
    ];
    const began = process.cpuUsage();
    const property = fc.asyncProperty(anyCase, async (one) => {
        const harm = await play(router, one);
        if (harm.length > 0) throw new Error(harm.join("\n"));
    });
    const result = await fc.check(property, { numRuns: cases, seed, interruptAfterTimeLimit: 1_500_000 });
    for (const spy of quiet) spy.mockRestore();
    const held = result.failed ? result.numRuns - 1 : result.numRuns;
    const { user, system } = process.cpuUsage(began);
    const seconds = Math.round((user + system) / 1e6);
    process.stdout.write(`fuzz: ${result.numRuns} cases, seed ${seed}, ${held} held (${seconds} s of CPU)\n`);
    if (!result.failed) return;
    const shrunk = JSON.stringify(result.counterexample?.[0], undefined, 1);
    const again = `FUZZ_SEED=${seed}, path ${result.counterexamplePath ?? ""}`;
    throw new Error(`${String(result.errorInstance)}\n${again}\n${shrunk}`);
}, 1_800_000);
