/** Cases the fuzz has found, at their smallest. */
import type { Router } from "../../router";
import { start } from "../../router";
import type { Declared } from "../../testing/carrier";
import { Carrier } from "../../testing/carrier";
import { standing } from "../../testing/site";

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const tree = "/queue/tree";

describe("what the fuzz found", () => {
    let router: Router;
    let carrier: Carrier;
    beforeEach(async () => {
        jest.spyOn(console, "warn").mockReturnValue();
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(async () => {
        jest.restoreAllMocks();
        await router.stop();
    });

    const up = async (declared: Declared[]): Promise<void> => {
        const { error } = await carrier.up(declared);
        if (error) throw error;
        const again = await carrier.preview(declared);
        expect(again).toEqual({ steps: declared.map(({ name }) => ({ op: "same", name })) });
    };
    const staticRows = (menu: string) => router.rows(menu).filter((row) => row["dynamic"] !== "true");

    test("a block without rules any more leaves none, nor a copy in a chain that is given up", async () => {
        const before = standing(router);
        const block = (...chains: string[]): Declared[] => [
            {
                kind: "FirewallRules",
                name: "marks",
                args: { table: "mangle", rules: chains.map((chain) => ({ key: chain, chain, action: "accept" })) },
            },
        ];
        await up(block("forward", "prerouting"));
        const [, row] = staticRows(mangle);
        router.add(mangle, { chain: "prerouting", action: "accept", comment: row?.["comment"] ?? "" });
        await up(block("forward"));
        expect(staticRows(mangle).map(({ chain }) => chain)).toEqual(["forward"]);
        await up(block());
        expect(standing(router)).toEqual(before);
    });

    const queues = (...names: string[]): Declared[] => [
        { kind: "QueueTree", name: "queues", args: { queues: names.map((name) => ({ name, parent: "global" })) } },
    ];
    test("a queue with children goes under a parent that is made in the same run", async () => {
        const hung = (...pairs: [string, string][]): Declared[] => [
            { kind: "QueueTree", name: "queues", args: { queues: pairs.map(([name, parent]) => ({ name, parent })) } },
        ];
        await up(hung(["middle", "global"]));
        await up(hung(["top", "global"], ["middle", "top"], ["leaf", "middle"]));
        expect(router.rows(tree).map(({ name, parent }) => [name, parent])).toEqual([
            ["middle", "top"],
            ["top", "global"],
            ["leaf", "middle"],
        ]);
    });

    const queueNames = () =>
        router
            .rows(tree)
            .map(({ name }) => name)
            .sort();
    const rename = (from: string, to: string): void => {
        const row = router.rows(tree).find(({ name }) => name === from);
        router.set(tree, row?.[".id"] ?? "", { name: to });
    };

    test("queues whose names were exchanged by hand are known by what they are called", async () => {
        await up(queues("a", "b", "c"));
        rename("a", "aside");
        rename("b", "a");
        rename("aside", "b");
        await up(queues("a", "b", "c"));
        const marked = router.rows(tree).map(({ name, comment }) => `${name} ${comment}`);
        const expected = ["a", "b", "c"].map((name) => `${name} [pulumi:site/test/queues#${name}]`);
        expect(marked.sort()).toEqual(expected);
    });

    test("a queue gets its name back from one that was named after it", async () => {
        await up(queues("a", "b"));
        rename("a", "c");
        rename("b", "a");
        await up(queues("a", "b"));
        expect(queueNames()).toEqual(["a", "b"]);
    });

    test("a queue that is not wanted any more gives up the name of one that is", async () => {
        await up(queues("a", "b"));
        rename("a", "c");
        rename("b", "a");
        await up(queues("a"));
        expect(queueNames()).toEqual(["a"]);
        router.remove(tree, router.rows(tree)[0]?.[".id"] ?? "");
        await up(queues("a"));
        expect(queueNames()).toEqual(["a"]);
    });

    const tower = (...names: string[]): Declared[] => {
        const queues = names.map((name, at) => ({ name, parent: at === 0 ? "global" : names[at - 1] }));
        return [{ kind: "QueueTree", name: "queues", args: { queues } }];
    };
    const parents = () => router.rows(tree).map(({ name, parent, disabled }) => `${name} ${parent} ${disabled}`);

    test("a tree is turned upside down", async () => {
        await up(tower("a", "b", "c"));
        await up(tower("c", "b", "a"));
        expect(parents().sort()).toEqual(["a b false", "b c false", "c global false"]);
        await up(tower("a", "new", "c"));
        expect(parents().sort()).toEqual(["a global false", "c new false", "new a false"]);
    });

    const list = (...addresses: string[]): Declared[] => [
        { kind: "AddressList", name: "list", args: { list: "alpha", addresses } },
    ];
    const entry = (address: string): string =>
        router.rows(lists).find((row) => row["address"] === address)?.[".id"] ?? "";
    const listed = () =>
        router
            .rows(lists)
            .map((row) => [row["address"], /#(.*)\]/.exec(row["comment"] ?? "")?.[1]])
            .sort();

    test("an entry whose address was changed to another wanted one becomes that one again", async () => {
        await up(list("10.0.0.1", "10.0.0.2"));
        router.remove(lists, entry("10.0.0.2"));
        router.set(lists, entry("10.0.0.1"), { address: "10.0.0.2" });
        await up(list("10.0.0.1", "10.0.0.2"));
        expect(listed()).toEqual([
            ["10.0.0.1", "10.0.0.1"],
            ["10.0.0.2", "10.0.0.2"],
        ]);
    });

    test("entries whose addresses were exchanged stand right again", async () => {
        await up(list("10.0.0.1", "10.0.0.2"));
        router.set(lists, entry("10.0.0.1"), { address: "10.0.0.9" });
        router.set(lists, entry("10.0.0.2"), { address: "10.0.0.1" });
        router.set(lists, entry("10.0.0.9"), { address: "10.0.0.2" });
        await up(list("10.0.0.1", "10.0.0.2"));
        expect(listed()).toEqual([
            ["10.0.0.1", "10.0.0.1"],
            ["10.0.0.2", "10.0.0.2"],
        ]);
        await up(list("10.0.0.2"));
        expect(listed()).toEqual([["10.0.0.2", "10.0.0.2"]]);
    });

    test("an entry that is not wanted any more gives up the address of one that is", async () => {
        await up(list("10.0.0.1", "10.0.0.2"));
        router.remove(lists, entry("10.0.0.1"));
        router.set(lists, entry("10.0.0.2"), { address: "10.0.0.1" });
        await up(list("10.0.0.1"));
        expect(listed()).toEqual([["10.0.0.1", "10.0.0.1"]]);
    });

    const hung = (...pairs: [string, string][]): Declared => {
        const queues = pairs.map(([name, parent]) => ({ name, parent }));
        return { kind: "QueueTree", name: "queues", args: { queues, adopt: true } };
    };
    const places = () => router.rows(tree).map(({ name, parent, comment }) => `${name} ${parent} ${comment ?? ""}`);

    test("a queue that was taken over and whose parent is gone is given back under what stands", async () => {
        await up([hung(["ours", "ether1"])]);
        router.add(tree, { name: "theirs", parent: "ours", comment: "by hand" });
        await up([hung(["ours", "ether1"], ["theirs", "ours"])]);
        await up([hung(["theirs", "ether2"])]);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(places()).toEqual(["theirs ether2 by hand"]);
    });

    test("a queue that was taken over from under one of ours goes where that one hung", async () => {
        await up([hung(["ours", "ether1"])]);
        router.add(tree, { name: "theirs", parent: "ours", comment: "by hand" });
        await up([hung(["ours", "ether1"], ["theirs", "ours"])]);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(places()).toEqual(["theirs ether1 by hand"]);
    });

    test("a queue that was taken over keeps its type where its former one is gone", async () => {
        const type = router.add("/queue/type", { name: "kind", kind: "pfifo" });
        router.add(tree, { name: "theirs", parent: "ether1", queue: "kind" });
        await up([hung(["theirs", "ether1"])]);
        router.remove("/queue/type", type);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(router.rows(tree).map(({ name, queue }) => [name, queue])).toEqual([["theirs", "default-small"]]);
    });

    test("a tree is turned over around a queue that is new", async () => {
        const queues = [
            { name: "a", parent: "ether1" },
            { name: "b", parent: "a", limitAt: "64k" },
        ];
        await up([{ kind: "QueueTree", name: "queues", args: { queues } }]);
        await up([hung(["b", "ether1"], ["new", "b"], ["a", "new"])]);
        expect(parents().sort()).toEqual(["a new false", "b ether1 false", "new b false"]);
    });

    test("a queue whose comment was emptied by hand gets another name, and its marker with it", async () => {
        await up([hung(["a", "ether1"])]);
        router.set("/queue/tree", router.rows("/queue/tree")[0]?.[".id"] ?? "", { comment: "" });
        await up([hung(["b", "ether1"])]);
        const [queue, ...more] = router.rows("/queue/tree");
        expect(more).toEqual([]);
        expect(queue).toMatchObject({ name: "b", comment: expect.stringMatching(/\[pulumi:.*#b\]$/) as string });
    });

    test("queues that move at once never stand in a circle on the way", async () => {
        await up([hung(["a", "ether1"], ["b", "a"], ["c", "b"], ["d", "a"])]);
        const queues = [
            { name: "c", parent: "ether1", maxLimit: "64k" },
            { name: "d", parent: "c" },
            { name: "b", parent: "d" },
        ];
        await up([{ kind: "QueueTree", name: "queues", args: { queues } }]);
        expect(parents().sort()).toEqual(["b d false", "c ether1 false", "d c false"]);
    });

    test("the comment of a bypass is one line", async () => {
        const fastTrackBypass = { connectionMark: "s3", comment: " zwei\nZeilen " };
        await up([{ kind: "FirewallRules", name: "bypass", args: { table: "filter", fastTrackBypass } }]);
        const [row] = staticRows("/ip/firewall/filter").filter(({ comment }) => comment?.includes("[pulumi:"));
        expect(row?.["comment"]).toMatch(/^zwei Zeilen \[pulumi:/);
    });

    test("a refresh takes nothing over, though it may be taken over", async () => {
        const rule = { chain: "forward", action: "accept", protocol: "udp" };
        const args = { table: "mangle", rules: [{ key: "udp", ...rule }], adopt: true };
        await up([{ kind: "FirewallRules", name: "rules", args }]);
        const [ours] = staticRows(mangle);
        router.add(mangle, rule);
        router.remove(mangle, ours?.[".id"] ?? "");
        await carrier.refresh();
        expect(carrier.state[0]?.outputs["ids"]).toEqual({});
    });

    test("an entry moved to another list is found though another one has its address by now", async () => {
        await up(list("10.0.0.1", "10.0.0.2"));
        router.set(lists, entry("10.0.0.1"), { list: "beta" });
        router.set(lists, entry("10.0.0.2"), { address: "10.0.0.1" });
        await up(list("10.0.0.1", "10.0.0.2"));
        expect(router.rows(lists).map((row) => row["list"])).toEqual(["alpha", "alpha"]);
    });

    const other: Declared[] = [{ kind: "AddressList", name: "list", args: { list: "beta", addresses: ["10.0.0.1"] } }];
    test("a list is made anew under another name, to which somebody moved its entry", async () => {
        await up(list("10.0.0.1"));
        router.set(lists, entry("10.0.0.1"), { list: "beta" });
        await up(other);
        expect(router.rows(lists).map((row) => row["list"])).toEqual(["beta"]);
    });

    test("what is in the way of a replacement is known before anything is deleted", async () => {
        await up(list("10.0.0.1"));
        router.add(lists, { list: "beta", address: "10.0.0.1" });
        const before = standing(router);
        expect((await carrier.up(other)).error?.message).toContain("ownership/exists");
        expect(standing(router)).toEqual(before);
    });

    test("an entry whose address was changed by hand to the one that is wanted next is marked as that", async () => {
        await up(list("10.0.0.1"));
        router.set(lists, entry("10.0.0.1"), { address: "10.0.0.2" });
        await up(list("10.0.0.2"));
        expect(listed()).toEqual([["10.0.0.2", "10.0.0.2"]]);
    });

    const type = "fq-codel-test-2138a9";
    const types = () => router.rows("/queue/type").filter((row) => row["default"] !== "true");
    const renamedType = async (): Promise<Declared[]> => {
        const declared: Declared[] = [{ kind: "QueueType", name: "type", args: { name: type, kind: "fq-codel" } }];
        await up(declared);
        router.set("/queue/type", types()[0]?.[".id"] ?? "", { name: "renamed" });
        router.add("/queue/type", { name: type, kind: "fq-codel" });
        return declared;
    };

    test("a queue type that was renamed gets its name back from another that nobody uses", async () => {
        await up(await renamedType());
        expect(types().map(({ name }) => name)).toEqual([type]);
    });

    test("a queue type that has our name by now and is used by others is left to them", async () => {
        const declared = await renamedType();
        router.add(tree, { name: "theirs", parent: "ether1", queue: type });
        const before = standing(router);
        expect((await carrier.up(declared)).error?.message).toContain("ownership/exists");
        expect(standing(router)).toEqual(before);
    });
});
