import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, LIST, MANGLE, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";
import { query } from "../harness/rest";

export const reading = [
    check("4.1", "R", "joins the words of a filter with and", async (bench) => {
        await bench.entry("192.0.2.1");
        await bench.entry("192.0.2.2", { disabled: "yes" });
        const found = await bench.rows(LIST, { list: bench.list, disabled: "true" });
        assert.deepEqual(addresses(found), ["192.0.2.2"]);
        assert.deepEqual(await bench.rows(LIST, { list: bench.list, address: "192.0.2.3" }), []);
    }),
    check("4.2", "R", "GET with .proplist gives the named properties and .id", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const found = await bench.rows(LIST, { list: bench.list, ".proplist": "address,list" });
        assert.deepEqual(found, [{ ".id": entry[".id"], address: "192.0.2.1", list: bench.list }]);
    }),
    check("4.2", "R", "POST print with .proplist gives .id only when it is named", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const words = { ".query": [`list=${bench.list}`] };
        const bare = await bench.rest.post(`${LIST}/print`, { ...words, ".proplist": "address" });
        assert.deepEqual(answered(bare, 200), [{ address: "192.0.2.1" }]);
        const named = await bench.rest.post(`${LIST}/print`, { ...words, ".proplist": ".id,address" });
        assert.deepEqual(answered(named, 200), [{ ".id": entry[".id"], address: "192.0.2.1" }]);
    }),
    check("4.3", "D", "takes .proplist as a string or as a list, and .query as a list", async (bench) => {
        await bench.entry("192.0.2.1");
        const words = { ".query": [`list=${bench.list}`] };
        for (const proplist of ["address,list", ["address", "list"]]) {
            const answer = await bench.rest.post(`${LIST}/print`, { ...words, ".proplist": proplist });
            assert.deepEqual(answered(answer, 200), [{ address: "192.0.2.1", list: bench.list }]);
        }
    }),
    check("4.4", "R", "query word `name`: has the property", (bench) => matches(bench, ["timeout"], ["192.0.2.3"])),
    check("4.4", "R", "query word `-name`: lacks it", (bench) =>
        matches(bench, ["-timeout"], ["192.0.2.1", "192.0.2.2"]),
    ),
    check("4.4", "R", "query words without operators are joined with and", (bench) =>
        matches(bench, ["disabled=true", "address=192.0.2.2"], ["192.0.2.2"]),
    ),
    check("4.4", "R", "query word `#|`: either", (bench) =>
        matches(bench, ["address=192.0.2.1", "address=192.0.2.3", "#|"], ["192.0.2.1", "192.0.2.3"]),
    ),
    check("4.4", "R", "query word `#!`: not the top", (bench) =>
        matches(bench, ["address=192.0.2.1", "#!"], ["192.0.2.2", "192.0.2.3"]),
    ),
    check("4.4", "D", "query word `#&`: both", (bench) =>
        matches(
            bench,
            ["disabled=true", "address=192.0.2.2", "#&", "address=192.0.2.3", "#|"],
            ["192.0.2.2", "192.0.2.3"],
        ),
    ),
    check("4.4", "D", "operators work on a stack: several in one word, and copies", async (bench) => {
        await matches(bench, ["address=192.0.2.1", "address=192.0.2.2", "#|!"], ["192.0.2.3"]);
        await matches(bench, ["disabled=true", "#0.&"], ["192.0.2.2"]);
    }),
    check("4.4", "R", "query words `>name=x` and `<name=x` compare numbers", async (bench) => {
        await bench.queue({ name: `${bench.marker}-a`, "max-limit": "900" });
        await bench.queue({ name: `${bench.marker}-b`, "max-limit": "20k" });
        const ask = async (word: string) => {
            const body = { ".query": [`comment=${bench.marker}`, word], ".proplist": "name" };
            return (answered(await bench.rest.post(`${TREE}/print`, body), 200) as Row[]).map((row) => row["name"]);
        };
        assert.deepEqual(await ask(">max-limit=1000"), [`${bench.marker}-b`]);
        assert.deepEqual(await ask("<max-limit=1000"), [`${bench.marker}-a`]);
    }),
    check("4.5", "D", "knows no regular expressions in queries", async (bench) => {
        await bench.entry("192.0.2.1");
        const answer = await bench.rest.post(`${LIST}/print`, { ".query": [`list~^${bench.list}$`] });
        if (answer.status === 200) assert.deepEqual(answer.json, []);
        else assert.equal(answer.status, 400);
    }),
    check("4.6", "R", "takes ?name in a body for a parameter and refuses it", async (bench) => {
        const answer = await bench.rest.post(`${LIST}/print`, { "?list": bench.list });
        refused(answer, 400, /^unknown parameter/);
    }),
    check("4.7", "R", "counts with count-only", async (bench) => {
        await bench.entry("192.0.2.1");
        await bench.entry("192.0.2.2");
        const body = { "count-only": "", ".query": [`list=${bench.list}`] };
        assert.deepEqual(answered(await bench.rest.post(`${LIST}/print`, body), 200), { ret: "2" });
    }),
    check("4.8", "R", "gives a list whole, rules in their order", async (bench) => {
        const ids: string[] = [];
        for (let number = 0; number < 40; number++) {
            ids.push((await bench.rule(FILTER, { comment: `${bench.marker} ${number}` }))[".id"] ?? "");
        }
        assert.deepEqual(await bench.order(FILTER), ids);
    }),
    check("4.9", "R", "gives statistics without being asked", async (bench) => {
        const rule = await bench.rule();
        const row = await bench.row(MANGLE, rule[".id"]);
        for (const name of ["bytes", "packets"]) assert.match(row[name] ?? "", /^\d+$/);
        const queue = await bench.queue();
        const tree = await bench.row(TREE, queue[".id"]);
        for (const name of ["bytes", "packets", "rate", "packet-rate", "dropped", "queued-bytes", "queued-packets"]) {
            assert.match(tree[name] ?? "", /^\d+$/, name);
        }
    }),
    check("4.12", "R", "lists dynamic rows among the others and filters them by dynamic", async (bench) => {
        await bench.entry("192.0.2.1");
        await bench.entry("192.0.2.2", { timeout: "1h" });
        assert.deepEqual(addresses(await bench.rows(LIST, { list: bench.list })), ["192.0.2.1", "192.0.2.2"]);
        const fixed = await bench.rows(LIST, { list: bench.list, dynamic: "false" });
        assert.deepEqual(addresses(fixed), ["192.0.2.1"]);
    }),
    check("4.1", "I", "filters by a value as it is read, not as it was written", async (bench) => {
        await bench.queue({ "max-limit": "10M" });
        const read = { comment: bench.marker, "max-limit": "10000000" };
        assert.equal(((await bench.rest.get(TREE + query(read))).json as Row[]).length, 1);
    }),
];

function addresses(rows: Row[]): string[] {
    return rows.map((row) => row["address"] ?? "").sort();
}

/** Three entries (plain, disabled, with a timeout); which of them the query gives. */
async function matches(bench: Bench, words: string[], expected: string[]): Promise<void> {
    const known = await bench.rows(LIST, { list: bench.list });
    if (known.length === 0) {
        await bench.entry("192.0.2.1");
        await bench.entry("192.0.2.2", { disabled: "yes" });
        await bench.entry("192.0.2.3", { timeout: "1h" });
    }
    const own = `list=${bench.list}`;
    // A word before each operator would be joined to ours, so ours comes last: words left on the stack are and-ed.
    const answer = await bench.rest.post(`${LIST}/print`, { ".query": [...words, own], ".proplist": "address" });
    assert.deepEqual(addresses(answered(answer, 200) as Row[]), expected);
}
