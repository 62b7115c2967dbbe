import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused, said } from "../harness/bench";
import { check } from "../harness/check";
import { NOBODY, SIMPLE, TREE, TYPE } from "../harness/menus";
import type { Row } from "../harness/rest";
import { query } from "../harness/rest";

const BUILT_IN = [
    "default",
    "default-small",
    "ethernet-default",
    "hotspot-default",
    "multi-queue-ethernet-default",
    "only-hardware-queue",
    "pcq-download-default",
    "pcq-upload-default",
    "synchronous-default",
    "wireless-default",
];
const KINDS = ["bfifo", "cake", "codel", "fq-codel", "mq-pfifo", "none", "pcq", "pfifo", "red", "sfq"];

export const queues = [
    check("13.1", "R", "takes all arguments of a queue, in add and in set", async (bench) => {
        const values = {
            "bucket-size": "0.2",
            "burst-limit": "3M",
            "burst-threshold": "1M",
            "burst-time": "8s",
            "limit-at": "1M",
            "max-limit": "2M",
            "packet-mark": bench.marker,
            priority: "4",
            queue: "default",
        };
        const queue = await bench.queue(values);
        const again = {
            ...values,
            name: `${bench.marker}-2`,
            parent: "global",
            disabled: "yes",
            comment: bench.marker,
        };
        answered(await bench.rest.patch(`${TREE}/${queue[".id"]}`, again), 200);
    }),
    check("13.1", "R", "has these commands in the queue tree and neither move nor unset", async ({ rest }) => {
        for (const command of ["set", "remove", "enable", "disable", "comment", "reset", "reset-counters"]) {
            const answer = await rest.post(`${TREE}/${command}`, { numbers: NOBODY });
            assert.notEqual((answer.json as Row | undefined)?.["detail"], "no such command", command);
        }
        for (const command of ["move", "unset"]) {
            refused(await rest.post(`${TREE}/${command}`, { numbers: NOBODY }), 400, "no such command");
        }
    }),
    check("13.2", "D", "requires parent and nothing else", async (bench) => {
        refused(await bench.rest.put(TREE, { name: bench.marker, disabled: "yes" }), 400, "missing =parent=");
        await bench.add(TREE, { parent: "global", disabled: "yes", comment: bench.marker });
    }),
    check("13.2", "I", "names a queue queueN where no name is given", async (bench) => {
        const queue = await bench.add(TREE, { parent: "global", disabled: "yes", comment: bench.marker });
        assert.match(queue["name"] ?? "", /^queue\d+$/);
    }),
    check("13.3", "R", "has these defaults", async (bench) => {
        const { name, parent, comment, ...row } = await bench.add(TREE, {
            name: bench.marker,
            parent: "global",
            "packet-mark": bench.marker, // carried by nothing, so the queue takes no packet
        });
        assert.deepEqual([name, parent, comment], [bench.marker, "global", undefined]);
        const defaults = {
            "bucket-size": "0.1",
            "burst-limit": "0",
            "burst-threshold": "0",
            "burst-time": "0s",
            disabled: "false",
            "limit-at": "0",
            "max-limit": "0",
            priority: "8",
            queue: "default-small",
        };
        for (const [key, value] of Object.entries(defaults)) assert.equal(row[key], value, key);
    }),
    check("13.4", "R", "takes global and an interface as a parent", async (bench) => {
        const ether = await bench.interface();
        for (const parent of ["global", ether]) {
            assert.equal((await bench.queue({ name: `${bench.marker}-${parent}`, parent }))["parent"], parent);
        }
    }),
    check("13.4", "D", "takes another queue as a parent", async (bench) => {
        const parent = await bench.queue();
        const child = await bench.queue({ name: `${bench.marker}-child`, parent: parent["name"] });
        assert.equal(child["parent"], parent["name"]);
    }),
    check("13.4", "R", "knows no global-in, global-out and global-total", async ({ rest, marker }) => {
        for (const parent of ["global-in", "global-out", "global-total"]) {
            const answer = await rest.put(TREE, { name: marker, disabled: "yes", parent });
            refused(answer, 400, "input does not match any value of parent");
        }
    }),
    check("13.5", "R", "refuses an unknown parent and an unknown type of a simple queue", async ({ rest, marker }) => {
        const queue = { name: marker, target: "192.0.2.1", disabled: "yes" };
        refused(await rest.put(SIMPLE, { ...queue, parent: marker }), 400, "input does not match any value of parent");
        const types = `${marker}/${marker}`;
        refused(await rest.put(SIMPLE, { ...queue, queue: types }), 400, "input does not match any value of queue");
    }),
    check("13.5", "I", "refuses both in the tree with the same words", async ({ rest, marker }) => {
        refused(
            await rest.put(TREE, { name: marker, disabled: "yes", parent: marker }),
            400,
            "input does not match any value of parent",
        );
        const queue = { name: marker, parent: "global", queue: marker };
        refused(await rest.put(TREE, queue), 400, "input does not match any value of queue");
    }),
    check("13.6", "R", "takes marks that no rule sets, several with commas, and no-mark", async (bench) => {
        for (const mark of [bench.marker, `${bench.marker},${bench.marker}-2`, "no-mark", `no-mark,${bench.marker}`]) {
            const queue = await bench.queue({ name: `${bench.marker}-${mark.length}`, "packet-mark": mark });
            assert.equal(queue["packet-mark"], mark);
        }
    }),
    check("13.7", "R", "reads rates in bits per second and 0 for unlimited", async (bench) => {
        const queue = await bench.queue({ "limit-at": "64k", "max-limit": "1G" });
        assert.deepEqual([queue["limit-at"], queue["max-limit"]], ["64000", "1000000000"]);
        const free = await bench.queue({ name: `${bench.marker}-free` });
        assert.deepEqual([free["limit-at"], free["max-limit"]], ["0", "0"]);
    }),
    check("13.8", "D", "takes priorities 1 to 8", async (bench) => {
        for (const priority of ["1", "8"]) {
            assert.equal((await bench.queue({ name: `${bench.marker}-${priority}`, priority }))["priority"], priority);
        }
    }),
    check("13.9", "D", "takes children that ask for more than their parent has", async (bench) => {
        const parent = await bench.queue({ "max-limit": "1M" });
        const child = { parent: parent["name"], "limit-at": "2M", "max-limit": "5M" };
        for (const number of [1, 2]) await bench.queue({ ...child, name: `${bench.marker}-${number}` });
    }),
    check("13.10", "R", "changes guarantee and limit of a simple queue in one PATCH alone", async (bench) => {
        const queue = await bench.add(SIMPLE, {
            name: bench.marker,
            target: "192.0.2.1",
            disabled: "yes",
            "limit-at": "1M/1M",
            "max-limit": "2M/2M",
        });
        const at = `${SIMPLE}/${queue[".id"]}`;
        const detail = "failure: upload-max-limit less than upload-limit";
        refused(await bench.rest.patch(at, { "limit-at": "3M/1M" }), 400, detail);
        answered(await bench.rest.patch(at, { "limit-at": "3M/1M", "max-limit": "4M/2M" }), 200);
    }),
    check("13.10", "I", "refuses a guarantee above the limit in the tree, unless the limit is 0", async (bench) => {
        const queue = await bench.queue({ "limit-at": "1M", "max-limit": "2M" });
        const at = `${TREE}/${queue[".id"]}`;
        refused(await bench.rest.patch(at, { "limit-at": "3M" }), 400, /less than/);
        refused(await bench.rest.patch(at, { "max-limit": "500k" }), 400, /less than/);
        answered(await bench.rest.patch(at, { "limit-at": "3M", "max-limit": "4M" }), 200);
        answered(await bench.rest.patch(at, { "max-limit": "0" }), 200);
    }),
    check("13.11", "I", "takes seven levels of queues under an interface and no eighth", async (bench) => {
        let parent = await bench.interface();
        for (let level = 1; level <= 7; level++) {
            parent = (await bench.queue({ name: `${bench.marker}-${level}`, parent }))["name"] ?? "";
        }
        const answer = await bench.rest.put(TREE, { name: `${bench.marker}-8`, parent, disabled: "yes" });
        assert.equal(answer.status, 400, said(answer));
    }),
    check("13.12", "D", "takes a bucket-size from 0 to 10", async (bench) => {
        for (const size of ["0", "0.01", "10"]) {
            const queue = await bench.queue({ name: `${bench.marker}-${size}`, "bucket-size": size });
            assert.equal(queue["bucket-size"], size);
        }
        const answer = await bench.rest.put(TREE, {
            name: bench.marker,
            parent: "global",
            disabled: "yes",
            "bucket-size": "11",
        });
        assert.equal(answer.status, 400, said(answer));
    }),
    check("13.13", "R", "refuses a second simple queue of the same name", async (bench) => {
        const queue = { name: bench.marker, target: "192.0.2.1", disabled: "yes" };
        await bench.add(SIMPLE, queue);
        refused(await bench.rest.put(SIMPLE, queue), 400, "failure: already have such name");
    }),
    check("13.13", "I", "refuses a second queue of the same name in the tree, also by renaming", async (bench) => {
        const first = await bench.queue();
        const answer = await bench.rest.put(TREE, { name: first["name"], parent: "global", disabled: "yes" });
        refused(answer, 400, "failure: already have such name");
        const second = await bench.queue({ name: `${bench.marker}-2` });
        const renamed = await bench.rest.patch(`${TREE}/${second[".id"]}`, { name: first["name"] });
        refused(renamed, 400, "failure: already have such name");
        await bench.add(SIMPLE, { name: first["name"], target: "192.0.2.1", disabled: "yes" }); // another menu
    }),
    check("13.14", "I", "shows a parent's new name at its children", async (bench) => {
        const { parent, child } = await family(bench);
        answered(await bench.rest.patch(`${TREE}/${parent[".id"]}`, { name: `${bench.marker}-renamed` }), 200);
        assert.equal((await bench.row(TREE, child[".id"]))["parent"], `${bench.marker}-renamed`);
    }),
    check("13.15", "I", "removes a parent and leaves its children dangling on the raw id", async (bench) => {
        const { parent, child } = await family(bench);
        answered(await bench.rest.delete(`${TREE}/${parent[".id"]}`), 204);
        const left = await bench.row(TREE, child[".id"]);
        assert.deepEqual([left["parent"], left["invalid"]], [parent[".id"], "true"]);
    }),
    check("13.15", "I", "removes a queue type in use and leaves its id", async (bench) => {
        const type = await bench.add(TYPE, { name: `${bench.marker}-type`, kind: "pfifo" });
        const queue = await bench.queue({ queue: type["name"] });
        answered(await bench.rest.delete(`${TYPE}/${type[".id"]}`), 204);
        assert.equal((await bench.row(TREE, queue[".id"]))["queue"], type[".id"]);
    }),
    check("13.19", "R", "is found by name, changed by id, and its counters reset", async (bench) => {
        const queue = await bench.queue({ "max-limit": "10M" });
        const [found] = (await bench.rest.get(TREE + query({ name: queue["name"] ?? "" }))).json as Row[];
        const answer = await bench.rest.patch(`${TREE}/${found?.[".id"]}`, { "max-limit": "12M", queue: "default" });
        const changed = answered(answer, 200) as Row;
        assert.deepEqual([changed["max-limit"], changed["queue"]], ["12000000", "default"]);
        const reset = await bench.rest.post(`${TREE}/reset-counters`, { ".id": queue[".id"] });
        assert.deepEqual(answered(reset, 200), []);
    }),
    check("13.20", "R", "has these queue types built in", async (bench) => {
        const builtIn = (await bench.rows(TYPE)).filter((row) => row["default"] === "true").map((row) => row["name"]);
        assert.deepEqual(
            BUILT_IN.filter((name) => !builtIn.includes(name)),
            [],
        );
    }),
    check("13.20", "D", "requires name and kind of a queue type", async ({ rest, marker }) => {
        refused(await rest.put(TYPE, { kind: "pfifo" }), 400, "missing =name=");
        refused(await rest.put(TYPE, { name: marker }), 400, "missing =kind=");
    }),
    check("13.20", "R", "has no comment, disable and move in queue types", async (bench) => {
        const type = await bench.add(TYPE, { name: `${bench.marker}-type`, kind: "pfifo" });
        for (const command of ["comment", "disable", "enable", "move"]) {
            refused(await bench.rest.post(`${TYPE}/${command}`, { numbers: type[".id"] }), 400, "no such command");
        }
        const answer = await bench.rest.patch(`${TYPE}/${type[".id"]}`, { comment: "x" });
        refused(answer, 400, "unknown parameter comment");
    }),
    check("13.21", "R", "knows these kinds of queue types", async (bench) => {
        const seen: Record<string, unknown> = {};
        for (const kind of KINDS) {
            const answer = await bench.rest.put(TYPE, { name: `${bench.marker}-${kind}`, kind });
            seen[kind] = answer.status === 201 ? (answer.json as Row)["kind"] : said(answer);
        }
        assert.deepEqual(seen, Object.fromEntries(KINDS.map((kind) => [kind, kind])));
    }),
    check("13.22", "R", "shows target, packet-marks, pairs and dynamic of a simple queue", async (bench) => {
        const queue = await bench.add(SIMPLE, {
            name: bench.marker,
            target: "192.0.2.1/32",
            disabled: "yes",
            "packet-marks": bench.marker,
            "max-limit": "1M/2M",
        });
        const row = await bench.row(SIMPLE, queue[".id"]);
        assert.equal(row["packet-marks"], bench.marker);
        assert.equal(row["max-limit"], "1000000/2000000");
        assert.equal(row["dynamic"], "false");
        assert.ok(row["target"]?.startsWith("192.0.2.1"));
        for (const name of ["bytes", "packets", "rate"]) assert.match(row[name] ?? "", /^\d+\/\d+$/, name);
    }),
];

async function family(bench: Bench): Promise<{ parent: Row; child: Row }> {
    const parent = await bench.queue();
    const child = await bench.queue({ name: `${bench.marker}-child`, parent: parent["name"] });
    return { parent, child };
}
