import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { dummyRule } from "../harness/fasttrack";
import { FILTER, LIST, MANGLE, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";

const QUEUE_KEYS = `.id bucket-size burst-limit burst-threshold burst-time bytes disabled dropped invalid limit-at
    max-limit name packet-mark packet-rate packets parent priority queue queued-bytes queued-packets rate`.split(/\s+/);

export const flags = [
    check("8.1", "R", "always gives a rule's id, chain, action, counters, dynamic and invalid", async (bench) => {
        const rule = await bench.add(FILTER, { chain: bench.chain });
        for (const name of [".id", "chain", "action", "bytes", "packets", "dynamic", "invalid"]) {
            assert.ok(name in rule, name);
        }
    }),
    check("8.1", "R", "gives disabled, log and log-prefix of a rule only once they were written", async (bench) => {
        bench.skipBefore("7.23.7");
        const rule = await bench.add(FILTER, { chain: bench.chain });
        for (const name of ["disabled", "log", "log-prefix"]) assert.equal(name in rule, false, name);
        const written = await bench.rule(FILTER, { disabled: "no" });
        assert.equal(written["disabled"], "false");
        const at = `${FILTER}/${rule[".id"]}`;
        answered(await bench.rest.patch(at, { disabled: "yes" }), 200);
        answered(await bench.rest.patch(at, { disabled: "no" }), 200);
        assert.equal((await bench.row(FILTER, rule[".id"]))["disabled"], "false");
    }),
    check(
        "8.2",
        "R",
        "always gives an entry's id, list, address, creation-time, disabled and dynamic",
        async (bench) => {
            const entry = await bench.entry("192.0.2.1");
            const keys = [".id", "address", "comment", "creation-time", "disabled", "dynamic", "list"];
            assert.deepEqual(Object.keys(await bench.row(LIST, entry[".id"])).sort(), keys);
        },
    ),
    check("8.2", "R", "gives timeout only of entries that have one", async (bench) => {
        const entry = await bench.entry("192.0.2.1", { timeout: "1h" });
        assert.ok("timeout" in entry);
    }),
    check("8.3", "R", "gives exactly these properties of a queue, dynamic not among them", async (bench) => {
        const queue = await bench.queue({ queue: "default-small" });
        const row = await bench.row(TREE, queue[".id"]);
        assert.deepEqual(Object.keys(row).sort(), [...QUEUE_KEYS, "comment"].sort());
    }),
    check("8.3", "R", "adds pcq-queues for a queue of kind pcq", async (bench) => {
        const queue = await bench.queue({ queue: "pcq-upload-default" });
        assert.ok("pcq-queues" in (await bench.row(TREE, queue[".id"])));
    }),
    check("8.4", "R", "reads a second identical rule of an unreferenced chain as invalid", async (bench) => {
        const rule = { chain: bench.chain, action: "accept", comment: bench.marker };
        await bench.add(FILTER, rule);
        const second = await bench.add(FILTER, rule);
        assert.equal((await bench.row(FILTER, second[".id"]))["invalid"], "true");
    }),
    check(
        "8.4",
        "R",
        "takes an unknown jump target or list without an error and reads the rule as invalid",
        async (bench) => {
            for (const values of [
                { action: "jump", "jump-target": `${bench.marker}-nowhere` },
                { "src-address-list": `${bench.marker}-none` },
            ]) {
                const rule = await bench.rule(FILTER, values);
                assert.equal((await bench.row(FILTER, rule[".id"]))["invalid"], "true", JSON.stringify(values));
            }
        },
    ),
    check("8.5", "I", "refuses to write a read-only property", async (bench) => {
        const rule = await bench.rule();
        refused(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { bytes: "0" }), 400, "unknown parameter bytes");
        const queue = await bench.queue();
        refused(await bench.rest.patch(`${TREE}/${queue[".id"]}`, { invalid: "no" }), 400, "unknown parameter invalid");
    }),
    check("8.6", "R", "refuses to move before the FastTrack counters rule", async (bench) => {
        const { rest, dummy } = await dummyRule(bench);
        const rule = (await rest.put(FILTER, { chain: bench.chain, comment: bench.marker })).json as Row;
        const answer = await rest.post(`${FILTER}/move`, { numbers: rule[".id"], destination: dummy[".id"] });
        refused(answer, 400, /cannot move builtin/);
    }),
    check("8.6", "R", "refuses to move the FastTrack counters rule itself", async (bench) => {
        const { rest } = await bench.fresh();
        const { dummy } = await dummyRule(bench, rest);
        const answer = await rest.post(`${FILTER}/move`, { numbers: dummy[".id"] });
        refused(answer, 400, /cannot move builtin/);
    }),
];
