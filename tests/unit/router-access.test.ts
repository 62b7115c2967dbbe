import type { Row } from "../../router/api";
import { type Call, refusal, withRouter } from "../../testing/embedded-router";

const group = (call: Call, name: string, policy: string) => call("PUT", "/user/group", { name, policy });
const user = (call: Call, name: string, groupName: string) =>
    call("PUT", "/user", { name, group: groupName, password: "pw" });
const as = (username: string) => ({ username, password: "pw" });

test("credentials: wrong, missing, of a disabled user", () =>
    withRouter({ username: "boss", password: "secret" }, async (call) => {
        const denied = { error: 401, message: "Unauthorized" };
        const get = (options: object) => call("GET", "/system/identity", undefined, options);
        expect((await get({})).status).toBe(200);
        expect((await get({ password: "wrong" })).body).toEqual(denied);
        expect((await get({ username: "nobody" })).body).toEqual(denied);
        expect((await get({ headers: { authorization: "" } })).body).toEqual(denied);
        expect((await get({ headers: { authorization: "Bearer x" } })).body).toEqual(denied);
        await user(call, "off", "full");
        expect((await get(as("off"))).status).toBe(200);
        await call("POST", "/user/disable", { numbers: "off" });
        expect((await get(as("off"))).body).toEqual(denied);
    }));

test.each([
    ["read,write,api,rest-api", 200, 201],
    ["read,write,api", 401, 401],
    ["read,write,rest-api", [500, "std failure: not allowed (9)"], [500, "std failure: not allowed (9)"]],
    ["read,api,rest-api", 200, [500, "not enough permissions (9)"]],
    ["write,api,rest-api", [500, "not enough permissions (9)"], 201],
] as const)("a group with %s", (policy, reading, writing) =>
    withRouter({}, async (call) => {
        await group(call, "some", policy);
        await user(call, "someone", "some");
        const read = await call("GET", "/interface", undefined, as("someone"));
        const row = { list: "a", address: "10.0.0.1" };
        const written = await call("PUT", "/ip/firewall/address-list", row, as("someone"));
        const shown = (answer: typeof read) => (answer.status === 500 ? refusal(answer) : answer.status);
        expect([shown(read), shown(written)]).toEqual([reading, writing]);
        if (written.status !== 201) expect((await call("GET", "/ip/firewall/address-list")).body).toEqual([]);
    }),
);

test("users and groups need the policy `policy`; passwords are never shown, in the log neither", () =>
    withRouter({}, async (call, router) => {
        await group(call, "editors", "read,write,api,rest-api");
        await user(call, "editor", "editors");
        const attempt = await call("PUT", "/user", { name: "x", group: "full", password: "y" }, as("editor"));
        expect(refusal(attempt)).toEqual([500, "not enough permissions (9)"]);
        const shown = JSON.stringify([
            (await call("GET", "/user")).body,
            router.log,
            router.configuration(),
            router.export(),
        ]);
        expect(shown).not.toMatch(/"pw"|password":"(?!\*\*\*)/);
    }));

test("a group's policy: negations are filled in, a set adds, `!` takes away; a used group stays", () =>
    withRouter({}, async (call) => {
        const made = (await group(call, "g", "read,api")).body as Row;
        expect(made["policy"]!.split(",")).toEqual(expect.arrayContaining(["read", "api", "!write", "!rest-api"]));
        await call("PATCH", "/user/group/g", { policy: "write" });
        const has = async () => ((await call("GET", "/user/group/g")).body as Row)["policy"]!.split(",");
        expect(await has()).toEqual(expect.arrayContaining(["read", "api", "write"]));
        await call("PATCH", "/user/group/g", { policy: "!read" });
        expect(await has()).toEqual(expect.arrayContaining(["!read", "api", "write"]));
        await user(call, "u", "g");
        expect(refusal(await call("DELETE", "/user/group/g"))).toEqual([400, "failure: group has some users"]);
    }));

test("a PATCH of a user that fails half way leaves what came before", () =>
    withRouter({}, async (call) => {
        await user(call, "u", "read");
        const answer = await call("PATCH", "/user/u", { comment: "changed", group: "none-such" });
        expect(refusal(answer)).toEqual([400, "input does not match any value of group"]);
        expect((await call("GET", "/user/u")).body).toMatchObject({ comment: "changed", group: "read" });
    }));

test("a service that does not allow the address closes without a word", () =>
    withRouter({}, async (call, router) => {
        expect((await call("PATCH", "/ip/service/www", { address: "192.168.88.0/24" })).status).toBe(200);
        await expect(call("GET", "/system/identity")).rejects.toThrow(/hang up|reset/);
        router.set("/ip/service", "www", { address: "127.0.0.0/8" });
        expect((await call("GET", "/system/identity")).status).toBe(200);
    }));

test("the password can change while somebody works", () =>
    withRouter({ password: "old" }, async (call, router) => {
        router.setPassword("admin", "new");
        expect((await call("GET", "/system/identity")).status).toBe(401);
        expect((await call("GET", "/system/identity", undefined, { password: "new" })).status).toBe(200);
    }));

test("each user and address leaves two sessions until a restart, which cannot be removed", () =>
    withRouter({}, async (call, router) => {
        await call("GET", "/interface");
        await call("GET", "/interface");
        const active = (await call("GET", "/user/active")).body as Row[];
        expect(active.map(({ name, via }) => [name, via])).toEqual([
            ["admin", "rest-api"],
            ["admin", "api"],
        ]);
        router.restart();
        expect((await call("GET", "/user/active")).body).toHaveLength(2);
    }));
