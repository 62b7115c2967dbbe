import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import https from "node:https";
import net from "node:net";

import { answered, refused, said } from "../harness/bench";
import { check } from "../harness/check";
import type { Row } from "../harness/rest";
import { query, Rest } from "../harness/rest";

const SERVICE = "/ip/service";

export const transport = [
    check("1.1", "D", "serves REST below /rest", async ({ rest }) => {
        const resource = answered(await rest.get("/system/resource"), 200) as Row;
        assert.ok(resource["version"]);
    }),
    check("1.1", "D", "serves the same over HTTPS", async (bench) => {
        const { rest, router } = await bench.fresh({ https: true });
        assert.match(router.url, /^https:/);
        const resource = answered(await rest.get("/system/resource"), 200) as Row;
        assert.ok(resource["version"]?.startsWith(bench.version));
    }),
    check("1.2", "D", "asks for credentials on every request of a connection", async ({ rest }) => {
        answered(await rest.get("/system/identity"), 200);
        refused(await rest.get("/system/identity", { as: null }), 401, null);
        answered(await rest.get("/system/identity"), 200);
    }),
    check("1.2", "D", "allows an empty password", async (bench) => {
        const { rest } = await bench.fresh({ password: "" });
        answered(await rest.get("/system/identity"), 200);
        refused(await rest.get("/system/identity", { as: { username: "admin", password: "x" } }), 401, null);
    }),
    check("1.2", "R", "hands out no cookie and no token", async ({ rest }) => {
        const { headers } = await rest.get("/system/identity");
        assert.equal(headers["set-cookie"], undefined);
        assert.equal(headers["authorization"], undefined);
    }),
    check("1.3", "D", "shows a certificate of its own over HTTPS, trusted only when named", async (bench) => {
        const { router } = await bench.fresh({ https: true });
        const access = { url: router.url, username: "admin", password: "secret" };
        const { hostname, port } = new URL(router.url);
        await assert.rejects(
            new Promise((resolve, reject) => https.get({ hostname, port, path: "/" }, resolve).on("error", reject)),
            /self-signed|unable to verify|unable to get/,
        );
        const byCa = bench.using(new Rest({ ...access, ca: router.certificate ?? "" }));
        answered(await byCa.get("/system/identity"), 200);
        const other = bench.using(new Rest({ ...access, fingerprint: "00".repeat(32) }));
        await assert.rejects(other.get("/system/identity"), /fingerprint/);
        assert.equal(new X509Certificate(router.certificate ?? "").fingerprint256, router.fingerprint);
    }),
    check("1.4", "R", "sends these headers and no session header", async ({ rest }) => {
        const { headers } = await rest.get("/system/identity");
        const wanted = ["cache-control", "connection", "content-length", "content-type", "date", "expires"];
        assert.deepEqual(
            [...wanted, "x-frame-options"].filter((name) => !(name in headers)),
            [],
            "headers that are absent",
        );
        assert.match(headers["content-type"] ?? "", /^application\/json/);
    }),
    check("1.5", "R", "keeps a connection for further requests, or says that it closes", async ({ rest }) => {
        const first = await rest.get("/system/identity");
        const second = await rest.get("/system/identity");
        assert.match(first.headers.connection ?? "", /^(keep-alive|close)$/i);
        answered(second, 200);
    }),
    check("1.5", "R", "can close after every response", async (bench) => {
        const { rest } = await bench.fresh({ closeConnections: true });
        for (let turn = 0; turn < 3; turn++) {
            const answer = await rest.get("/system/identity");
            answered(answer, 200);
            assert.equal(answer.headers.connection, "close");
        }
    }),
    check("1.6", "R", "answers GET / with 200 and no credentials", async ({ rest }) => {
        const page = await rest.sendTo("GET", "/", { as: null });
        answered(page, 200);
        assert.match(page.headers["content-type"] ?? "", /^text\/html/);
    }),
    check("1.7", "R", "shows address and max-sessions of each service", async (bench) => {
        const services = await bench.rows(SERVICE, { dynamic: "false" });
        const names = services.map((row) => row["name"]);
        for (const name of ["www", "www-ssl"]) assert.ok(names.includes(name), `${name} among ${names.join()}`);
        for (const row of services) {
            assert.equal(typeof row["address"], "string");
            if (bench.since("7.16.2")) assert.match(row["max-sessions"] ?? "", /^\d+$/);
        }
    }),
    check("1.7", "D", "allows 20 sessions by default", async (bench) => {
        const { rest } = await bench.fresh();
        const services = (await rest.get(SERVICE + query({ name: "www" }))).json as Row[];
        assert.equal(services[0]?.["max-sessions"], "20");
    }),
    check("1.7", "R", "knows /ip/service/webserver from 7.21 on and not before", async (bench) => {
        const answer = await bench.rest.get("/ip/service/webserver");
        if (bench.since("7.21")) answered(answer, 200);
        else assert.ok(answer.status >= 400, said(answer));
    }),
    check("1.8", "R", "accepts and closes a connection from an address the service does not allow", async (bench) => {
        const { rest } = await bench.fresh();
        const [www] = (await rest.get(SERVICE + query({ name: "www" }))).json as Row[];
        answered(await rest.patch(`${SERVICE}/${www?.[".id"]}`, { address: "192.0.2.0/24" }), 200);
        const { hostname, port } = new URL(rest.access.url);
        const received = await new Promise<string>((resolve, reject) => {
            const socket = net.connect({ host: hostname, port: Number(port) });
            let text = "";
            socket.on("connect", () => socket.write("GET /rest/system/identity HTTP/1.1\r\nHost: router\r\n\r\n"));
            socket.on("data", (chunk) => (text += chunk.toString()));
            socket.on("close", () => resolve(text));
            socket.on("error", (error: NodeJS.ErrnoException) =>
                error.code === "ECONNRESET" ? resolve(text) : reject(error),
            );
        });
        assert.equal(received, "");
    }),
    check("1.9", "R", "lists live connections as dynamic rows of /ip/service", async (bench) => {
        const all = await bench.rows(SERVICE);
        const live = all.filter((row) => row["connection"] === "true");
        assert.ok(live.length > 0, "a row with connection=true");
        assert.deepEqual(new Set(live.map((row) => row["dynamic"])), new Set(["true"]));
        const fixed = await bench.rows(SERVICE, { dynamic: "false" });
        assert.equal(fixed.filter((row) => row["connection"] === "true").length, 0);
    }),
    check("1.10", "R", "can answer with another request's data (on demand, as a fault)", async (bench) => {
        const { rest, router } = await bench.fresh();
        await rest.get("/system/identity");
        router.addFault({ kind: "foreign-answer", path: "/ip/settings" });
        const answer = (await rest.get("/ip/settings")).json as Row;
        assert.equal((answer as Record<string, unknown>)["ip-forward"], undefined);
        answered(await rest.get("/ip/settings"), 200);
    }),
    check("1.11", "R", "accepts listen and then sends nothing", async (bench) => {
        const listening = bench.using(new Rest(bench.rest.access));
        await assert.rejects(listening.get("/interface/listen", { milliseconds: 300 }), /no answer/);
        answered(await bench.rest.get("/system/identity"), 200);
    }),
    check("1.11", "R", "refuses listen in a menu that cannot be followed", async ({ rest }) => {
        refused(await rest.get("/system/identity/listen"), 400, "unknown parameter follow-only");
    }),
];
