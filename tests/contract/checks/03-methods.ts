import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused, said } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, LIST, MANGLE, NOBODY, SIMPLE, TREE, TYPE } from "../harness/menus";
import type { Row } from "../harness/rest";
import { query } from "../harness/rest";

export const methods = [
    check("3.m1", "R", "GET on a menu: 200 and an array, empty where nothing matches", async (bench) => {
        assert.deepEqual(await bench.rows(LIST, { list: bench.list }), []);
        await bench.entry("192.0.2.1");
        assert.equal((await bench.rows(LIST, { list: bench.list })).length, 1);
    }),
    check("3.m2", "R", "GET on a record: 200 and an object", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        assert.deepEqual(without(await bench.row(LIST, entry[".id"])), without(entry));
    }),
    check("3.m3", "R", "GET on a singleton: 200 and an object", async ({ rest }) => {
        const identity = answered(await rest.get("/system/identity"), 200) as Row;
        assert.equal(typeof identity["name"], "string");
    }),
    check("3.m4", "R", "PUT adds: 201", async (bench) => {
        await bench.entry("192.0.2.1"); // asserts 201
    }),
    check("3.m4", "D", "PUT gives the created object with every parameter and its .id", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        assert.match(entry[".id"] ?? "", /^\*/);
        assert.deepEqual(
            { list: entry["list"], address: entry["address"], comment: entry["comment"], disabled: entry["disabled"] },
            { list: bench.list, address: "192.0.2.1", comment: bench.marker, disabled: "false" },
        );
    }),
    check("3.m5", "R", "PATCH sets: 200 and the whole updated object", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const answer = await bench.rest.patch(`${LIST}/${entry[".id"]}`, { disabled: "true" });
        assert.deepEqual(without(answered(answer, 200) as Row), { ...without(entry), disabled: "true" });
        assert.equal((await bench.row(LIST, entry[".id"]))["disabled"], "true");
    }),
    check("3.m6", "R", "DELETE removes: 204", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        answered(await bench.rest.delete(`${LIST}/${entry[".id"]}`), 204);
        refused(await bench.rest.get(`${LIST}/${entry[".id"]}`), 404, null);
    }),
    check("3.m6", "D", "DELETE answers with an empty body", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        assert.equal((await bench.rest.delete(`${LIST}/${entry[".id"]}`)).text, "");
    }),
    check("3.m7", "R", "POST of a command without output: 200 and []", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const answer = await bench.rest.post(`${LIST}/disable`, { ".id": entry[".id"] });
        assert.deepEqual(answered(answer, 200), []);
        assert.equal((await bench.row(LIST, entry[".id"]))["disabled"], "true");
    }),
    check("3.m7", "R", "POST of a command with rows: 200 and an array", async (bench) => {
        await bench.entry("192.0.2.1");
        const rows = answered(
            await bench.rest.post(`${LIST}/print`, { ".query": [`list=${bench.list}`] }),
            200,
        ) as Row[];
        assert.equal(rows[0]?.["address"], "192.0.2.1");
    }),
    check("3.m8", "R", "refuses HEAD with 501", async ({ rest }) => {
        assert.equal((await rest.send("HEAD", "/system/identity")).status, 501);
    }),
    check("3.1", "R", "answers PUT with 201 and DELETE with 204, never with 200", async (bench) => {
        const queue = await bench.rest.put(TREE, { ...disabledQueue(bench), name: `${bench.marker}-q` });
        assert.equal(queue.status, 201);
        assert.equal((await bench.rest.delete(`${TREE}/${(queue.json as Row)[".id"]}`)).status, 204);
    }),
    check("3.2", "D", "creates nothing from an array of records", async (bench) => {
        const rows = ["192.0.2.1", "192.0.2.2"].map((address) => ({
            list: bench.list,
            address,
            comment: bench.marker,
        }));
        const answer = await bench.rest.put(LIST, rows);
        const made = await bench.rows(LIST, { list: bench.list });
        assert.ok(answer.status >= 400, said(answer));
        assert.deepEqual(made, []);
    }),
    check("3.2", "D", "changes and removes nothing where a bare menu is asked to", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        for (const answer of [
            await bench.rest.patch(LIST + query({ list: bench.list }), { disabled: "yes" }),
            await bench.rest.delete(LIST + query({ list: bench.list })),
        ]) {
            assert.ok(answer.status >= 400, said(answer));
        }
        assert.equal((await bench.row(LIST, entry[".id"]))["disabled"], "false");
    }),
    check("3.3", "R", "refuses PATCH on a singleton for want of an id", async ({ rest }) => {
        const { name } = (await rest.get("/system/identity")).json as Row;
        refused(await rest.patch("/system/identity", { name }), 400, "missing or invalid resource identifier");
    }),
    check("3.3", "R", "sets a singleton by POST", async (bench) => {
        const { rest } = await bench.fresh();
        const name = "another name";
        assert.deepEqual(answered(await rest.post("/system/identity/set", { name }), 200), []);
        assert.deepEqual((await rest.get("/system/identity")).json, { name });
    }),
    check("3.4", "R", "POST set equals PATCH by .id or numbers, and answers []", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        for (const [key, disabled] of [
            [".id", "true"],
            ["numbers", "false"],
        ] as const) {
            const answer = await bench.rest.post(`${LIST}/set`, { [key]: entry[".id"], disabled });
            assert.deepEqual(answered(answer, 200), []);
            assert.equal((await bench.row(LIST, entry[".id"]))["disabled"], disabled);
        }
    }),
    check("3.4", "I", "sets and removes several records named in numbers", async (bench) => {
        const ids: string[] = [];
        for (const last of [1, 2, 3]) ids.push((await bench.entry(`192.0.2.${last}`))[".id"] ?? "");
        const two = ids.slice(0, 2).join(",");
        assert.deepEqual(answered(await bench.rest.post(`${LIST}/set`, { numbers: two, disabled: "yes" }), 200), []);
        const disabled = (await bench.rows(LIST, { list: bench.list, disabled: "true" })).map((row) => row[".id"]);
        assert.deepEqual(new Set(disabled), new Set(ids.slice(0, 2)));
        assert.deepEqual(answered(await bench.rest.post(`${LIST}/remove`, { numbers: two }), 200), []);
        assert.deepEqual(
            (await bench.rows(LIST, { list: bench.list })).map((row) => row[".id"]),
            ids.slice(2),
        );
    }),
    check("3.5", "D", "POST add creates a record", async (bench) => {
        const body = { list: bench.list, address: "192.0.2.1", comment: bench.marker };
        answered(await bench.rest.post(`${LIST}/add`, body), 200);
        const rows = await bench.rows(LIST, { list: bench.list });
        assert.equal(rows.length, 1);
    }),
    check("3.5", "I", "POST add answers with the id as ret", async (bench) => {
        const body = { list: bench.list, address: "192.0.2.1", comment: bench.marker };
        const answer = (await bench.rest.post(`${LIST}/add`, body)).json;
        const rows = await bench.rows(LIST, { list: bench.list });
        assert.deepEqual(answer, { ret: rows[0]?.[".id"] });
    }),
    check("3.6", "R", "refuses POST on a bare menu", async ({ rest }) => {
        refused(await rest.post(LIST, {}), 400, "no such command");
    }),
    check("3.7", "R", "does not evaluate [find …] in numbers", async (bench) => {
        const rule = await bench.rule();
        const numbers = `[find comment="${bench.marker}"]`;
        const answer = await bench.rest.post(`${MANGLE}/set`, { numbers, action: "accept" });
        assert.ok(answer.status >= 400, said(answer));
        assert.equal((await bench.row(MANGLE, rule[".id"]))["action"], "passthrough");
    }),
    check("3.8", "R", "has comment, enable and disable where the console has them", async (bench) => {
        const rule = await bench.rule(FILTER);
        const at = { numbers: rule[".id"] };
        const comment = `${bench.marker} seen`;
        for (const [command, body, wanted] of [
            ["disable", at, { disabled: "true" }],
            ["enable", at, { disabled: "false" }],
            ["comment", { ...at, comment }, { comment }],
        ] as const) {
            assert.deepEqual(answered(await bench.rest.post(`${FILTER}/${command}`, body), 200), []);
            const row = await bench.row(FILTER, rule[".id"]);
            assert.deepEqual(pick(row, Object.keys(wanted)), wanted);
        }
    }),
    check("3.8", "R", "has no such commands where the console has none", async ({ rest }) => {
        for (const command of ["comment", "enable", "disable", "move"]) {
            refused(await rest.post(`${TYPE}/${command}`, { numbers: NOBODY }), 400, "no such command");
        }
    }),
    check("3.9", "R", "leaves of a refused PATCH of a user what came before the refused value", async (bench) => {
        const { rest } = await bench.fresh();
        const user = { name: "somebody", group: "read", password: "secret" };
        const { ".id": id } = answered(await rest.put("/user", user), 201) as Row;
        const answer = await rest.patch(`/user/${id}`, { comment: "changed", group: "no-such-group" });
        assert.equal(answer.status, 400, said(answer));
        const after = (await rest.get(`/user/${id}`)).json as Row;
        assert.deepEqual([after["comment"], after["group"]], ["changed", "read"]);
    }),
    check("3.10", "R", "answers a monitor command at once when told once", async (bench) => {
        const ether = await bench.interface();
        for (const once of ["", "false"]) {
            const answer = await bench.rest.post("/interface/monitor-traffic", { interface: ether, once });
            const rows = answered(answer, 200) as Row[];
            assert.equal(rows.length, 1);
            assert.equal(rows[0]?.["name"], ether);
        }
    }),
    check("3.10", "D", "ends a command that takes too long (60 s, here made short)", async (bench) => {
        const { rest } = await bench.fresh({ behaviour: { sessionSeconds: 0.05 } });
        const body = { script: ":delay 30s", "as-string": "" };
        refused(await rest.post("/execute", body), 400, "Session closed");
    }),
    check("3.11", "D", "takes application/json", async (bench) => {
        await bench.entry("192.0.2.1");
    }),
    check("3.11", "R", "takes application/json with a charset", async (bench) => {
        const answer = await bench.rest.send("PUT", LIST, {
            body: { list: bench.list, address: "192.0.2.1", comment: bench.marker },
            headers: { "content-type": "application/json; charset=utf-8" },
        });
        answered(answer, 201);
    }),
    check("3.4", "R", "sets an ordered queue by numbers as well", async (bench) => {
        const simple = await bench.add(SIMPLE, {
            name: `${bench.marker}-simple`,
            target: "192.0.2.1",
            disabled: "yes",
            comment: bench.marker,
        });
        answered(await bench.rest.post(`${SIMPLE}/set`, { numbers: simple[".id"], "max-limit": "1M/2M" }), 200);
        assert.equal((await bench.row(SIMPLE, simple[".id"]))["max-limit"], "1000000/2000000");
    }),
];

function disabledQueue(bench: Bench) {
    return { parent: "global", disabled: "yes", comment: bench.marker };
}

/** A row without what changes by itself. */
function without(row: Row): Row {
    return Object.fromEntries(Object.entries(row).filter(([name]) => name !== "creation-time"));
}

function pick(row: Row, keys: string[]): Row {
    return Object.fromEntries(keys.map((key) => [key, row[key] ?? ""]));
}
