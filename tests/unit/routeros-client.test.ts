import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import { generate } from "selfsigned";

import { progress } from "../../providers/routeros/runtime/engine/progress";
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import { queueTypeMenu } from "../../providers/routeros/runtime/kinds/queue-type/menu";
import { Client } from "../../providers/routeros/runtime/router/client";
import type { RouterError } from "../../providers/routeros/runtime/router/errors";
import type { Settings } from "../../providers/routeros/runtime/router/settings";
import { Snapshot } from "../../providers/routeros/runtime/router/snapshot";

interface Seen {
    method: string;
    url: string;
    headers: IncomingMessage["headers"];
    body: string;
}

let server: Server;
let seen: Seen[];
let answer: (request: Seen, response: ServerResponse) => void;
const sockets = new Set<Socket>();
const clients: Client[] = [];

const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
        const one: Seen = {
            method: request.method ?? "",
            url: request.url ?? "",
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
        };
        seen.push(one);
        answer(one, response);
    });
};

async function listen(next: Server): Promise<string> {
    server = next;
    server.on("connection", (socket: Socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(url: string, more: Partial<Settings> = {}): Client {
    const settings: Settings = { name: "", url, username: "admin", password: "geheim", timeoutSeconds: 5, ...more };
    const made = new Client(settings, { pause: 0, afterTimeout: 0 });
    clients.push(made);
    return made;
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
};

async function failure(work: Promise<unknown>): Promise<RouterError> {
    const error = await work.then(
        () => undefined,
        (reason: unknown) => reason as RouterError,
    );
    if (!error) throw new Error("no failure");
    expect(error.message).not.toContain("geheim");
    expect(error.message).not.toContain("\n");
    return error;
}

beforeEach(() => {
    seen = [];
    answer = (_request, response) => json(response, []);
});
afterEach(async () => {
    for (const one of clients.splice(0)) one.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
});

describe("over http", () => {
    let url: string;
    beforeEach(async () => {
        url = `http://${await listen(createServer(listener))}`;
    });

    test("asks with filters and a list of properties, with the literal star in ids", async () => {
        const router = client(url);
        await router.rows("/ip/firewall/address-list", { list: "a b&c", ".proplist": ".id,list" });
        answer = (_request, response) => json(response, { ".id": "*1A" });
        await router.row("/ip/firewall/mangle/*1A");
        expect(seen.map(({ url: path }) => path)).toEqual([
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
        expect(seen[0]?.headers["content-type"]).toBe("application/json");
        expect(seen[0]?.body).toBe('{"max-limit":"20000000","!comment":""}');
        expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("admin:geheim").toString("base64")}`);
        expect(seen[1]?.headers["content-type"]).toBeUndefined();
    });

    test("keeps one connection and one request at a time, whoever asks", async () => {
        let running = 0;
        let most = 0;
        const ports = new Set<number | undefined>();
        answer = (_request, response) => {
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
        expect([most, ports.size, seen.length]).toEqual([1, 1, 20]);
    });

    test("goes on over a new connection where the router closes each", async () => {
        answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url);
        for (let index = 0; index < 3; index += 1) await router.rows("/interface");
        expect(seen).toHaveLength(3);
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
        answer = (_request, response) => {
            spoilt -= 1;
            if (spoilt >= 0) spoil(response);
            else json(response, [{ ".id": "*1", list: "A", address: "10.0.0.1" }]);
        };
        const router = client(url);
        expect(await router.rows("/ip/firewall/address-list", { list: "A" }, ["list", "address"])).toHaveLength(1);
        expect(seen).toHaveLength(3);
        spoilt = 9;
        const { code: found } = await failure(
            router.rows("/ip/firewall/address-list", { list: "A" }, ["list", "address"]),
        );
        expect(found).toBe(code);
        expect(seen).toHaveLength(6);
        const expectRow = {
            expect: (row: unknown) =>
                Array.isArray(row) ? "rows" : (row as { ret?: string }).ret ? "no row" : undefined,
        };
        await failure(router.request("PUT", "/ip/firewall/address-list", { body: { list: "A" }, ...expectRow }));
        expect(seen).toHaveLength(7);
    });

    test("a 401 at first is a wrong login; after an answer it may be another request's, and is asked again", async () => {
        let refuse = true;
        answer = (_request, response) => {
            if (refuse) json(response, { error: 401, message: "Unauthorized" }, 401);
            else json(response, []);
        };
        const router = client(url);
        expect((await failure(router.rows("/interface"))).code).toBe("login/refused");
        expect(seen).toHaveLength(1);
        refuse = false;
        await router.rows("/interface");
        let once = true;
        answer = (_request, response) => {
            if (once) json(response, { error: 401, message: "Unauthorized" }, 401);
            else json(response, []);
            once = false;
        };
        expect(await router.rows("/interface")).toEqual([]);
    });

    test("no answer in time is a timeout; the one waiting behind it is served", async () => {
        answer = (request, response) => {
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
        answer = (_request, response) => {
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
        answer = (_request, response) =>
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
            answer = (_request, response) => {
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
            expect([asked.mock.calls.length, seen.length]).toEqual([0, 1]);
        } finally {
            for (const [name, value] of Object.entries(kept)) {
                if (value === undefined) delete process.env[name];
                else process.env[name] = value;
            }
            await new Promise((resolve) => proxy.close(resolve));
        }
    });

    test("a row that is gone is nothing, and an answer about another row is none", async () => {
        answer = (_request, response) => json(response, { error: 404, message: "Not Found" }, 404);
        expect(await client(url).row("/queue/tree/*1")).toBeUndefined();
        answer = (_request, response) => json(response, { ".id": "*2" });
        expect((await failure(client(url).row("/queue/tree/*1"))).code).toBe("connection/wrong-answer");
    });

    test("the router's own text is passed on, the password in it masked", async () => {
        answer = (_request, response) =>
            json(response, { error: 400, message: "Bad Request", detail: "unknown parameter geheim" }, 400);
        const error = await failure(client(url).request("PUT", "/queue/tree", { body: {} }));
        expect(error.message).toMatch(/^PUT \/queue\/tree on http:.* was refused \(400\): unknown parameter \*\*\*\. /);
        expect(error.code).toBe("router/unknown-parameter");
    });

    test("the same question asked twice at a time is one request; a write drops the answer", async () => {
        const snapshot = new Snapshot(client(url));
        await Promise.all([snapshot.rows(queueTreeMenu, {}), snapshot.rows(queueTreeMenu, {})]);
        await snapshot.rows(queueTreeMenu, {});
        expect(seen).toHaveLength(1);
        snapshot.drop(queueTypeMenu);
        await snapshot.rows(queueTreeMenu, {});
        expect(seen).toHaveLength(1);
        snapshot.drop(queueTreeMenu);
        await snapshot.rows(queueTreeMenu, {});
        await snapshot.rows(queueTreeMenu, {}, { fresh: true });
        expect(seen).toHaveLength(3);
        const old = new Snapshot(client(url), 0);
        await old.rows(queueTreeMenu, {});
        await old.rows(queueTreeMenu, {});
        expect(seen).toHaveLength(5);
    });

    test("a read that failed is asked anew the next time", async () => {
        answer = (_request, response) =>
            json(response, { error: 400, message: "Bad Request", detail: "no such command" }, 400);
        const snapshot = new Snapshot(client(url));
        await failure(snapshot.rows(queueTreeMenu, {}));
        answer = (_request, response) => json(response, []);
        expect(await snapshot.rows(queueTreeMenu, {})).toEqual([]);
    });
});

test("nobody at the address is said at once", async () => {
    const url = `http://${await listen(createServer(listener))}`;
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(client(url).rows("/interface"));
    expect(error.code).toBe("connection/refused");
    await listen(createServer(listener));
});

describe("over https", () => {
    let url: string;
    let certificate: { private: string; cert: string; fingerprint: string };

    async function secure(address: string): Promise<void> {
        const made = await generate([{ name: "commonName", value: "router" }], {
            extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: address }] }],
        } as never);
        certificate = made;
        const host = await listen(createSecureServer({ key: certificate.private, cert: certificate.cert }, listener));
        url = `https://${host}`;
    }
    const fingerprint = async (): Promise<string> => {
        const { X509Certificate } = await import("node:crypto");
        return new X509Certificate(certificate.cert).fingerprint256;
    };

    test("a certificate of an authority that is given is trusted", async () => {
        await secure("127.0.0.1");
        expect(await client(url, { caCertificate: certificate.cert }).rows("/interface")).toEqual([]);
    });

    test("a certificate that nobody vouches for is refused before a byte is sent", async () => {
        await secure("127.0.0.1");
        const error = await failure(client(url).rows("/interface"));
        expect(error.code).toBe("tls/not-trusted");
        expect(error.message).toContain("routeros:certificateFingerprint");
        expect(seen).toEqual([]);
    });

    test("a certificate that nobody vouches for is shown with the command that pins it", async () => {
        await secure("127.0.0.1");
        const pin = `pulumi config set routeros:certificateFingerprint ${await fingerprint()}`;
        expect((await failure(client(url).rows("/interface"))).message).toContain(`\`${pin}\``);
        const other = { fingerprint: "AB:".repeat(31) + "AB" };
        expect((await failure(client(url, other).rows("/interface"))).message).toContain(`\`${pin}\``);
        const named = await failure(client(url, { ...other, name: "office" }).rows("/interface"));
        const path = "pulumi config set --path routeros:connections.office.certificateFingerprint";
        expect(named.message).toContain(`\`${path} ${await fingerprint()}\``);
        expect(seen).toEqual([]);
    });

    test("NODE_TLS_REJECT_UNAUTHORIZED does not switch the check off", async () => {
        await secure("127.0.0.1");
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        try {
            expect((await failure(client(url).rows("/interface"))).code).toBe("tls/not-trusted");
        } finally {
            delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        }
        expect(seen).toEqual([]);
    });

    test("a certificate for another address names the pin as the way out", async () => {
        await secure("192.0.2.1");
        const error = await failure(client(url, { caCertificate: certificate.cert }).rows("/interface"));
        expect(error.code).toBe("tls/name-mismatch");
        expect(error.message).toContain("routeros:certificateFingerprint");
    });

    test("the pinned certificate will do, whatever its name, on every new connection", async () => {
        await secure("192.0.2.1");
        answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url, { fingerprint: await fingerprint() });
        for (let index = 0; index < 3; index += 1) expect(await router.rows("/interface")).toEqual([]);
    });

    test("under a pin every connection shows its certificate: no session is taken up again", async () => {
        await secure("127.0.0.1");
        const again: boolean[] = [];
        server.on("secureConnection", (socket: TLSSocket) => again.push(socket.isSessionReused()));
        answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url, { fingerprint: await fingerprint() });
        for (let index = 0; index < 3; index += 1) await router.rows("/interface");
        expect(again).toEqual([false, false, false]);
    });

    test("another certificate than the pinned one gets not a byte of a request, also on reconnect", async () => {
        await secure("127.0.0.1");
        const pinned = await fingerprint();
        const error = await failure(client(url, { fingerprint: "AB:".repeat(31) + "AB" }).rows("/interface"));
        expect(error.code).toBe("tls/fingerprint");
        expect(error.message).toContain(pinned);
        expect(seen).toEqual([]);

        const router = client(url, { fingerprint: pinned });
        await router.rows("/interface");
        // The same address, another certificate: somebody has come between.
        const { port } = server.address() as AddressInfo;
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
        const other = await generate([{ name: "commonName", value: "router" }]);
        server = createSecureServer({ key: other.private, cert: other.cert }, listener);
        await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
        seen = [];
        expect((await failure(router.rows("/interface"))).code).toBe("tls/fingerprint");
        expect(seen).toEqual([]);
    });

    test("plain http behind the port is said as such", async () => {
        url = `https://${await listen(createServer(listener))}`;
        expect((await failure(client(url).rows("/interface"))).code).toBe("tls/handshake");
    });
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
