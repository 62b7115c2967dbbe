import { connect } from "node:net";

import type { Row } from "../../router/api";
import { refusal, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";
const entry = { list: "S3", address: "10.0.0.0/24" };

describe("methods and statuses", () => {
    test("PUT answers 201 with the whole row, GET 200, PATCH 200 with the row, DELETE 204 with nothing", () =>
        withRouter({}, async (call) => {
            const made = await call("PUT", lists, entry);
            expect(made.status).toBe(201);
            const id = (made.body as Row)[".id"]!;
            expect(made.body).toEqual({
                ".id": "*1",
                ...entry,
                dynamic: "false",
                disabled: "false",
                "creation-time": expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
            });
            expect((await call("GET", `${lists}/${id}`)).body).toEqual(made.body);
            const changed = await call("PATCH", `${lists}/${id}`, { comment: "ours" });
            expect([changed.status, changed.body]).toEqual([200, { ...(made.body as Row), comment: "ours" }]);
            const removed = await call("DELETE", `${lists}/${id}`);
            expect([removed.status, removed.text]).toEqual([204, ""]);
            expect((await call("GET", lists)).body).toEqual([]);
        }));

    test("an unknown id is 404 without detail, for every method and for numbers", () =>
        withRouter({}, async (call) => {
            const gone = { error: 404, message: "Not Found" };
            expect((await call("GET", `${lists}/*99`)).body).toEqual(gone);
            expect((await call("PATCH", `${lists}/*99`, { comment: "x" })).body).toEqual(gone);
            expect((await call("DELETE", `${lists}/*99`)).body).toEqual(gone);
            expect((await call("POST", `${lists}/set`, { numbers: "*99", comment: "x" })).body).toEqual(gone);
        }));

    test("POST commands answer [] or an object with ret, never the row", () =>
        withRouter({}, async (call) => {
            expect((await call("POST", `${lists}/add`, entry)).body).toEqual({ ret: "*1" });
            expect((await call("POST", `${lists}/add`, { ...entry, address: "10.0.1.0/24" })).body).toEqual({
                ret: "*2",
            });
            expect((await call("POST", `${lists}/set`, { numbers: "*1,*2", comment: "both" })).body).toEqual([]);
            expect((await call("GET", `${lists}?comment=both`)).body).toHaveLength(2);
            expect((await call("POST", `${lists}/disable`, { ".id": "*1" })).body).toEqual([]);
            expect((await call("GET", `${lists}?disabled=true&.proplist=.id`)).body).toEqual([{ ".id": "*1" }]);
            expect((await call("POST", `${lists}/remove`, { numbers: "*1,*2" })).body).toEqual([]);
            expect((await call("GET", lists)).body).toEqual([]);
        }));

    test("several numbers with one unknown change nothing", () =>
        withRouter({}, async (call) => {
            await call("PUT", lists, entry);
            expect((await call("POST", `${lists}/remove`, { numbers: "*1,*77" })).status).toBe(404);
            expect((await call("GET", lists)).body).toHaveLength(1);
        }));

    test.each([
        ["GET", "/ip/nonexistent", 400, "no such command or directory (nonexistent)"],
        ["GET", "/nonexistent", 400, "no such command or directory (nonexistent)"],
        ["GET", `${lists}/*1/more`, 400, "no such command or directory (*1)"],
        ["GET", "/ip/firewall", 400, "no such command"],
        ["GET", "/ip/firewall/filter/add", 400, "no such command"],
        ["GET", "/ip/firewall/filter/some-comment", 400, "no such command prefix"],
        ["POST", lists, 400, "no such command"],
        ["POST", `${lists}/unset`, 400, "no such command"],
        ["POST", "/queue/tree/unset", 400, "no such command"],
        ["POST", "/queue/tree/move", 400, "no such command"],
        ["PATCH", lists, 400, "missing or invalid resource identifier"],
        ["PATCH", "/system/identity", 400, "missing or invalid resource identifier"],
        ["DELETE", lists, 400, "missing or invalid resource identifier"],
        ["DELETE", "/interface/*1", 406, "no such command or directory (remove)"],
        ["PUT", "/interface", 406, "no such command or directory (add)"],
        ["POST", `${lists}/remove`, 400, "missing =.id="],
    ])("%s %s is %i %s", (method, path, status, detail) =>
        withRouter({}, async (call) => {
            expect(refusal(await call(method, path, method === "GET" ? undefined : {}))).toEqual([status, detail]);
        }),
    );

    test("every refusal has exactly error, message and, mostly, detail", () =>
        withRouter({}, async (call) => {
            expect((await call("GET", "/ip/nonexistent")).body).toEqual({
                error: 400,
                message: "Bad Request",
                detail: "no such command or directory (nonexistent)",
            });
            expect((await call("DELETE", "/interface/*1")).body).toEqual({
                error: 406,
                message: "Not Acceptable",
                detail: "no such command or directory (remove)",
            });
        }));

    test("a missing argument and an unknown one are named", () =>
        withRouter({}, async (call) => {
            expect(refusal(await call("PUT", lists, { address: "10.0.0.1" }))).toEqual([400, "missing =list="]);
            expect(refusal(await call("PUT", "/queue/tree", { name: "x" }))).toEqual([400, "missing =parent="]);
            expect(refusal(await call("PUT", "/ip/firewall/filter", {}))).toEqual([400, "missing =chain="]);
            const unknown = await call("PUT", lists, { ...entry, nonsense: "1" });
            expect(refusal(unknown)).toEqual([400, "unknown parameter nonsense"]);
            const readOnly = await call("PUT", lists, { ...entry, "creation-time": "now" });
            expect(refusal(readOnly)).toEqual([400, "unknown parameter creation-time"]);
            const byName = await call("PATCH", "/interface/ether1", { nonsense: "1" });
            expect(refusal(byName)).toEqual([400, "missing or invalid resource identifier"]);
        }));

    test("a submenu of /interface that is not modelled is no command, and no interface of that name", () =>
        withRouter({}, async (call) => {
            expect(refusal(await call("GET", "/interface/wifi"))).toEqual([400, "no such command or directory (wifi)"]);
            expect((await call("GET", "/interface/nobody")).status).toBe(404);
            expect((await call("GET", "/interface/ether1")).body).toMatchObject({ name: "ether1" });
        }));

    test("/system/clock keeps what is set", () =>
        withRouter({}, async (call) => {
            const wanted = { "time-zone-name": "Europe/Berlin", "time-zone-autodetect": "false" };
            expect((await call("POST", "/system/clock/set", wanted)).status).toBe(200);
            expect((await call("GET", "/system/clock")).body).toMatchObject(wanted);
            const time = { date: "2030-01-02", time: "03:04:05" };
            expect((await call("POST", "/system/clock/set", time)).status).toBe(200);
            expect((await call("GET", "/system/clock")).body).toMatchObject({
                date: "2030-01-02",
                time: expect.stringMatching(/^03:04:/) as string,
            });
        }));

    test("HEAD is 501", () =>
        withRouter({}, async (call) => expect((await call("HEAD", "/system/identity")).status).toBe(501)));
});

describe("bodies", () => {
    test("numbers, booleans and lists in JSON are taken; every value comes back as a string", () =>
        withRouter({}, async (call) => {
            const made = await call("PUT", "/queue/tree", {
                name: "q",
                parent: "global",
                priority: 3,
                disabled: true,
                "packet-mark": ["a", "b"],
            });
            expect(made.body).toMatchObject({ priority: "3", disabled: "true", "packet-mark": "a,b" });
            for (const value of Object.values(made.body as Row)) expect(typeof value).toBe("string");
        }));

    test("a JSON number with a leading 0 is octal, with 0x hexadecimal", () =>
        withRouter({}, async (call) => {
            const raw = '{"name":"q","parent":"global","max-limit":0x10,"limit-at":010}';
            expect((await call("PUT", "/queue/tree", undefined, { raw })).body).toMatchObject({
                "max-limit": "16",
                "limit-at": "8",
            });
        }));

    test.each([
        ["{", "invalid JSON"],
        ['{"list":}', "invalid JSON"],
        ['{"priority":1e2}', "invalid JSON"],
        ["[]", "JSON object expected"],
        ['"text"', "JSON object expected"],
    ])("%s is refused", (raw, detail) =>
        withRouter({}, async (call) => {
            expect(refusal(await call("PUT", lists, undefined, { raw }))).toEqual([400, detail]);
        }),
    );

    test("JSON is read with a charset and without a Content-Type; another type is 415", () =>
        withRouter({}, async (call) => {
            const raw = JSON.stringify(entry);
            const typed = (type: string) => ({ raw, headers: { "content-type": type } });
            expect((await call("PUT", lists, undefined, typed("text/plain"))).status).toBe(415);
            expect((await call("PUT", lists, undefined, typed("application/json; charset=utf-8"))).status).toBe(201);
        }));

    test("a body that is too large is 413", () =>
        withRouter({ behaviour: { maxBodyBytes: 1000 } }, async (call) => {
            expect((await call("PUT", lists, { ...entry, comment: "x".repeat(1000) })).status).toBe(413);
            expect((await call("PUT", lists, entry)).status).toBe(201);
        }));

    test("null clears a comment and is refused where a value is typed", () =>
        withRouter({}, async (call) => {
            const rule = await call("PUT", "/ip/firewall/filter", {
                chain: "forward",
                "src-address": "10.0.0.1",
                comment: "x",
            });
            const path = `/ip/firewall/filter/${(rule.body as Row)[".id"]}`;
            expect((await call("PATCH", path, { comment: null })).body).not.toHaveProperty("comment");
            expect(refusal(await call("PATCH", path, { "src-address": null }))).toEqual([
                400,
                "value of range expects range of ip addresses",
            ]);
        }));
});

describe("reading", () => {
    test("filters are ANDed, literal and on what is shown", () =>
        withRouter({}, async (call) => {
            for (const address of ["10.0.0.1", "10.0.0.2"]) await call("PUT", lists, { list: "a", address });
            await call("PUT", lists, { list: "b", address: "10.0.0.1", timeout: "1h" });
            const ids = async (query: string) =>
                ((await call("GET", `${lists}?${query}`)).body as Row[]).map((row) => row[".id"]);
            expect(await ids("list=a")).toEqual(["*1", "*2"]);
            expect(await ids("list=a&address=10.0.0.2")).toEqual(["*2"]);
            expect(await ids("address=10.0.0.1&dynamic=false")).toEqual(["*1"]);
            expect(await ids("address=10.0.0.1/32")).toEqual([]);
            expect(await ids("list=nothing")).toEqual([]);
            expect(await ids(".id=*3")).toEqual(["*3"]);
        }));

    test("GET with .proplist adds .id, POST print returns exactly what it names", () =>
        withRouter({}, async (call) => {
            expect((await call("GET", "/interface?name=ether2&.proplist=name,type")).body).toEqual([
                { ".id": "*2", name: "ether2", type: "ether" },
            ]);
            const print = { ".proplist": "name", ".query": ["name=ether2"] };
            expect((await call("POST", "/interface/print", print)).body).toEqual([{ name: "ether2" }]);
            const listed = { ".proplist": [".id", "name"], ".query": ["name=ether2"] };
            expect((await call("POST", "/interface/print", listed)).body).toEqual([{ ".id": "*2", name: "ether2" }]);
        }));

    test("without the switch GET with .proplist leaves .id out", () =>
        withRouter({ behaviour: { proplistAddsId: false } }, async (call) => {
            expect((await call("GET", "/interface?name=ether2&.proplist=name")).body).toEqual([{ name: "ether2" }]);
        }));

    test.each([
        [
            ["type=ether", "type=loopback", "#|"],
            ["ether1", "ether2", "ether3", "ether4", "ether5", "lo"],
        ],
        [
            ["type=ether", "#!"],
            ["lo", "bridge"],
        ],
        [["type=ether", "name=ether3"], ["ether3"]],
        [["default-name"], ["ether1", "ether2", "ether3", "ether4", "ether5"]],
        [["-default-name"], ["lo", "bridge"]],
        [[">actual-mtu=1499", "type=bridge"], ["bridge"]],
        [["<actual-mtu=1500"], []],
        [
            ["type=ether", "name=ether1", "#&", "type=bridge", "#|"],
            ["ether1", "bridge"],
        ],
    ])("the query %j means %j", (query, names) =>
        withRouter({}, async (call) => {
            const rows = (await call("POST", "/interface/print", { ".query": query, ".proplist": "name" })).body;
            expect((rows as Row[]).map(({ name }) => name)).toEqual(names);
        }),
    );

    test("a query's value may hold commas", () =>
        withRouter({}, async (call) => {
            const query = { ".query": ["connection-state=established,related"], ".proplist": ["action"] };
            expect((await call("POST", "/ip/firewall/filter/print", query)).body).toEqual([
                { action: "fasttrack-connection" },
            ]);
        }));

    test("print counts, and refuses what is no argument of it", () =>
        withRouter({}, async (call) => {
            const counted = await call("POST", "/interface/print", { "count-only": "", ".query": ["type=ether"] });
            expect(counted.body).toEqual({ ret: "5" });
            expect(refusal(await call("POST", "/interface/print", { "?type": "ether" }))).toEqual([
                400,
                "unknown parameter ?type",
            ]);
        }));

    test("a singleton is one object; a row can be named where the menu has names", () =>
        withRouter({}, async (call) => {
            expect((await call("GET", "/system/identity")).body).toEqual({ name: "MikroTik" });
            await call("POST", "/system/identity/set", { name: "home" });
            expect((await call("GET", "/system/identity")).body).toEqual({ name: "home" });
            expect((await call("GET", "/interface/ether3")).body).toMatchObject({ ".id": "*3", name: "ether3" });
            expect((await call("GET", "/queue/type/default-small")).body).toMatchObject({ kind: "pfifo" });
            expect((await call("GET", "/interface/nothing")).status).toBe(404);
        }));
});

describe("connections", () => {
    test("the page at / needs no credentials, REST does", () =>
        withRouter({ password: "secret" }, async (call) => {
            expect((await call("GET", "/", undefined, { password: "wrong" })).status).toBe(200);
            const refused = await call("GET", "/system/identity", undefined, { password: "wrong" });
            expect([refused.status, refused.body]).toEqual([401, { error: 401, message: "Unauthorized" }]);
        }));

    test("closes after every answer when asked to", async () => {
        await withRouter({}, async (call) => {
            expect(
                (await call("GET", "/interface", undefined, { headers: { connection: "keep-alive" } })).headers,
            ).toMatchObject({ connection: "keep-alive" });
        });
        await withRouter({ closeConnections: true }, async (call) => {
            expect(
                (await call("GET", "/interface", undefined, { headers: { connection: "keep-alive" } })).headers,
            ).toMatchObject({ connection: "close" });
        });
    });

    test("an id with an encoded star is taken, or refused by switch", async () => {
        await withRouter({}, async (call) => expect((await call("GET", "/interface/%2A1")).status).toBe(200));
        await withRouter({ behaviour: { decodeStar: false } }, async (call) => {
            expect(refusal(await call("GET", "/interface/%2A1"))).toEqual([
                400,
                "missing or invalid resource identifier",
            ]);
            expect((await call("GET", "/interface/*1")).status).toBe(200);
        });
    });

    test("what is no HTTP gets a plain 400 and the router goes on", () =>
        withRouter({}, async (call, router) => {
            const answer = await new Promise<string>((resolve, reject) => {
                const socket = connect(Number(new URL(router.url).port), "127.0.0.1", () =>
                    socket.write("nonsense\r\n\r\n"),
                );
                let text = "";
                socket.on("data", (chunk) => (text += chunk.toString()));
                socket.on("error", reject);
                socket.on("close", () => resolve(text));
            });
            expect(answer).toMatch(/^HTTP\/1.1 400/);
            expect((await call("GET", "/system/identity")).status).toBe(200);
        }));

    test("HTTPS shows its certificate and its fingerprint", () =>
        withRouter({ https: true }, (_call, router) => {
            expect(router.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
            expect(router.certificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
            expect(router.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
            return Promise.resolve();
        }));
});
