import { request } from "node:http";

import type { RequestEntry, Row } from "../../router/api";
import { refusal, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";

test("asks for the same credentials, and names what it does not know", () =>
    withRouter({ password: "secret" }, async (call) => {
        expect((await call("GET", "/_/state", undefined, { password: "wrong" })).status).toBe(401);
        expect(refusal(await call("GET", "/_/nothing"))).toEqual([404, "no such control: GET /_/nothing"]);
        expect(refusal(await call("POST", "/_/faults", { kind: "fire" }))).toEqual([
            400,
            "input does not match any value of kind",
        ]);
        expect(refusal(await call("POST", "/_/faults", { kind: "drop", often: 3 }))).toEqual([
            400,
            "unknown parameter often",
        ]);
        expect(refusal(await call("POST", "/_/faults", undefined, { raw: "{" }))).toEqual([400, "invalid JSON"]);
    }));

test("shows the state, all of it or the menus named; is in no log", () =>
    withRouter({ version: "7.24" }, async (call, router) => {
        const state = (await call("GET", "/_/state?menu=/queue/tree&menu=/system/identity")).body;
        expect(state).toMatchObject({ version: "7.24", identity: "MikroTik", menus: { "/queue/tree": [] } });
        const all = (await call("GET", "/_/state")).body as { menus: Record<string, Row[]> };
        expect(all.menus["/ip/firewall/filter"]).toEqual(router.rows("/ip/firewall/filter"));
        expect(router.log).toEqual([]);
    }));

test("faults, hanging requests and restarts, for people", () =>
    withRouter({}, async (call, router) => {
        await call("POST", "/_/faults", { kind: "500", at: 2, times: 1, methods: ["GET"], path: "/interface" });
        expect((await call("GET", "/_/faults")).body).toEqual([
            { kind: "500", at: 2, times: 1, methods: ["GET"], path: "/interface" },
        ]);
        expect((await call("GET", "/interface")).status).toBe(200);
        expect((await call("GET", "/interface")).status).toBe(500);
        expect((await call("DELETE", "/_/faults")).status).toBe(204);
        await call("POST", "/_/faults", { kind: "hang" });
        const reached = new Promise<void>((resolve) => router.onRequest(() => setImmediate(resolve)));
        const answer = call("GET", "/interface");
        await reached;
        await call("POST", "/_/release");
        expect((await answer).status).toBe(200);
        const before = router.rows("/interface").map((row) => row[".id"]);
        await call("POST", "/_/restart", { renumber: true });
        expect(router.rows("/interface").map((row) => row[".id"])).not.toEqual(before);
    }));

test("edits now, or when a request comes", () =>
    withRouter({}, async (call) => {
        const edit = (body: object) => call("POST", "/_/edit", body);
        const values = { list: "a", address: "10.0.0.1" };
        expect((await edit({ menu: lists, command: "add", values })).body).toEqual({ id: "*1" });
        expect(refusal(await edit({ menu: lists, command: "add", values }))).toEqual([
            400,
            "failure: already have such entry",
        ]);
        const at = { methods: ["PUT"], path: lists, request: 1, when: "before" };
        expect((await edit({ menu: lists, command: "set", id: "*1", values: { comment: "late" }, at })).status).toBe(
            204,
        );
        expect((await call("GET", `${lists}/*1`)).body).not.toHaveProperty("comment");
        await call("PUT", lists, { list: "a", address: "10.0.0.2" });
        expect((await call("GET", `${lists}/*1`)).body).toMatchObject({ comment: "late" });
        await edit({ menu: lists, command: "remove", id: "*1" });
        expect((await call("GET", `${lists}/*1`)).status).toBe(404);
        expect(refusal(await edit({ menu: "/no/menu", command: "add", values }))[0]).toBe(400);
    }));

test("traffic, traces, the clock, the password, the choices", () =>
    withRouter({}, async (call, router) => {
        expect((await call("POST", "/_/traffic", { to: "198.51.100.7:443", upload: 30000 })).body).toMatchObject({
            fastTracked: true,
            verdict: "accept",
        });
        expect((await call("POST", "/_/trace", { to: "198.51.100.8:443" })).body).toEqual(
            router.trace({ to: "198.51.100.8:443" }),
        );
        expect(refusal(await call("POST", "/_/trace", {}))).toEqual([400, "missing =to="]);
        await call("PUT", lists, { list: "a", address: "10.0.0.1", timeout: "1m" });
        await call("POST", "/_/advance", { seconds: 61 });
        expect((await call("GET", lists)).body).toEqual([]);
        expect((await call("POST", "/_/behaviour", { reuseIds: false })).body).toMatchObject({ reuseIds: false });
        expect(refusal(await call("POST", "/_/behaviour", { nonsense: true }))[0]).toBe(400);
        // The first line says when.
        const said = (text: string): string => text.slice(text.indexOf("\n"));
        expect(said((await call("GET", "/_/export")).text)).toBe(said(router.export()));
        expect((await call("GET", "/_/configuration")).body).toEqual(router.configuration());
        await call("POST", "/_/password", { username: "admin", password: "new" });
        expect((await call("GET", "/_/state")).status).toBe(401);
    }));

test("requests are told as they come", () =>
    withRouter({}, async (call, router) => {
        const authorization = `Basic ${Buffer.from("admin:").toString("base64")}`;
        const seen = await new Promise<string>((resolve, reject) => {
            const stream = request(`${router.url}/_/events`, { headers: { authorization } }, (response) => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => {
                    text += chunk;
                    if (text.includes("event: request")) {
                        stream.destroy();
                        resolve(text);
                    } else if (text.startsWith(": connected")) void call("GET", "/system/identity");
                });
            });
            stream.on("error", reject);
            stream.end();
        });
        const data = /event: request\ndata: (.*)\n\n/.exec(seen)![1]!;
        expect(JSON.parse(data) as RequestEntry).toMatchObject({
            method: "GET",
            path: "/system/identity",
            status: 200,
        });
        expect(router.log).toHaveLength(1);
    }));

test("answers no page of another site, and asks for the user's rights", () =>
    withRouter({}, async (call, router) => {
        const authorization = `Basic ${Buffer.from("reader:pw").toString("base64")}`;
        router.add("/user", { name: "reader", group: "read", password: "pw" });
        const statusAs = (host: string) =>
            new Promise((resolve, reject) => {
                const headers = { host: `${host}:${new URL(router.url).port}`, authorization };
                request(`${router.url}/_/state`, { headers }, (response) => {
                    response.resume();
                    resolve(response.statusCode);
                })
                    .on("error", reject)
                    .end();
            });
        const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
            fetch(`${router.url}/_/${path}`, {
                method,
                headers: { authorization, ...headers },
                ...(method === "POST" ? { body: JSON.stringify({ username: "reader", password: "x" }) } : {}),
            });
        expect((await ask("GET", "state")).status).toBe(200);
        expect((await ask("GET", "state", { origin: "http://elsewhere.example" })).status).toBe(403);
        expect((await ask("GET", "state", { origin: router.url })).status).toBe(200);
        // A name of somebody else's that was made to lead here.
        expect(await statusAs("rebound.example")).toBe(403);
        expect(await statusAs("localhost")).toBe(200);
        expect((await ask("POST", "password")).status).toBe(500);
        expect((await call("GET", "/user")).status).toBe(200);
    }));
