import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, FILTER6, LIST, MANGLE, MANGLE6, NOBODY, SIMPLE, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";

const TCP = { protocol: "tcp", "dst-port": "443" };

export const unset = [
    check("6.1", "R", "clears a matcher by PATCH of !name", async (bench) => {
        const rule = await bench.rule(MANGLE, TCP);
        const row = answered(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "!dst-port": "" }), 200) as Row;
        assert.equal("dst-port" in row, false);
        assert.equal(row["protocol"], "tcp");
    }),
    check("6.2", "R", "clears any field by unset, named by .id or numbers", async (bench) => {
        for (const key of [".id", "numbers"]) {
            const rule = await bench.rule(FILTER, { ...TCP, "src-address": "192.0.2.1" });
            for (const name of ["dst-port", "src-address", "protocol"]) {
                const answer = await bench.rest.post(`${FILTER}/unset`, { [key]: rule[".id"], "value-name": name });
                assert.deepEqual(answered(answer, 200), []);
                assert.equal(name in (await bench.row(FILTER, rule[".id"])), false, name);
            }
        }
    }),
    check("6.2", "R", "has unset in filter, mangle and simple queues of both families", async (bench) => {
        for (const menu of [FILTER, MANGLE, FILTER6, MANGLE6, SIMPLE]) {
            const answer = await bench.rest.post(`${menu}/unset`, { numbers: NOBODY, "value-name": "comment" });
            assert.notEqual((answer.json as Row)["detail"], "no such command", menu);
        }
    }),
    check("6.2", "R", "refuses an unknown value-name", async (bench) => {
        const rule = await bench.rule(FILTER);
        const answer = await bench.rest.post(`${FILTER}/unset`, { ".id": rule[".id"], "value-name": "nonsense" });
        refused(answer, 400, "input does not match any value of value-name");
    }),
    check("6.3", "R", "has no unset in address lists and the queue tree", async (bench) => {
        const entry = await bench.entry("192.0.2.1");
        const queue = await bench.queue();
        for (const [menu, id] of [
            [LIST, entry[".id"]],
            [TREE, queue[".id"]],
        ] as const) {
            const answer = await bench.rest.post(`${menu}/unset`, { ".id": id, "value-name": "comment" });
            refused(answer, 400, "no such command");
        }
    }),
    check("6.4", "R", "clears a comment by null", async (bench) => {
        const rule = await bench.rule();
        const row = answered(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { comment: null }), 200) as Row;
        assert.equal("comment" in row, false);
    }),
    check("6.4", "R", "takes null for a value of a typed field and refuses it", async (bench) => {
        const rule = await bench.rule(MANGLE, { "src-address": "192.0.2.1" });
        const answer = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "src-address": null });
        refused(answer, 400, "value of range expects range of ip addresses");
        assert.equal((await bench.row(MANGLE, rule[".id"]))["src-address"], "192.0.2.1");
    }),
    check("6.5", "R", "removes a comment that is set to nothing", async (bench) => {
        const rule = await bench.rule();
        const row = answered(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { comment: "" }), 200) as Row;
        assert.equal("comment" in row, false);
    }),
    check("6.5", "R", "leaves an empty dst-port set", async (bench) => {
        const rule = await bench.rule(FILTER, TCP);
        answered(await bench.rest.patch(`${FILTER}/${rule[".id"]}`, { "dst-port": "" }), 200);
        assert.equal((await bench.row(FILTER, rule[".id"]))["dst-port"], "");
    }),
    check("6.5", "R", "refuses an empty in-interface and an empty protocol", async (bench) => {
        const rule = await bench.rule(FILTER, { protocol: "tcp" });
        const at = `${FILTER}/${rule[".id"]}`;
        refused(
            await bench.rest.patch(at, { "in-interface": "" }),
            400,
            "ambiguous value of interface, more than one possible value matches input",
        );
        refused(await bench.rest.patch(at, { protocol: "" }), 400, "input does not match any value of protocol");
    }),
    check("6.6", "R", "reads an empty packet-mark as an empty string", async (bench) => {
        assert.equal((await bench.queue())["packet-mark"], "");
    }),
    check("6.6", "I", "clears fields of a queue when their defaults are written", async (bench) => {
        const queue = await bench.queue({
            "packet-mark": bench.marker,
            "max-limit": "5M",
            "limit-at": "1M",
            priority: "2",
        });
        const defaults = {
            "packet-mark": "",
            "max-limit": "0",
            "limit-at": "0",
            queue: "default-small",
            priority: "8",
        };
        const row = answered(await bench.rest.patch(`${TREE}/${queue[".id"]}`, defaults), 200) as Row;
        for (const [name, value] of Object.entries(defaults)) assert.equal(row[name], value, name);
    }),
    check("6.7", "R", "has a reset command in every menu with rows of one's own", async ({ rest }) => {
        for (const menu of [LIST, MANGLE, FILTER, TREE, SIMPLE, "/queue/type", "/interface/list"]) {
            const answer = await rest.post(`${menu}/reset`, { numbers: NOBODY });
            assert.notEqual((answer.json as Row | undefined)?.["detail"], "no such command", menu);
        }
    }),
];
