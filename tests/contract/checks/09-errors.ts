import assert from "node:assert/strict";

import type { Bench } from "../harness/bench";
import { answered, refused, said } from "../harness/bench";
import { check } from "../harness/check";
import { exportWithMarks } from "../harness/marks";
import { FILTER, LIST, MANGLE, NOBODY, SIMPLE, tables, TREE, TYPE } from "../harness/menus";
import type { Row } from "../harness/rest";

export const errors = [
    check("9.1", "R", "unknown id: 404 for GET, PATCH and DELETE, with no detail", async ({ rest }) => {
        refused(await rest.get(`${MANGLE}/${NOBODY}`), 404, null);
        refused(await rest.patch(`${MANGLE}/${NOBODY}`, { comment: "x" }), 404, null);
        refused(await rest.delete(`${MANGLE}/${NOBODY}`), 404, null);
    }),
    check("9.1", "R", "second DELETE of the same record: 404", async (bench) => {
        const rule = await bench.rule();
        answered(await bench.rest.delete(`${MANGLE}/${rule[".id"]}`), 204);
        refused(await bench.rest.delete(`${MANGLE}/${rule[".id"]}`), 404, null);
    }),
    check("9.2", "R", "unknown numbers in move and set: 404", async ({ rest }) => {
        refused(await rest.post(`${MANGLE}/move`, { numbers: NOBODY }), 404, null);
        refused(await rest.post(`${MANGLE}/set`, { numbers: NOBODY, comment: "x" }), 404, null);
    }),
    check("9.3", "R", "wrong or missing credentials: 401 with no detail", async (bench) => {
        const { username } = bench.rest.access;
        const wrong = { username, password: `${bench.marker} is no password` };
        refused(await bench.rest.get("/system/identity", { as: wrong }), 401, null);
        refused(await bench.rest.get("/system/identity", { as: null }), 401, null);
        refused(await bench.rest.get("/nonexistent", { as: null }), 401, null);
    }),
    check("9.4", "R", "user's group lacks rest-api: 401", async (bench) => {
        const as = await userWith(bench, "read,write,api");
        refused(await bench.rest.get("/system/identity", { as }), 401, null);
    }),
    check("9.5", "R", "user's group lacks api: 500 not allowed", async (bench) => {
        const as = await userWith(bench, "read,write,rest-api");
        refused(await bench.rest.get("/system/identity", { as }), 500, "std failure: not allowed (9)");
    }),
    check("9.6", "R", "user's group lacks read or write: 500 not enough permissions", async (bench) => {
        const detail = "not enough permissions (9)";
        const reader = await userWith(bench, "read,api,rest-api");
        answered(await bench.rest.get(LIST, { as: reader }), 200);
        const body = { list: bench.list, address: "192.0.2.1", comment: bench.marker };
        refused(await bench.rest.send("PUT", LIST, { as: reader, body }), 500, detail);
        const writer = await userWith(bench, "write,api,rest-api");
        refused(await bench.rest.get(LIST, { as: writer }), 500, detail);
    }),
    check("9.7", "R", "unknown menu: the part that is not known is named", async ({ rest }) => {
        const detail = "no such command or directory (nonexistent)";
        refused(await rest.get("/nonexistent"), 400, detail);
    }),
    check("9.8", "R", "command that the menu lacks: no such command", async ({ rest }) => {
        refused(await rest.post(`${TREE}/move`, { numbers: NOBODY }), 400, "no such command");
        refused(await rest.post(`${LIST}/nonsense`), 400, "no such command");
        refused(await rest.get(`${FILTER}/add`), 400, "no such command");
    }),
    check("9.9", "R", "tail that is no id, in a menu without names: no such command prefix", async (bench) => {
        refused(await bench.rest.get(`${FILTER}/${bench.marker}`), 400, "no such command prefix");
    }),
    check("9.10", "D", "verb that the menu lacks: 406", async (bench) => {
        const { rest } = await bench.fresh();
        const [first] = (await rest.get("/interface")).json as Row[];
        refused(await rest.delete(`/interface/${first?.[".id"]}`), 406, "no such command or directory (remove)");
    }),
    check("9.11", "R", "unknown parameter: named", async (bench) => {
        const detail = "unknown parameter nonsense";
        const rule = await bench.rule();
        const body = { chain: bench.chain, nonsense: "x" };
        refused(await bench.rest.put(MANGLE, body), 400, detail);
        refused(await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { nonsense: "x" }), 400, detail);
        refused(await bench.rest.post(`${MANGLE}/set`, { numbers: rule[".id"], nonsense: "x" }), 400, detail);
    }),
    check("9.12", "R", "unknown parameter in a PATCH by name: 400 in either wording", async (bench) => {
        const queue = await bench.queue();
        const answer = await bench.rest.patch(`${TREE}/${queue["name"]}`, { nonsense: "x" });
        refused(answer, 400, /^(unknown parameter nonsense|missing or invalid resource identifier)$/);
    }),
    check("9.13", "R", "PATCH with no id: missing or invalid resource identifier", async ({ rest }) => {
        refused(await rest.patch(MANGLE, { comment: "x" }), 400, "missing or invalid resource identifier");
    }),
    check("9.14", "R", "missing argument: named between equals signs", async ({ rest }) => {
        refused(await rest.post(`${MANGLE}/move`, {}), 400, "missing =.id=");
    }),
    check(
        "9.15",
        "R",
        "unknown interface, interface list, protocol or queue parent: no value matches",
        async (bench) => {
            const none = `${bench.marker}-none`;
            const rule = { chain: bench.chain, comment: bench.marker };
            for (const [menu, body, name] of [
                [MANGLE, { ...rule, "in-interface": none }, "interface"],
                [MANGLE, { ...rule, "in-interface-list": none }, "interface-list"],
                [MANGLE, { ...rule, protocol: none }, "protocol"],
                [SIMPLE, { name: none, target: "192.0.2.1", disabled: "yes", parent: none }, "parent"],
                [SIMPLE, { name: none, target: "192.0.2.1", disabled: "yes", queue: `${none}/${none}` }, "queue"],
            ] as const) {
                refused(await bench.rest.put(menu, body), 400, `input does not match any value of ${name}`);
            }
        },
    ),
    check("9.16", "R", "empty reference to an interface: ambiguous value", async (bench) => {
        const answer = await bench.rest.put(FILTER, { chain: bench.chain, "out-interface": "" });
        refused(answer, 400, "ambiguous value of interface, more than one possible value matches input");
    }),
    check("9.17", "I", "priority of a queue out of range: the range is named", async (bench) => {
        for (const priority of ["0", "9"]) {
            const answer = await bench.rest.put(TREE, {
                name: bench.marker,
                parent: "global",
                disabled: "yes",
                priority,
            });
            refused(answer, 400, /^value of priority (is )?out of range \(1 ?\.\. ?8\)$/);
        }
    }),
    check("9.18", "I", "text where a number belongs: invalid value", async (bench) => {
        for (const values of [{ "max-limit": "much" }, { "bucket-size": "x" }, { priority: "high" }]) {
            const answer = await bench.rest.put(TREE, {
                name: bench.marker,
                parent: "global",
                disabled: "yes",
                ...values,
            });
            refused(answer, 400, new RegExp(`^invalid value (for argument|of) ${Object.keys(values)[0]}`));
        }
    }),
    check("9.19", "R", "something else where an address belongs: expects range of ip addresses", async (bench) => {
        const rule = await bench.rule();
        const answer = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "src-address": null });
        refused(answer, 400, "value of range expects range of ip addresses");
        const other = await bench.rest.patch(`${MANGLE}/${rule[".id"]}`, { "dst-address": "192.0.2.300" });
        refused(other, 400, "value of range expects range of ip addresses");
    }),
    check("9.20", "R", "same list and address again: already have such entry", async (bench) => {
        await bench.entry("192.0.2.1");
        const answer = await bench.rest.put(LIST, { list: bench.list, address: "192.0.2.1" });
        refused(answer, 400, "failure: already have such entry");
    }),
    check("9.21", "R", "same name of a simple queue again: already have such name", async (bench) => {
        const queue = { name: bench.marker, target: "192.0.2.1", disabled: "yes" };
        await bench.add(SIMPLE, queue);
        refused(await bench.rest.put(SIMPLE, queue), 400, "failure: already have such name");
    }),
    check("9.22", "R", "simple queue's guarantee above its limit: less than, up or down", async (bench) => {
        const queue = { name: bench.marker, target: "192.0.2.1", disabled: "yes", "max-limit": "1M/1M" };
        for (const [limit, detail] of [
            ["2M/1M", "failure: upload-max-limit less than upload-limit"],
            ["1M/2M", "failure: download-max-limit less than download-limit"],
        ] as const) {
            refused(await bench.rest.put(SIMPLE, { ...queue, "limit-at": limit }), 400, detail);
        }
    }),
    check("9.23", "R", "ports without a protocol that has them", async (bench) => {
        const detail = "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp";
        for (const values of [{ "dst-port": "443" }, { "src-port": "443", protocol: "icmp" }, { port: "1-9" }]) {
            refused(await bench.rest.put(MANGLE, { chain: bench.chain, ...values }), 400, detail);
        }
        for (const protocol of ["tcp", "udp", "sctp"]) await bench.rule(MANGLE, { protocol, "dst-port": "443" });
    }),
    check("9.24", "R", "move before itself", async (bench) => {
        const rule = await bench.rule();
        const answer = await bench.rest.post(`${MANGLE}/move`, { numbers: rule[".id"], destination: rule[".id"] });
        refused(answer, 400, "failure: can not move object before itself");
    }),
    check("9.25", "D", "more than 4096 packet marks: bad new packet mark", async (bench) => {
        const { rest } = await bench.fresh({ rsc: exportWithMarks(4096) });
        const rule = { chain: "forward", action: "mark-packet" };
        answered(await rest.put(MANGLE, { ...rule, "new-packet-mark": "m1" }), 201);
        refused(await rest.put(MANGLE, { ...rule, "new-packet-mark": "one-more" }), 400, "bad new packet mark");
    }),
    check("9.26", "R", "removal of a group that has users", async (bench) => {
        await userWith(bench, "read,api,rest-api");
        const [group] = await bench.rows("/user/group", { name: `${bench.marker}-group-1` });
        refused(await bench.rest.delete(`/user/group/${group?.[".id"]}`), 400, "failure: group has some users");
    }),
    check("9.27", "D", "command over its time: Session closed", async (bench) => {
        const { rest } = await bench.fresh({ behaviour: { sessionSeconds: 0.05 } });
        refused(await rest.post("/interface/monitor-traffic", { interface: "ether1" }), 400, "Session closed");
    }),
    check("9.28", "R", "HEAD: 501", async ({ rest }) => {
        for (const path of ["/system/identity", MANGLE]) assert.equal((await rest.send("HEAD", path)).status, 501);
    }),
    check("9.31", "R", "script that fails, run as-string: 200 with the text in ret", async ({ rest, marker }) => {
        const script = `/ip/service/set www-ssl certificate=${marker}`;
        const answer = answered(await rest.post("/execute", { script, "as-string": "" }), 200);
        const ret = "input does not match any value of certificate (/ip/service/set (certificate); line 1)";
        assert.deepEqual(answer, { ret });
    }),
    check(
        "9.15",
        "I",
        "unknown kind of a queue type, unknown parent and type of a queue: no value matches",
        async (bench) => {
            const none = `${bench.marker}-none`;
            for (const [menu, body, name] of [
                [TYPE, { name: none, kind: none }, "kind"],
                [TREE, { name: none, disabled: "yes", parent: none }, "parent"],
                [TREE, { name: none, parent: "global", disabled: "yes", queue: none }, "queue"],
                [MANGLE, { chain: bench.chain, action: none }, "action"],
            ] as const) {
                refused(await bench.rest.put(menu, body), 400, `input does not match any value of ${name}`);
            }
        },
    ),
    check("9.1", "D", "unknown id in every menu with rows: 404", async ({ rest }) => {
        for (const menu of tables) {
            const answer = await rest.get(`${menu}/${NOBODY}`);
            assert.equal(answer.status, 404, `${menu}: ${said(answer)}`);
        }
    }),
];

/** Makes a group with these policies and a user in it; both are removed at the end of the check. */
export async function userWith(bench: Bench, policy: string): Promise<{ username: string; password: string }> {
    if (!bench.target.usersAllowed) bench.skip("makes a user and a group: only with --allow-users");
    const known = await bench.rows("/user/group");
    const number = known.filter((row) => row["name"]?.startsWith(bench.marker)).length + 1;
    const group = `${bench.marker}-group-${number}`;
    const user = { username: `${bench.marker}-user-${number}`, password: `${bench.marker}${bench.marker}` };
    await bench.add("/user/group", { name: group, policy });
    await bench.add("/user", { name: user.username, password: user.password, group });
    return user;
}
