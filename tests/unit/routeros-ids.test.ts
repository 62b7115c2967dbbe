/** Ids are used again: no write goes by one from a look older than two seconds. Time is the test's. */
import { carryOut, planRemoval } from "../../providers/routeros/runtime/by-marker/removal";
import { release } from "../../providers/routeros/runtime/kinds/firewall-rules/release";
import { Client } from "../../providers/routeros/runtime/router/client";
import { sessionFor, tune } from "../../providers/routeros/runtime/router/session";
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { site } from "../../testing/site";

const lists = "/ip/firewall/address-list";

let router: Router;
let carrier: Carrier;
let time: number;
const now = (): number => time;
/** What happens between a look and the first write: there the provider asks whether its engine is still there. */
let between: (() => void) | undefined;
const engine = {
    check: () => {
        between?.();
        between = undefined;
        return Promise.resolve();
    },
    close: () => undefined,
};
const seconds = (count: number): void => void (time += count * 1000);

beforeEach(async () => {
    jest.spyOn(console, "warn").mockReturnValue();
    time = 0;
    router = await start();
    carrier = new Carrier({ url: router.url, config: { "routeros:bulkWrites": "never" } });
    tune({ now, engine });
});
afterEach(async () => {
    tune({});
    jest.restoreAllMocks();
    await router.stop();
});

const list = (addresses: readonly string[], comment?: string): Declared[] => [
    { kind: "AddressList", name: "l", args: { list: "AmazonS3", addresses, ...(comment ? { comment } : {}) } },
];
const hosts = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.0.0.${index + 1}`);
const admin = { list: "admins", address: "192.168.88.2", comment: "who may log in" };
const idOf = (address: string): string => router.rows(lists).find((row) => row["address"] === address)?.[".id"] ?? "";
const standing = (): (string | undefined)[][] =>
    router.rows(lists).map(({ list: name, address, comment }) => [name, address, comment?.split(" [")[0]]);
const requests = (method: string): number => router.log.filter((entry) => entry.method === method).length;

/** A colleague takes a row of ours away and makes one of his own, which gets its id. */
function reuse(address: string, row: Record<string, string> = admin): void {
    const id = idOf(address);
    router.remove(lists, id);
    expect(router.add(lists, row)).toBe(id);
}

/** Does something once, when the first request of a method comes in or is done. */
function at(method: string, when: "before" | "after", work: () => void): void {
    const stop = router.onRequest((entry) => {
        if (entry.method !== method || entry.when !== when) return;
        stop();
        work();
    });
}

describe("a row that got the id of one of ours", () => {
    test.each<[string, Declared[]]>([
        ["ours is to go", list(["10.0.0.1"])],
        ["ours is to change", list(["10.0.0.1", "10.0.0.2"], "uploads")],
    ])("between look and write is left alone where %s", async (_what, next) => {
        expect((await carrier.up(list(["10.0.0.1", "10.0.0.2"]))).error).toBeUndefined();
        // The rows were looked at by the refresh.
        between = () => {
            reuse("10.0.0.2");
            seconds(3);
        };
        expect((await carrier.up(next, { skipPreview: true })).error).toBeUndefined();
        expect(standing()).toContainEqual(Object.values(admin));
        const ours = standing().flatMap(([name, address]) => (name === "AmazonS3" ? [address] : []));
        expect(ours.sort()).toEqual((next[0]?.args as { addresses: string[] }).addresses);
    });

    test("in the middle of a long series is left alone", async () => {
        expect((await carrier.up(list(hosts(100)))).error).toBeUndefined();
        at("DELETE", "after", () => reuse("10.0.0.90"));
        router.onRequest(({ when }) => when === "after" && seconds(0.1));
        expect((await carrier.up(list(["10.0.0.100"]), { skipPreview: true })).error).toBeUndefined();
        expect(standing()).toEqual([["AmazonS3", "10.0.0.100", expect.anything()], Object.values(admin)]);
    });

    test.each([
        ["is to go", list(["10.0.0.100"])],
        ["is to change", list(hosts(100), "uploads")],
    ])("in the middle of a series of scripts is left alone where it %s", async (_what, next) => {
        carrier.config["routeros:bulkWrites"] = "auto";
        expect((await carrier.up(list(hosts(100)))).error).toBeUndefined();
        at("POST", "after", () => reuse("10.0.0.90"));
        router.onRequest(({ when }) => when === "after" && seconds(0.1));
        router.clearLog();
        expect((await carrier.up(next, { skipPreview: true })).error).toBeUndefined();
        expect(requests("POST")).toBeGreaterThan(2);
        const ours = standing().filter(([name]) => name === "AmazonS3");
        expect(ours).toHaveLength((next[0]?.args as { addresses: string[] }).addresses.length);
        expect(standing()).toContainEqual(Object.values(admin));
    });

    test("in the moment of a change is named, and has no marker of ours", async () => {
        expect((await carrier.up(list(["10.0.0.1", "10.0.0.2"]))).error).toBeUndefined();
        at("PATCH", "before", () => reuse("10.0.0.1"));
        const { error } = await carrier.up(list(["10.0.0.1", "10.0.0.2"], "uploads"), { skipPreview: true });
        expect(error?.message).toMatch(
            /list "AmazonS3" .*10\.0\.0\.1 .* became 192\.168\.88\.2 .* comment .* \[ownership\/another-row\]/,
        );
        expect(router.rows(lists).find((row) => row["list"] === "admins")?.["comment"] ?? "").toBe("");
        const again = list(["10.0.0.1", "10.0.0.2"], "uploads");
        expect((await carrier.up(again)).error).toBeUndefined();
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(standing().map(([name]) => name)).toEqual(["admins"]);
    });

    test("is no row to put a rule before", async () => {
        const mangle = "/ip/firewall/mangle";
        const block = (...keys: string[]): Declared[] => [
            {
                kind: "FirewallRules",
                name: "block",
                args: {
                    table: "mangle",
                    rules: keys.map((key) => ({ key, chain: "forward", action: "log", logPrefix: key })),
                },
            },
        ];
        expect((await carrier.up(block("a", "c"))).error).toBeUndefined();
        const stop = router.onRequest(({ method, path, when }) => {
            if (method !== "GET" || path !== mangle || when !== "after") return;
            stop();
            const last = router.rows(mangle).find((row) => row["log-prefix"] === "c")?.[".id"] ?? "";
            router.remove(mangle, last);
            router.add(mangle, { chain: "input", action: "passthrough" });
            seconds(3);
        });
        expect((await carrier.up(block("a", "b", "c"), { skipPreview: true })).error).toBeUndefined();
        const prefixes = router.rows(mangle).flatMap((row) => row["log-prefix"] ?? []);
        expect(prefixes).toEqual(["a", "b", "c"]);
    });

    test("is left alone by the command `remove`", async () => {
        expect((await carrier.up(list(hosts(30)))).error).toBeUndefined();
        const settings = { name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 };
        const session = sessionFor({ ...settings, bulkWrites: "never" });
        const steps = await planRemoval(session.client, "site/test");
        const other = { list: "guests", address: "192.168.99.0/24", comment: "who may not" };
        reuse("10.0.0.1");
        at("DELETE", "after", () => reuse("10.0.0.2", other));
        router.onRequest(({ when }) => when === "after" && seconds(0.1));
        await carryOut(session, steps, () => undefined);
        session.client.close();
        expect(standing().sort()).toEqual([Object.values(admin), Object.values(other)]);
    });

    test("of a connection is asked for again by the command `release`", async () => {
        const connections = "/ip/firewall/connection";
        for (let port = 50_001; port <= 50_030; port += 1)
            router.traffic({ to: "52.95.132.33:443", from: `192.168.88.10:${port}` });
        expect((await carrier.up(site({ wan: "ether5" }))).error).toBeUndefined();
        const client = new Client({ name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 });
        router.clearLog();
        router.onRequest(({ when }) => when === "after" && seconds(0.1));
        expect(await release(client, [], now)).toBe(30);
        client.close();
        expect(requests("DELETE")).toBe(30);
        expect(router.rows(connections)).toEqual([]);
        // Every two seconds they are asked for again.
        expect(router.log.filter(({ method, path }) => method === "GET" && path === connections)).toHaveLength(2);
    });
});

test("a long series costs one more read in two seconds, and not one a row", async () => {
    expect((await carrier.up(list(hosts(200)))).error).toBeUndefined();
    router.clearLog();
    router.onRequest(({ when }) => when === "after" && seconds(0.1));
    expect((await carrier.destroy({ refresh: false })).error).toBeUndefined();
    expect(requests("DELETE")).toBe(200);
    const looks = router.log.filter(({ method, path }) => method === "GET" && path === lists);
    // 20 s of deletes: a look for each two of them, and one at the end.
    expect(looks.length).toBeGreaterThanOrEqual(10);
    expect(looks.length).toBeLessThanOrEqual(12);
    expect(router.rows(lists)).toEqual([]);
});

test("what grows old while others ask is looked at again, and both get done", async () => {
    expect((await carrier.up(site())).error).toBeUndefined();
    // Every request takes longer than a look lasts, were it not looked at again between two of them.
    router.onRequest(({ when, method }) => when === "after" && method === "GET" && seconds(1.9));
    expect((await carrier.destroy()).error).toBeUndefined();
    expect(router.rows(lists)).toEqual([]);
    expect(router.rows("/queue/tree")).toEqual([]);
});
