import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { findDummy } from "../harness/fasttrack";
import { FILTER, FILTER6, MANGLE, MANGLE6 } from "../harness/menus";
import type { Rest, Row } from "../harness/rest";
import { query } from "../harness/rest";

const FASTTRACK = { action: "fasttrack-connection" };

export const fastTrack = [
    check("15.5", "R", "has remove in /ip/firewall/connection", async ({ rest }) => {
        refused(await rest.delete("/ip/firewall/connection/*FFFFFF0"), 404, null);
    }),
    check("15.7", "R", "shows whether FastTrack is active, and its counters, in /ip/settings", async ({ rest }) => {
        const settings = answered(await rest.get("/ip/settings"), 200) as Row;
        assert.match(settings["allow-fast-path"] ?? "", /^(true|false)$/);
        assert.match(settings["ipv4-fasttrack-active"] ?? "", /^(true|false)$/);
        for (const name of ["bytes", "packets"]) assert.match(settings[`ipv4-fasttrack-${name}`] ?? "", /^\d+$/);
        assert.equal("route-cache" in settings, false);
    }),
    check("15.8", "D", "has FastTrack and an identical accept rule in its default firewall", async (bench) => {
        const { rest } = await bench.fresh();
        const rows = await fixed(rest);
        const at = rows.findIndex((row) => row["action"] === "fasttrack-connection");
        const [rule, next] = [rows[at], rows[at + 1]];
        assert.deepEqual(
            [rule?.["chain"], rule?.["connection-state"], rule?.["comment"]],
            ["forward", "established,related", "defconf: fasttrack"],
        );
        assert.deepEqual(
            [next?.["chain"], next?.["action"], next?.["connection-state"]],
            ["forward", "accept", "established,related,untracked"],
        );
    }),
    check("15.9", "R", "takes connection-mark=no-mark on a FastTrack rule", async (bench) => {
        const rule = await bench.rule(FILTER, { ...FASTTRACK, "connection-mark": "no-mark", disabled: "yes" });
        assert.equal(rule["connection-mark"], "no-mark");
    }),
    check("15.11", "R", "takes connection-mark=!X on a FastTrack rule", async (bench) => {
        const mark = `!${bench.marker}`;
        const rule = await bench.rule(FILTER, { ...FASTTRACK, "connection-mark": mark, disabled: "yes" });
        assert.equal(rule["connection-mark"], mark);
    }),
    check("15.12", "I", "excludes marked connections from a FastTrack rule by PATCH, and back", async (bench) => {
        const { rest } = await bench.fresh();
        const find = { ...FASTTRACK, dynamic: "false" };
        const [rule] = (await rest.get(FILTER + query(find))).json as Row[];
        const at = `${FILTER}/${rule?.[".id"]}`;
        const changed = answered(await rest.patch(at, { "connection-mark": "no-mark" }), 200) as Row;
        assert.deepEqual(plain(changed), { ...plain(rule ?? {}), "connection-mark": "no-mark" });
        assert.deepEqual(
            plain(answered(await rest.patch(at, { "!connection-mark": "" }), 200) as Row),
            plain(rule ?? {}),
        );
    }),
    check("15.13", "D", "keeps the rule of counters until no FastTrack rule is left and it restarts", async (bench) => {
        const { rest, router } = await bench.fresh();
        const dummy = async () => findDummy((await rest.get(FILTER)).json as Row[]);
        for (const rule of await fixed(rest)) {
            if (rule["action"] === "fasttrack-connection") await rest.delete(`${FILTER}/${rule[".id"]}`);
        }
        assert.ok(await dummy());
        router.restart();
        assert.equal(await dummy(), undefined);
    }),
    check("15.16", "R", "has FastTrack for IPv6 in filter and its state in /ipv6/settings", async (bench) => {
        bench.skipBefore("7.18");
        await bench.rule(FILTER6, { ...FASTTRACK, "connection-state": "established,related", disabled: "yes" });
        const settings = answered(await bench.rest.get("/ipv6/settings"), 200) as Row;
        assert.match(settings["allow-fast-path"] ?? "", /^(true|false)$/);
        assert.match(settings["ipv6-fasttrack-active"] ?? "", /^(true|false)$/);
    }),
    check("15.17", "R", "has action fasttrack-connection in IPv4 mangle and not in IPv6 mangle", async (bench) => {
        await bench.rule(MANGLE, { ...FASTTRACK, disabled: "yes" });
        const rule = { chain: bench.chain, comment: bench.marker, ...FASTTRACK };
        refused(await bench.rest.put(MANGLE6, rule), 400, "input does not match any value of action");
    }),
];

async function fixed(rest: Rest): Promise<Row[]> {
    return (await rest.get(FILTER + query({ dynamic: "false" }))).json as Row[];
}

/** A rule without what counts. */
function plain(row: Row): Row {
    return Object.fromEntries(Object.entries(row).filter(([name]) => name !== "bytes" && name !== "packets"));
}
