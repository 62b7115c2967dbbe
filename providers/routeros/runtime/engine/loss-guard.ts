/** Refuses rows from a source that came down empty, cut short, or older than what was applied. Pure. */
import { isObject } from "../kinds/arguments";
import type { CommonInputs, Kind, Problem, Properties, Source } from "../kinds/kind";
import { RouterError } from "../router/errors";
import type { Sourced } from "../rows/loss";
import { lossOf } from "../rows/loss";
import { omit } from "../rows/objects";

const defaultShrink = 40;

export function lossGuard(
    kind: Kind,
    inputs: CommonInputs,
    before: CommonInputs | undefined,
    args: Properties,
): Problem[] {
    const { source } = inputs;
    if (!source) return [];
    const desired = sourced(kind, inputs, source);
    const applied = before?.source && sourced(kind, before, before.source);
    if (applied?.choice === desired.choice && applied.keys.join() === desired.keys.join()) {
        // A new token alone is no change: it is kept back until the rows change with it.
        source.syncToken = applied.token;
        return [];
    }
    const given = args["source"];
    const limit = Number((isObject(given) ? given["maxShrinkPercent"] : undefined) ?? defaultShrink);
    const loss = lossOf(applied, desired, limit, (one, other) => kind.lost?.(one, other) ?? byNumber(one, other));
    if (!loss) return [];
    const what = {
        empty: "has no rows",
        older: `is older than ${applied?.token}, which is applied, and has other rows`,
        shrunk: `lost ${"percent" in loss ? Math.floor(loss.percent) : 0} % of the applied rows (${applied?.keys.length} before, ${desired.keys.length} now), more than the ${limit} % allowed`,
    }[loss.why];
    const { message } = new RouterError({
        code: "input/fewer-addresses",
        summary: `the source of ${kind.title(inputs)} (token ${desired.token}) ${what}; the rows on the router stay as they are`,
    });
    return [{ property: "", reason: message }];
}

function sourced(kind: Kind, inputs: CommonInputs, source: Source): Sourced {
    const choice = Object.entries(omit(source, "syncToken")).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
        keys: kind.desired(inputs).map(({ key }) => key),
        choice: JSON.stringify(choice),
        token: source.syncToken,
    };
}

function byNumber(before: readonly string[], after: readonly string[]): number {
    const left = new Set(after);
    return (100 * before.filter((key) => !left.has(key)).length) / Math.max(before.length, 1);
}
