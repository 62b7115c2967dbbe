import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { progress } from "../../providers/routeros/runtime/engine/progress";
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import { queueTypeMenu } from "../../providers/routeros/runtime/kinds/queue-type/menu";
import { Snapshot } from "../../providers/routeros/runtime/router/snapshot";
import { client, failure, json, listen, listener, peer, usePeer } from "./client-peer";

usePeer();

describe("over http", () => {
    let url: string;
    beforeEach(async () => {
        url = `http://${await listen(createServer(listener))}`;
    });

    test("asks with filters and a list of properties, with the literal star in ids", async () => {
        const router = client(url);
        await router.rows("/ip/firewall/address-list", { list: "a b&c", ".proplist": ".id,list" });
        peer.answer = (_request, response) => json(response, { ".id": "*1A" });
        await router.row("/ip/firewall/mangle/*1A");
        expect(peer.seen.map(({ url: path }) => path)).toEqual([
            "/rest/ip/firewall/address-list?list=a%20b%26c&.proplist=.id,list",
            "/rest/ip/firewall/mangle/*1A",
        ]);
    });

    test("is idle once what is under way, and what that leads to, has its answer", async () => {
        const router = client(url);
        const done: string[] = [];
        const writes = router.request("DELETE", "/queue/tree/*1").then(async () => {
            done.push("first");
            await router.request("DELETE", "/queue/tree/*2");
            done.push("second");
        });
        await router.idle();
        expect(done).toEqual(["first", "second"]);
        await writes;
    });

    test("sends strings under exactly the content type that every build takes, and none without a body", async () => {
        const router = client(url);
        await router.request("PATCH", "/queue/tree/*1", { body: { "max-limit": "20000000", "!comment": "" } });
        await router.request("DELETE", "/queue/tree/*1");
        expect(peer.seen[0]?.headers["content-type"]).toBe("application/json");
        expect(peer.seen[0]?.body).toBe('{"max-limit":"20000000","!comment":""}');
        expect(peer.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("admin:geheim").toString("base64")}`);
        expect(peer.seen[1]?.headers["content-type"]).toBeUndefined();
    });

    test("keeps one connection and one request at a time, whoever asks", async () => {
        let running = 0;
        let most = 0;
        const ports = new Set<number | undefined>();
        peer.answer = (_request, response) => {
            running += 1;
            most = Math.max(most, running);
            ports.add(response.socket?.remotePort);
            setImmediate(() => {
                running -= 1;
                json(response, []);
            });
        };
        const router = client(url);
        await Promise.all(Array.from({ length: 20 }, (_, index) => router.rows(`/menu/${index}`)));
        expect([most, ports.size, peer.seen.length]).toEqual([1, 1, 20]);
    });

    test("goes on over a new connection where the router closes each", async () => {
        peer.answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url);
        for (let index = 0; index < 3; index += 1) await router.rows("/interface");
        expect(peer.seen).toHaveLength(3);
    });

    test.each<[string, string, (response: ServerResponse) => void]>([
        ["connection/reset", "closed without an answer", (response) => response.socket?.destroy()],
        ["connection/not-json", "cut off", (response) => response.end('[{".id":"*1","na')],
        [
            "router/failed",
            "status 500",
            (response) => json(response, { error: 500, message: "Internal Server Error" }, 500),
        ],
        ["connection/wrong-answer", "another menu's rows", (response) => json(response, [{ ".id": "*1", name: "x" }])],
        ["connection/wrong-answer", "no list", (response) => json(response, { ret: "*1" })],
    ])("%s (%s): a read is asked again, a write is not", async (code, _what, spoil) => {
        let spoilt = 2;
        peer.answer = (_request, response) => {
            spoilt -= 1;
            if (spoilt >= 0) spoil(response);
            else json(response, [{ ".id": "*1", list: "A", address: "10.0.0.1" }]);
        };
        const router = client(url);
        expect(await router.rows("/ip/firewall/address-list", { list: "A" }, ["list", "address"])).toHaveLength(1);
        expect(peer.seen).toHaveLength(3);
        spoilt = 9;
        const { code: found } = await failure(
            router.rows("/ip/firewall/address-list", { list: "A" }, ["list", "address"]),
        );
        expect(found).toBe(code);
        expect(peer.seen).toHaveLength(6);
        const expectRow = {
            expect: (row: unknown) =>
                Array.isArray(row) ? "rows" : (row as { ret?: string }).ret ? "no row" : undefined,
        };
        await failure(router.request("PUT", "/ip/firewall/address-list", { body: { list: "A" }, ...expectRow }));
        expect(peer.seen).toHaveLength(7);
    });

    test("a 401 at first is a wrong login; after an answer it may be another request's, and is asked again", async () => {
        let refuse = true;
        peer.answer = (_request, response) => {
            if (refuse) json(response, { error: 401, message: "Unauthorized" }, 401);
            else json(response, []);
        };
        const router = client(url);
        expect((await failure(router.rows("/interface"))).code).toBe("login/refused");
        expect(peer.seen).toHaveLength(1);
        refuse = false;
        await router.rows("/interface");
        let once = true;
        peer.answer = (_request, response) => {
            if (once) json(response, { error: 401, message: "Unauthorized" }, 401);
            else json(response, []);
            once = false;
        };
        expect(await router.rows("/interface")).toEqual([]);
    });

    test("no answer in time is a timeout; the one waiting behind it is served", async () => {
        peer.answer = (request, response) => {
            if (request.method === "GET") json(response, []);
        };
        const router = client(url, { timeoutSeconds: 0.2 });
        const [first, second] = await Promise.all([
            failure(router.request("PUT", "/queue/tree", { body: {} })),
            router.rows("/queue/tree"),
        ]);
        expect(first.code).toBe("connection/timeout");
        expect(second).toEqual([]);
    });

    test("raw control characters and broken bytes in old comments do not spoil the rest", async () => {
        peer.answer = (_request, response) => {
            response.end(
                Buffer.concat([
                    Buffer.from('[{".id":"*1","comment":"a\u0001b\tc'),
                    Buffer.from([0xe4]),
                    Buffer.from('"}]'),
                ]),
            );
        };
        expect(await client(url).rows("/log")).toEqual([{ ".id": "*1", comment: "a\u0001b c\ufffd" }]);
    });

    test("rows of another list or chain than was asked for are another request's", async () => {
        peer.answer = (_request, response) =>
            json(response, [{ ".id": "*1", list: "B", address: "10.0.0.1", chain: "input" }]);
        const router = client(url);
        const other = await failure(router.rows("/ip/firewall/address-list", { list: "A" }, ["list", "address"]));
        expect([other.code, other.message]).toEqual([
            "connection/wrong-answer",
            expect.stringContaining("rows of another list"),
        ]);
        expect((await failure(router.rows("/ip/firewall/filter", { chain: "forward" }, ["chain"]))).code).toBe(
            "connection/wrong-answer",
        );
        expect(await router.rows("/ip/firewall/address-list", { list: "B" }, ["list", "address"])).toHaveLength(1);
    });

    test("follows no redirection: the login is for this address alone", async () => {
        const other = jest.fn();
        const elsewhere = createServer((_request, response) => {
            other();
            json(response, []);
        });
        await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
        const { port } = elsewhere.address() as AddressInfo;
        try {
            peer.answer = (_request, response) => {
                response.writeHead(302, { Location: `http://127.0.0.1:${port}/rest/interface` });
                response.end();
            };
            expect((await failure(client(url).rows("/interface"))).message).toContain("status 302");
            expect(other).not.toHaveBeenCalled();
        } finally {
            await new Promise((resolve) => elsewhere.close(resolve));
        }
    });

    test("goes through no proxy of the environment: the login is for the router's own ears", async () => {
        const asked = jest.fn();
        const proxy = createServer((_request, response) => {
            asked();
            json(response, []);
        });
        await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
        const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];
        const kept = Object.fromEntries([...names, "no_proxy", "NO_PROXY"].map((name) => [name, process.env[name]]));
        try {
            for (const name of names) process.env[name] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
            process.env["no_proxy"] = process.env["NO_PROXY"] = "";
            await client(url).rows("/interface");
            expect([asked.mock.calls.length, peer.seen.length]).toEqual([0, 1]);
        } finally {
            for (const [name, value] of Object.entries(kept)) {
                if (value === undefined) delete process.env[name];
                else process.env[name] = value;
            }
            await new Promise((resolve) => proxy.close(resolve));
        }
    });

    test("a row that is gone is nothing, and an answer about another row is none", async () => {
        peer.answer = (_request, response) => json(response, { error: 404, message: "Not Found" }, 404);
        expect(await client(url).row("/queue/tree/*1")).toBeUndefined();
        peer.answer = (_request, response) => json(response, { ".id": "*2" });
        expect((await failure(client(url).row("/queue/tree/*1"))).code).toBe("connection/wrong-answer");
    });

    test("the router's own text is passed on, the password in it masked", async () => {
        peer.answer = (_request, response) =>
            json(response, { error: 400, message: "Bad Request", detail: "unknown parameter geheim" }, 400);
        const error = await failure(client(url).request("PUT", "/queue/tree", { body: {} }));
        expect(error.message).toMatch(/^PUT \/queue\/tree on http:.* was refused \(400\): unknown parameter \*\*\*\. /);
        expect(error.code).toBe("router/unknown-parameter");
    });

    test("the same question asked twice at a time is one request; a write drops the answer", async () => {
        const snapshot = new Snapshot(client(url));
        await Promise.all([snapshot.rows(queueTreeMenu, {}), snapshot.rows(queueTreeMenu, {})]);
        await snapshot.rows(queueTreeMenu, {});
        expect(peer.seen).toHaveLength(1);
        snapshot.drop(queueTypeMenu);
        await snapshot.rows(queueTreeMenu, {});
        expect(peer.seen).toHaveLength(1);
        snapshot.drop(queueTreeMenu);
        await snapshot.rows(queueTreeMenu, {});
        await snapshot.rows(queueTreeMenu, {}, { fresh: true });
        expect(peer.seen).toHaveLength(3);
    });

    test("a read that failed is asked anew the next time", async () => {
        peer.answer = (_request, response) =>
            json(response, { error: 400, message: "Bad Request", detail: "no such command" }, 400);
        const snapshot = new Snapshot(client(url));
        await failure(snapshot.rows(queueTreeMenu, {}));
        peer.answer = (_request, response) => json(response, []);
        expect(await snapshot.rows(queueTreeMenu, {})).toEqual([]);
    });
});

test("nobody at the address is said at once", async () => {
    const url = `http://${await listen(createServer(listener))}`;
    await new Promise((resolve) => peer.server.close(resolve));
    const error = await failure(client(url).rows("/interface"));
    expect(error.code).toBe("connection/refused");
    await listen(createServer(listener));
});

test("progress is one line for every ten seconds of writing", async () => {
    await listen(createServer(listener));
    const lines: string[] = [];
    let now = 0;
    const report = progress(
        'list "A"',
        100,
        (line) => lines.push(line),
        () => now,
    );
    for (let row = 0; row < 50; row += 1) {
        now += 500;
        report.step();
    }
    expect(lines).toEqual(['routeros: list "A": 20 of 100 rows written', 'routeros: list "A": 40 of 100 rows written']);
});
