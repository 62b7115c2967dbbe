import assert from "node:assert/strict";

import { answered, refused, said } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, LIST, LIST6 } from "../harness/menus";
import type { Row } from "../harness/rest";
import { query } from "../harness/rest";

const DUPLICATE = "failure: already have such entry";

export const addressLists = [
    check(
        "10.1",
        "R",
        "takes address, comment, disabled, dynamic, list and timeout, in add and in set",
        async (bench) => {
            const all = { disabled: "yes", dynamic: "no", comment: bench.marker };
            const entry = await bench.entry("192.0.2.1", all);
            const set = { ...all, address: "192.0.2.2", list: bench.list };
            const row = answered(await bench.rest.patch(`${LIST}/${entry[".id"]}`, set), 200) as Row;
            assert.equal(row["address"], "192.0.2.2");
            await bench.entry("192.0.2.3", { timeout: "1h" });
        },
    ),
    check("10.1", "R", "has no move, no unset and no place-before", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const numbers = entry[".id"];
        for (const menu of [LIST, LIST6]) {
            refused(await bench.rest.post(`${menu}/move`, { numbers }), 400, "no such command");
            refused(await bench.rest.post(`${menu}/unset`, { numbers }), 400, "no such command");
        }
        const body = { list: bench.list, address: "192.0.2.2", "place-before": numbers };
        refused(await bench.rest.put(LIST, body), 400, "unknown parameter place-before");
    }),
    check("10.1", "I", "copies the other values of the entry named in copy-from", async (bench) => {
        const entry = await bench.entry("192.0.2.1", { disabled: "yes" });
        const copy = await bench.add(LIST, { "copy-from": entry[".id"], address: "192.0.2.2" });
        assert.equal(copy["list"], bench.list);
        assert.equal(copy["comment"], bench.marker);
    }),
    check("10.2", "D", "requires list", async ({ rest, marker }) => {
        refused(await rest.put(LIST, { address: "192.0.2.1", comment: marker }), 400, "missing =list=");
    }),
    check("10.2", "D", "has a list as long as it has entries", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        assert.equal((await bench.rows(LIST, { list: bench.list })).length, 1);
        await bench.rest.delete(`${LIST}/${entry[".id"]}`);
        assert.equal((await bench.rows(LIST, { list: bench.list })).length, 0);
    }),
    check("10.3", "D", "takes an address, a prefix, a range and a name", async (bench) => {
        for (const address of ["192.0.2.1", "198.51.100.0/24", "192.0.2.10-192.0.2.20", "host.invalid"]) {
            assert.equal((await bench.entry(address, { disabled: "yes" }))["address"], address);
        }
    }),
    check("10.4", "R", "finds a duplicate whatever its form, comment or timeout", async (bench) => {
        await bench.entry("192.0.2.1");
        for (const other of [
            { address: "192.0.2.1" },
            { address: "192.0.2.1/32" },
            { address: "192.0.2.1", comment: `${bench.marker} other` },
            { address: "192.0.2.1", timeout: "1h" },
        ]) {
            refused(await bench.rest.put(LIST, { list: bench.list, ...other }), 400, DUPLICATE);
        }
    }),
    check("10.4", "R", "allows overlapping prefixes and the same address in another list", async (bench) => {
        await bench.entry("198.51.100.0/24");
        await bench.entry("198.51.100.0/25");
        await bench.entry("198.51.100.0/24", { list: `${bench.list}-2` });
    }),
    check("10.4", "R", "allows a pair again whose entry is disabled", async (bench) => {
        await bench.entry("192.0.2.1", { disabled: "yes" });
        await bench.entry("192.0.2.1");
    }),
    check("10.5", "R", "makes an entry with a timeout dynamic and reads the time that remains", async (bench) => {
        const entry = await bench.entry("192.0.2.1", { timeout: "1h" });
        assert.equal(entry["dynamic"], "true");
        assert.match((await bench.row(LIST, entry[".id"]))["timeout"] ?? "", /^(1h|59m\d*s?)/);
        assert.equal((await bench.entry("192.0.2.2"))["dynamic"], "false");
    }),
    check("10.5", "D", "loses entries with a timeout at a restart", async (bench) => {
        const { rest, router } = await bench.fresh();
        for (const entry of [{ address: "192.0.2.1", timeout: "1h" }, { address: "192.0.2.2" }]) {
            answered(await rest.put(LIST, { list: bench.list, ...entry }), 201);
        }
        router.restart();
        const left = (await rest.get(LIST + query({ list: bench.list }))).json as Row[];
        assert.deepEqual(
            left.map((row) => row["address"]),
            ["192.0.2.2"],
        );
    }),
    check("10.5", "D", "takes a timeout of at most 35w3d13h13m56s", async (bench) => {
        await bench.entry("192.0.2.1", { timeout: "35w3d13h13m56s" });
        const answer = await bench.rest.put(LIST, {
            list: bench.list,
            address: "192.0.2.2",
            timeout: "35w3d13h13m57s",
        });
        assert.equal(answer.status, 400, said(answer));
    }),
    check("10.6", "R", "takes dynamic as an argument", async (bench) => {
        assert.equal((await bench.entry("192.0.2.1", { dynamic: "yes" }))["dynamic"], "true");
    }),
    check("10.6", "I", "loses entries written with dynamic=yes at a restart", async (bench) => {
        const { rest, router } = await bench.fresh();
        answered(await rest.put(LIST, { list: bench.list, address: "192.0.2.1", dynamic: "yes" }), 201);
        router.restart();
        assert.deepEqual((await rest.get(LIST + query({ list: bench.list }))).json, []);
    }),
    check(
        "10.7",
        "D",
        "adds a dynamic child entry for each address of a name, and removes them with it",
        async (bench) => {
            const { rest } = await bench.fresh();
            const children = async () =>
                ((await rest.get(LIST + query({ list: bench.list }))).json as Row[]).filter(
                    (row) => row["dynamic"] === "true",
                );
            const parent = (await rest.put(LIST, { list: bench.list, address: "localhost" })).json as Row;
            const rows = await until(children, (found) => found.length > 0);
            assert.equal(parent["dynamic"], "false");
            assert.equal(parent["address"], "localhost");
            assert.deepEqual(new Set(rows.map((row) => row["comment"])), new Set(["localhost"]));
            answered(await rest.delete(`${LIST}/${parent[".id"]}`), 204);
            assert.deepEqual(await children(), []);
        },
    ),
    check("10.8", "I", "lists entries nobody wrote, told apart by dynamic", async (bench) => {
        const { rest } = await bench.fresh();
        await rest.put(LIST, { list: bench.list, address: "localhost" });
        const all = async () => (await rest.get(LIST + query({ list: bench.list }))).json as Row[];
        assert.ok((await until(all, (found) => found.length > 1)).length > 1);
        const fixed = (await rest.get(LIST + query({ list: bench.list, dynamic: "false" }))).json as Row[];
        assert.deepEqual(
            fixed.map((row) => row["address"]),
            ["localhost"],
        );
    }),
    check("10.9", "R", "always shows disabled, and sets creation-time itself", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        assert.equal(entry["disabled"], "false");
        const answer = await bench.rest.patch(`${LIST}/${entry[".id"]}`, { "creation-time": "2020-01-01 00:00:00" });
        assert.equal(answer.status, 400, said(answer));
    }),
    check("10.10", "R", "takes a time, none-dynamic or none-static as address-list-timeout", async (bench) => {
        for (const timeout of ["1h", "none-dynamic", "none-static"]) {
            const rule = await bench.rule(FILTER, {
                action: "add-src-to-address-list",
                "address-list": bench.list,
                "address-list-timeout": timeout,
            });
            assert.equal(rule["address-list-timeout"], timeout);
        }
    }),
    check("10.11", "R", "takes a rule that names a list which does not exist", async (bench) => {
        const rule = await bench.rule(FILTER, { "dst-address-list": bench.list });
        assert.equal(rule["dst-address-list"], bench.list);
    }),
    check("10.11", "I", "removes the last entry of a list that a rule names", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        await bench.rule(FILTER, { "dst-address-list": bench.list });
        answered(await bench.rest.delete(`${LIST}/${entry[".id"]}`), 204);
    }),
];

/** Asks until the answer is as wanted, at most fifty times. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
    let last = await ask();
    for (let turn = 0; turn < 50 && !wanted(last); turn++) last = await ask();
    return last;
}
