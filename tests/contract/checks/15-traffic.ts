import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, MANGLE, TREE } from "../harness/menus";
import type { Rest, Row } from "../harness/rest";
import { query } from "../harness/rest";

const CONNECTION = "/ip/firewall/connection";
const OUT = "ether1";
const MEGABYTE = 1_000_000;

/**
 * What packets meet. These need packets, so they are tried on an embedded router that is told of them; a real router is
 * not loaded with traffic. The expected figures follow from the manual's packet flow, not from the embedded router.
 */
export const traffic = [
    check(
        "11.16",
        "D",
        "runs mangle before filter, so a rule of filter sees the mark of the same packet",
        async (bench) => {
            const { rest } = await site(bench);
            await rest.put(FILTER, {
                chain: "forward",
                action: "drop",
                "connection-mark": "wanted",
                "place-before": await first(rest),
            });
            assert.equal((await send(rest)).verdict, "drop");
        },
    ),
    check("13.8", "D", "counts packets in the leaf that carries their mark and in no other leaf", async (bench) => {
        const { rest, carried } = await site(bench, { exclude: true });
        await send(rest);
        assert.ok((await carried("out-marked")) >= MEGABYTE);
        assert.ok((await carried("out-rest")) < 1000);
    }),
    check("13.16", "D", "governs one direction: the interface's output", async (bench) => {
        const { rest, carried } = await site(bench, { exclude: true });
        await rest.put(TREE, { name: "elsewhere", parent: "ether2", "packet-mark": "wanted" });
        await send(rest);
        assert.equal(await carried("elsewhere"), 0);
    }),
    check("15.1", "D", "takes FastTracked packets past mangle, filter and the tree below global", async (bench) => {
        const { rest, carried } = await site(bench);
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "true");
        const before = { rules: await counted(rest), global: await carried("global-marked") };
        await send(rest);
        assert.deepEqual({ rules: await counted(rest), global: await carried("global-marked") }, before);
    }),
    check("15.2", "D", "still takes FastTracked packets through a tree below an interface", async (bench) => {
        const { rest, carried } = await site(bench);
        await send(rest);
        const before = await carried("out-rest");
        await send(rest);
        assert.equal((await carried("out-rest")) - before, MEGABYTE);
    }),
    check(
        "15.3",
        "I",
        "finds no mark on FastTracked packets: they meet no-mark leaves, never a marked class",
        async (bench) => {
            const { rest, carried } = await site(bench);
            await send(rest);
            const before = await carried("out-marked");
            await send(rest);
            assert.equal(await carried("out-marked"), before);
        },
    ),
    check("15.4", "D", "lets some packets of a FastTracked connection meet the rules", async (bench) => {
        const { rest } = await site(bench);
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "true");
        const [rule] = await counted(rest);
        assert.ok(Number(rule?.["packets"]) > 0);
    }),
    check("15.5", "D", "keeps a connection FastTracked when an exclusion comes later", async (bench) => {
        const { rest, exclude, carried } = await site(bench);
        await send(rest);
        await exclude();
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "true");
        assert.ok((await carried("out-marked")) < 1000);
    }),
    check("15.5", "D", "forgets that a connection was FastTracked at a restart", async (bench) => {
        const { rest, router, exclude } = await site(bench);
        await send(rest);
        await exclude();
        router.restart();
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "false");
    }),
    check("15.5", "I", "frees a connection that is removed from the table", async (bench) => {
        const { rest, exclude, carried } = await site(bench);
        await send(rest);
        await exclude();
        answered(await rest.delete(`${CONNECTION}/${(await connection(rest))?.[".id"]}`), 204);
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "false");
        assert.ok((await carried("out-marked")) >= MEGABYTE);
    }),
    check(
        "15.9",
        "R",
        "FastTracks what is unmarked and nothing marked, with connection-mark=no-mark on the rule",
        async (bench) => {
            const { rest } = await site(bench, { exclude: true });
            await send(rest);
            assert.equal((await connection(rest))?.["fasttrack"], "false");
            await send(rest, "203.0.113.99:443");
            assert.equal((await connection(rest, "203.0.113.99"))?.["fasttrack"], "true");
        },
    ),
    check("15.10", "R", "marks the connection from its first packet, so it is never FastTracked", async (bench) => {
        const { rest, carried } = await site(bench, { exclude: true });
        await send(rest);
        assert.equal((await connection(rest))?.["connection-mark"], "wanted");
        assert.equal(await carried("out-rest"), 0);
    }),
    check("15.11", "R", "excludes one mark with connection-mark=!X", async (bench) => {
        const { rest } = await site(bench, { exclude: "!wanted" });
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "false");
        await send(rest, "203.0.113.99:443");
        assert.equal((await connection(rest, "203.0.113.99"))?.["fasttrack"], "true");
    }),
    check("15.11", "D", "excludes marked traffic by an accept rule above FastTrack's", async (bench) => {
        const { rest } = await site(bench);
        const accept = { chain: "forward", action: "accept", "connection-mark": "wanted" };
        await rest.put(FILTER, { ...accept, "place-before": (await fastTrackRule(rest))[".id"] });
        await send(rest);
        assert.equal((await connection(rest))?.["fasttrack"], "false");
    }),
];

/** A router with its default firewall that marks connections to one prefix, with trees below `ether1` and `global`. */
async function site(bench: Bench, { exclude = false }: { exclude?: boolean | string } = {}) {
    const { rest, router } = await bench.fresh();
    const list = "/ip/firewall/address-list";
    answered(await rest.put(list, { list: "wanted", address: "198.51.100.0/24" }), 201);
    const connectionRule = { chain: "forward", action: "mark-connection", "new-connection-mark": "wanted" };
    answered(await rest.put(MANGLE, { ...connectionRule, "dst-address-list": "wanted" }), 201);
    const packetRule = { chain: "forward", action: "mark-packet", "new-packet-mark": "wanted" };
    answered(await rest.put(MANGLE, { ...packetRule, "connection-mark": "wanted" }), 201);
    for (const [name, parent] of [
        ["out", OUT],
        ["global", "global"],
    ] as const) {
        answered(await rest.put(TREE, { name: `${name}-all`, parent }), 201);
        for (const [leaf, mark] of [
            ["marked", "wanted"],
            ["rest", "no-mark"],
        ] as const) {
            const queue = { name: `${name}-${leaf}`, parent: `${name}-all`, "packet-mark": mark };
            answered(await rest.put(TREE, queue), 201);
        }
    }
    const excludeBy = async (mark: string) => {
        const rule = await fastTrackRule(rest);
        answered(await rest.patch(`${FILTER}/${rule[".id"]}`, { "connection-mark": mark }), 200);
    };
    if (exclude !== false) await excludeBy(exclude === true ? "no-mark" : exclude);
    const carried = async (name: string) => Number(((await rest.get(`${TREE}/${name}`)).json as Row)["bytes"]);
    return { rest, router, carried, exclude: () => excludeBy("no-mark") };
}

/** Tells the embedded router of an upload of a megabyte. */
async function send(rest: Rest, to = "198.51.100.9:443"): Promise<{ verdict: string }> {
    const body = { to, upload: MEGABYTE, outInterface: OUT };
    return answered(await rest.sendTo("POST", "/_/traffic", { body }), 200) as { verdict: string };
}

async function connection(rest: Rest, to = "198.51.100.9"): Promise<Row | undefined> {
    const rows = (await rest.get(CONNECTION)).json as Row[];
    return rows.find((row) => row["dst-address"]?.startsWith(to));
}

async function fastTrackRule(rest: Rest): Promise<Row> {
    const rows = (await rest.get(FILTER + query({ action: "fasttrack-connection", dynamic: "false" }))).json as Row[];
    assert.ok(rows[0], "the default firewall has a FastTrack rule");
    return rows[0];
}

/** Id of the first rule that can be placed before. */
async function first(rest: Rest): Promise<string> {
    return ((await rest.get(FILTER + query({ dynamic: "false" }))).json as Row[])[0]?.[".id"] ?? "";
}

/** Counters of the rules that somebody wrote. */
async function counted(rest: Rest): Promise<Row[]> {
    const rows = [];
    for (const menu of [MANGLE, FILTER]) rows.push(...((await rest.get(menu)).json as Row[]));
    return rows
        .filter((row) => row["dynamic"] === "false")
        .map(({ ".id": id, bytes, packets }) => ({ ".id": id!, bytes: bytes!, packets: packets! }));
}
