import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, MANGLE, SIMPLE, TREE } from "../harness/menus";

const LISTS = "/interface/list";

export const references = [
    check(
        "14.1",
        "I",
        "prints a reference by its object's present name (recorded for address pools)",
        async (bench) => {
            const list = await bench.add(LISTS, { name: bench.list, comment: bench.marker });
            const rule = await bench.rule(FILTER, { "in-interface-list": bench.list });
            answered(await bench.rest.patch(`${LISTS}/${list[".id"]}`, { name: `${bench.list}-2` }), 200);
            assert.equal((await bench.row(FILTER, rule[".id"]))["in-interface-list"], `${bench.list}-2`);
        },
    ),
    check("14.1", "I", "prints the raw id of a deleted object, and links no new one of its name", async (bench) => {
        const list = await bench.add(LISTS, { name: bench.list, comment: bench.marker });
        const rule = await bench.rule(FILTER, { "in-interface-list": bench.list });
        answered(await bench.rest.delete(`${LISTS}/${list[".id"]}`), 204);
        assert.equal((await bench.row(FILTER, rule[".id"]))["in-interface-list"], list[".id"]);
        await bench.add(LISTS, { name: `${bench.list}-between`, comment: bench.marker }); // may take the id that is free
        await bench.add(LISTS, { name: bench.list, comment: bench.marker });
        assert.notEqual((await bench.row(FILTER, rule[".id"]))["in-interface-list"], bench.list);
    }),
    check("14.2", "R", "takes names of lists, chains and marks that do not exist", async (bench) => {
        const none = `${bench.marker}-none`;
        await bench.rule(FILTER, { "src-address-list": none, "connection-mark": none, "packet-mark": none });
        await bench.rule(FILTER, { action: "jump", "jump-target": none });
        await bench.queue({ "packet-mark": none });
    }),
    check(
        "14.3",
        "R",
        "refuses interfaces, interface lists and parents of simple queues that do not exist",
        async (bench) => {
            const none = `${bench.marker}-none`;
            const rule = { chain: bench.chain, comment: bench.marker };
            const text = "input does not match any value of";
            refused(await bench.rest.put(MANGLE, { ...rule, "out-interface": none }), 400, `${text} interface`);
            refused(
                await bench.rest.put(MANGLE, { ...rule, "out-interface-list": none }),
                400,
                `${text} interface-list`,
            );
            const queue = { name: none, target: "192.0.2.1", disabled: "yes", parent: none };
            refused(await bench.rest.put(SIMPLE, queue), 400, `${text} parent`);
        },
    ),
    check(
        "14.3",
        "I",
        "refuses parents and types of the queue tree, and routing tables, that do not exist",
        async (bench) => {
            const none = `${bench.marker}-none`;
            const text = "input does not match any value of";
            refused(await bench.rest.put(TREE, { name: none, disabled: "yes", parent: none }), 400, `${text} parent`);
            refused(
                await bench.rest.put(TREE, { name: none, parent: "global", disabled: "yes", queue: none }),
                400,
                `${text} queue`,
            );
            const rule = { chain: bench.chain, action: "mark-routing", "new-routing-mark": none };
            refused(await bench.rest.put(MANGLE, rule), 400, new RegExp(`^${text} `));
        },
    ),
];
