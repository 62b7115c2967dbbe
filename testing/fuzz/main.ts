/**
 * Plays cases and prints what came of it: `node bin/testing/fuzz/main.js CASES SEED [SCRIPTS_FROM]`, the last the number of
 * operations from which scripts are used. A program of its own, because
 * the same code takes a third less time outside a test's copy of the globals. Ends with 1 where a case did not hold; that
 * case follows, as small as it could be made.
 */
import fc from "fast-check";

import { tune } from "../../providers/routeros/runtime/router/session";
import { start } from "../../router";
import { anyCase } from "./arbitrary";
import { play } from "./play";

async function main(cases: number, seed: number, scriptsFrom?: number): Promise<void> {
    process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
    // What the provider says on the way belongs to nobody here.
    process.stderr.write = () => true;
    for (const name of ["error", "warn", "log", "info"] as const) console[name] = () => undefined;

    if (scriptsFrom !== undefined) tune({ scriptsFrom });
    const router = await start();
    try {
        const property = fc.asyncProperty(anyCase, async (one) => {
            const harm = await play(router, one);
            if (harm.length > 0) throw new Error(harm.join("\n"));
        });
        const result = await fc.check(property, { numRuns: cases, seed });
        const held = result.failed ? result.numRuns - 1 : result.numRuns;
        const { user, system } = process.cpuUsage();
        const seconds = Math.round((user + system) / 1e6);
        process.stdout.write(`fuzz: ${result.numRuns} cases, seed ${seed}, ${held} held (${seconds} s of CPU)\n`);
        if (!result.failed) return;
        process.exitCode = 1;
        const shrunk = JSON.stringify(result.counterexample?.[0], undefined, 1);
        const again = `FUZZ_SEED=${seed}, path ${result.counterexamplePath ?? ""}`;
        process.stdout.write(`${String(result.errorInstance)}\n${again}\n${shrunk}\n`);
    } finally {
        await router.stop();
    }
}

const [cases = 0, seed = 0, scriptsFrom] = process.argv.slice(2).map(Number);
void main(cases, seed, scriptsFrom);
