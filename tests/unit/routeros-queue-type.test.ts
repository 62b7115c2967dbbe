/** Queue types: what their parameters are, and what a router shows of them. */
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";

describe("a queue type", () => {
    let router: Router;
    let carrier: Carrier;
    beforeEach(async () => {
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(() => router.stop());

    const type = (kind: string, parameters: object = {}): Declared[] => [
        { kind: "QueueType", name: "own", args: { name: "mine", kind, parameters } },
    ];
    const shown = () => router.rows("/queue/type").find(({ name }) => name === "mine");

    test.each<[string, Declared[], RegExp]>([
        [
            "another kind's parameter",
            type("fq-codel", { pcqRate: "1M" }),
            /pcqRate is no parameter of a queue of kind fq-codel/,
        ],
        [
            "the parameter of a kind whose name ends alike",
            type("codel", { fqCodelLimit: 5 }),
            /fqCodelLimit is no parameter of a queue of kind codel/,
        ],
        [
            "a kind that is misspelt",
            type("fqcodel"),
            /kind must be one of bfifo, cake.*, not "fqcodel"; did you mean "fq-codel"\?/,
        ],
        [
            "a kind that there is none of",
            type("magic", { magicLimit: 1 }),
            /magicLimit is no parameter of a queue type|not "magic"/,
        ],
        ["a part of a KiB", type("pcq", { pcqLimit: "1500b" }), /pcqLimit "1500b" is no whole number of KiB/],
    ])("with %s is refused at preview, and nothing is asked of the router", async (_what, declared, text) => {
        const { error } = await carrier.preview(declared);
        expect(error?.message).toMatch(text);
        expect(router.log).toEqual([]);
    });

    test("has its PCQ limits in KiB, as the router takes and shows them", async () => {
        for (const [limit, kib] of [
            ["50KiB", "50"],
            [50, "50"],
            ["2MiB", "2048"],
        ] as const) {
            const declared = type("pcq", { pcqLimit: limit, pcqTotalLimit: "2000KiB" });
            expect((await carrier.up(declared)).error).toBeUndefined();
            expect(shown()).toMatchObject({ "pcq-limit": kib, "pcq-total-limit": "2000" });
            expect((await carrier.up(declared)).steps).toEqual([{ op: "same", name: "own" }]);
        }
        // Not set any more: what a router has by itself.
        expect((await carrier.up(type("pcq"))).error).toBeUndefined();
        expect(shown()).toMatchObject({ "pcq-limit": "50" });
    });

    test("of an older state, in bytes, is shown once as what it becomes", async () => {
        const declared = type("pcq", { pcqLimit: "50KiB" });
        expect((await carrier.up(declared)).error).toBeUndefined();
        // As it was recorded and written: 50 KiB in bytes, which the router took for KiB.
        router.set("/queue/type", shown()?.[".id"] ?? "", { "pcq-limit": "51200" });
        for (const one of carrier.state) {
            for (const part of [one.inputs, one.outputs]) part["parameters"] = { pcqLimit: "51200" };
        }
        for (const refresh of [true, false]) {
            const preview = await carrier.preview(declared, { refresh });
            expect(preview.steps).toContainEqual({ op: "update", name: "own", changed: ["parameters"] });
        }
        expect((await carrier.up(declared)).error).toBeUndefined();
        expect(shown()).toMatchObject({ "pcq-limit": "50" });
        expect((await carrier.preview(declared)).steps).toEqual([{ op: "same", name: "own" }]);
    });
});

test("a row's comment reaches the terminal as text", async () => {
    const router = await start();
    try {
        const comment = "\u001b]0;owned\u0007\u001b[2J hi";
        router.add("/ip/firewall/address-list", { list: "L", address: "10.0.0.1", comment });
        const carrier = new Carrier({ url: router.url });
        const { error } = await carrier.up([
            { kind: "AddressList", name: "l", args: { list: "L", addresses: ["10.0.0.1"] } },
        ]);
        expect(error?.message).toMatch(/10\.0\.0\.1 " ?hi" \(\*/);
        expect(error?.message).not.toMatch(/[\u0000-\u001f]/);
    } finally {
        await router.stop();
    }
});
