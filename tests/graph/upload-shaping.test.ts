import { bypassOf, component, prefixes, queuesOf, rulesOf, shaping, without } from "./shaping";
import { kinds, useMocks } from "./support";

const markConnection = {
    key: "connection",
    chain: "forward",
    action: "mark-connection",
    newConnectionMark: "s3-upload",
    passthrough: true,
    outInterface: "ether5",
    protocol: "tcp",
    dstPort: "443",
    dstAddressList: "aws-s3",
    connectionMark: "no-mark",
    comment: "S3 upload: mark connections",
};
const markPackets = {
    key: "packet",
    chain: "forward",
    action: "mark-packet",
    newPacketMark: "s3-upload-packet",
    passthrough: true,
    outInterface: "ether5",
    connectionMark: "s3-upload",
    packetMark: "no-mark",
    packetSize: "1000-65535",
    comment: "S3 upload: mark packets",
};
const parent = {
    name: "upload",
    parent: "ether5",
    maxLimit: "19M",
    bucketSize: "0.002",
    comment: "S3 upload: the line",
};

describe("by default", () => {
    it("has a list, marks and a bypass for each family, a queue type for each leaf and one tree", async () => {
        const graph = await shaping();
        expect(graph.names(kinds.addressList).sort()).toEqual(["nas-s3-ipv4", "nas-s3-ipv6"]);
        expect(graph.names(kinds.firewallRules).sort()).toEqual([
            "nas-bypass-ipv4",
            "nas-bypass-ipv6",
            "nas-marks-ipv4",
            "nas-marks-ipv6",
        ]);
        expect(graph.names(kinds.queueType)).toEqual(["nas-leaf-fq-codel", "nas-leaf-fq-codel-uploads"]);
        expect(graph.names(kinds.queueTree)).toEqual(["nas-queues"]);
    });

    it("keeps each family's prefixes in a list of the same name, with their source", async () => {
        const graph = await shaping();
        expect(graph.find(kinds.addressList, "nas-s3-ipv4").inputs).toMatchObject({
            family: "ipv4",
            list: "aws-s3",
            addresses: prefixes.ipv4,
            comment: "S3 upload",
            source: prefixes.source,
        });
        expect(graph.find(kinds.addressList, "nas-s3-ipv6").inputs).toMatchObject({
            family: "ipv6",
            list: "aws-s3",
            addresses: prefixes.ipv6,
        });
    });

    it("marks connections to S3 that nobody marked, and their large packets", async () => {
        const graph = await shaping();
        expect(rulesOf(graph)).toEqual([markConnection, markPackets]);
        expect(rulesOf(graph, "ipv6")).toEqual(rulesOf(graph));
        const marks = graph.find(kinds.firewallRules, "nas-marks-ipv4").inputs;
        expect(marks).toMatchObject({ family: "ipv4", table: "mangle", position: "last" });
        expect(marks).not.toHaveProperty("fastTrackBypass");
    });

    it("keeps marked connections out of FastTrack", async () => {
        const bypass = (await shaping()).find(kinds.firewallRules, "nas-bypass-ipv6").inputs;
        expect(bypass).toMatchObject({
            family: "ipv6",
            table: "filter",
            fastTrackBypass: { connectionMark: "s3-upload", comment: "S3 upload: past FastTrack" },
        });
        expect(bypass).not.toHaveProperty("rules");
    });

    it("hangs two leaves under a parent on the WAN", async () => {
        const graph = await shaping();
        const typeName = graph.find(kinds.queueType, "nas-leaf-fq-codel").inputs["name"];
        expect(typeName).toMatch(/^fq-codel-home-[0-9a-f]{6}$/);
        expect(graph.find(kinds.queueType, "nas-leaf-fq-codel-uploads").inputs["name"]).toBe(
            `${String(typeName)}-uploads`,
        );
        const leaf = { parent: "upload", maxLimit: "19M", bucketSize: "0.002" };
        expect(queuesOf(graph)).toEqual([
            parent,
            {
                ...leaf,
                queue: typeName,
                name: "upload-rest",
                packetMarks: ["no-mark"],
                priority: 1,
                limitAt: "18050k",
                comment: "S3 upload: everything else",
            },
            {
                ...leaf,
                queue: `${String(typeName)}-uploads`,
                name: "upload-s3",
                packetMarks: ["s3-upload-packet"],
                priority: 8,
                limitAt: "190k",
                comment: "S3 upload: uploads to S3",
            },
        ]);
    });

    it("is built one after the other, and so taken down the other way", async () => {
        const graph = await shaping({ sourceAddresses: ["192.168.88.10", "2001:db8::1"] });
        const order = [
            "nas-s3-ipv4",
            "nas-sources-ipv4",
            "nas-s3-ipv6",
            "nas-sources-ipv6",
            "nas-bypass-ipv4",
            "nas-bypass-ipv6",
            "nas-marks-ipv4",
            "nas-marks-ipv6",
            "nas-leaf-fq-codel",
            "nas-leaf-fq-codel-uploads",
            "nas-queues",
        ];
        const router = graph.registrations.filter((one) => one.type.includes("dynamic/routeros"));
        expect(router.map((one) => [one.name, one.dependsOn])).toEqual(
            order.map((name, index) => [name, index === 0 ? [] : [order[index - 1]]]),
        );
    });

    it("gives every router resource its parent, the same requirements, and removal before replacement but of lists", async () => {
        const graph = await shaping();
        const router = graph.registrations.filter((one) => one.type.startsWith("pulumi-nodejs:dynamic/routeros:"));
        expect(router).toHaveLength(9);
        for (const one of router) {
            expect(one).toMatchObject({
                parent: "nas",
                // A list that rules go by is never empty.
                deleteBeforeReplace: one.type !== kinds.addressList,
                inputs: {
                    adopt: false,
                    requires: {
                        interfaces: ["ether5"],
                        minimumVersion: "7.9",
                        wanInterface: "ether5",
                        queues: ["upload", "upload-rest", "upload-s3"],
                        packetMarks: ["no-mark", "s3-upload-packet"],
                        families: ["ipv4", "ipv6"],
                    },
                },
            });
            expect(one.inputs).not.toHaveProperty("connection");
        }
    });
});

describe("choices", () => {
    it("leave out a family altogether", async () => {
        const graph = await shaping({ addressFamilies: ["ipv4"] });
        expect(graph.registrations.filter((one) => one.name.includes("ipv6"))).toEqual([]);
        expect(graph.find(kinds.queueTree, "nas-queues").inputs).toMatchObject({ requires: { families: ["ipv4"] } });
    });

    it("turn shaping off by the parent alone", async () => {
        const graph = await shaping({ shaping: "off" });
        expect(queuesOf(graph).map((queue) => queue["disabled"])).toEqual([true, undefined, undefined]);
        expect(rulesOf(graph)).toEqual([markConnection, markPackets]);
    });

    it("leave FastTrack alone", async () => {
        const graph = await shaping({ fastTrack: "leave" });
        expect(graph.names(kinds.firewallRules).sort()).toEqual(["nas-marks-ipv4", "nas-marks-ipv6"]);
    });

    it("mark packets by address list, with no connection mark anywhere", async () => {
        const graph = await shaping({ marking: "packet" });
        const withoutMark = without("connectionMark", markPackets);
        expect(rulesOf(graph)).toEqual([{ ...withoutMark, protocol: "tcp", dstPort: "443", dstAddressList: "aws-s3" }]);
        expect(bypassOf(graph)).toEqual({ dstAddressList: "aws-s3", comment: "S3 upload: past FastTrack" });
    });

    it("mark only the uploads of some hosts: addresses by a list, each MAC address by a rule", async () => {
        const graph = await shaping({
            sourceAddresses: [
                "192.168.88.10",
                "192.168.89.0/24",
                "2001:db8::/64",
                "aa:bb:cc:00:11:22",
                "aa:bb:cc:00:11:33",
            ],
        });
        const sources = { srcAddressList: "aws-s3-sources" };
        expect(rulesOf(graph)).toEqual([
            { ...markConnection, ...sources },
            { ...markConnection, key: "connection-aabbcc001122", srcMacAddress: "AA:BB:CC:00:11:22" },
            { ...markConnection, key: "connection-aabbcc001133", srcMacAddress: "AA:BB:CC:00:11:33" },
            markPackets,
        ]);
        expect(graph.find(kinds.addressList, "nas-sources-ipv4").inputs).toMatchObject({
            list: "aws-s3-sources",
            addresses: ["192.168.88.10", "192.168.89.0/24"],
        });
        expect(graph.find(kinds.addressList, "nas-sources-ipv4").inputs).not.toHaveProperty("source");
        expect(graph.find(kinds.addressList, "nas-sources-ipv6").inputs["addresses"]).toEqual(["2001:db8::/64"]);
    });

    it("need no list of sources where all are MAC addresses", async () => {
        const graph = await shaping({ sourceAddresses: ["AA:BB:CC:00:11:22"], marking: "packet" });
        expect(graph.names(kinds.addressList).sort()).toEqual(["nas-s3-ipv4", "nas-s3-ipv6"]);
        expect(rulesOf(graph, "ipv6")).toMatchObject([
            { key: "packet-aabbcc001122", srcMacAddress: "AA:BB:CC:00:11:22" },
        ]);
    });

    it("use a queue type that stands, and make none", async () => {
        const graph = await shaping({ leafQueue: "existing:my cake" });
        expect(graph.names(kinds.queueType)).toEqual([]);
        expect(queuesOf(graph).map((queue) => queue["queue"])).toEqual([undefined, "my cake", "my cake"]);
        expect(graph.find(kinds.queueTree, "nas-queues").inputs).toMatchObject({
            requires: { queueTypes: ["my cake"] },
        });
    });

    it("make another resource for another kind of leaf, so that the old type goes after the tree left it", async () => {
        const graph = await shaping({ leafQueue: "cake" });
        const { name, kind, parameters } = graph.find(kinds.queueType, "nas-leaf-cake").inputs;
        expect(name).toMatch(/^cake-home-[0-9a-f]{6}$/);
        expect({ kind, parameters }).toEqual({ kind: "cake", parameters: { cakeNat: true } });
        expect(queuesOf(graph).map((queue) => queue["queue"])).toEqual([undefined, name, name]);
    });

    it("hang the leaves under a queue that stands, and make no parent", async () => {
        const graph = await shaping({ parentQueue: "wan-out", restMarks: ["voip"] });
        const queues = queuesOf(graph);
        expect(queues.map((queue) => [queue["name"], queue["parent"]])).toEqual([
            ["upload-rest", "wan-out"],
            ["upload-s3", "wan-out"],
        ]);
        expect(queues[0]?.["packetMarks"]).toEqual(["no-mark", "voip"]);
        expect(graph.find(kinds.queueTree, "nas-queues").inputs["requires"]).toMatchObject({
            parents: ["wan-out"],
            packetMarks: ["no-mark", "voip", "s3-upload-packet"],
        });
        const off = queuesOf(await shaping({ parentQueue: "wan-out", shaping: "off" }));
        expect(off.map((queue) => queue["disabled"])).toEqual([true, true]);
    });

    it("reach another router, take over what stands, and place the rules", async () => {
        const graph = await shaping({
            connection: "office",
            adopt: true,
            rulesPosition: { before: { comment: "clamp mss" } },
            overrides: { bypass: { position: "first" }, queueType: { parameters: { fqCodelLimit: 1000 } } },
        });
        for (const one of graph.registrations.filter(({ type }) => type.includes("dynamic/routeros"))) {
            expect(one.inputs).toMatchObject({ connection: "office", adopt: true });
        }
        const positionOf = (name: string) => graph.find(kinds.firewallRules, name).inputs["position"];
        expect(positionOf("nas-marks-ipv4")).toEqual({ before: { comment: "clamp mss" } });
        expect(positionOf("nas-bypass-ipv4")).toBe("first");
        for (const name of graph.names(kinds.queueType))
            expect(graph.find(kinds.queueType, name).inputs["parameters"]).toEqual({ fqCodelLimit: 1000 });
    });

    it("name everything", async () => {
        const graph = await shaping({
            listName: "s3-frankfurt",
            comment: "NAS",
            connectionMark: "nas-connection",
            packetMark: "nas-packet",
            queueNames: { parent: "line", s3: "nas" },
        });
        expect(graph.find(kinds.addressList, "nas-s3-ipv4").inputs).toMatchObject({
            list: "s3-frankfurt",
            comment: "NAS",
        });
        expect(rulesOf(graph)).toMatchObject([
            { newConnectionMark: "nas-connection", dstAddressList: "s3-frankfurt", comment: "NAS: mark connections" },
            { newPacketMark: "nas-packet", connectionMark: "nas-connection" },
        ]);
        expect(queuesOf(graph).map((queue) => queue["name"])).toEqual(["line", "upload-rest", "nas"]);
        expect(queuesOf(graph)[2]).toMatchObject({ parent: "line", packetMarks: ["nas-packet"] });
    });
});

describe("seed-2018", () => {
    let warn: jest.SpyInstance;
    beforeEach(() => (warn = jest.spyOn(console, "warn").mockImplementation()));
    afterEach(() => warn.mockRestore());

    it("says that it guarantees more than the line has, and the other profile nothing", async () => {
        await shaping({ profile: "seed-2018" });
        expect(warn.mock.calls.flat()).toEqual([
            expect.stringMatching(/seed-2018 .* guarantees add up to one and a half times the uplink/),
        ]);
        warn.mockClear();
        await shaping({});
        expect(warn).not.toHaveBeenCalled();
    });

    it("is the article's set-up: its lists, rules and queues with their names, numbers and comments", async () => {
        const graph = await shaping({ profile: "seed-2018" });
        const [list, connection, packet] = ["aws-s3-apse2", "aws-s3-sydney", "AWS-S3-Upload"];
        expect(graph.find(kinds.addressList, "nas-s3-ipv4").inputs).toMatchObject({ list, comment: "AWS S3 Sydney" });
        expect(rulesOf(graph)).toEqual([
            {
                key: "connection",
                chain: "forward",
                action: "mark-connection",
                newConnectionMark: connection,
                protocol: "tcp",
                dstPort: "443",
                dstAddressList: list,
                comment: "",
            },
            {
                key: "packet",
                chain: "forward",
                action: "mark-packet",
                newPacketMark: packet,
                connectionMark: connection,
                comment: "",
            },
        ]);
        const queue = "pcq-upload-default";
        expect(queuesOf(graph)).toEqual([
            {
                name: "upload",
                parent: "ether5",
                priority: 6,
                limitAt: "20M",
                maxLimit: "20M",
                queue,
                comment: "base parent upload",
            },
            {
                name: "upload_pri_2",
                parent: "upload",
                packetMarks: ["no-mark"],
                priority: 2,
                limitAt: "20M",
                maxLimit: "20M",
                queue,
                comment: "Regular unmarked upload traffic",
            },
            {
                name: "s3_low_pri_8",
                parent: "upload",
                packetMarks: [packet],
                priority: 8,
                limitAt: "10M",
                maxLimit: "10M",
                queue,
                comment: "Govern bulk AWS S3 upload traffic",
            },
        ]);
        expect(graph.names(kinds.queueType)).toEqual([]);
    });

    it("takes a user's comment for every row", async () => {
        const graph = await shaping({ profile: "seed-2018", comment: "NAS" });
        expect(rulesOf(graph).map((rule) => rule["comment"])).toEqual(["NAS: mark connections", "NAS: mark packets"]);
        expect(queuesOf(graph).map((queue) => queue["comment"])).toEqual([
            "NAS: the line",
            "NAS: everything else",
            "NAS: uploads to S3",
        ]);
    });
});

describe("mistakes", () => {
    it("are thrown all at once, before anything is registered", async () => {
        const registrations = await useMocks();
        const { UploadShaping } = component();
        const args = { uplink: "fast", wanInterface: "", sourceAddresses: ["nas.local"], prefixes };
        expect(() => new UploadShaping("nas", args)).toThrow(
            /^UploadShaping nas:\n {2}wanInterface is not set;.*\n {2}uplink holds "fast";.*\n {2}sourceAddresses holds "nas.local";/,
        );
        expect(registrations).toEqual([]);
    });
});
