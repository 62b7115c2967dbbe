import type { FaultKind, Row } from "../../router/api";
import { type Call, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";
const entry = { list: "a", address: "10.0.0.1" };
const addresses = async (call: Call) => ((await call("GET", lists)).body as Row[]).map((row) => row["address"]);

describe.each<[FaultKind]>([["drop"], ["reset"], ["cut-body"]])("%s", (kind) => {
    test.each([
        ["before", []],
        ["after", ["10.0.0.1"]],
    ] as const)("%s the write: the answer is lost, the row is %j", (when, expected) =>
        withRouter({}, async (call, router) => {
            router.addFault({ kind, when, methods: ["PUT"] });
            await expect(call("PUT", lists, entry)).rejects.toThrow();
            expect(await addresses(call)).toEqual(expected);
            expect(router.log[0]).toMatchObject({ method: "PUT", fault: kind });
        }),
    );
});

test.each([
    ["500", "before", 500, []],
    ["500", "after", 500, ["10.0.0.1"]],
    ["401", "after", 401, ["10.0.0.1"]],
] as const)("%s %s the write", (kind, when, status, expected) =>
    withRouter({}, async (call, router) => {
        router.addFault({ kind, when, methods: ["PUT"] });
        expect((await call("PUT", lists, entry)).status).toBe(status);
        expect(await addresses(call)).toEqual(expected);
        expect((await call("PUT", lists, { list: "b", address: "10.0.0.2" })).status).toBe(201);
    }),
);

test("another request's answer comes in place of one's own", () =>
    withRouter({}, async (call, router) => {
        const identity = await call("GET", "/system/identity");
        router.addFault({ kind: "foreign-answer", when: "after" });
        const answer = await call("PUT", lists, entry);
        expect([answer.status, answer.body]).toEqual([200, identity.body]);
        expect(await addresses(call)).toEqual(["10.0.0.1"]);
    }));

test("a hanging request goes on when released, and was not carried out before", () =>
    withRouter({}, async (call, router) => {
        router.addFault({ kind: "hang", methods: ["PUT"] });
        const reached = new Promise<void>((resolve) => {
            router.onRequest(({ method }) => method === "PUT" && setImmediate(resolve));
        });
        const answer = call("PUT", lists, entry);
        await reached;
        expect(await addresses(call)).toEqual([]);
        router.release();
        expect((await answer).status).toBe(201);
        expect(await addresses(call)).toEqual(["10.0.0.1"]);
    }));

test("a restart in between drops the connection and loses what is dynamic", () =>
    withRouter({}, async (call, router) => {
        await call("PUT", lists, { list: "t", address: "10.9.9.9", timeout: "1h" });
        router.addFault({ kind: "restart", when: "after", methods: ["PUT"] });
        await expect(call("PUT", lists, entry)).rejects.toThrow();
        expect(await addresses(call)).toEqual(["10.0.0.1"]);
    }));

test("a fault means the requests it names: their number, how many, the method, the path", () =>
    withRouter({}, async (call, router) => {
        router.addFault({ kind: "500", at: 2, times: 2, methods: ["GET"], path: "/queue" });
        const statuses: number[] = [];
        for (let number = 1; number <= 4; number++) {
            await call("GET", "/interface");
            await call("POST", "/queue/tree/print", {});
            statuses.push((await call("GET", "/queue/tree")).status);
        }
        expect(statuses).toEqual([200, 500, 500, 200]);
        router.addFault({ kind: "500", times: 100 });
        router.clearFaults();
        expect((await call("GET", "/queue/tree")).status).toBe(200);
    }));

test("a colleague edits at a chosen moment", () =>
    withRouter({}, async (call, router) => {
        const moments: string[] = [];
        const off = router.onRequest(({ method, path, when }) => {
            moments.push(`${when} ${method} ${path}`);
            if (when === "before" && method === "PUT") router.add(lists, { list: "colleague", address: "10.0.0.99" });
        });
        await call("PUT", lists, entry);
        off();
        await call("PUT", lists, { list: "a", address: "10.0.0.2" });
        expect(moments).toEqual([`before PUT ${lists}`, `after PUT ${lists}`]);
        expect(await addresses(call)).toEqual(["10.0.0.99", "10.0.0.1", "10.0.0.2"]);
        expect(() => router.add(lists, entry)).toThrow("failure: already have such entry");
    }));

test("with a latency, requests of a user wait for each other, each as long as its rows take", () =>
    withRouter({ latency: { requestMs: 20, rowMs: 1 } }, async (call, router) => {
        for (let number = 0; number < 30; number++) router.add(lists, { list: "a", address: `10.0.0.${number}` });
        const running: string[] = [];
        router.onRequest(({ when, index }) => running.push(`${when}${index}`));
        await Promise.all([call("GET", lists), call("GET", lists), call("GET", lists)]);
        expect(running.map((moment) => moment.replace(/\d+/, ""))).toEqual([
            ...["before", "after", "before", "after", "before", "after"],
        ]);
        expect(router.log.map(({ rowsScanned }) => rowsScanned)).toEqual([30, 30, 30]);
        for (const { milliseconds } of router.log) expect(milliseconds).toBeGreaterThanOrEqual(50 - 2);
    }));

test("what takes too long is ended with Session closed", () =>
    withRouter({ latency: { requestMs: 1, rowMs: 50 }, behaviour: { sessionSeconds: 0.1 } }, async (call) => {
        const answer = await call("GET", "/interface");
        expect(answer.body).toEqual({ error: 400, message: "Bad Request", detail: "Session closed" });
        expect((await call("GET", "/interface/ether1")).status).toBe(200);
    }));

test("the log tells filters, bodies, rows looked at and returned", () =>
    withRouter({}, async (call, router) => {
        await call("PUT", lists, entry);
        await call("GET", `${lists}?list=b&.proplist=.id`);
        expect(router.log).toMatchObject([
            { index: 1, method: "PUT", path: lists, body: entry, status: 201 },
            { index: 2, method: "GET", query: { list: "b", ".proplist": ".id" }, rowsScanned: 1, rowsReturned: 0 },
        ]);
        router.clearLog();
        await call("GET", lists);
        expect(router.log).toMatchObject([{ index: 1, method: "GET" }]);
    }));
