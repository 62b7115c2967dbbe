import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { exportWithMarks } from "../harness/marks";
import { FILTER, FILTER6, MANGLE, MANGLE6, TREE } from "../harness/menus";
import type { Row } from "../harness/rest";

const MENUS = [MANGLE, FILTER, MANGLE6, FILTER6];
const BOTH = ["accept", "add-dst-to-address-list", "add-src-to-address-list", "jump", "log", "passthrough", "return"];
const MARKS = ["change-dscp", "change-mss", "mark-connection", "mark-packet", "mark-routing", "set-priority"];
const SNIFF = ["sniff-pc", "sniff-tzsp"];
const IPV4_ONLY = ["change-ttl", "clear-df", "fasttrack-connection", "route", "strip-ipv4-options"];

export const rules = [
    check("11.0", "R", "echoes what was set, with counters at 0 and the flags", async (bench) => {
        const values = { protocol: "tcp", "dst-port": "443", "src-address-list": bench.list };
        for (const menu of MENUS) {
            const rule = await bench.rule(menu, values);
            for (const [name, value] of Object.entries({ ...values, chain: bench.chain, bytes: "0", packets: "0" })) {
                assert.equal(rule[name], value, `${menu} ${name}`);
            }
            for (const flag of ["dynamic", "invalid"]) assert.match(rule[flag] ?? "", /^(true|false)$/);
        }
    }),
    check("11.1", "D", "requires chain", async ({ rest, marker }) => {
        const rule = { action: "passthrough", disabled: "yes", comment: marker };
        for (const menu of MENUS) refused(await rest.put(menu, rule), 400, "missing =chain=");
    }),
    check("11.1", "D", "makes a new chain of an unknown name and accepts by default", async (bench) => {
        for (const menu of MENUS) {
            const rule = await bench.add(menu, { chain: bench.chain, comment: bench.marker });
            assert.deepEqual([rule["chain"], rule["action"]], [bench.chain, "accept"]);
        }
    }),
    check("11.2", "R", "has these actions in IPv4 mangle", (bench) =>
        knows(
            bench,
            MANGLE,
            [...BOTH, ...MARKS, ...SNIFF, ...IPV4_ONLY],
            ["reject", "tarpit", "dnpt", "snpt", "change-hop-limit"],
        ),
    ),
    check("11.2", "R", "has these actions in IPv6 mangle", (bench) =>
        knows(bench, MANGLE6, [...BOTH, ...MARKS, ...SNIFF, "change-hop-limit", "dnpt", "snpt"], IPV4_ONLY),
    ),
    check("11.2", "R", "has action drop in mangle from 7.24 on and not before", (bench) =>
        bench.since("7.24") ? knows(bench, MANGLE, ["drop"], []) : knows(bench, MANGLE, [], ["drop"]),
    ),
    check("11.3", "R", "has these actions in filter, tarpit in IPv4 alone", async (bench) => {
        const both = [...BOTH, "drop", "fasttrack-connection", "reject"];
        await knows(bench, FILTER, [...both, "tarpit"], ["mark-connection", "mark-packet"]);
        await knows(bench, FILTER6, both, ["tarpit", "mark-connection"]);
    }),
    check("11.4", "R", "reads passthrough as it was set", async (bench) => {
        const mark = { action: "mark-connection", "new-connection-mark": bench.marker };
        for (const [written, read] of [
            ["yes", "true"],
            ["no", "false"],
        ] as const) {
            assert.equal((await bench.rule(MANGLE, { ...mark, passthrough: written }))["passthrough"], read);
        }
    }),
    check("11.4", "D", "passes on by default after a mark", async (bench) => {
        const mark = { action: "mark-connection", "new-connection-mark": bench.marker };
        assert.notEqual((await bench.rule(MANGLE, mark))["passthrough"], "false");
    }),
    check("11.5", "R", "makes connection and packet marks by use", async (bench) => {
        const connection = { action: "mark-connection", "new-connection-mark": `${bench.marker}-c` };
        const packet = { action: "mark-packet", "new-packet-mark": `${bench.marker}-p` };
        assert.equal((await bench.rule(MANGLE, connection))["new-connection-mark"], `${bench.marker}-c`);
        assert.equal((await bench.rule(MANGLE, packet))["new-packet-mark"], `${bench.marker}-p`);
    }),
    check("11.5", "D", "takes only a routing table that exists as new-routing-mark", async (bench) => {
        const mark = { chain: bench.chain, action: "mark-routing", comment: bench.marker };
        const answer = await bench.rest.put(MANGLE, { ...mark, "new-routing-mark": bench.marker });
        refused(answer, 400, /^input does not match any value of/);
        await bench.rule(MANGLE, { action: "mark-routing", "new-routing-mark": "main" });
    }),
    check("11.6", "R", "refuses ports without a protocol that has them", async (bench) => {
        const rule = await bench.rule(MANGLE);
        const answer = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "dst-port": "443" });
        refused(answer, 400, "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp");
        assert.equal("dst-port" in (await bench.row(MANGLE, rule[".id"])), false);
    }),
    check("11.6", "I", "refuses to clear the protocol while ports remain", async (bench) => {
        const rule = await bench.rule(MANGLE, { protocol: "tcp", "dst-port": "443" });
        const answer = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "!protocol": "" });
        refused(answer, 400, "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp");
    }),
    check("11.7", "R", "matches marks by name, by no-mark and negated", async (bench) => {
        for (const mark of [bench.marker, "no-mark", `!${bench.marker}`, "!no-mark"]) {
            const rule = await bench.rule(MANGLE, { "connection-mark": mark, "packet-mark": mark });
            assert.deepEqual([rule["connection-mark"], rule["packet-mark"]], [mark, mark]);
        }
    }),
    check("11.7", "I", "takes a mark that no rule sets", async (bench) => {
        await bench.rule(FILTER, { "connection-mark": `${bench.marker}-never` });
    }),
    check("11.8", "R", "refuses an unknown interface and an unknown interface list", async (bench) => {
        const none = `${bench.marker}-none`;
        for (const side of ["in", "out"]) {
            const rule = { chain: bench.chain, comment: bench.marker };
            for (const [name, type] of [
                [`${side}-interface`, "interface"],
                [`${side}-interface-list`, "interface-list"],
            ] as const) {
                const answer = await bench.rest.put(FILTER, { ...rule, [name]: none });
                refused(answer, 400, `input does not match any value of ${type}`);
            }
        }
    }),
    check("11.8", "R", "takes an unknown jump target and unknown address lists", async (bench) => {
        const none = `${bench.marker}-none`;
        await bench.rule(FILTER, { action: "jump", "jump-target": none });
        await bench.rule(FILTER, { "src-address-list": none, "dst-address-list": none });
    }),
    check("11.9", "R", "takes the interface groups and lists that are built in", async (bench) => {
        for (const group of ["all-ethernet", "all-ppp", "all-vlan", "all-wireless"]) {
            assert.equal((await bench.rule(MANGLE, { "in-interface": group }))["in-interface"], group);
        }
        for (const list of ["all", "none", "dynamic", "static"]) {
            assert.equal((await bench.rule(MANGLE, { "in-interface-list": list }))["in-interface-list"], list);
        }
    }),
    check("11.10", "D", "takes 4096 packet marks", async (bench) => {
        const { rest } = await bench.fresh({ rsc: exportWithMarks(4095) });
        const rule = { chain: "forward", action: "mark-packet", "new-packet-mark": "the-last-one" };
        answered(await rest.put(MANGLE, rule), 201);
    }),
    check("11.11", "R", "allows identical rules", async (bench) => {
        for (const menu of MENUS) {
            const first = await bench.rule(menu);
            const second = await bench.rule(menu);
            assert.notEqual(first[".id"], second[".id"]);
        }
    }),
    check("11.12", "R", "refuses place-before in set", async (bench) => {
        const first = await bench.rule();
        const second = await bench.rule();
        const answer = await bench.rest.patch(`${MANGLE}/${second[".id"]}`, { "place-before": first[".id"] });
        refused(answer, 400, "unknown parameter place-before");
    }),
    check("11.13", "R", "knows hw-offload in IPv4 filter up to 7.20.8", async (bench) => {
        if (bench.since("7.21")) bench.skip("needs RouterOS before 7.21");
        await bench.rule(FILTER, { action: "fasttrack-connection", "hw-offload": "yes" });
    }),
    check("11.13", "I", "refuses hw-offload from 7.21 on, and in IPv6 filter always", async (bench) => {
        const rule = { chain: bench.chain, action: "accept", comment: bench.marker, "hw-offload": "yes" };
        const menus = bench.since("7.21") ? [FILTER, FILTER6] : [FILTER6];
        for (const menu of menus) refused(await bench.rest.put(menu, rule), 400, "unknown parameter hw-offload");
    }),
    check("11.14", "R", "knows the matcher tos from 7.21 on and not before", async (bench) => {
        const answer = await bench.rest.put(FILTER, { chain: bench.chain, comment: bench.marker, tos: "nonsense" });
        const detail = (answer.json as Row)["detail"] ?? "";
        if (bench.since("7.21")) assert.doesNotMatch(detail, /unknown parameter/);
        else refused(answer, 400, "unknown parameter tos");
    }),
    check("11.15", "R", "resets a rule's and a queue's counters", async (bench) => {
        const rule = await bench.rule();
        const queue = await bench.queue();
        for (const [menu, id] of [
            [MANGLE, rule[".id"]],
            [TREE, queue[".id"]],
        ] as const) {
            assert.deepEqual(answered(await bench.rest.post(`${menu}/reset-counters`, { ".id": id }), 200), []);
            assert.deepEqual(pick(await bench.row(menu, id)), { bytes: "0", packets: "0" });
        }
    }),
];

function pick({ bytes, packets }: Row) {
    return { bytes, packets };
}

/** Which actions a menu has: one it lacks is refused as no value of `action`, whatever else the rule would need. */
async function knows(bench: Bench, menu: string, known: string[], unknown: string[]): Promise<void> {
    const extra: Record<string, Row> = {
        jump: { "jump-target": bench.chain },
        "add-dst-to-address-list": { "address-list": bench.list },
        "add-src-to-address-list": { "address-list": bench.list },
        "mark-connection": { "new-connection-mark": bench.marker },
        "mark-packet": { "new-packet-mark": bench.marker },
        "mark-routing": { "new-routing-mark": "main" },
    };
    const seen: Record<string, boolean> = {};
    for (const action of [...known, ...unknown]) {
        const needed = known.includes(action) ? extra[action] : {};
        const rule = { chain: bench.chain, comment: bench.marker, disabled: "yes", action, ...needed };
        const answer = await bench.rest.put(menu, rule);
        seen[action] = (answer.json as Row)["detail"] !== "input does not match any value of action";
    }
    for (const [action, isKnown] of Object.entries(seen)) assert.equal(isKnown, known.includes(action), action);
}
