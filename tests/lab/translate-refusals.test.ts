import type { RouterState, Row } from "../../lab/router-state";
import { translate, TranslationError } from "../../lab/translate";

// Every expected text below is written by hand from the manuals of RouterOS, nft and tc.

const devices = { ether5: "wan", bridge: "lan" };

describe("what has no translation", () => {
    const rule = (row: Row): RouterState => ({ "/ip/firewall/mangle": [{ chain: "forward", ...row }] });
    const leaf = (row: Row): RouterState => ({
        "/queue/tree": [{ name: "q", parent: "ether5", "packet-mark": "x", "max-limit": "8M", ...row }],
    });

    it.each<[string, RouterState, string]>([
        [
            "a matcher",
            rule({ action: "accept", "layer7-protocol": "x" }),
            "/ip/firewall/mangle (row 1): layer7-protocol=x has no",
        ],
        [
            "an action",
            rule({ action: "mark-routing", "new-routing-mark": "a" }),
            "action mark-routing has no translation",
        ],
        [
            "an argument of another action",
            rule({ action: "accept", "new-packet-mark": "a" }),
            "new-packet-mark=a has no translation",
        ],
        [
            "an interface",
            rule({ action: "accept", "in-interface": "wlan1" }),
            "in-interface: the lab has no interface wlan1",
        ],
        ["ports without a protocol", rule({ action: "accept", "dst-port": "1" }), "dst-port: ports need a protocol"],
        ["a mark rule without its mark", rule({ action: "mark-packet" }), "no new-packet-mark"],
        [
            "a name nobody resolved",
            {
                "/ip/firewall/address-list": [{ list: "l", address: "nas.example" }],
                ...rule({ action: "accept", "dst-address-list": "l" }),
            },
            "/ip/firewall/address-list (row 1): nas.example is a name",
        ],
        ["the global parent", leaf({ parent: "global" }), "/queue/tree q (row 1): parent=global"],
        ["a parent that is gone", leaf({ parent: "*10" }), "parent=*10: the lab has no such interface"],
        ["a ring of parents", leaf({ parent: "q" }), "its parents form a ring"],
        ["a burst", leaf({ "burst-limit": "10M" }), "burst-limit has no translation"],
        ["a leaf without marks", leaf({ "packet-mark": "" }), "a leaf without packet marks"],
        ["a queue type that is gone", leaf({ queue: "*A" }), "queue type *A is not there"],
        ["a leaf without a queue", leaf({ queue: "only-hardware-queue" }), "a leaf of kind none has no translation"],
        [
            "a guarantee above the limit",
            {
                "/queue/tree": [
                    { name: "up", parent: "ether5", "max-limit": "8M" },
                    { name: "q", parent: "up", "packet-mark": "x", "max-limit": "1M", "limit-at": "2M" },
                ],
            },
            "/queue/tree q (row 2): limit-at is above max-limit",
        ],
        [
            "a simple queue",
            { "/queue/simple": [{ name: "s", target: "10.0.0.1" }] },
            "/queue/simple s (row 1): simple queues",
        ],
    ])("refuses %s by name", (_name, state, text) => {
        expect(() => translate(state, { devices })).toThrow(TranslationError);
        expect(() => translate(state, { devices })).toThrow(text);
    });

    it("refuses a mark that two leaves of one interface carry", () => {
        const rows = ["a", "b"].map((name) => ({ name, parent: "ether5", "packet-mark": "x", "max-limit": "8M" }));
        expect(() => translate({ "/queue/tree": rows }, { devices })).toThrow(
            "/queue/tree b: packet mark x is carried by a too",
        );
    });

    it("names all of it at once", () => {
        const state = { ...rule({ action: "route" }), ...leaf({ "burst-limit": "10M", queue: "gone" }) };
        expect(() => translate(state, { devices })).toThrow(/3 thing\(s\).*route.*burst-limit.*gone/s);
    });

    it("says that FastTrack is not reproduced", () => {
        const state = { "/ip/firewall/filter": [{ chain: "forward", action: "fasttrack-connection" }] };
        expect(translate(state, { devices }).notes[0]).toContain("FastTrack is not reproduced");
    });

    describe("with a flowtable", () => {
        const flowtable = { devices, kernel: new Set(["flowtable" as const]) };
        const fastTrack = {
            chain: "forward",
            action: "fasttrack-connection",
            "connection-state": "established,related",
        };
        const state: RouterState = {
            "/ip/firewall/filter": [
                { chain: "forward", action: "accept", "connection-mark": "s3", "connection-state": "established" },
                { chain: "forward", action: "accept", "ipsec-policy": "in,ipsec", comment: "ipsec" },
                { chain: "input", action: "accept" },
                { ...fastTrack, "hw-offload": "yes" },
                { chain: "forward", action: "drop" },
            ],
            "/queue/tree": [
                { name: "up", parent: "ether5", "max-limit": "8M" },
                { name: "s3", parent: "up", "packet-mark": "x" },
                { name: "rest", parent: "up", "packet-mark": "no-mark" },
            ],
        };

        it("lets a connection past the chains where the FastTrack rule takes it, and not where an earlier rule accepts it", () => {
            const { nft, notes } = translate(state, flowtable);
            expect(nft).toMatch(/flowtable fasttrack \{\s+hook ingress priority filter; devices = \{ "wan", "lan" \};/);
            const chain = /chain fasttrack_forward \{([^}]*\}[^}]*)*\n {4}\}/.exec(nft)?.[0] ?? "";
            expect(chain.match(/counter.*/g)).toEqual(["counter accept", "counter flow add @fasttrack"]);
            expect(notes).toEqual([expect.stringContaining("ipsec-policy=in,ipsec has no translation")]);
        });

        it("puts what comes without a mark into the leaf of what has none, and nothing else", () => {
            const { nft, tc } = translate(state, flowtable);
            expect(tc.split("\n")[0]).toBe("qdisc add dev wan root handle 1: htb default 3");
            expect(nft).toContain('oifname "wan" meta priority set 1:0\n');
            const without = translate({ ...state, "/ip/firewall/filter": [] }, flowtable);
            expect([without.tc.split("\n")[0], without.nft]).toEqual([
                "qdisc add dev wan root handle 1: htb",
                expect.not.stringContaining("1:0"),
            ]);
        });
    });

    it("gives a leaf's queue a handle of its own, so that no packet's priority chooses a tin of it", () => {
        const cake = { name: "c", kind: "cake" };
        const state = {
            "/queue/type": [cake],
            "/queue/tree": [{ name: "q", parent: "ether5", "max-limit": "8M", "packet-mark": "no-mark", queue: "c" }],
        };
        const { tc } = translate(state, { devices, kernel: new Set(["cake" as const]) });
        expect(tc).toContain("parent 1:1 handle 101: cake unlimited");
    });

    it("gives a CAKE the rate of its own that it has", () => {
        const state = {
            "/queue/type": [{ name: "c", kind: "cake", "cake-bandwidth": "9M", "cake-diffserv": "diffserv4" }],
            "/queue/tree": [{ name: "q", parent: "ether5", "packet-mark": "no-mark", queue: "c" }],
        };
        const { tc } = translate(state, { devices, kernel: new Set(["cake" as const]) });
        expect(tc).toContain("cake bandwidth 9000000bit diffserv4");
    });
});
