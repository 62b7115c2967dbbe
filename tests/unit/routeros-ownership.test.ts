import type { Fault, FaultKind, Router } from "../../router";
import { start } from "../../router";
import type { Declared } from "../../testing/carrier";
import { Carrier } from "../../testing/carrier";
import { leafType, site, standing } from "../../testing/site";

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
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
    delete process.env["ROUTEROS_RETRY_PAUSE_MS"];
    warnings.mockRestore();
    await router.stop();
});

const writes = (): string[] =>
    router.log.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);

/** The same site made by hand: no markers, other comments, one queue with another rate. */
function byHand(): void {
    for (const address of ["52.95.128.0/21", "52.92.52.0/22"])
        router.add(lists, { list: "AmazonS3", address, comment: "S3" });
    router.add(mangle, {
        chain: "forward",
        action: "mark-connection",
        "new-connection-mark": "s3",
        "connection-mark": "no-mark",
        protocol: "tcp",
        "dst-port": "443",
        "dst-address-list": "AmazonS3",
        "out-interface": "ether1",
        comment: "Mark S3 connections",
    });
    router.add(mangle, {
        chain: "forward",
        action: "mark-packet",
        "new-packet-mark": "s3-upload",
        "connection-mark": "s3",
        "packet-mark": "no-mark",
        "out-interface": "ether1",
    });
    router.add(tree, { name: "uplink", parent: "ether1", "max-limit": "20M", comment: "line" });
    router.add(tree, {
        name: "uplink-rest",
        parent: "uplink",
        "packet-mark": "no-mark",
        "max-limit": "20M",
        priority: "2",
    });
    router.add(tree, { name: "uplink-s3", parent: "uplink", "packet-mark": "s3-upload", "max-limit": "10M" });
}

describe("what stands already", () => {
    test("is refused by name before anything is written, with the way to take it over", async () => {
        byHand();
        router.clearLog();
        const { error } = await carrier.up(site(), { skipPreview: true });
        expect(error?.message).toMatch(/ether1 on .* is shaped already by uplink "line" .*adopt/);
        expect(writes()).toEqual([]);
        router.remove(tree, router.rows(tree)[0]?.[".id"] ?? "");
        for (const row of router.rows(tree)) router.remove(tree, row[".id"] ?? "");
        const second = await carrier.up(site(), { skipPreview: true });
        expect(second.error?.message).toMatch(
            /list "AmazonS3" .*52.95.128.0\/21 "S3" .*stands there already .*Set adopt to true/,
        );
        expect(writes()).toEqual([]);
    });

    test("is taken over with its ids, nothing made again, and given back as it was", async () => {
        byHand();
        const before = standing(router);
        const ids = [lists, mangle, tree].flatMap((menu) => router.rows(menu).map((row) => row[".id"]));
        router.clearLog();
        const up = await carrier.up(site({ adopt: true }));
        expect(up.error).toBeUndefined();
        expect(writes().filter((text) => text.startsWith("DELETE"))).toEqual([]);
        const now = new Set([lists, mangle, tree].flatMap((menu) => router.rows(menu).map((row) => row[".id"])));
        for (const id of ids) expect(now).toContain(id);
        expect(router.rows(tree).map((row) => [row["name"], row["max-limit"], row["comment"]])).toEqual([
            ["uplink", "19000000", "[pulumi:site/test/queues#uplink,adopted]"],
            ["uplink-rest", "19000000", "[pulumi:site/test/queues#uplink-rest,adopted]"],
            ["uplink-s3", "19000000", "[pulumi:site/test/queues#uplink-s3,adopted]"],
        ]);
        const again = await carrier.up(site({ adopt: true }));
        expect(again.steps.filter(({ op }) => op !== "same")).toEqual([]);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(disabledNo(standing(router))).toEqual(disabledNo(before));
    });

    test("is given back when it is not wanted any more, and is its owner's from then on", async () => {
        byHand();
        await carrier.up(site({ adopt: true }));
        const fewer = site({ adopt: true, addresses: ["52.95.128.0/21"] });
        expect((await carrier.up(fewer)).error).toBeUndefined();
        const entry = router.rows(lists).find((row) => row["address"] === "52.92.52.0/22");
        expect(entry?.["comment"]).toBe("S3");
        expect((await carrier.up(fewer)).steps.filter(({ op }) => op !== "same")).toEqual([]);
        router.set(lists, entry?.[".id"] ?? "", { comment: "kept by hand" });
        await carrier.destroy();
        expect(router.rows(lists).map((row) => row["comment"])).toEqual(["S3", "kept by hand"]);
    });

    test("one that another stack manages is never taken over", async () => {
        const others = new Carrier({ url: router.url, stack: "other" });
        const only = (list: Declared[]): Declared[] => list.filter(({ name }) => name === "s3-ipv4");
        expect((await others.up(only(site()))).error).toBeUndefined();
        const { error } = await carrier.up(only(site({ adopt: true })));
        expect(error?.message).toMatch(/stands there already and is not ours\. site\/other\/s3-ipv4 manages it: /);
        expect(error?.message).not.toContain("adopt");
    });

    test("a second stack on the same interface is refused, naming the other's queues", async () => {
        const others = new Carrier({ url: router.url, stack: "other" });
        expect((await others.up(site())).error).toBeUndefined();
        router.clearLog();
        const { error } = await carrier.up(site({ adopt: true }), { skipPreview: true });
        expect(error?.message).toMatch(/ether1 .* is shaped already by uplink .* of site\/other\/queues/);
        expect(writes()).toEqual([]);
    });

    test("enabled simple queues on the interface are refused, disabled ones are not", async () => {
        const id = router.add("/queue/simple", { name: "old", target: "ether1", "max-limit": "10M/10M" });
        expect((await carrier.up(site())).error?.message).toMatch(/shaped already by old/);
        router.set("/queue/simple", id, { disabled: "yes" });
        expect((await carrier.up(site())).error).toBeUndefined();
    });

    /** A rule that was enabled again says so; before, it said nothing. */
    function disabledNo(all: ReturnType<typeof standing>): object {
        return Object.fromEntries(
            Object.entries(all).map(([menu, rows]) => [menu, rows.map((row) => ({ disabled: "false", ...row }))]),
        );
    }
});

describe("a changed name of stack or resource", () => {
    test("marks the rows again and makes none", async () => {
        await carrier.up(site());
        const ids = router.rows(lists).map((row) => row[".id"]);
        carrier.stack = "renamed";
        router.clearLog();
        const up = await carrier.up(site());
        expect(up.error).toBeUndefined();
        expect(new Set(writes().map((text) => text.split(" ")[0]))).toEqual(new Set(["PATCH"]));
        expect(router.rows(lists).map((row) => row[".id"])).toEqual(ids);
        expect(router.rows(lists).every((row) => row["comment"]?.includes("site/renamed/s3-ipv4#"))).toBe(true);
        expect((await carrier.up(site())).steps.filter(({ op }) => op !== "same")).toEqual([]);
    });

    test.each(["finished by the next up", "destroyed whole"])("that stopped half way is %s", async (what) => {
        const before = standing(router);
        await carrier.up(site());
        carrier.stack = "renamed";
        router.addFault({ kind: "500", at: 3, times: 99, methods: ["PATCH"] });
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
        const failed = await carrier.up(site());
        delete process.env["ROUTEROS_RETRY_PAUSE_MS"];
        expect(failed.error).toBeDefined();
        router.clearFaults();
        if (what.startsWith("finished")) {
            expect((await carrier.up(site())).error).toBeUndefined();
            expect(router.rows(lists).filter((row) => row["comment"]?.includes("site/test/"))).toEqual([]);
        }
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    });
});

describe("rows of others", () => {
    test("are the same after make, change and destroy, order and ids included", async () => {
        const add = (menu: string, row: Record<string, string>): void => void router.add(menu, row);
        add(lists, { list: "AmazonS3", address: "203.0.113.0/24", comment: "mine" });
        add(lists, { list: "AmazonS3", address: "52.92.52.0/22", disabled: "yes" });
        add(mangle, { chain: "forward", action: "passthrough" });
        add(mangle, { chain: "prerouting", action: "mark-packet", "new-packet-mark": "voice", passthrough: "no" });
        add(tree, { name: "lan", parent: "bridge" });
        const ids = (): unknown =>
            [lists, mangle, tree].map((menu) =>
                router
                    .rows(menu)
                    .filter((row) => !row["comment"]?.includes("pulumi"))
                    .map((row) => row[".id"]),
            );
        const before = standing(router);
        const idsBefore = ids();
        await carrier.up(site());
        expect(ids()).toEqual(idsBefore);
        await carrier.up(site({ addresses: ["52.95.128.0/21"], maxLimit: "9M", restLimitAt: "8M" }));
        expect(ids()).toEqual(idsBefore);
        await carrier.destroy();
        expect(standing(router)).toEqual(before);
    });

    test("a foreign queue under ours stops the removal of its parent, by name", async () => {
        await carrier.up(site());
        router.add(tree, { name: "guest", parent: "uplink" });
        const { error } = await carrier.destroy();
        expect(error?.message).toMatch(/queue guest .* hangs under uplink/);
        expect(router.rows(tree).map((row) => row["name"])).toContain("uplink");
    });

    test("a queue type that is still used is left and reported", async () => {
        const only = site().filter(({ name }) => name === "queues-leaf");
        await carrier.up(only);
        router.add(tree, { name: "lan", parent: "bridge", queue: leafType });
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(router.rows("/queue/type").map((row) => row["name"])).toContain(leafType);
        expect(warnings.mock.calls.flat().join()).toMatch(/queue type .* stays as long as it is used by lan/);
    });

    test.each<[string, Omit<Fault, "kind">, FaultKind[]]>([
        ["lost", {}, ["drop", "500", "cut-body", "foreign-answer"]],
        ["lost, and every look after it", { times: 100 }, ["drop"]],
    ])("a queue type of any name whose answer is %s is known all the same", async (_what, fault, kinds) => {
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
        const types = (): string[] => router.rows("/queue/type").flatMap(({ name }) => (name === "mine" ? name : []));
        const parameters = { pfifoLimit: 20 };
        const only: Declared[] = [
            { kind: "QueueType", name: "own", args: { name: "mine", kind: "pfifo", parameters } },
        ];
        for (const kind of kinds) {
            const writing: Fault = { kind, when: "after", methods: ["PUT"] };
            router.addFault(writing);
            const unhook = router.onRequest(({ method, when }) => {
                if (method === "PUT" && when === "after" && fault.times) router.addFault({ kind, ...fault });
            });
            const { error } = await carrier.up(only);
            unhook();
            router.clearFaults();
            expect(error === undefined).toBe(fault.times === undefined);
            expect((await carrier.up(only, { refresh: false })).error).toBeUndefined();
            expect(types()).toEqual(["mine"]);
            expect((await carrier.destroy()).error).toBeUndefined();
            expect(types()).toEqual([]);
        }
    });

    test("a queue type of any name that was refused is not taken for ours when somebody makes it", async () => {
        const args = { name: "mine", kind: "pfifo", parameters: { pfifoLimit: 20 } };
        const only: Declared[] = [{ kind: "QueueType", name: "own", args }];
        router.setPassword("admin", "");
        router.add("/user/group", { name: "few", policy: "read,api,rest-api" });
        router.add("/user", { name: "bot", group: "few", password: "" });
        carrier.config["routeros:username"] = "bot";
        expect((await carrier.up(only)).error?.message).toContain("login/not-permitted");
        carrier.config["routeros:username"] = "admin";
        router.add("/queue/type", { name: "mine", kind: "pfifo", "pfifo-limit": "20" });
        expect((await carrier.up(only)).error?.message).toMatch(/mine .* is not ours/);
    });

    test("a queue that somebody made his own is named, also where a copy of it still carries our marker", async () => {
        await carrier.up(site());
        const queue = router.rows(tree).find((row) => row["name"] === "uplink-s3")!;
        const { ".id": id = "", name, parent, comment } = queue;
        router.add(tree, { name: "copy", parent: parent!, comment: comment! });
        router.set(tree, id, { comment: "mine now" });
        const stands = router.rows(tree);
        router.clearLog();
        const { error } = await carrier.up(site());
        expect(error?.message).toMatch(`${name}`);
        expect(error?.message).toMatch(/ownership\/exists/);
        expect(writes()).toEqual([]);
        expect(router.rows(tree)).toEqual(stands);
    });

    test("an id that was given to somebody else's row is left alone", async () => {
        const only = (): Declared[] => site().filter(({ name }) => name === "s3-ipv4");
        await carrier.up(only());
        const [recorded] = carrier.state;
        const ids = recorded?.outputs["ids"] as Record<string, string>;
        const [address = "", id = ""] = Object.entries(ids)[0] ?? [];
        router.remove(lists, id);
        const foreign = router.add(lists, { list: "AmazonS3", address: "203.0.113.0/24" });
        ids[address] = foreign;
        expect((await carrier.destroy({ refresh: false })).error).toBeUndefined();
        expect(router.rows(lists).map((row) => row["address"])).toEqual(["203.0.113.0/24"]);
    });
});

describe("anchors", () => {
    const block = (position: unknown): Declared[] => [
        {
            kind: "FirewallRules",
            name: "block",
            args: {
                table: "mangle",
                position,
                rules: ["a", "b"].map((key) => ({
                    key,
                    chain: "forward",
                    action: "log",
                    logPrefix: key,
                    comment: key,
                })),
            },
        },
    ];
    const order = (): string =>
        router
            .rows(mangle)
            .filter((row) => row["dynamic"] !== "true")
            .map((row) => (row["comment"] ?? "?").split(" ")[0])
            .join(" ");

    beforeEach(() => {
        for (const comment of ["one", "two", "three"])
            router.add(mangle, { chain: "forward", action: "passthrough", comment });
    });

    test.each<[unknown, string, string]>([
        ["first", "a b one two three", "one a b two three"],
        ["last", "one two three a b", "one a b two three"],
        [{ before: { comment: "two" } }, "one a b two three", "one a b two three"],
        [{ after: { comment: "two" } }, "one two a b three", "one two a b three"],
    ])("%j: %s; moved by hand: %s", async (position, made, after) => {
        expect((await carrier.up(block(position))).error).toBeUndefined();
        expect(order()).toBe(made);
        const id = (comment: string): string =>
            router.rows(mangle).find((row) => row["comment"]?.startsWith(comment))?.[".id"] ?? "";
        // As a block, to behind the first rule: only an anchor brings it back.
        router.move(mangle, id("a "), id("two"));
        router.move(mangle, id("b "), id("two"));
        await carrier.up(block(position));
        expect(order()).toBe(after);
    });

    test.each([
        [{ before: { comment: "four" } }, "matches no rule"],
        [{ before: { action: "passthrough" } }, "matches 3 rules"],
    ])("%j is refused: %s", async (position, text) => {
        router.clearLog();
        const { error } = await carrier.up(block(position));
        expect(error?.message).toContain(text);
        expect(writes()).toEqual([]);
    });

    test("the dynamic dummy rule is no anchor, and first is behind it", async () => {
        const position = { before: { comment: "special dummy rule to show fasttrack counters" } };
        expect(router.rows(mangle)[0]?.["dynamic"]).toBe("true");
        expect((await carrier.up(block(position))).error?.message).toContain("matches no rule");
        await carrier.up(block("first"));
        expect(router.rows(mangle)[0]?.["dynamic"]).toBe("true");
    });
});
