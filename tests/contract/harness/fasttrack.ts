import type { Bench } from "./bench";
import { FILTER } from "./menus";
import type { Rest, Row } from "./rest";

/** The rule that shows FastTrack's counters, on the target where it has one, else on an embedded router made for it. */
export async function dummyRule(bench: Bench, on?: Rest): Promise<{ rest: Rest; dummy: Row }> {
    if (!on) {
        const found = findDummy(await bench.rows(FILTER));
        if (found) return { rest: bench.rest, dummy: found };
        on = (await bench.fresh()).rest;
    }
    const rule = { chain: "forward", action: "fasttrack-connection", "connection-state": "established,related" };
    await on.put(FILTER, rule);
    const found = findDummy((await on.get(FILTER)).json as Row[]);
    if (!found) throw new Error("a router with a FastTrack rule has no dynamic rule with its counters");
    return { rest: on, dummy: found };
}

export function findDummy(rows: Row[]): Row | undefined {
    return rows.find((row) => row["dynamic"] === "true" && row["comment"]?.startsWith("special dummy rule"));
}
