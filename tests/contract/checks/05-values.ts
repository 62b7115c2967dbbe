import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { FILTER, LIST, LIST6, MANGLE, SIMPLE, singletons, tables, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";

const DURATION = /^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/;

export const values = [
    check("5.1", "R", "gives every value as a string", async (bench) => {
        await bench.rule();
        await bench.queue();
        await bench.entry("192.0.2.1", { timeout: "1h" });
        const objects: Row[] = [];
        for (const menu of tables) objects.push(...(await bench.rows(menu)));
        for (const menu of singletons) objects.push(answered(await bench.rest.get(menu), 200) as Row);
        const other = objects.flatMap((row) => Object.entries(row).filter(([, value]) => typeof value !== "string"));
        assert.deepEqual(other, []);
    }),
    check("5.1", "I", "gives a comment back as it was written, whatever is in it", async (bench) => {
        const comment = `${bench.marker} "quoted" back\\slash <b>tag</b> grüß 日本 $[/log print]`;
        const rule = await bench.rule(MANGLE, { comment });
        assert.equal((await bench.row(MANGLE, rule[".id"]))["comment"], comment);
    }),
    check("5.2", "R", "reads booleans as true and false, whichever way they were written", async (bench) => {
        const rule = await bench.rule();
        for (const [written, read] of [
            ["yes", "true"],
            ["no", "false"],
            ["true", "true"],
            ["false", "false"],
            [true, "true"],
            [false, "false"],
        ] as const) {
            const answer = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { disabled: written });
            assert.equal((answered(answer, 200) as Row)["disabled"], read, JSON.stringify(written));
        }
    }),
    check("5.3", "D", "takes JSON numbers", async (bench) => {
        const queue = await bench.queue({ "max-limit": 5000000, priority: 3 });
        assert.deepEqual([queue["max-limit"], queue["priority"]], ["5000000", "3"]);
    }),
    check("5.3", "D", "reads a JSON number with a leading 0 as octal and with 0x as hexadecimal", async (bench) => {
        const queue = await bench.queue();
        for (const [written, read] of [
            ["0100", "64"],
            ["0x10", "16"],
        ] as const) {
            const answer = await bench.rest.send("PATCH", `${TREE}/${queue[".id"]}`, {
                raw: `{"max-limit":${written}}`,
            });
            assert.equal((answered(answer, 200) as Row)["max-limit"], read);
        }
    }),
    check("5.4", "R", "reads rates in plain bits per second, powers of 1000", async (bench) => {
        const queue = await bench.queue();
        for (const [written, read] of [
            ["10M", "10000000"],
            ["64k", "64000"],
            ["1G", "1000000000"],
            ["25000000", "25000000"],
            ["0", "0"],
        ] as const) {
            const answer = await bench.rest.patch(`${TREE}/${queue[".id"]}`, { "max-limit": written });
            assert.equal((answered(answer, 200) as Row)["max-limit"], read);
        }
    }),
    check("5.4", "R", "reads an unlimited rate as 0, and as 0/0 in pairs", async (bench) => {
        assert.equal((await bench.queue())["max-limit"], "0");
        const simple = await bench.add(SIMPLE, {
            name: `${bench.marker}-simple`,
            target: "192.0.2.1",
            disabled: "yes",
            comment: bench.marker,
        });
        assert.equal(simple["max-limit"], "0/0");
        const answer = await bench.rest.patch(`${SIMPLE}/${simple[".id"]}`, { "max-limit": "15M/20M" });
        assert.equal((answered(answer, 200) as Row)["max-limit"], "15000000/20000000");
    }),
    check("5.5", "R", "reads bucket-size as 0.1 and burst-time as 0s by default", async (bench) => {
        const queue = await bench.queue();
        assert.deepEqual([queue["bucket-size"], queue["burst-time"]], ["0.1", "0s"]);
    }),
    check("5.6", "R", "reads durations as weeks, days, hours, minutes and seconds", async (bench) => {
        const entry = await bench.entry("192.0.2.1", { timeout: "1w2d3h4m5s" });
        assert.match((await bench.row(LIST, entry[".id"]))["timeout"] ?? "", DURATION);
        assert.match(((await bench.rest.get("/system/resource")).json as Row)["uptime"] ?? "", DURATION);
    }),
    check("5.6", "I", "takes hh:mm:ss and plain seconds for a duration as well", async (bench) => {
        const queue = await bench.queue();
        for (const [written, read] of [
            ["10s", "10s"],
            ["00:00:10", "10s"],
            ["10", "10s"],
            ["90", "1m30s"],
        ] as const) {
            const answer = await bench.rest.patch(`${TREE}/${queue[".id"]}`, { "burst-time": written });
            assert.equal((answered(answer, 200) as Row)["burst-time"], read);
        }
    }),
    check("5.7", "R", "reads times as YYYY-MM-DD HH:MM:SS", async (bench) => {
        bench.skipBefore("7.10");
        const entry = await bench.entry("192.0.2.1");
        assert.match(entry["creation-time"] ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    }),
    check("5.8", "R", "keeps a list as one string with commas", async (bench) => {
        const rule = await bench.rule(MANGLE, { "connection-state": "established,related" });
        assert.equal(rule["connection-state"], "established,related");
        const queue = await bench.queue({ "packet-mark": `${bench.marker}-a,${bench.marker}-b` });
        assert.equal(queue["packet-mark"], `${bench.marker}-a,${bench.marker}-b`);
    }),
    check("5.9", "R", "keeps a negation as a leading ! of the whole value", async (bench) => {
        const rule = await bench.rule(MANGLE, {
            "connection-state": "!established,related",
            "dst-address": "!10.0.0.0/8",
        });
        const row = await bench.row(MANGLE, rule[".id"]);
        assert.equal(row["connection-state"], "!established,related");
        assert.equal(row["dst-address"], "!10.0.0.0/8");
    }),
    check("5.10", "R", "leaves /32 off a host address in lists and matchers", async (bench) => {
        assert.equal((await bench.entry("192.0.2.7"))["address"], "192.0.2.7");
        assert.equal((await bench.entry("192.0.2.8/32"))["address"], "192.0.2.8");
        for (const [written, read] of [
            ["192.0.2.7", "192.0.2.7"],
            ["192.0.2.7/32", "192.0.2.7"],
            ["192.0.2.0/24", "192.0.2.0/24"],
        ] as const) {
            assert.equal((await bench.rule(FILTER, { "src-address": written }))["src-address"], read);
        }
    }),
    check("5.10", "R", "rewrites a range that is a whole prefix", async (bench) => {
        const entry = await bench.entry("192.168.0.0-192.168.1.255");
        assert.equal(entry["address"], "192.168.0.0/23");
        const other = await bench.entry("192.0.2.3-192.0.2.9");
        assert.equal(other["address"], "192.0.2.3-192.0.2.9");
    }),
    check("5.10", "D", "reads an interface's address with its prefix length", async (bench) => {
        for (const row of await bench.rows("/ip/address")) assert.match(row["address"] ?? "", /\/\d+$/);
    }),
    check("5.11", "R", "reads a single IPv6 address of a list with /128", async (bench) => {
        assert.equal((await bench.entry("2001:db8::1"))["address"], "2001:db8::1/128");
        assert.equal((await bench.entry("2001:db8:1::/48"))["address"], "2001:db8:1::/48");
    }),
    check("5.11", "I", "reads IPv6 addresses in lower case and compressed", async (bench) => {
        const entry = await bench.entry("2001:0DB8:0:0:0:0:0:2");
        assert.equal((await bench.row(LIST6, entry[".id"]))["address"], "2001:db8::2/128");
    }),
    check("5.12", "R", "leaves an empty comment and unset matchers out", async (bench) => {
        const rule = await bench.add(MANGLE, { chain: bench.chain, action: "passthrough" });
        for (const name of ["comment", "dst-port", "protocol", "src-address", "connection-mark"]) {
            assert.equal(name in rule, false, name);
        }
    }),
    check("5.15", "R", "takes a log-prefix of 31 characters", async (bench) => {
        const prefix = "x".repeat(31);
        assert.equal((await bench.rule(FILTER, { "log-prefix": prefix }))["log-prefix"], prefix);
    }),
    check("5.15", "I", "refuses a longer log-prefix from 7.21 on", async (bench) => {
        bench.skipBefore("7.21");
        const body = { chain: bench.chain, action: "passthrough", comment: bench.marker, "log-prefix": "x".repeat(32) };
        const answer = await bench.rest.put(FILTER, body);
        refused(answer, 400, /log-prefix/);
    }),
];
