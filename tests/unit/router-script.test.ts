import type { Row } from "../../router/api";
import { type Call, refusal, rowsOf, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";
const run = async (call: Call, script: string): Promise<string> => {
    const answer = await call("POST", "/execute", { script, "as-string": "" });
    expect(answer.status).toBe(200);
    return (answer.body as { ret: string }).ret;
};
const addresses = async (call: Call) => (await rowsOf(call, lists)).map(({ address }) => address);

test("what is put comes back; without as-string only a job's id", () =>
    withRouter({}, async (call) => {
        expect(await run(call, ":put hello")).toBe("hello");
        expect(await run(call, ':put "two words"; :put ("a" . "b")')).toBe("two words\nab");
        expect(await run(call, ':put ("a"." "."b".""); :put ("[a]".[:len "abc"]."(c)")')).toBe("a b\n[a]3(c)");
        const job = await call("POST", "/execute", { script: `${lists.replaceAll("/", " ").trim()} nonsense` });
        expect(job.body).toEqual({ ret: expect.stringMatching(/^\*[0-9A-F]+$/) as string });
        expect(refusal(await call("POST", "/execute", {}))).toEqual([400, "missing =script="]);
        expect(refusal(await call("POST", "/execute", { script: "x", color: "y" }))).toEqual([
            400,
            "unknown parameter color",
        ]);
    }));

test("rows are added, changed and removed by what they hold", () =>
    withRouter({}, async (call) => {
        const script = [
            "/ip firewall address-list",
            'add list=S3 address=10.0.0.1 comment="ours [pulumi:site/main/list#10.0.0.1]"',
            'add list=S3 address=10.0.0.2 comment="ours [pulumi:site/main/list#10.0.0.2]"',
            "add list=S3 address=10.0.0.3 comment=mine",
            "add list=other address=10.0.0.4",
            "set [find list=other] disabled=yes",
            'remove [find comment~"\\\\[pulumi:site/main/"]',
        ].join("\n");
        expect(await run(call, script)).toBe("");
        expect(await addresses(call)).toEqual(["10.0.0.3", "10.0.0.4"]);
        expect(await rowsOf(call, `${lists}?disabled=true`, "address")).toEqual([{ address: "10.0.0.4" }]);
        expect(await run(call, "/ip/firewall/address-list/remove [find where list=S3 or disabled]")).toBe("");
        expect(await addresses(call)).toEqual([]);
    }));

test("a bracket between quotation marks is text", () =>
    withRouter({}, async (call) => {
        await run(call, `${lists}/add list=a address=10.0.0.1 comment="[pulumi:a/b/c#d]"`);
        expect(await rowsOf(call, lists, "comment")).toEqual([{ comment: "[pulumi:a/b/c#d]" }]);
    }));

test("nothing found is nothing done", () =>
    withRouter({}, async (call) => {
        expect(await run(call, '/queue tree remove [find comment~"nobody"]; :put done')).toBe("done");
    }));

test("an error comes as text with 200, and what came before it stays", () =>
    withRouter({}, async (call) => {
        const script = "/ip firewall address-list add list=a address=10.0.0.1\n/queue tree add name=x parent=none-such";
        expect(await run(call, script)).toBe(
            "input does not match any value of parent (/queue/tree/add (parent); line 2)",
        );
        expect(await addresses(call)).toEqual(["10.0.0.1"]);
        expect(await run(call, "/queue tree remove *99")).toBe("no such item (/queue/tree/remove; line 1)");
        expect(await run(call, "/no such menu")).toMatch(/bad command name/);
        expect(await run(call, ":nonsense")).toMatch(/bad command name nonsense/);
    }));

test("errors can be caught, lists gone through, and conditions asked", () =>
    withRouter({}, async (call) => {
        expect(await run(call, ":do { /queue tree add name=x parent=nope } on-error={ :put caught }; :put after")).toBe(
            "caught\nafter",
        );
        const script = [
            "/ip firewall address-list add list=a address=10.0.0.1",
            "/ip firewall address-list add list=a address=10.0.0.2",
            ":local count 0",
            ":foreach row in=[/ip firewall address-list find where list=a] do={",
            "  :put [/ip firewall address-list get $row address]",
            "  /ip firewall address-list set $row comment=seen",
            "}",
            ':if ([:len [/ip firewall address-list find where comment="seen"]] = 2) do={ :put both } else={ :put no }',
        ].join("\n");
        expect(await run(call, script)).toBe("10.0.0.1\n10.0.0.2\nboth");
    }));

test("a script that waits too long is ended", () =>
    withRouter({ behaviour: { sessionSeconds: 0.05 } }, async (call) => {
        const answer = await call("POST", "/execute", { script: ":delay 70s", "as-string": "" });
        expect(refusal(answer)).toEqual([400, "Session closed"]);
    }));

test("a stored script runs, and counts that", () =>
    withRouter({}, async (call) => {
        const source = "/ip firewall address-list add list=a address=10.0.0.9";
        const made = await call("PUT", "/system/script", { name: "nightly", source });
        expect((await call("POST", "/system/script/run", { ".id": (made.body as Row)[".id"] })).body).toEqual([]);
        expect(await addresses(call)).toEqual(["10.0.0.9"]);
        expect((await call("GET", "/system/script/nightly")).body).toMatchObject({ "run-count": "1", source });
        for (const number of ["nightly", "0"]) {
            await call("POST", `${lists}/remove`, { numbers: "0" });
            expect((await call("POST", "/system/script/run", { number })).status).toBe(200);
            expect(await addresses(call)).toEqual(["10.0.0.9"]);
        }
        expect((await call("GET", "/system/script/nightly")).body).toMatchObject({ "run-count": "3" });
        expect((await call("POST", "/system/script/run", { number: "weekly" })).status).toBeGreaterThanOrEqual(400);
    }));

test("who may only read runs no script", () =>
    withRouter({}, async (call) => {
        await call("PUT", "/user", { name: "reader", group: "read", password: "pw" });
        const login = { username: "reader", password: "pw" };
        const answer = await call("POST", "/execute", { script: ":put x", "as-string": "" }, login);
        expect(refusal(answer)).toEqual([500, "not enough permissions (9)"]);
    }));

test("export over REST answers an empty list", () =>
    withRouter({}, async (call) => {
        const answer = await call("POST", "/export", {});
        expect([answer.status, answer.body]).toEqual([200, []]);
        expect(await run(call, "/export")).toContain("/ip firewall filter\nadd action=accept chain=input");
    }));

describe("a script under way", () => {
    const adds = (count: number): string =>
        Array.from({ length: count }, (_, index) => `${lists}/add list=a address=10.0.0.${index + 1}`).join("\n");

    test("is seen command by command, and logged with their number", () =>
        withRouter({}, async (call, router) => {
            const seen: [number, number][] = [];
            const off = router.onCommand(({ command }) => seen.push([command, router.rows(lists).length]));
            await run(call, adds(3));
            off();
            await run(call, "/ip/firewall/address-list/remove [find list=a]");
            expect(seen).toEqual([
                [1, 1],
                [2, 2],
                [3, 3],
            ]);
            expect(router.log.map(({ commands }) => commands)).toEqual([3, 1]);
        }));

    test("ends where the router restarts", () =>
        withRouter({}, async (call, router) => {
            router.addFault({ kind: "restart", path: "/execute", command: 2 });
            await expect(call("POST", "/execute", { script: adds(4), "as-string": "" })).rejects.toThrow();
            expect(await addresses(call)).toEqual(["10.0.0.1", "10.0.0.2"]);
            expect(router.log[0]?.fault).toBe("restart");
        }));

    test("meets no fault that comes after more commands than it has", () =>
        withRouter({}, async (call, router) => {
            router.addFault({ kind: "500", path: "/execute", command: 5 });
            expect(await run(call, `${adds(2)}\n:put done`)).toBe("done");
            expect(router.log[0]?.fault).toBeUndefined();
        }));

    test("goes on where its answer is lost", () =>
        withRouter({}, async (call, router) => {
            router.addFault({ kind: "drop", path: "/execute", when: "after" });
            await expect(call("POST", "/execute", { script: adds(3), "as-string": "" })).rejects.toThrow();
            expect(await addresses(call)).toHaveLength(3);
        }));

    test("keeps everybody waiting for as long as it takes", () =>
        withRouter({ latency: { requestMs: 0, rowMs: 0, commandMs: 20 } }, async (call, router) => {
            const order: string[] = [];
            let read: Promise<unknown> | undefined;
            router.onCommand(() => {
                read ??= call("GET", "/system/identity").then(() => order.push("read"));
            });
            await run(call, adds(5));
            order.push("script");
            await read;
            expect(order).toEqual(["script", "read"]);
        }));

    test("is cut off after so many commands, without a word", () =>
        withRouter({ behaviour: { scriptCommands: 2 } }, async (call) => {
            expect(await run(call, `${adds(4)}\n:put done`)).toBe("");
            expect(await addresses(call)).toHaveLength(2);
        }));

    test("that is too long is refused, and nothing of it is done", () =>
        withRouter({ behaviour: { scriptBytes: 100 } }, async (call) => {
            const answer = await call("POST", "/execute", { script: adds(4), "as-string": "" });
            expect(refusal(answer)).toEqual([400, "failure: script too long"]);
            expect(await addresses(call)).toEqual([]);
        }));
});
