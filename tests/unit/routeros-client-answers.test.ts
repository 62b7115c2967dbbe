/** What an answer of the router, or none, is taken for; and how long is waited before it is asked again. */
import { createServer } from "node:http";

import { Client, defaultPatience, mayPass, type Patience } from "../../providers/routeros/runtime/router/client";
import { type ErrorCode, RouterError } from "../../providers/routeros/runtime/router/errors";
import { client, failure, json, listen, listener, peer, usePeer } from "./client-peer";

usePeer();

let url: string;
beforeEach(async () => {
    url = `http://${await listen(createServer(listener))}`;
});

const error = (code: ErrorCode): RouterError => new RouterError({ code, summary: "it failed" });

describe("rows", () => {
    const answered = async (body: unknown, query: Record<string, string>, identity: string[]): Promise<string> => {
        peer.answer = (_request, response) => json(response, body);
        return client(url)
            .rows("/menu", query, identity)
            .then(
                () => "taken",
                (reason: RouterError) => /was answered with (.*?)\. /.exec(reason.message)?.[1] ?? reason.message,
            );
    };

    test("have the names that every row has, as far as they were asked for", async () => {
        const whole = [{ ".id": "*1", list: "A", address: "10.0.0.1" }];
        const short = [...whole, { ".id": "*2", list: "A" }];
        expect(await answered(whole, {}, ["list", "address"])).toBe("taken");
        expect(await answered(short, {}, ["list", "address"])).toBe("rows of another menu");
        expect(await answered(short, { ".proplist": ".id,list" }, ["list", "address"])).toBe("taken");
        expect(await answered(short, { ".proplist": ".id,address" }, ["list", "address"])).toBe("rows of another menu");
        expect(await answered([], { list: "A" }, ["list"])).toBe("taken");
    });

    test("are those that were asked for, by what every row has alone", async () => {
        const all = [
            { ".id": "*1", list: "A", chain: "x" },
            { ".id": "*2", list: "B", chain: "x" },
        ];
        expect(await answered(all, { list: "A" }, ["list"])).toBe("rows of another list");
        expect(await answered(all, { list: "A", chain: "y" }, ["list", "chain"])).toBe("rows of another list or chain");
        expect(await answered(all, { list: "A", dynamic: "false" }, ["chain"])).toBe("taken");
    });

    test.each([[{ ret: "*1" }], [[null]], [["*1"]], [[{ ".id": 1 }]], [[{ ".id": "*1" }, null]]])(
        "%j is no list of rows",
        async (body) => expect(await answered(body, {}, [])).toBe("no list of rows"),
    );
});

describe("a row", () => {
    const answered = (body: unknown, path: string, identity: string[] = []) => {
        peer.answer = (_request, response) => json(response, body);
        return client(url).row(path, {}, identity);
    };

    test("has the id that was asked for, or tells none", async () => {
        expect(await answered({ ".id": "*1A", name: "x" }, "/queue/tree/*1A")).toEqual({ ".id": "*1A", name: "x" });
        expect(await answered({ name: "x" }, "/queue/tree/*1a")).toEqual({ name: "x" });
        const other = await failure(answered({ ".id": "*1" }, "/queue/tree/*1A"));
        expect(other.message).toMatch(/^GET \/queue\/tree\/\*1A on http\S+ was answered with another row\. /);
    });

    test("of a menu that has one has the names that it always has", async () => {
        expect(await answered({ ".id": "*9", version: "7" }, "/system/resource", ["version"])).toEqual({
            ".id": "*9",
            version: "7",
        });
        for (const body of [{ other: "7" }, [], null, { version: 7 }])
            expect((await failure(answered(body, "/system/resource", ["version"]))).code).toBe(
                "connection/wrong-answer",
            );
    });

    test("that is gone is nothing; another refusal is an error", async () => {
        peer.answer = (_request, response) => json(response, { error: 404, message: "Not Found" }, 404);
        expect(await client(url).row("/queue/tree/*1")).toBeUndefined();
        peer.answer = (_request, response) => json(response, { detail: "no such command" }, 400);
        expect((await failure(client(url).row("/queue/tree/*1"))).code).toBe("router/no-such-menu");
    });
});

describe("an answer", () => {
    test("without a body is none, with any status of success", async () => {
        for (const status of [200, 204, 299]) {
            peer.answer = (_request, response) => response.writeHead(status).end();
            expect(await client(url).request("DELETE", "/queue/tree/*1")).toBeUndefined();
        }
        peer.answer = (_request, response) => json(response, {}, 300);
        expect((await failure(client(url).request("DELETE", "/x"))).message).toContain("was refused (300)");
    });

    test.each<[string, number, string, ErrorCode, string]>([
        [
            "the router's words",
            400,
            '{"detail":"no such item","message":"Bad"}',
            "router/gone",
            "refused (400): no such",
        ],
        [
            "its short words",
            400,
            '{"message":"no such command"}',
            "router/no-such-menu",
            "refused (400): no such command",
        ],
        ["words of another kind", 400, '{"detail":7,"message":8}', "router/refused", "refused (400)."],
        ["an error of the server", 500, '{"detail":"disk full"}', "router/failed", "refused (500): disk full"],
        ["a page", 502, "<html>proxy</html>", "router/failed", "answered with status 502: <html>proxy</html>"],
        ["a page that is not there", 404, "<html>", "connection/not-json", "answered with status 404: <html>"],
        ["text and no object", 403, "null", "connection/not-json", "answered with status 403: null"],
        ["a page that asks for a login", 401, "<html>", "login/refused", "refused (401)."],
    ])("of refusal with %s is told in them", async (_what, status, text, code, says) => {
        peer.answer = (_request, response) => response.writeHead(status).end(text);
        const refused = await failure(client(url).request("PUT", "/queue/tree", { body: {} }));
        expect([refused.code, refused.status]).toEqual([code, status]);
        expect(refused.message).toContain(`PUT /queue/tree on ${url} was ${says}`);
    });

    test("that is no JSON is shown as far as a line goes", async () => {
        const page = `<html>${"x".repeat(200)}`;
        for (const status of [200, 502]) {
            peer.answer = (_request, response) => response.writeHead(status).end(page);
            const { message } = await failure(client(url).request("PUT", "/queue/tree", { body: {} }));
            expect(message).toContain(page.slice(0, 80));
            expect(message).not.toContain(page.slice(0, 81));
        }
        peer.answer = (_request, response) => response.end(page);
        const refused = await failure(client(url).request("PUT", "/queue/tree", { body: {} }));
        expect([refused.code, refused.status]).toEqual(["connection/not-json", 200]);
        expect(refused.message).toContain(`PUT /queue/tree on ${url} was not answered with JSON: <html>`);
        expect(refused.cause).toBeInstanceOf(SyntaxError);
    });

    test("keeps its control characters, white space aside", async () => {
        peer.answer = (_request, response) => response.end('{"comment":"a\u0001\u001fb\n\tc"}');
        expect(await client(url).request("GET", "/x")).toEqual({ comment: "a\u0001\u001fb  c" });
    });
});

describe("no answer", () => {
    /** What a client says whose connection ends so. */
    const said = async (reason: unknown): Promise<string> => {
        const made = client(url);
        jest.spyOn((made as unknown as { http: { request(): Promise<unknown> } }).http, "request").mockRejectedValue(
            reason,
        );
        const { code, message } = await failure(made.request("PUT", "/queue/tree", { body: {} }));
        expect(message).toContain(`PUT /queue/tree on ${url} had no answer: `);
        return code;
    };

    test.each<[string, ErrorCode]>([
        ["ECONNREFUSED", "connection/refused"],
        ["EHOSTUNREACH", "connection/refused"],
        ["ENETUNREACH", "connection/refused"],
        ["EADDRNOTAVAIL", "connection/refused"],
        ["ENOTFOUND", "connection/not-found"],
        ["EAI_AGAIN", "connection/not-found"],
        ["ECONNABORTED", "connection/timeout"],
        ["ETIMEDOUT", "connection/timeout"],
        ["ECONNRESET", "connection/reset"],
    ])("for reason of %s is %s", async (code, expected) => {
        expect(await said(Object.assign(new Error("it ended"), { code }))).toBe(expected);
    });

    test("without a reason of the system is told by its words", async () => {
        expect(await said(new Error("timeout of 5000ms exceeded"))).toBe("connection/timeout");
        expect(await said(new Error("socket hang up"))).toBe("connection/reset");
        expect(await said("broken")).toBe("connection/reset");
    });
});

describe("a request", () => {
    test("that must not be sent any more by the time of its turn is not sent", async () => {
        const made = client(url);
        let old = false;
        peer.answer = (_request, response) => {
            old = true;
            json(response, []);
        };
        const still = (): void => {
            if (old) throw new Error("too old");
        };
        const both = [made.request("DELETE", "/a", { still }), made.request("DELETE", "/b", { still })];
        const [first, second] = await Promise.allSettled(both);
        expect([first?.status, second?.status, peer.seen.length]).toEqual(["fulfilled", "rejected", 1]);
    });

    test("asks in the router's own form, and only for what was asked", async () => {
        const made = client(url);
        await made.request("GET", "/a", { query: {} });
        await made.request("GET", "/b", { query: { list: "x,y z", n: "*1" } });
        expect(peer.seen.map((one) => one.url)).toEqual(["/rest/a", "/rest/b?list=x,y%20z&n=*1"]);
    });

    test("is not followed by another once the client is closed", async () => {
        peer.answer = () => undefined;
        const made = client(url, { timeoutSeconds: 30 });
        const open = failure(made.request("PUT", "/a", { body: {} }));
        const arrived = new Promise<void>((resolve) => (peer.answer = () => resolve()));
        await arrived;
        made.close();
        expect((await open).code).toBe("connection/reset");
    });
});

describe("a read is asked again", () => {
    test("so often, and once only where a login is refused at first or nobody is there", async () => {
        peer.answer = (_request, response) => json(response, { ret: "x" });
        for (const attempts of [1, 2, 5]) {
            const made = new Client(
                { name: "", url, username: "admin", password: "", timeoutSeconds: 5 },
                { attempts, pause: 0 },
            );
            peer.seen = [];
            await failure(made.rows("/a"));
            made.close();
            expect(peer.seen).toHaveLength(attempts);
        }
    });

    test.each<[ErrorCode, boolean, boolean]>([
        ["connection/reset", true, true],
        ["connection/not-json", true, true],
        ["connection/wrong-answer", true, true],
        ["router/failed", true, true],
        ["router/session-closed", true, true],
        ["login/refused", true, false],
        ["connection/timeout", true, false],
        ["connection/refused", false, false],
        ["router/gone", false, false],
        ["tls/fingerprint", false, false],
    ])("after %s: %p where an answer came before, %p where none did", (code, after, first) => {
        expect([mayPass(error(code), true), mayPass(error(code), false)]).toEqual([after, first]);
        expect(mayPass(error(code))).toBe(after);
    });

    test("not after what is no refusal of the router's", () => expect(mayPass(new Error("x"))).toBe(false));
});

describe("the pause before it", () => {
    const settings = { name: "", url: "http://192.0.2.1", username: "admin", password: "", timeoutSeconds: 5 };
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => {
        jest.useRealTimers();
        delete process.env["ROUTEROS_RETRY_PAUSE_MS"];
    });

    /** Milliseconds. */
    async function length(patience: Partial<Patience>, attempt: number, after?: unknown): Promise<number> {
        const made = new Client(settings, patience);
        const before = Date.now();
        const paused = made.pause(attempt, after);
        await jest.runAllTimersAsync();
        await paused;
        made.close();
        return Date.now() - before;
    }

    test("doubles, and is another one after a time-out", async () => {
        const patience = { pause: 100, afterTimeout: 700 };
        expect([await length(patience, 1), await length(patience, 2), await length(patience, 3)]).toEqual([
            100, 200, 400,
        ]);
        expect(await length(patience, 1, error("connection/timeout"))).toBe(700);
        expect(await length(patience, 2, error("connection/reset"))).toBe(200);
        expect(await length({ pause: 0 }, 3)).toBe(0);
    });

    test("is a second by default, four after a time-out, three attempts in all; the environment shortens it", async () => {
        expect(defaultPatience).toEqual({ attempts: 3, pause: 1000, afterTimeout: 4000 });
        expect(await length({}, 1)).toBe(1000);
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "30";
        expect([await length({}, 1), await length({}, 1, error("connection/timeout"))]).toEqual([30, 30]);
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "soon";
        expect([await length({}, 1), await length({}, 1, error("connection/timeout"))]).toEqual([1000, 4000]);
    });
});
