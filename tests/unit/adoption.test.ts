/** Taking rows over: which, what a preview says of them, and what they are given back as. */
import type { Router } from "../../router";
import { start } from "../../router";
import type { Declared } from "../../testing/carrier";
import { Carrier } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";
import { standing } from "../../testing/site";

quietAndQuick();

const tree = "/queue/tree";
const lists = "/ip/firewall/address-list";
const types = "/queue/type";

let router: Router;
let carrier: Carrier;

async function begin(rsc?: string): Promise<void> {
    router = await start(rsc === undefined ? {} : { rsc });
    carrier = new Carrier({ url: router.url });
    (console.warn as jest.Mock).mockClear();
}
afterEach(() => router.stop());

const said = (): string[] =>
    (console.warn as jest.Mock).mock.calls.map(([text]) => String(text).replace(/.*?\d: /, ""));
const writes = (): string[] => router.log.filter(({ method }) => method !== "GET").map(({ path }) => path);

const queues = (...more: object[]): Declared[] => [
    {
        kind: "QueueTree",
        name: "queues",
        args: {
            adopt: true,
            queues: [
                { name: "line", parent: "ether1", maxLimit: "19M", bucketSize: "0.01" },
                {
                    name: "rest",
                    parent: "line",
                    packetMarks: ["no-mark"],
                    priority: 1,
                    limitAt: "18M",
                    maxLimit: "19M",
                },
                { name: "s3", parent: "line", packetMarks: ["s3"], priority: 8, limitAt: "190k", maxLimit: "19M" },
                ...more,
            ],
        },
    },
];
const byHand = (): void => {
    router.add(tree, { name: "line", parent: "ether1", "max-limit": "20M", comment: "the line" });
    router.add(tree, { name: "rest", parent: "line", "packet-mark": "no-mark", "max-limit": "20M", priority: "1" });
    router.add(tree, { name: "s3", parent: "line", "packet-mark": "s3", "limit-at": "190k", "max-limit": "19M" });
};

test("a preview names each row that is taken over, and each property that changes on it", async () => {
    await begin();
    byHand();
    expect((await carrier.preview(queues())).error).toBeUndefined();
    expect(writes()).toEqual([]);
    expect(said()).toEqual([
        'queue tree "line" takes over line "the line" (*1000000): max-limit 20000000 becomes 19000000, bucket-size 0.1 becomes 0.01.',
        'queue tree "line" takes over rest (*1000001): limit-at 0 becomes 18000000, max-limit 20000000 becomes 19000000.',
        'queue tree "line" takes over s3 (*1000002): nothing changes but the comment.',
    ]);
    expect((await carrier.up(queues())).error).toBeUndefined();
    (console.warn as jest.Mock).mockClear();
    expect((await carrier.preview(queues())).error).toBeUndefined();
    expect(said()).toEqual([]);
});

test("rows on which nothing changes but the comment are named in one line", async () => {
    await begin();
    const list = (...addresses: string[]): Declared[] => [
        { kind: "AddressList", name: "list", args: { list: "s3", addresses, adopt: true } },
    ];
    for (const address of ["10.0.0.1", "10.0.0.2"]) router.add(lists, { list: "s3", address });
    await carrier.preview(list("10.0.0.1", "10.0.0.2", "10.0.0.3"));
    expect(said()).toEqual([
        'list "s3" (ipv4) takes over 10.0.0.1 (*1), 10.0.0.2 (*2): nothing changes but the comment.',
    ]);
});

describe("a queue that only has the name of one of ours", () => {
    test.each<[string, Record<string, string>, string]>([
        ["hangs on another interface", { parent: "ether2" }, "hangs on ether2, and not ether1"],
        ["hangs under somebody's queue", { parent: "theirs" }, "hangs on theirs, and not ether1"],
        ["is a quarter as wide", { "max-limit": "5M" }, "has max-limit 5000000, and not 19000000"],
        ["is without a width, and inner", { "max-limit": "0" }, "has max-limit 0, and not 19000000"],
        ["carries packets itself", { "packet-mark": "guests" }, "carries packets with mark guests, and not none"],
        ["is ten times as wide", { "max-limit": "200M" }, "has max-limit 200000000, and not 19000000"],
    ])("%s: named, with the way out, and nothing is written", async (_what, row, why) => {
        await begin();
        router.add(tree, { name: "theirs", parent: "bridge", "max-limit": "20M" });
        router.add(tree, { name: "line", parent: "ether1", "max-limit": "20M", comment: "guests", ...row });
        const before = standing(router);
        const { error } = await carrier.up(queues(), { skipPreview: true });
        expect(error?.message).toContain(
            `line "guests" (*1000001), which ${why}, has the name of one of ours and does another job`,
        );
        expect(error?.message).toMatch(/Give ours another name.*\[ownership\/another-job\]/);
        expect(writes()).toEqual([]);
        expect(standing(router)).toEqual(before);
    });

    test("carries further packets: theirs would be without a queue", async () => {
        await begin();
        byHand();
        router.set(tree, "s3", { "packet-mark": "s3,backup" });
        expect((await carrier.preview(queues())).error?.message).toMatch(
            /s3 \(\*1000002\), which carries packets with mark backup,s3, and not s3, has the name.*another job/,
        );
    });
});

describe("what a row was is what it is given back as", () => {
    const cake = (parameters: object): Declared[] => [
        { kind: "QueueType", name: "own", args: { name: "cake-up", kind: "cake", parameters, adopt: true } },
    ];

    test("a queue type, which has no comment to show that it was taken over", async () => {
        await begin();
        router.add(types, { name: "cake-up", kind: "cake", "cake-nat": "yes", "cake-diffserv": "besteffort" });
        const before = standing(router);
        expect((await carrier.up(cake({ cakeDiffserv: "diffserv4", cakeNat: false }))).error).toBeUndefined();
        expect(router.rows(types).find(({ name }) => name === "cake-up")).toMatchObject({
            "cake-diffserv": "diffserv4",
        });
        // Through further changes, and a refresh, too.
        expect((await carrier.up(cake({ cakeDiffserv: "diffserv8", cakeNat: false }))).error).toBeUndefined();
        await carrier.refresh();
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    });

    test("a queue type of another kind is not taken over", async () => {
        await begin();
        router.add(types, { name: "cake-up", kind: "fq-codel" });
        expect((await carrier.up(cake({}))).error?.message).toMatch(/cake-up .*another job/);
        expect(writes()).toEqual([]);
    });

    /** The router is gone from the `at`th write to a menu on: before it is carried out, or right after. */
    function lostAt(menu: string, at: number, when: "before" | "after"): void {
        router.addFault({ kind: "drop", when, at, times: 1000, methods: ["PATCH"], path: menu });
        if (when === "before") return;
        let count = 0;
        const off = router.onRequest(({ method, path, when: moment }) => {
            if (method === "PATCH" && path.startsWith(menu) && moment === "after") count += 1;
            if (count < at) return;
            off();
            router.addFault({ kind: "drop", path: menu, times: 1000 });
        });
    }
    const moments = [1, 2, 3].flatMap((at) => (["before", "after"] as const).map((when) => [at, when] as const));

    test.each(moments)("queues, though the router was lost at write %i, %s it was carried out", async (at, when) => {
        await begin();
        byHand();
        const before = standing(router);
        lostAt(tree, at, when);
        expect((await carrier.up(queues(), { skipPreview: true })).error).toBeDefined();
        router.clearFaults();
        expect((await carrier.up(queues())).error).toBeUndefined();
        expect(router.rows(tree).map((row) => row["max-limit"])).toEqual(["19000000", "19000000", "19000000"]);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    });

    test.each(["before", "after"] as const)(
        "a queue type, though the router was lost %s it was written",
        async (when) => {
            await begin();
            router.add(types, { name: "cake-up", kind: "cake", "cake-nat": "yes", "cake-diffserv": "besteffort" });
            const before = standing(router);
            lostAt(types, 1, when);
            expect((await carrier.up(cake({ cakeDiffserv: "diffserv4" }), { skipPreview: true })).error).toBeDefined();
            router.clearFaults();
            expect((await carrier.up(cake({ cakeDiffserv: "diffserv4" }))).error).toBeUndefined();
            expect((await carrier.destroy()).error).toBeUndefined();
            expect(standing(router)).toEqual(before);
        },
    );
});

describe("a comment that is no UTF-8", () => {
    const bytes = `/queue tree
add comment="\\CB\\E8\\ED\\E8\\FF" max-limit=20M name=line parent=ether1
/ip firewall address-list
add address=10.0.0.1 comment="\\CF\\F0\\EE\\E1\\E0" list=s3
`;

    test("is not taken over, for it could not be given back byte for byte: the row is named and stays", async () => {
        await begin(bytes);
        const exported = (): string => router.export().replace(/^#.*\n/, "");
        const before = exported();
        const { error } = await carrier.up(queues(), { skipPreview: true });
        expect(error?.message).toMatch(/line .*\(\*1000000\) has a comment that is no UTF-8.*\[ownership\/bytes\]/);
        const list: Declared[] = [
            { kind: "AddressList", name: "list", args: { list: "s3", addresses: ["10.0.0.1"], adopt: true } },
        ];
        expect((await carrier.up(list, { skipPreview: true })).error?.message).toMatch(
            /10\.0\.0\.1 .*ownership\/bytes/,
        );
        expect(writes()).toEqual([]);
        expect(exported()).toBe(before);
    });

    test("in UTF-8 of any alphabet comes back byte for byte", async () => {
        await begin(
            bytes.replace("\\CB\\E8\\ED\\E8\\FF", "\\D0\\BB\\D0\\B8\\D0\\BD\\D0\\B8\\D1\\8F \\E2\\80\\94 \\22a\\22"),
        );
        const before = router.rows(tree);
        expect((await carrier.up(queues())).error).toBeUndefined();
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(router.rows(tree)[0]?.["comment"]).toBe(before[0]?.["comment"]);
        expect(before[0]?.["comment"]).toBe('линия — "a"');
    });
});
