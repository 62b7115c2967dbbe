import { execFile } from "node:child_process";
import { join } from "node:path";

import { carryOut, planRemoval } from "../../providers/routeros/runtime/by-marker/removal";
import { removalScript } from "../../providers/routeros/runtime/by-marker/script";
import { fastTracked, hostOf } from "../../providers/routeros/runtime/kinds/firewall-rules/release";
import type { Client } from "../../providers/routeros/runtime/router/client";
import { type Session, sessionFor } from "../../providers/routeros/runtime/router/session";
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier } from "../../testing/carrier";
import { harm } from "../../testing/fail-open";
import { leafType, site, standing } from "../../testing/site";

let router: Router;
let session: Session;
let client: Client;
let warnings: jest.SpyInstance;

beforeEach(async () => {
    warnings = jest.spyOn(console, "warn").mockReturnValue();
    router = await start({ password: "se cret" });
    session = sessionFor({ name: "", url: router.url, username: "admin", password: "se cret", timeoutSeconds: 10 });
    ({ client } = session);
});
afterEach(async () => {
    client.close();
    warnings.mockRestore();
    await router.stop();
});

async function made(adopt = false): Promise<void> {
    const carrier = new Carrier({ url: router.url, password: "se cret" });
    const { error } = await carrier.up(site({ adopt }));
    expect(error).toBeUndefined();
}

/** Runs a command as a person would. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const env = { ...process.env, ROUTEROS_URL: router.url, ROUTEROS_USERNAME: "admin", ROUTEROS_PASSWORD: "se cret" };
    return new Promise((resolve) => {
        execFile(
            process.execPath,
            [join(__dirname, "../../cli/routeros-s3.cjs"), ...args],
            { env },
            (error, out, err) => resolve({ code: error ? 1 : 0, out, err }),
        );
    });
}

describe("routeros-s3 remove", () => {
    test("shows, then takes away everything of the stack and nothing else, without harm on the way", async () => {
        router.add("/ip/firewall/mangle", { chain: "forward", action: "passthrough", comment: "counter" });
        const before = standing(router);
        await made();
        const whole = standing(router);
        const shown = await run("remove", "--owner", "site/test", "--dry-run", "--allow-plaintext");
        expect(shown.out).toMatch(/^would disable \/queue\/tree uplink /);
        expect(standing(router)).toEqual(whole);
        const found: string[] = [];
        const stop = router.onRequest(({ when }) => {
            if (when === "after") found.push(...harm(router, { wan: "ether1", guarantee: 18_000_000 }));
        });
        const done = await run("remove", "--owner", "site/test", "--allow-plaintext");
        stop();
        expect(done).toMatchObject({ code: 0, err: "" });
        expect(done.out).not.toContain("se cret");
        expect(found).toEqual([]);
        expect(standing(router)).toEqual(before);
    });

    test("keeps rows that stood before, and takes only their marker off", async () => {
        router.add("/ip/firewall/address-list", { list: "AmazonS3", address: "52.95.128.0/21", comment: "Amazon S3" });
        const before = standing(router);
        await made(true);
        await carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        expect(standing(router)).toEqual(before);
    });

    test("takes nothing that lets people in while a drop stands whose removal was answered as done", async () => {
        const rules = [
            { key: "admin", chain: "input", action: "accept", srcAddress: "192.168.88.2" },
            { key: "others", chain: "input", action: "drop" },
        ];
        const carrier = new Carrier({ url: router.url, password: "se cret" });
        const declared = [{ kind: "FirewallRules" as const, name: "guard", args: { table: "filter", rules } }];
        expect((await carrier.up(declared)).error).toBeUndefined();
        const before = standing(router);
        router.addFault({ kind: "foreign-answer", when: "before", methods: ["DELETE"], at: 1 });
        const removal = carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        await expect(removal).rejects.toThrow(/answered as done, and the row is there.*\[connection\/wrong-answer\]/);
        expect(standing(router)).toEqual(before);
        router.clearFaults();
        await carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        expect(await planRemoval(client, "site/test")).toEqual([]);
    });

    test("takes no leaf away where the tree was put out of use by another request's answer", async () => {
        await made();
        const before = standing(router);
        router.addFault({ kind: "foreign-answer", when: "before", methods: ["PATCH"], at: 1 });
        const removal = carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        await expect(removal).rejects.toThrow(/was answered with .* row.*\[connection\/wrong-answer\]/);
        expect(standing(router)).toEqual(before);
    });

    test("takes hundreds of rows in a few requests, and one by one where scripts are not wanted", async () => {
        const addresses = Array.from({ length: 300 }, (_, index) => `10.1.${index >> 7}.${(index & 127) * 2}`);
        const before = standing(router);
        const counts: number[] = [];
        for (const bulkWrites of ["auto", "never"] as const) {
            const carrier = new Carrier({ url: router.url, password: "se cret" });
            expect((await carrier.up(site({ addresses }), { skipPreview: true })).error).toBeUndefined();
            router.clearLog();
            const one = sessionFor({ ...session.settings, bulkWrites });
            await carryOut(one, await planRemoval(one.client, "site/test"), () => undefined);
            one.client.close();
            counts.push(router.log.length);
            expect(standing(router)).toEqual(before);
        }
        expect(counts[0]).toBeLessThan(60);
        expect(counts[1]).toBeGreaterThan(300);
    });

    test("takes one resource alone, and never another stack's whose name begins the same", async () => {
        await made();
        const steps = await planRemoval(client, "site/test/s3-ipv4");
        expect(new Set(steps.map(({ menu }) => menu.path))).toEqual(new Set(["/ip/firewall/address-list"]));
        expect(await planRemoval(client, "site/tes")).toEqual([]);
    });

    test.each<[string, (name: string) => unknown]>([
        ["a queue of the tree", (name) => router.add("/queue/tree", { name: "lan", parent: "bridge", queue: name })],
        [
            "a simple queue",
            (name) => router.add("/queue/simple", { name: "g", target: "10.0.0.1", queue: `default/${name}` }),
        ],
        [
            "a simple queue in both directions",
            (name) => router.add("/queue/simple", { name: "g", target: "10.0.0.1", "total-queue": name }),
        ],
        [
            "an interface",
            (name) => {
                const rows = client.rows.bind(client);
                jest.spyOn(client, "rows").mockImplementation((path, ...more) =>
                    path === "/queue/interface"
                        ? Promise.resolve([{ ".id": "*1", interface: "ether1", queue: name }])
                        : rows(path, ...more),
                );
            },
        ],
    ])("leaves our queue type to %s that uses it", async (_who, use) => {
        await made();
        use(leafType);
        await carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        expect(router.rows("/queue/type").map(({ name }) => name)).toContain(leafType);
        expect(router.rows("/queue/tree").filter(({ name }) => name !== "lan")).toEqual([]);
    });

    test("never takes a queue type of the user's, whatever it is called and whoever of ours uses it", async () => {
        for (const name of ["cake-test", "fq-codel-test", "mine-test-abcdef"])
            router.add("/queue/type", { name, kind: "fq-codel" });
        await made();
        const leaf = router.rows("/queue/tree").find((row) => row["name"] === "uplink-s3");
        router.set("/queue/tree", leaf?.[".id"] ?? "", { queue: "mine-test-abcdef" });
        await carryOut(session, await planRemoval(client, "site/test"), () => undefined);
        const left = router
            .rows("/queue/type")
            .flatMap((row) => (row["default"] === "true" ? [] : (row["name"] ?? "")));
        expect(left.sort()).toEqual(["cake-test", "fq-codel-test", "mine-test-abcdef"]);
    });

    test("says in one line what is missing", async () => {
        const plain = await run("remove", "--owner", "site/test");
        expect(plain.code).toBe(1);
        expect(plain.err.trim().split("\n")).toHaveLength(1);
        expect(plain.err).toContain("[settings/plaintext]");
        const half = await run("remove", "--owner", "site", "--allow-plaintext");
        expect(half.err).toContain("--owner must be");
    });
});

describe("the removal script", () => {
    const execute = (script: string): Promise<unknown> =>
        client.request("POST", "/execute", { body: { script, "as-string": "" } });

    test("takes everything away when it is pasted", async () => {
        const before = standing(router);
        await made();
        expect(await execute(removalScript({ owner: "site/test", queueTypes: [leafType] }))).toEqual({ ret: "" });
        expect(standing(router)).toEqual(before);
    });

    test("keeps rows that stood before, rows of another stack, and a queue type in use", async () => {
        router.add("/ip/firewall/address-list", { list: "AmazonS3", address: "52.95.128.0/21" });
        const before = standing(router);
        await made(true);
        router.add("/queue/simple", { name: "g", target: "10.0.0.1", queue: `default/${leafType}` });
        const marked = { list: "x", address: "10.0.0.1", comment: "[pulumi:site/test2/s3#10.0.0.1]" };
        router.add("/ip/firewall/address-list", marked);
        await execute(removalScript({ owner: "site/test", queueTypes: [leafType] }));
        const lists = router.rows("/ip/firewall/address-list").map((row) => [row["address"], row["comment"]]);
        expect(lists).toEqual([
            ["52.95.128.0/21", undefined],
            ["10.0.0.1", marked.comment],
        ]);
        expect(router.rows("/queue/tree")).toEqual([]);
        expect(router.rows("/queue/type").map((row) => row["name"])).toContain(leafType);
        expect(standing(router)["/ip/firewall/filter"]).toEqual(before["/ip/firewall/filter"]);
    });

    test("puts the parent out of use first, and holds for names with dots, for one resource", () => {
        const lines = removalScript({ owner: "my.site/home/queues", families: ["ipv4"] }).split("\n");
        expect(lines[1]).toBe(
            '/queue tree disable [find where comment~"\\\\[pulumi:my\\\\.site/home/queues#[^,]*\\\\]\\$" and packet-mark=""]',
        );
        expect(lines.join()).not.toContain("/ipv6");
    });
});

describe("routeros-s3 release", () => {
    test("finds nothing to let go on a router without such connections", async () => {
        await made();
        const { code, out } = await run("release", "--allow-plaintext");
        expect(code).toBe(0);
        expect(out).toMatch(/no FastTracked connections/);
    });

    test("lets go of the uploads that ran before, and of no other connection", async () => {
        const upload = { to: "52.95.132.33:443", from: "192.168.88.10:50000" };
        const other = { to: "198.51.100.7:443", from: "192.168.88.10:50001" };
        expect(router.traffic(upload).fastTracked).toBe(true);
        expect(router.traffic(other).fastTracked).toBe(true);
        const carrier = new Carrier({ url: router.url, password: "se cret" });
        expect((await carrier.up(site({ wan: "ether5" }))).error).toBeUndefined();
        expect(router.traffic(upload).fastTracked).toBe(true);

        const shown = await run("release", "--allow-plaintext");
        expect(shown.out).toMatch(/^192\.168\.88\.10(:50000)? -> 52\.95\.132\.33(:443)?\n1 connection; add --yes/);
        expect(router.traffic(upload).fastTracked).toBe(true);

        expect((await run("release", "--allow-plaintext", "--yes")).out).toMatch(/1 connection removed/);
        expect(router.traffic(upload)).toMatchObject({ fastTracked: false, leaf: "uplink-s3" });
        expect(router.traffic(other).fastTracked).toBe(true);
    });

    test("removes only what says itself that it is FastTracked, whatever the router makes of the question", async () => {
        await made();
        const address = { "src-address": "10.0.0.1:1", "dst-address": "52.95.132.33:443" };
        const rows = client.rows.bind(client);
        jest.spyOn(client, "rows").mockImplementation((path, ...more) =>
            path === "/ip/firewall/connection"
                ? Promise.resolve([
                      { ".id": "*1", ...address, fasttrack: "false" },
                      { ".id": "*2", ...address },
                      { ".id": "*3", ...address, fasttrack: "true" },
                  ])
                : rows(path, ...more),
        );
        expect((await fastTracked(client)).map(({ id }) => id)).toEqual(["*3"]);
    });

    test.each([
        ["192.0.2.1:443", "192.0.2.1"],
        ["192.0.2.1", "192.0.2.1"],
        ["[2001:db8::1]:443", "2001:db8::1"],
        ["2001:db8::1", "2001:db8::1"],
    ])("reads %s", (text, host) => {
        expect(hostOf(text)).toBe(host);
    });
});
