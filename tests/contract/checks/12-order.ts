import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { dummyRule, findDummy } from "../harness/fasttrack";
import { FILTER, LIST, MANGLE, NOBODY, SIMPLE, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";

const MOVE = `${MANGLE}/move`;

export const order = [
    check("12.1", "R", "keeps one order over all chains, and adds at the end", async (bench) => {
        const ids: string[] = [];
        for (const chain of ["a", "b", "a"]) {
            ids.push((await bench.rule(MANGLE, { chain: `${bench.chain}-${chain}` }))[".id"] ?? "");
        }
        assert.deepEqual(await bench.order(), ids);
        assert.equal((await bench.rows(MANGLE)).at(-1)?.[".id"], ids.at(-1));
    }),
    check("12.2", "R", "inserts before the rule named in place-before, and does not keep that name", async (bench) => {
        const [first, second] = await some(bench, 2);
        const between = await bench.rule(MANGLE, { "place-before": second });
        assert.deepEqual(await bench.order(), [first, between[".id"], second]);
        assert.equal("place-before" in between, false);
    }),
    check("12.3", "R", "moves to just before the destination and answers []", async (bench) => {
        const [a, b, c, d] = await some(bench, 4);
        assert.deepEqual(answered(await bench.rest.post(MOVE, { numbers: d, destination: b }), 200), []);
        assert.deepEqual(await bench.order(), [a, d, b, c]);
        answered(await bench.rest.post(MOVE, { numbers: a, destination: c }), 200);
        assert.deepEqual(await bench.order(), [d, b, a, c]);
    }),
    check("12.3", "R", "takes .id in place of numbers in move", async (bench) => {
        const [a, b] = await some(bench, 2);
        answered(await bench.rest.post(MOVE, { ".id": b, destination: a }), 200);
        assert.deepEqual(await bench.order(), [b, a]);
    }),
    check("12.4", "R", "moves several rules in the order they are named", async (bench) => {
        const [a, b, c, d, e] = await some(bench, 5);
        answered(await bench.rest.post(MOVE, { numbers: `${e},${c}`, destination: b }), 200);
        assert.deepEqual(await bench.order(), [a, e, c, b, d]);
    }),
    check("12.5", "R", "moves to the end of the table without a destination", async (bench) => {
        const [a, b, c] = await some(bench, 3);
        assert.deepEqual(answered(await bench.rest.post(MOVE, { numbers: a }), 200), []);
        assert.deepEqual(await bench.order(), [b, c, a]);
        assert.equal((await bench.rows(MANGLE)).at(-1)?.[".id"], a);
    }),
    check(
        "12.5",
        "R",
        "moves to the end of the table, silently, when the destination does not exist",
        async (bench) => {
            const [a, b, c] = await some(bench, 3);
            const answer = await bench.rest.post(MOVE, { numbers: b, destination: NOBODY });
            assert.deepEqual(answered(answer, 200), []);
            assert.deepEqual(await bench.order(), [a, c, b]);
            assert.equal((await bench.rows(MANGLE)).at(-1)?.[".id"], b);
        },
    ),
    check("12.6", "R", "refuses to move an unknown rule, one before itself, and nothing", async (bench) => {
        const [a, b] = await some(bench, 2);
        refused(await bench.rest.post(MOVE, { numbers: NOBODY, destination: a }), 404, null);
        const itself = "failure: can not move object before itself";
        refused(await bench.rest.post(MOVE, { numbers: a, destination: a }), 400, itself);
        for (const body of [{}, { destination: a }]) {
            refused(await bench.rest.post(MOVE, body), 400, "missing =.id=");
        }
        assert.deepEqual(await bench.order(), [a, b]);
    }),
    check("12.7", "R", "takes a comment, and a position in the table, for numbers", async (bench) => {
        const a = await bench.rule(MANGLE, { comment: `${bench.marker}-a` });
        const b = await bench.rule(MANGLE, { comment: `${bench.marker}-b` });
        answered(await bench.rest.post(MOVE, { numbers: `${bench.marker}-b`, destination: a[".id"] }), 200);
        assert.deepEqual(await bench.order(), [b[".id"], a[".id"]]);
        const position = (await bench.rows(MANGLE)).findIndex((row) => row[".id"] === a[".id"]);
        answered(await bench.rest.post(MOVE, { numbers: String(position), destination: b[".id"] }), 200);
        assert.deepEqual(await bench.order(), [a[".id"], b[".id"]]);
    }),
    check("12.8", "R", "moves across chains, changing the order alone", async (bench) => {
        const a = await bench.rule(MANGLE, { chain: `${bench.chain}-a` });
        const b = await bench.rule(MANGLE, { chain: `${bench.chain}-b` });
        answered(await bench.rest.post(MOVE, { numbers: b[".id"], destination: a[".id"] }), 200);
        assert.deepEqual(await bench.order(), [b[".id"], a[".id"]]);
        assert.equal((await bench.row(MANGLE, b[".id"]))["chain"], `${bench.chain}-b`);
    }),
    check("12.8", "R", "takes a move that changes nothing", async (bench) => {
        const [a, b] = await some(bench, 2);
        assert.deepEqual(answered(await bench.rest.post(MOVE, { numbers: a, destination: b }), 200), []);
        assert.deepEqual(await bench.order(), [a, b]);
    }),
    check("12.9", "R", "starts the table with a dynamic rule of counters where FastTrack is active", async (bench) => {
        const { rest, dummy } = await dummyRule(bench);
        const rows = (await rest.get(FILTER)).json as Row[];
        assert.equal(rows[0]?.[".id"], dummy[".id"]);
        assert.deepEqual(
            [dummy["comment"], dummy["chain"], dummy["action"], dummy["dynamic"]],
            ["special dummy rule to show fasttrack counters", "forward", "passthrough", "true"],
        );
        assert.ok(findDummy((await rest.get(MANGLE)).json as Row[]), "one in mangle as well");
    }),
    check("12.9", "R", "refuses to place a rule before that one", async (bench) => {
        const { rest, dummy } = await dummyRule(bench);
        const rule = { chain: bench.chain, comment: bench.marker, "place-before": dummy[".id"] };
        const answer = await rest.put(FILTER, rule);
        refused(answer, 400, /cannot move builtin/);
    }),
    check("12.10", "R", "orders simple queues", async (bench) => {
        const ids: string[] = [];
        for (const last of [1, 2]) {
            const name = `${bench.marker}-${last}`;
            const queue = await bench.add(SIMPLE, { name, target: `192.0.2.${last}`, disabled: "yes" });
            ids.push(queue[".id"] ?? "");
        }
        answered(await bench.rest.post(`${SIMPLE}/move`, { numbers: ids[1], destination: ids[0] }), 200);
        const own = (await bench.rows(SIMPLE)).filter((row) => row["name"]?.startsWith(bench.marker));
        assert.deepEqual(
            own.map((row) => row[".id"]),
            ids.reverse(),
        );
    }),
    check("12.10", "R", "has no move in the queue tree and in address lists", async ({ rest }) => {
        for (const menu of [TREE, LIST])
            refused(await rest.post(`${menu}/move`, { numbers: NOBODY }), 400, "no such command");
    }),
    check("12.11", "R", "has move over REST", async (bench) => {
        const [a, b] = await some(bench, 2);
        answered(await bench.rest.post(MOVE, { numbers: b, destination: a }), 200);
    }),
];

async function some(bench: Bench, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let number = 1; number <= count; number++) {
        ids.push((await bench.rule(MANGLE, { comment: `${bench.marker}-rule-${number}` }))[".id"] ?? "");
    }
    return ids;
}
