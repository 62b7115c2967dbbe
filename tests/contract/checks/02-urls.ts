import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, MANGLE, singletons, tables, TREE, TYPE } from "../harness/menus";
import type { Row } from "../harness/rest";

export const urls = [
    check("2.1", "D", "serves each menu at the path it has on the console", async (bench) => {
        for (const menu of tables) await bench.rows(menu);
    }),
    check("2.2", "D", "gives one record by its id", async (bench) => {
        const rule = await bench.rule();
        const found = await bench.row(MANGLE, rule[".id"]);
        assert.equal(found[".id"], rule[".id"]);
        assert.equal(found["comment"], bench.marker);
    }),
    check("2.2", "R", "takes a name in place of the id where records have names", async (bench) => {
        const ether = await bench.interface();
        assert.equal((await bench.row("/interface", ether))["name"], ether);
        const queue = await bench.queue();
        assert.equal((await bench.row(TREE, queue["name"]))[".id"], queue[".id"]);
        assert.equal((await bench.row(TYPE, "default-small"))["name"], "default-small");
    }),
    check("2.2", "R", "changes and removes a record by its name", async (bench) => {
        const queue = await bench.queue();
        const changed = answered(await bench.rest.patch(`${TREE}/${queue["name"]}`, { priority: "3" }), 200) as Row;
        assert.equal(changed["priority"], "3");
        answered(await bench.rest.delete(`${TREE}/${queue["name"]}`), 204);
        refused(await bench.rest.get(`${TREE}/${queue[".id"]}`), 404, null);
    }),
    check("2.3", "R", "reads a tail that is no id as a command where records have no names", async (bench) => {
        await bench.rule(FILTER);
        refused(await bench.rest.get(`${FILTER}/${bench.marker}`), 400, "no such command prefix");
    }),
    check("2.4", "I", "finds no record by an interface's name in a menu without names", async (bench) => {
        const ether = await bench.interface();
        const list = await bench.add("/interface/list", { name: bench.list, comment: bench.marker });
        await bench.add("/interface/list/member", {
            list: list["name"],
            interface: ether,
            comment: bench.marker,
            disabled: "yes",
        });
        const answer = await bench.rest.post("/interface/list/member/set", { numbers: ether, disabled: "yes" });
        refused(answer, 404, null);
    }),
    check("2.5", "R", "gives a singleton as one object", async (bench) => {
        for (const menu of singletons) {
            const json = answered(await bench.rest.get(menu), 200);
            assert.ok(json && typeof json === "object" && !Array.isArray(json), `${menu} is an object`);
        }
    }),
    check("2.6", "R", "takes the id with a literal star", async (bench) => {
        const rule = await bench.rule();
        assert.match(rule[".id"] ?? "", /^\*/);
        answered(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { comment: `${bench.marker} changed` }), 200);
        answered(await bench.rest.delete(`${MANGLE}/${rule[".id"]}`), 204);
    }),
    check("2.6", "I", "can refuse an id sent as %2A (as an option)", async (bench) => {
        const { rest } = await bench.fresh({ behaviour: { decodeStar: false } });
        refused(await rest.get("/interface/%2A1"), 400, "missing or invalid resource identifier");
        answered(await rest.get("/interface/*1"), 200);
    }),
    check("2.7", "R", "refuses a menu it does not have", async ({ rest }) => {
        refused(await rest.get("/nonexistent"), 400, "no such command or directory (nonexistent)");
    }),
    check("2.7", "R", "refuses GET on a command", async ({ rest }) => {
        for (const path of ["/log/error", `${FILTER}/add`]) refused(await rest.get(path), 400, "no such command");
    }),
];
