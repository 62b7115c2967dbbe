/** Rows of other people, of the router's own, and of ours that somebody made his own. */
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { site, standing } from "../../testing/site";

const lists = "/ip/firewall/address-list";
const filter = "/ip/firewall/filter";
const tree = "/queue/tree";

let router: Router;
let carrier: Carrier;
let warnings: jest.SpyInstance;

beforeEach(async () => {
    warnings = jest.spyOn(console, "warn").mockReturnValue();
    router = await start();
    carrier = new Carrier({ url: router.url });
});
afterEach(async () => {
    warnings.mockRestore();
    await router.stop();
});

const up = async (declared: Declared[]): Promise<void> => expect((await carrier.up(declared)).error).toBeUndefined();
const said = (): string => warnings.mock.calls.map(([text]) => String(text)).join("\n");
const idOf = (menu: string, test: (row: Record<string, string>) => boolean): string =>
    router.rows(menu).find(test)?.[".id"] ?? "";

describe("a block of rules that lets somebody in and drops the rest", () => {
    const admin = { chain: "input", action: "accept", srcAddress: "192.168.88.10" };
    const block = (...rules: object[]): Declared[] => [
        { kind: "FirewallRules", name: "input", args: { table: "filter", position: "first", rules } },
    ];
    const whole = block(
        { key: "admin", ...admin },
        { key: "established", chain: "input", action: "accept", connectionState: "established,related" },
        { key: "drop", chain: "input", action: "drop" },
    );
    const narrower = block(
        { key: "admin", ...admin, protocol: "tcp" },
        { key: "drop", chain: "input", action: "drop", protocol: "tcp" },
    );

    /** Whether the admin's packet meets a drop of ours first. */
    function lockedOut(): boolean {
        const first = router
            .rows(filter)
            .find(
                (row) =>
                    row["chain"] === "input" &&
                    (row["comment"] ?? "").includes("[pulumi:") &&
                    (row["action"] === "drop" || row["src-address"] === "192.168.88.10"),
            );
        return first?.["action"] === "drop";
    }
    async function watched(work: () => Promise<unknown>): Promise<string[]> {
        const found: string[] = [];
        const stop = router.onRequest(({ when, method, path }) => {
            if (when === "after" && lockedOut()) found.push(`${method} ${path}`);
        });
        await work();
        stop();
        return found;
    }

    test.each<[string, Declared[] | undefined]>([
        ["taken away", undefined],
        ["emptied", block()],
        ["changed", narrower],
    ])("keeps him in while it is %s", async (_what, next) => {
        const before = standing(router);
        expect(await watched(() => up(whole))).toEqual([]);
        expect(await watched(async () => (next ? up(next) : carrier.destroy()))).toEqual([]);
        await carrier.destroy();
        expect(standing(router)).toEqual(before);
    });
});

describe("an entry of the router's own", () => {
    const declared: Declared[] = [
        { kind: "AddressList", name: "list", args: { list: "uploads", addresses: ["192.0.2.1", "192.0.2.2"] } },
    ];

    test("counts while it lasts, is named with its time, and ours takes its place afterwards", async () => {
        router.add(lists, { list: "uploads", address: "192.0.2.1", timeout: "1h" });
        await up(declared);
        expect(said()).toMatch(/192\.0\.2\.1 is in list uploads .* for (1h|59m)/);
        expect((await carrier.preview(declared)).steps.map(({ op }) => op)).toEqual(["same"]);
        expect(router.rows(lists).filter((row) => row["address"] === "192.0.2.1")).toHaveLength(1);
        router.advance(3700);
        await up(declared);
        expect(
            router
                .rows(lists)
                .map((row) => `${row["address"]} ${row["dynamic"]}`)
                .sort(),
        ).toEqual(["192.0.2.1 false", "192.0.2.2 false"]);
    });
});

describe("a row of ours that lost its marker", () => {
    const root = () => idOf(tree, (row) => row["name"] === "uplink");

    test("is marked again where its comment was only emptied, the parent on the WAN too", async () => {
        await up(site());
        const whole = standing(router);
        router.set(tree, root(), { comment: "" });
        await up(site());
        expect(standing(router)).toEqual(whole);
    });

    test("is another person's where he gave it a comment: named, and marked again by the command it says", async () => {
        await up(site());
        const whole = standing(router);
        router.set(tree, root(), { comment: "mine" });
        const { error } = await carrier.preview(site());
        expect(error?.message).toMatch(/uplink "mine" \(\*1000000\) was ours and has another comment by now/);
        expect(error?.message).not.toContain("shaped already");
        const [, menu = "", id = "", comment = ""] =
            /`(\S+) set (\S+) comment="(.*)"`/.exec(error?.message ?? "") ?? [];
        router.set(menu, id, { comment });
        await up(site());
        expect(standing(router)).toEqual(whole);
    });

    test("stays where it got another comment and everything else is taken away", async () => {
        await up(site());
        const id = idOf(lists, (row) => row["address"] === "54.231.252.0/24");
        router.set(lists, id, { comment: "keep" });
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(router.rows(lists).map((row) => row["comment"])).toEqual(["keep"]);
    });
});

test("a colleague's copy with our marker, renamed and hung elsewhere, is named and left", async () => {
    await up(site());
    const { comment = "" } = router.rows(tree).find((row) => row["name"] === "uplink-s3") ?? {};
    router.add(tree, { name: "guests", parent: "bridge", "max-limit": "5M", comment });
    router.add(lists, {
        list: "AmazonS3",
        address: "198.51.100.7",
        comment: "see [pulumi:site/test/s3-ipv4#52.95.128.0/21] for the others",
    });
    await up(site({ maxLimit: "18500k" }));
    expect(said()).toMatch(/guests .* does another job: a copy/);
    expect((await carrier.preview(site({ maxLimit: "18500k" }))).steps.filter(({ op }) => op !== "same")).toEqual([]);
    expect((await carrier.destroy()).error).toBeUndefined();
    expect(router.rows(tree).map(({ name }) => name)).toEqual(["guests"]);
    expect(router.rows(lists).map(({ address }) => address)).toEqual(["198.51.100.7"]);
});

test("what is in the way of a resource that stands is refused in the preview", async () => {
    await up(site());
    router.remove(
        lists,
        idOf(lists, (row) => row["address"] === "54.231.252.0/24"),
    );
    // The router gives the id that became free to the next row.
    router.add(lists, { list: "friends", address: "198.51.100.9" });
    router.add(lists, { list: "AmazonS3", address: "54.231.252.0/24", comment: "theirs" });
    expect((await carrier.preview(site())).error?.message).toMatch(
        /54\.231\.252\.0\/24 "theirs" .* stands there already/,
    );
    router.remove(
        lists,
        idOf(lists, (row) => row["comment"] === "theirs"),
    );
    const bigger = site({ addresses: ["52.95.128.0/21", "3.5.164.0/22"] });
    router.add(lists, { list: "AmazonS3", address: "3.5.164.0/22", comment: "theirs" });
    expect((await carrier.preview(bigger)).error?.message).toMatch(/3\.5\.164\.0\/22 "theirs" .* stands there already/);
});

test("a queue of somebody else under ours is shown by the preview, before a destroy is refused for it", async () => {
    await up(site());
    router.add(tree, { name: "guest", parent: "uplink" });
    expect((await carrier.preview(site())).error).toBeUndefined();
    expect(said()).toMatch(/queue guest \(\*\w+\) on .* is somebody else's and hangs under uplink/);
});

test("a parameter of our queue type that somebody changed shows, is put back, and the router's own are left", async () => {
    await up(site());
    const type = (): Record<string, string> =>
        router.rows("/queue/type").find((row) => row["default"] !== "true") ?? {};
    const whole = type();
    router.set("/queue/type", type()[".id"] ?? "", { "fq-codel-flows": "64", "fq-codel-ecn": "no" });
    const { steps } = await carrier.preview(site());
    expect(steps.filter(({ op }) => op !== "same")).toEqual([
        { op: "update", name: "queues-leaf", changed: ["others"] },
    ]);
    await up(site());
    expect(type()).toEqual(whole);
    expect((await carrier.preview(site())).steps.filter(({ op }) => op !== "same")).toEqual([]);
});

test("a list that would be emptied for everybody is refused, unless that is said twice", async () => {
    router.add(lists, { list: "admins", address: "192.168.88.2" });
    const emptied = (more: object): Declared[] => [
        { kind: "AddressList", name: "l", args: { list: "admins", addresses: [], exclusive: true, ...more } },
    ];
    expect((await carrier.preview(emptied({}))).error?.message).toMatch(
        /addresses is empty, .* `exclusiveEmpty` to true/,
    );
    expect((await carrier.up(emptied({}))).error).toBeDefined();
    expect(router.rows(lists)).toHaveLength(1);
    await up(emptied({ exclusiveEmpty: true }));
    expect(router.rows(lists)).toEqual([]);
});

test("two resources of one name under different parents are refused: their rows are told by the name", async () => {
    const block = (port: number): Declared => ({
        kind: "FirewallRules",
        name: "rules",
        args: {
            table: "filter",
            rules: [{ key: `p${port}`, chain: "forward", action: "accept", protocol: "tcp", dstPort: port }],
        },
    });
    await up([block(22)]);
    const { error } = await carrier.up([block(22), block(80)]);
    expect(error?.message).toMatch(/site\/test\/rules: two resources of the program have this name/);
    expect(router.rows(filter).flatMap((row) => row["dst-port"] ?? [])).toContain("22");
    await up([block(443)]);
    expect(router.rows(filter).filter((row) => (row["comment"] ?? "").includes("pulumi"))).toHaveLength(1);
});

test("rules and queues may be called as every object's own names are", async () => {
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
    const declared: Declared[] = [
        {
            kind: "FirewallRules",
            name: "rules",
            args: {
                table: "mangle",
                rules: names.map((key) => ({ key, chain: "forward", action: "log", logPrefix: key })),
            },
        },
        {
            kind: "QueueTree",
            name: "queues",
            args: { queues: names.map((name) => ({ name, parent: "ether2", maxLimit: "5M" })) },
        },
    ];
    const before = standing(router);
    const prefixes = (): (string | undefined)[] =>
        router.rows("/ip/firewall/mangle").flatMap((row) => row["log-prefix"] ?? []);
    await up(declared);
    expect(prefixes()).toEqual(names);
    const queues = router.rows(tree).map(({ name }) => name);
    expect(queues.sort()).toEqual([...names].sort());
    // What the engine keeps of a state is JSON.
    carrier.state = JSON.parse(JSON.stringify(carrier.state)) as typeof carrier.state;
    expect((await carrier.preview(declared)).steps.filter(({ op }) => op !== "same")).toEqual([]);
    router.set(
        tree,
        idOf(tree, ({ name }) => name === "__proto__"),
        { "max-limit": "1M" },
    );
    await up(declared);
    expect(router.rows(tree).map((row) => row["max-limit"])).toEqual(names.map(() => "5000000"));
    expect((await carrier.destroy()).error).toBeUndefined();
    expect(standing(router)).toEqual(before);
});
