import { changesOf } from "../../lab/live/changes";
import { answerTo, type Names } from "../../lab/live/dns";
import { classCounts, connections, deviceCounts, ruleCounts } from "../../lab/live/kernel-counts";
import { longestElsewhere, type Look, sentTo } from "../../lab/live/uploads";
import { nftInPlace, type Table } from "../../lab/translate/nft";

describe("the line's resolver", () => {
    const names: Names = {
        "*.s3.example": { ipv4: "52.95.128.33", ipv6: "2406:daf8:c000::21" },
        "web.example": { ipv4: "203.0.113.10", ipv6: "2001:db8:f::10" },
    };
    /** RFC 1035's question: `name`, of a type, in the internet's class. */
    const query = (name: string, type: number): Buffer =>
        Buffer.concat([
            Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
            ...(name === "" ? [] : name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]))),
            Buffer.from([0, 0, type, 0, 1]),
        ]);
    const code = (answer: Buffer | undefined): number => (answer?.[3] ?? 0xff) & 15;

    it("gives a name's addresses of both families, and those of any name below a star", () => {
        expect([...(answerTo(query("WEB.example", 1), names) ?? []).slice(-4)]).toEqual([203, 0, 113, 10]);
        expect(answerTo(query("bucket.s3.example", 28), names)?.subarray(-16).toString("hex")).toBe(
            "2406daf8c00000000000000000000021",
        );
    });

    it("says that another name is none, and gives nothing for another type or the root", () => {
        const none = answerTo(query("ip-ranges.example", 1), names);
        expect([code(none), none?.readUInt16BE(6)]).toEqual([3, 0]);
        for (const [name, type] of [
            ["web.example", 15],
            ["", 2],
        ] as const) {
            const empty = answerTo(query(name, type), names);
            expect([code(empty), empty?.readUInt16BE(6)]).toEqual([0, 0]);
        }
    });

    it("does not answer what is no question, or ends before it does", () => {
        const whole = query("web.example", 1);
        for (const bad of [Buffer.alloc(3), whole.subarray(0, 20), answerTo(whole, names) ?? Buffer.alloc(0)])
            expect(answerTo(bad, names)).toBeUndefined();
    });
});

describe("where uploads go", () => {
    it("is read by class", () => {
        const listed = (elements: string): string =>
            `{"nftables": [{"metainfo": {}}, {"set": {"family": "inet", "name": "classes"${elements}}}]}`;
        const element = (val: string, bytes: number): string =>
            `{"elem": {"val": ${val}, "counter": {"packets": 1, "bytes": ${bytes}}}}`;
        expect(sentTo(listed(""))).toEqual(new Map());
        expect(sentTo(listed(`, "elem": [${element('"1:a"', 60)}, ${element("0", 1500)}]`))).toEqual(
            new Map([
                ["1:a", 60],
                ["0", 1500],
            ]),
        );
    });

    /** 20 ms apart: bytes sent to the leaf of everybody else (1:2) and to S3's (1:3, then 1:4). */
    const looks = (...sent: [rest: number, s3: number, own?: string][]): Look[] =>
        sent.map(([rest, s3, own = "1:3"], index) => ({
            at: index * 20,
            sent: new Map([
                ["1:2", rest],
                [own, s3],
            ]),
            own: new Set([own]),
        }));

    it("is elsewhere between the looks at which more was sent there, and only until the end", () => {
        const once = looks([0, 0], [0, 9], [1, 9], [2, 9], [2, 20], [3, 30], [3, 40]);
        expect(longestElsewhere(once, 120)).toBe(40);
        expect(longestElsewhere(once, 50)).toBe(30);
        expect(longestElsewhere(looks([5, 0], [5, 10], [5, 20]), 40)).toBe(0);
    });

    it("is a leaf's own where another takes its place between two looks", () => {
        const moved = looks([0, 10], [0, 20], [0, 5, "1:4"], [0, 9, "1:4"]);
        moved[2]!.sent = new Map([...moved[2]!.sent, ["1:3", 25]]);
        moved[3]!.sent = new Map([...moved[3]!.sent, ["1:3", 25]]);
        expect(longestElsewhere(moved, 60)).toBe(0);
        moved[3]!.sent = new Map([...moved[3]!.sent, ["1:3", 26]]);
        expect(longestElsewhere(moved, 60)).toBe(20);
    });
});

describe("the kernel's counters", () => {
    it("are read by rule, class and device", () => {
        const json =
            '{"nftables": [{"metainfo": {}}, {"counter": {"family": "ip", "name": "mangle_1A", "packets": 3, "bytes": 200}}]}';
        expect(ruleCounts(json)).toEqual(new Map([["ip mangle_1A", { packets: 3, bytes: 200 }]]));
        const classes = [
            "class htb 1:1 root rate 19Mbit ceil 19Mbit burst 4747b cburst 4747b ",
            " Sent 9000 bytes 6 pkt (dropped 1, overlimits 0 requeues 0) ",
            " backlog 12Kb 8p requeues 0",
            "",
            "class htb 1:2 parent 1:1 leaf 102: prio 0 rate 1Mbit ceil 19Mbit burst 1600b cburst 4747b ",
            " Sent 10 bytes 1 pkt (dropped 0, overlimits 0 requeues 0) ",
            " backlog 0b 0p requeues 0",
        ].join("\n");
        expect(classCounts(classes)).toEqual(
            new Map([
                ["1:1", { bytes: 9000, packets: 6, dropped: 1, queuedBytes: 12288, queuedPackets: 8 }],
                ["1:2", { bytes: 10, packets: 1, dropped: 0, queuedBytes: 0, queuedPackets: 0 }],
            ]),
        );
        const link =
            '[{"ifname":"wan","stats64":{"rx":{"bytes":1,"packets":2},"tx":{"bytes":3,"packets":4}}},{"ifname":"lo"}]';
        expect(deviceCounts(link)).toEqual(
            new Map([["wan", { received: { bytes: 1, packets: 2 }, sent: { bytes: 3, packets: 4 } }]]),
        );
    });

    it("are read of a connection with its mark's name, and whether FastTrack took it by mark or by flowtable", () => {
        const text = [
            "ipv4     2 tcp      6 431999 ESTABLISHED src=192.168.88.10 dst=52.95.128.33 sport=40000 dport=443 packets=9 bytes=900 src=52.95.128.33 dst=192.168.88.10 sport=443 dport=40000 packets=7 bytes=70 [ASSURED] mark=1 zone=0 use=2",
            "ipv6     10 udp      17 29 src=fd00:0088:0000:0000:0000:0000:0000:0010 dst=2001:0db8:000f:0000:0000:0000:0000:0010 sport=1 dport=53 packets=1 bytes=60 [UNREPLIED] src=2001:0db8:000f:0000:0000:0000:0000:0010 dst=fd00:0088:0000:0000:0000:0000:0000:0010 sport=53 dport=1 packets=0 bytes=0 mark=1073741824 zone=0 use=2",
            "ipv4     2 tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 packets=1 bytes=1 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 packets=1 bytes=1 [OFFLOAD] mark=0 zone=0 use=3",
        ].join("\n");
        expect(connections(text, new Map([[1, "s3"]]))).toEqual([
            expect.objectContaining({
                family: 4,
                protocol: "tcp",
                tcpState: "established",
                timeout: 431999,
                source: { address: "192.168.88.10", port: 40000 },
                connectionMark: "s3",
                fastTracked: false,
                sent: { bytes: 900, packets: 9 },
                answered: { bytes: 70, packets: 7 },
            }),
            expect.objectContaining({
                family: 6,
                source: { address: "fd00:88::10", port: 1 },
                fastTracked: true,
                seenReply: false,
            }),
            expect.objectContaining({ fastTracked: true, assured: true }),
        ]);
    });
});

describe("a ruleset that changes", () => {
    const table = (more: Partial<Table> = {}): Table => ({
        family: "ip",
        name: "routeros",
        counters: ["mangle_1"],
        sets: new Map([["list_a", { type: "type ipv4_addr;", elements: ["10.0.0.0/8"] }]]),
        chains: new Map([["forward", ["type filter hook forward priority mangle;", "ip daddr @list_a accept"]]]),
        ...more,
    });

    it("keeps a counter and a set that are the same, and takes away what nothing names any more", () => {
        const after = table({ counters: ["mangle_2"], chains: new Map([["postrouting", ["accept"]]]) });
        const text = nftInPlace([table()], [after]);
        expect(text.split("\n").slice(0, 3)).toEqual([
            "flush table ip routeros",
            "delete chain ip routeros forward",
            "delete counter ip routeros mangle_1",
        ]);
        expect(text).not.toContain("set ");
    });

    it("gives a set its new elements in place of the old ones", () => {
        const other = new Map([["list_a", { type: "type ipv4_addr;", elements: ["11.0.0.0/8"] }]]);
        const text = nftInPlace([table()], [table({ sets: other })]);
        expect(text).toContain("flush set ip routeros list_a\n");
        expect(text).toContain("elements = { 11.0.0.0/8 }");
    });

    it("takes away a table that is empty, and makes one that was", () => {
        const empty = table({ chains: new Map() });
        expect(nftInPlace([table()], [empty])).toBe("delete table ip routeros\n");
        expect(nftInPlace([empty], [table()])).toMatch(/^table ip routeros \{/);
        expect(nftInPlace([], [empty])).toBe("");
    });
});

describe("changes under traffic", () => {
    const titles = (only?: string[]): string[] => changesOf(only).map(({ title }) => title);

    it("are all played in their order, or those that are named", () => {
        expect(titles().at(-1)).toBe("destroy");
        expect(titles(["destroy", "uplink"])).toEqual(["uplink 20M to 18M", "destroy"]);
    });

    it("are refused where one has no such name, with what there is", () => {
        expect(() => titles(["uplink", "bucket"])).toThrow(
            /^--only bucket: no change has this in its title: uplink 20M to 18M, .*, destroy$/,
        );
    });
});
