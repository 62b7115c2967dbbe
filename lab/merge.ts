import { keeps, type Result } from "./metrics";
import type { Played } from "./play";
import { median } from "./recording";

/** Several runs of one agenda as one: medians of what was measured; charts and delays of the first. */
export function merge(runs: readonly Played[][]): Played[] {
    const [first = []] = runs;
    return first.map((outcome, part) => ({
        ...outcome,
        results: outcome.results.map((result, index) =>
            merged(
                runs.map((run) => run[part]?.results[index]),
                result,
            ),
        ),
    }));
}

function merged(all: readonly (Result | undefined)[], { judged, bound, ...result }: Result): Result {
    const values = all.flatMap((one) => one?.values ?? []);
    const value = median(values);
    const judge = judged === true && bound !== undefined;
    return { ...result, values, value, ...(bound && { bound }), ...(judge && { met: keeps(bound, value) }) };
}
