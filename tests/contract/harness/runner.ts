import type { Target } from "./bench";
import { Bench } from "./bench";
import type { Check } from "./check";
import { Skip } from "./check";

export interface Result {
    check: Check;
    outcome: "passed" | "failed" | "skipped";
    /** Why it failed or was skipped. */
    reason?: string;
    /** Rows that could not be removed again. */
    left: string[];
}

/** Runs one check and takes away what it made, whatever happens. Never throws. */
export async function runCheck(check: Check, target: Target): Promise<Result> {
    const bench = new Bench(target);
    let result: Result = { check, outcome: "passed", left: [] };
    try {
        await check.run(bench);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        result = { check, outcome: error instanceof Skip ? "skipped" : "failed", reason, left: [] };
    }
    try {
        return { ...result, left: await bench.clean() };
    } catch (error) {
        return { ...result, left: [`${bench.marker}: ${error instanceof Error ? error.message : String(error)}`] };
    }
}
