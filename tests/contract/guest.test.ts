import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { start } from "../../router";
import type { Router } from "../../router/api";
import { checks } from "./checks";
import { report } from "./harness/report";
import { Rest } from "./harness/rest";
import type { Result } from "./harness/runner";
import { runCheck } from "./harness/runner";

/** The suite against a router of somebody's: here an embedded one that it knows only by its address. */
describe("on a router that is given to it", () => {
    const access = { username: "admin", password: "theirs" };

    test("the suite changes nothing but rows of its own, and takes them away", async () => {
        const router = await start(access);
        const rest = new Rest({ url: router.url, ...access });
        try {
            router.add("/ip/firewall/address-list", { list: "theirs", address: "192.0.2.1" });
            router.add("/ip/firewall/mangle", { chain: "forward", action: "accept", comment: "theirs" });
            router.add("/queue/tree", { name: "theirs", parent: "global", "max-limit": "10M" });
            const before = router.configuration();
            const target = { rest, version: "7.22.3", usersAllowed: false };
            const results: Result[] = [];
            for (const check of checks) results.push(await runCheck(check, target));
            expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
            expect(results.flatMap(({ left }) => left)).toEqual([]);
            expect(report(new Map([["7.22.3", results]]))).toMatch(/^Left behind: nothing$/m);
            expect(router.configuration()).toEqual(before);
            const skipped = results.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason);
            expect(new Set(skipped).size).toBeLessThan(6);
            expect(skipped.filter((reason) => reason?.startsWith("would change the router")).length).toBeGreaterThan(
                20,
            );
        } finally {
            rest.close();
            await router.stop();
        }
    }, 60_000);

    test("only requests to rows of its own write anything", async () => {
        const router = await start(access);
        const rest = new Rest({ url: router.url, ...access });
        try {
            const foreign = router.add("/ip/firewall/filter", { chain: "input", comment: "theirs" });
            const target = { rest, version: "7.22.3", usersAllowed: false };
            for (const check of checks) await runCheck(check, target);
            const writes = router.log.filter(({ method, status }) => method !== "GET" && status < 300);
            expect(writes.filter(({ path }) => path === `/ip/firewall/filter/${foreign}`)).toEqual([]);
        } finally {
            rest.close();
            await router.stop();
        }
    }, 60_000);

    test("rows that it should have refused, and did not, are taken away as well", async () => {
        const router = await start(access);
        const lenient = await lenientRouter(router);
        const rest = new Rest({ url: lenient.url, ...access });
        try {
            router.add("/queue/simple", { name: "theirs", target: "192.0.2.0/24" });
            const before = router.configuration();
            const target = { rest, version: "7.22.3", usersAllowed: false };
            const results: Result[] = [];
            for (const check of checks) results.push(await runCheck(check, target));
            expect(lenient.tolerated).toBeGreaterThan(30);
            expect(results.filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(10);
            expect(results.flatMap(({ left }) => left)).toEqual([]);
            expect(router.configuration()).toEqual(before);
        } finally {
            rest.close();
            await lenient.stop();
            await router.stop();
        }
    }, 60_000);

    test("what the router keeps is reported by a look at it, with what it said", async () => {
        const router = await start(access);
        const lenient = await lenientRouter(router, { keeps: "/queue/simple" });
        const rest = new Rest({ url: lenient.url, ...access });
        try {
            const own = checks.filter(({ fact }) => fact === "13.5" || fact === "9.15");
            const target = { rest, version: "7.22.3", usersAllowed: false };
            const results: Result[] = [];
            for (const check of own) results.push(await runCheck(check, target));
            const kept = router.rows("/queue/simple").map((row) => `/queue/simple/${row[".id"]}: 200 kept`);
            expect(kept.length).toBeGreaterThan(0);
            expect(results.flatMap(({ left }) => left).sort()).toEqual(kept.sort());
            const said = report(new Map([["7.22.3", results]])).split("Left behind:\n")[1] ?? "";
            expect(said.split("\n").map((line) => line.trim())).toEqual(results.flatMap(({ left }) => left));
        } finally {
            rest.close();
            await lenient.stop();
            await router.stop();
        }
    }, 60_000);
});

/** A router of another mind: what it would refuse of a new row it leaves out; what is removed of `keeps` stays. */
async function lenientRouter(router: Router, { keeps }: { keeps?: string } = {}) {
    const all = { tolerated: 0, url: "", stop: async () => {} };
    const server = createServer((request, response) => {
        const serve = async (text: string): Promise<void> => {
            const headers = { authorization: request.headers.authorization ?? "", "content-type": "application/json" };
            const path = request.url ?? "";
            const ask = (body: string) =>
                fetch(`${router.url}${path}`, { method: request.method, headers, ...(body === "" ? {} : { body }) });
            let answer =
                keeps !== undefined && request.method === "DELETE" && path.includes(keeps)
                    ? undefined
                    : await ask(text);
            const body = parsed(text);
            const names = request.method === "PUT" ? Object.keys(body) : [];
            while (answer && answer.status === 400 && names.length > 1) {
                delete body[names.pop() ?? ""];
                const other = await ask(JSON.stringify(body));
                if (other.status === 201) {
                    answer = other;
                    all.tolerated += 1;
                }
            }
            response.writeHead(answer?.status ?? 200, { "content-type": "application/json" });
            response.end(answer ? await answer.text() : "kept");
        };
        // What the router breaks off is broken off here.
        read(request)
            .then(serve)
            .catch(() => response.destroy());
    });
    // On a slow machine the next request comes late, over a connection that is kept for it.
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    all.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    all.stop = async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    };
    return all;
}

async function read(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
}

function parsed(text: string): Record<string, unknown> {
    try {
        return JSON.parse(text) as Record<string, unknown>;
    } catch {
        return {};
    }
}
