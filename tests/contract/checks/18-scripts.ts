import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { LIST, MANGLE } from "../harness/menus";
import { userWith } from "./09-errors";

/** What the provider's scripts rest on. Nearly none of it is recorded, so most of it is inferred. */
export const scripts = [
    check("18.1", "R", "gives back what a script puts, a line each", async (bench) => {
        assert.match(await bench.script(':put "one 1"; :put "two 2"'), /^one 1\s+two 2\s*$/);
    }),
    check("18.1", "D", "answers with a job's id where as-string is not given", async (bench) => {
        const { ret } = answered(await bench.rest.post("/execute", { script: ":put x" }), 200) as { ret?: string };
        assert.match(ret ?? "", /^\*[0-9A-F]+$/);
    }),
    check("18.3", "I", "refuses an argument that execute does not have", async ({ rest }) => {
        refused(await rest.post("/execute", { script: ":put x", nonsense: "x" }), 400, "unknown parameter nonsense");
    }),
    check("18.5", "I", "gives a new row's id to what stands around the command", async (bench) => {
        const add = `${LIST}/add list=${bench.list} address=192.0.2.1 comment=${bench.marker}`;
        const text = await bench.script(`:put ("row 0 ".[${add}])`, LIST);
        const [row] = await bench.rows(LIST, { list: bench.list });
        assert.equal(text.trim(), `row 0 ${row?.[".id"]}`);
    }),
    check("18.5", "I", "reads values as they were meant, bare and between quotation marks", async (bench) => {
        const comment = `5% (of ${bench.marker}), #1 ~x+y@z = *a [pulumi:a/b/c#10.0.0.0/8]`;
        const values = `list="${bench.list}" address=192.0.2.0/28 disabled=yes comment="${comment}"`;
        await bench.script(`${LIST}/add ${values}`, LIST);
        const [row] = await bench.rows(LIST, { list: bench.list });
        assert.equal(row?.["comment"], comment);
        assert.equal(row["address"], "192.0.2.0/28");
        assert.equal(row["disabled"], "true");
    }),
    check("18.5", "I", "changes and removes rows by their ids, where what is asked of them holds", async (bench) => {
        const kept = (await bench.entry("192.0.2.1"))[".id"];
        const gone = (await bench.entry("192.0.2.2"))[".id"];
        const guard = (id: string | undefined, text: string) =>
            `:if (([${LIST}/get ${id} list]." ".[${LIST}/get ${id} comment]."") != "${text}") do={:error "another row"}`;
        const own = `${bench.list} ${bench.marker}`;
        const text = await bench.script(
            [
                `${guard(kept, own)}; ${LIST}/set ${kept} comment="${bench.marker} new"; :put "changed"`,
                `:do {${guard(gone, "no such row")}; ${LIST}/remove ${gone}; :put "removed"} on-error={:put "kept"}`,
                `${guard(gone, own)}; ${LIST}/remove ${gone}; :put "removed"`,
            ].join("\n"),
            LIST,
        );
        assert.deepEqual(text.trim().split(/\s+/), ["changed", "kept", "removed"]);
        const rows = await bench.rows(LIST, { list: bench.list });
        assert.deepEqual(
            rows.map((row) => [row[".id"], row["comment"]]),
            [[kept, `${bench.marker} new`]],
        );
    }),
    check("18.5", "I", "takes a comment that is not set as an empty text", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        answered(await bench.rest.patch(`${LIST}/${entry[".id"]}`, { comment: "" }), 200);
        const text = await bench.script(`:put ("<".[${LIST}/get ${entry[".id"]} comment].">")`, LIST);
        answered(await bench.rest.patch(`${LIST}/${entry[".id"]}`, { comment: bench.marker }), 200);
        assert.equal(text.trim(), "<>");
    }),
    check("18.5", "I", "goes on behind a command that failed in :do with on-error", async (bench) => {
        const add = (host: number) =>
            `${LIST}/add list=${bench.list} address=192.0.2.${host} comment=${bench.marker}; :put "done"`;
        const wrapped = [1, 1, 2].map((host) => `:do {${add(host)}} on-error={:put "failed"}`).join("\n");
        assert.deepEqual((await bench.script(wrapped, LIST)).trim().split(/\s+/), ["done", "failed", "done"]);
    }),
    check(
        "18.5",
        "I",
        "ends at a command that failed outside of it, keeping what it had put and done",
        async (bench) => {
            const add = (host: number) =>
                `${LIST}/add list=${bench.list} address=192.0.2.${host} comment=${bench.marker}; :put "done"`;
            const text = await bench.script([1, 1, 2].map(add).join("\n"), LIST);
            assert.match(text, /^done\s+failure: already have such entry/);
            assert.equal((await bench.rows(LIST, { list: bench.list })).length, 1);
        },
    ),
    check("18.5", "I", "adds a rule before another, and moves one, by their ids", async (bench) => {
        const [a, b] = [await bench.rule(), await bench.rule()].map((row) => row[".id"]);
        const rule = `chain=${bench.chain} action=passthrough comment=${bench.marker} place-before=${a}`;
        const text = await bench.script(`:put [${MANGLE}/add ${rule}]\n${MANGLE}/move ${b} destination=${a}`, MANGLE);
        assert.deepEqual(await bench.order(), [text.trim(), b, a]);
    }),
    check("17.12", "I", "takes a script of 24 KiB, and gives back 200 lines", async (bench) => {
        const line = (index: number) => `:put "${index} ${"x".repeat(110)}"`;
        const text = await bench.script(Array.from({ length: 200 }, (_, index) => line(index)).join("\n"));
        assert.equal(text.trim().split(/[\r\n]+/).length, 200);
        assert.match(text.trim(), /199 x{110}$/);
    }),
    check("16.2", "I", "asks for the policy `policy` beside read, write, api and rest-api", async (bench) => {
        const body = { script: ":put x", "as-string": "" };
        const as = await userWith(bench, "read,write,api,rest-api");
        refused(await bench.rest.send("POST", "/execute", { as, body }), 500, "not enough permissions (9)");
        const more = await userWith(bench, "read,write,api,rest-api,policy");
        answered(await bench.rest.send("POST", "/execute", { as: more, body }), 200);
    }),
    check("18.4", "I", "leaves no script, and no job of the scheduler, where one ran by execute", async (bench) => {
        const before = [await bench.rows("/system/script"), await bench.rows("/system/scheduler")];
        await bench.script(":put x");
        assert.deepEqual([await bench.rows("/system/script"), await bench.rows("/system/scheduler")], before);
    }),
];
