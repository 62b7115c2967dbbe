import type { RouterState, Row } from "../../lab/router-state";
import { translate } from "../../lab/translate";
import { upload } from "./upload-rows";

// Every expected text below is written by hand from the manuals of RouterOS, nft and tc.

const devices = { ether5: "wan", bridge: "lan" };
const withFqCodel = new Set(["fq_codel"] as const);

describe("a tree with its marks", () => {
    it("keeps the order of the rules, the marks and what a packet meets next", () => {
        expect(translate(upload, { devices, kernel: withFqCodel }).nft).toBe(
            `table ip routeros {
    set list_s3 {
        type ipv4_addr; flags interval; auto-merge;
        elements = { 52.95.128.0/21, 3.26.88.1 }
    }
    chain chain_forward {
        type filter hook forward priority mangle; policy accept;
        oifname "wan" ip daddr @list_s3 tcp dport 443 ct mark 0 counter ct mark set 1
        oifname "wan" ct mark 1 meta mark 0 meta length 256-65535 counter meta mark set 1 accept
    }
}
table inet queues {
    chain classify {
        type filter hook postrouting priority 200; policy accept;
        oifname "wan" meta priority set meta mark map { 0 : 1:2, 2 : 1:2, 1 : 1:3 }
    }
}
`,
        );
    });

    it("gives limit-at, max-limit, priority and bucket their places in HTB", () => {
        // Buckets: 0.01 x 19,000,000 bit = 190,000 bit = 23,750 bytes. A limit-at of 0 is 1 kbit/s with one frame.
        expect(translate(upload, { devices, kernel: withFqCodel }).tc.split("\n")).toEqual([
            "qdisc add dev wan root handle 1: htb",
            "class add dev wan parent 1: classid 1:1 htb rate 19000000bit ceil 19000000bit burst 23750b cburst 23750b quantum 1514",
            "class add dev wan parent 1:1 classid 1:2 htb rate 18050000bit ceil 19000000bit burst 23750b cburst 23750b prio 0 quantum 1514",
            "qdisc add dev wan parent 1:2 handle 102: fq_codel limit 1000 memory_limit 33554432 flows 1024 target 5ms interval 100ms quantum 1514 ecn",
            "class add dev wan parent 1:1 classid 1:3 htb rate 1000bit ceil 19000000bit burst 1600b cburst 23750b prio 7 quantum 1514",
            "qdisc add dev wan parent 1:3 handle 103: pfifo limit 10",
        ]);
    });

    it("spreads flows over queues served in turn where the kernel has no fq-codel, and says so", () => {
        const { tc, nft, standIns } = translate(upload, { devices });
        expect(standIns).toEqual([
            {
                where: "/queue/tree rest (row 2)",
                router: "fq-codel, limit 1000",
                lab: "64 x pfifo, limit 16, by flow, served in turn",
            },
        ]);
        const lines = tc.split("\n");
        // The leaf keeps its numbers; what is below it borrows from it, at the leaf's priority.
        expect(lines[2]).toBe(
            "class add dev wan parent 1:1 classid 1:2 htb rate 18050000bit ceil 19000000bit burst 23750b cburst 23750b quantum 1514",
        );
        expect(lines.slice(3, 5)).toEqual([
            "class add dev wan parent 1:2 classid 1:200 htb rate 1000bit ceil 19000000bit burst 1600b cburst 23750b prio 0 quantum 1514",
            "qdisc add dev wan parent 1:200 handle 300: pfifo limit 16",
        ]);
        expect(lines.slice(-3)).toEqual([
            "qdisc add dev wan parent 1:23f handle 33f: pfifo limit 16",
            "class add dev wan parent 1:1 classid 1:3 htb rate 1000bit ceil 19000000bit burst 1600b cburst 23750b prio 7 quantum 1514",
            "qdisc add dev wan parent 1:3 handle 103: pfifo limit 10",
        ]);
        expect(nft).toContain('oifname "wan" meta priority set meta mark map { 1 : 1:3 }');
        expect(nft).toContain(
            'oifname "wan" meta mark { 0, 2 } meta priority set symhash mod 64 map { 0 : 1:200, 1 : 1:201, 2 : 1:202,',
        );
    });
});

describe("rules", () => {
    const cases: [string, Row, string][] = [
        [
            "hosts by address, prefix and range",
            { action: "accept", "src-address": "192.168.88.10", "dst-address": "!10.0.0.0/8" },
            "ip saddr 192.168.88.10 ip daddr != 10.0.0.0/8 counter accept",
        ],
        [
            "a range",
            { action: "accept", "src-address": "10.0.0.1-10.0.0.9" },
            "ip saddr 10.0.0.1-10.0.0.9 counter accept",
        ],
        [
            "a MAC address",
            { action: "accept", "src-mac-address": "AA:BB:CC:00:11:22" },
            "ether saddr aa:bb:cc:00:11:22 counter accept",
        ],
        [
            "several ports and a range of them",
            { action: "accept", protocol: "udp", "dst-port": "53,5060-5061" },
            "udp dport { 53, 5060-5061 } counter accept",
        ],
        [
            "ports that are not",
            { action: "accept", protocol: "tcp", "src-port": "!22" },
            "tcp sport != 22 counter accept",
        ],
        ["a protocol alone", { action: "drop", protocol: "icmp" }, "meta l4proto icmp counter drop"],
        ["every other protocol", { action: "drop", protocol: "!tcp" }, "meta l4proto != tcp counter drop"],
        [
            "states",
            { action: "accept", "connection-state": "established,related" },
            "ct state { established, related } counter accept",
        ],
        [
            "no such state",
            { action: "accept", "connection-state": "!established,related" },
            "ct state != { established, related } counter accept",
        ],
        [
            "marks of others and no mark",
            { action: "accept", "connection-mark": "!no-mark", "packet-mark": "!voip" },
            "ct mark != 0 meta mark != 1 counter accept",
        ],
        [
            "interfaces",
            { action: "accept", "in-interface": "bridge", "out-interface": "!ether5" },
            'iifname "lan" oifname != "wan" counter accept',
        ],
        ["small packets", { action: "accept", "packet-size": "!0-128" }, "meta length != 0-128 counter accept"],
        [
            "a mark that ends the chain",
            { action: "mark-packet", "new-packet-mark": "x", passthrough: "no" },
            "counter meta mark set 1 accept",
        ],
        [
            "a mark that does not, by default",
            { action: "mark-packet", "new-packet-mark": "x" },
            "counter meta mark set 1",
        ],
        ["a mark taken off", { action: "mark-connection", "new-connection-mark": "no-mark" }, "counter ct mark set 0"],
        [
            "MSS clamping",
            {
                action: "change-mss",
                "new-mss": "clamp-to-pmtu",
                protocol: "tcp",
                "tcp-flags": "syn",
                "tcp-mss": "1300-65535",
            },
            "meta l4proto tcp tcp option maxseg size 1300-65535 tcp flags & (syn) == syn counter tcp option maxseg size set rt mtu",
        ],
        ["a DSCP", { action: "change-dscp", "new-dscp": "46", dscp: "0" }, "ip dscp 0 counter ip dscp set 46"],
        ["a counter", { action: "passthrough", "dst-address-type": "local" }, "fib daddr type local counter"],
    ];

    it.each(cases)("carries over %s", (_name, row, expected) => {
        const { nft } = translate({ "/ip/firewall/mangle": [{ chain: "prerouting", ...row }] }, { devices });
        expect(nft).toBe(
            `table ip routeros {
    chain chain_prerouting {
        type filter hook prerouting priority mangle; policy accept;
        ${expected}
    }
}
`,
        );
    });

    it("speaks IPv6 in a table of its own", () => {
        const { nft } = translate(
            {
                "/ipv6/firewall/address-list": [{ list: "s3-v6", address: "2404:3800::/32" }],
                "/ipv6/firewall/mangle": [
                    { chain: "forward", action: "accept", "dst-address-list": "!s3-v6", protocol: "icmpv6" },
                ],
            },
            { devices },
        );
        expect(nft).toBe(
            `table ip6 routeros {
    set list_s3_v6 {
        type ipv6_addr; flags interval; auto-merge;
        elements = { 2404:3800::/32 }
    }
    chain chain_forward {
        type filter hook forward priority mangle; policy accept;
        ip6 daddr != @list_s3_v6 meta l4proto ipv6-icmp counter accept
    }
}
`,
        );
    });

    it("leaves out what is disabled or the router's own, and keeps chains apart that are jumped to", () => {
        const { nft } = translate(
            {
                "/ip/firewall/mangle": [
                    { chain: "forward", action: "passthrough", dynamic: "true", comment: "special dummy rule" },
                    { chain: "forward", action: "accept", disabled: "true" },
                    { chain: "forward", action: "jump", "jump-target": "mark it" },
                    { chain: "mark it", action: "return" },
                    { chain: "forward", action: "jump", "jump-target": "nowhere" },
                ],
            },
            { devices },
        );
        expect(nft).toBe(
            `table ip routeros {
    chain chain_forward {
        type filter hook forward priority mangle; policy accept;
        counter jump chain_mark_it
        counter jump chain_nowhere
    }
    chain chain_mark_it {
        counter return
    }
    chain chain_nowhere {
    }
}
`,
        );
    });

    it("never lets two lists share a set", () => {
        const rule = { chain: "forward", action: "accept" };
        const { nft } = translate(
            {
                "/ip/firewall/mangle": [
                    { ...rule, "dst-address-list": "a b" },
                    { ...rule, "dst-address-list": "a-b" },
                ],
            },
            { devices },
        );
        expect(nft).toContain("ip daddr @list_a_b counter");
        expect(nft).toContain("ip daddr @list_a_b_2 counter");
    });

    it("takes an interface list by its members", () => {
        const { nft } = translate(
            {
                "/interface/list/member": [
                    { list: "WAN", interface: "ether5" },
                    { list: "WAN", interface: "lte1" },
                    { list: "LAN", interface: "bridge" },
                ],
                "/ip/firewall/mangle": [{ chain: "forward", action: "accept", "out-interface-list": "WAN" }],
            },
            { devices },
        );
        expect(nft).toContain('oifname { "wan" } counter accept');
    });

    it("uses the addresses the router found for a name", () => {
        const rows: RouterState = {
            "/ip/firewall/address-list": [
                { list: "s3", address: "nas.example", dynamic: "false" },
                { list: "s3", address: "192.0.2.7", dynamic: "true", comment: "nas.example" },
            ],
            "/ip/firewall/mangle": [{ chain: "forward", action: "accept", "dst-address-list": "s3" }],
        };
        expect(translate(rows, { devices }).nft).toContain("elements = { 192.0.2.7 }");
    });
});

describe("queues", () => {
    const queue = (row: Row): Row => ({ name: "q", parent: "ether5", "packet-mark": "no-mark", ...row });

    it("takes a tree of one leaf, with the manual's defaults", () => {
        // 0.1 x 8,000,000 bit = 100,000 bytes; default-small keeps 10 packets.
        expect(translate({ "/queue/tree": [queue({ "max-limit": "8M" })] }, { devices }).tc.split("\n")).toEqual([
            "qdisc add dev wan root handle 1: htb",
            "class add dev wan parent 1: classid 1:1 htb rate 8000000bit ceil 8000000bit burst 100000b cburst 100000b prio 7 quantum 1514",
            "qdisc add dev wan parent 1:1 handle 101: pfifo limit 10",
        ]);
    });

    it("says that a priority without max-limit has no effect", () => {
        const rows: Row[] = [
            { name: "up", parent: "ether5", "max-limit": "8M" },
            { name: "q", parent: "up", "packet-mark": "no-mark", priority: "1", "limit-at": "1M" },
        ];
        const { tc, notes } = translate({ "/queue/tree": rows }, { devices });
        expect(tc).toContain("rate 1000000bit ceil 10000000000bit burst 7500000b cburst 125000000b prio 7");
        expect(notes).toEqual(["/queue/tree q (row 2): max-limit=0, so its priority has no effect"]);
    });

    it("reads a row the same whatever order its keys come in", () => {
        const row = upload["/ip/firewall/mangle"]![0]!;
        const reversed = Object.fromEntries(Object.entries(row).reverse());
        const nft = (rows: Row[]): string => translate({ "/ip/firewall/mangle": rows }, { devices }).nft;
        expect(nft([reversed])).toBe(nft([row]));
    });

    it("gives an unlimited queue's bucket a length tc can express", () => {
        const rows: Row[] = [
            { name: "up", parent: "ether5", "max-limit": "8M" },
            {
                name: "q",
                parent: "up",
                "packet-mark": "no-mark",
                "limit-at": "64k",
                "max-limit": "8M",
                "bucket-size": "10",
            },
        ];
        // 64 kbit/s for 60 s is 480,000 bytes; the bucket itself would be 10,000,000.
        expect(translate({ "/queue/tree": rows }, { devices }).tc).toContain("burst 480000b cburst 10000000b");
    });

    it("leaves a disabled tree out and says so of what hangs below it", () => {
        const { tc, nft, notes } = translate(
            {
                "/queue/tree": [
                    { name: "up", parent: "ether5", "max-limit": "8M", disabled: "true" },
                    { name: "q", parent: "up", "packet-mark": "no-mark" },
                ],
            },
            { devices },
        );
        expect([tc, nft]).toEqual(["", ""]);
        expect(notes).toEqual([
            "/queue/tree q (row 2): carries nothing: /queue/tree up (row 1) above it is disabled (assumed)",
        ]);
    });

    it.each([
        ["pcq-upload-default", "pcq, 51200 bytes a sub-stream", "bfifo limit 51200"],
        ["synchronous-default", "red, limit 60", "pfifo limit 60"],
    ])("puts a stand-in for %s", (type, router, lab) => {
        const { tc, standIns } = translate({ "/queue/tree": [queue({ "max-limit": "8M", queue: type })] }, { devices });
        expect(tc).toContain(`qdisc add dev wan parent 1:1 handle 101: ${lab}`);
        expect(standIns).toEqual([{ where: "/queue/tree q (row 1)", router, lab: lab.replace(" limit", ", limit") }]);
    });

    it("numbers classes by device", () => {
        const { tc } = translate(
            {
                "/queue/tree": [
                    queue({ "max-limit": "8M" }),
                    queue({ name: "down", parent: "bridge", "max-limit": "9M" }),
                ],
            },
            { devices },
        );
        expect(tc).toContain("class add dev wan parent 1: classid 1:1");
        expect(tc).toContain("class add dev lan parent 1: classid 1:1");
    });
});
