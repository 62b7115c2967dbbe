import { siteKeys } from "../../components/site/keys";
import { readSite, SiteProblems } from "../../components/site/site";

const complete = { "aws:region": "ap-southeast-2", "routeros-s3:wanInterface": "ether5", "routeros-s3:uplink": "20M" };

/** The engine fills in what `Pulumi.yaml` declares, as text. */
function withDefaults(config: Record<string, string>): Record<string, string> {
    const defaults = Object.entries(siteKeys).map(([key, row]) => [
        `routeros-s3:${key}`,
        typeof row.default === "object" ? JSON.stringify(row.default) : String(row.default),
    ]);
    return { ...(Object.fromEntries(defaults) as Record<string, string>), ...config };
}

function problemsOf(config: Record<string, string>): readonly string[] {
    try {
        readSite(withDefaults({ ...complete, ...config }));
    } catch (error) {
        if (error instanceof SiteProblems) return error.problems;
        throw error;
    }
    return [];
}

describe("a site", () => {
    it("is the same whether the engine filled in the defaults or not", () => {
        expect(readSite(withDefaults(complete))).toEqual(readSite(complete));
    });

    it("has every value typed and every name filled in", () => {
        expect(readSite(complete)).toMatchObject({
            region: "ap-southeast-2",
            shaping: {
                wanInterface: "ether5",
                uplink: 20_000_000,
                headroomPercent: 5,
                profile: "scavenger",
                shaping: "on",
                addressFamilies: ["ipv4", "ipv6"],
                sourceAddresses: [],
                parentQueue: undefined,
                rulesPosition: "last",
                listName: "aws-s3",
                queueNames: { parent: "upload", rest: "upload-rest", s3: "upload-s3" },
                adopt: false,
            },
            archive: { storageClass: "GLACIER", protectBucket: true },
            uploader: "user",
            feed: { ipRangesMaxShrinkPercent: 40 },
        });
    });

    it("takes its names from the profile, and from the user where he gives some", () => {
        const site = readSite({
            ...complete,
            "routeros-s3:profile": "seed-2018",
            "routeros-s3:packetMark": "backup",
            "routeros-s3:queueNames": '{"s3":"nas"}',
        });
        expect(site.shaping).toMatchObject({
            listName: "aws-s3-apse2",
            packetMark: "backup",
            queueNames: { parent: "upload", s3: "nas" },
        });
    });

    it("reads sources in one form", () => {
        const given = ["192.168.88.10/32", "192.168.88.0/24", "2001:DB8::/64", "aa-bb-cc-00-11-22"];
        const site = readSite({ ...complete, "routeros-s3:sourceAddresses": JSON.stringify(given) });
        expect(site.shaping.sourceAddresses).toEqual([
            { kind: "ipv4", text: "192.168.88.10" },
            { kind: "ipv4", text: "192.168.88.0/24" },
            { kind: "ipv6", text: "2001:db8::/64" },
            { kind: "mac", text: "AA:BB:CC:00:11:22" },
        ]);
    });

    it.each(['"first"', "first", "last"])("takes the position %s", (text) => {
        const accepted = problemsOf({ "routeros-s3:rulesPosition": text });
        expect(accepted).toHaveLength(text.startsWith('"') ? 1 : 0);
    });

    it.each(['{"before":{"comment":"mss"}}', '{"after":{"action":"change-mss"}}'])("takes the anchor %s", (text) => {
        const site = readSite({ ...complete, "routeros-s3:rulesPosition": text });
        expect(site.shaping.rulesPosition).toEqual(JSON.parse(text));
    });

    it.each(["fq-codel", "cake", "pfifo", "existing:my queue", "existing:default-small"])(
        "takes the leaf queue %s",
        (text) => expect(problemsOf({ "routeros-s3:leafQueue": text })).toEqual([]),
    );
});

describe("mistakes", () => {
    it("are reported all at once, each with its key, what it holds and what it should hold", () => {
        const problems = problemsOf({
            "aws:region": "Sydney",
            "routeros-s3:wanInterface": "",
            "routeros-s3:uplink": "fast",
            "routeros-s3:headroomPercent": "80",
            "routeros-s3:profile": "seed",
            "routeros-s3:addressFamilies": '["ipv5"]',
            "routeros-s3:storageClass": "STANDARD",
        });
        expect(problems).toEqual([
            'aws:region holds "Sydney"; it should hold an AWS region, such as ap-southeast-2',
            "routeros-s3:wanInterface is not set; it should hold the router's layer-3 WAN interface, such as ether5, pppoe-out1 or vlan10",
            'routeros-s3:uplink holds "fast"; it should hold the measured upload rate, such as 20M (bit/s with k, M or G; from 100k to 100G)',
            "routeros-s3:headroomPercent holds 80; it should hold a whole number from 0 to 50",
            'routeros-s3:profile holds "seed"; it should hold scavenger, seed-2018 or join',
            'routeros-s3:addressFamilies holds "ipv5"; it should hold a list of ipv4, ipv6 or both',
            'routeros-s3:storageClass holds "STANDARD"; it should hold GLACIER, DEEP_ARCHIVE or GLACIER_IR',
        ]);
    });

    it("say how many there are, a line each", () => {
        expect(() => readSite({})).toThrow(
            /^the configuration has 3 mistakes:\n {2}aws:region is not set;.*\n {2}routeros-s3:/,
        );
    });

    // One wrong value for each key; every key must have one.
    const wrong: Record<keyof typeof siteKeys, string> = {
        wanInterface: "ether1,ether2",
        wanInterface6: "no-mark",
        uplink: "20",
        wanInterfaces: '[{"interface":"ether1","uplink":"20M"},{"interface":"ether1","uplink":"5M"}]',
        headroomPercent: "5%",
        line: "fibre",
        uploadConnections: "0",
        profile: "fast",
        shaping: "true",
        addressFamilies: "[]",
        sourceAddresses: '["192.168.88.0/24","192.168.88.5/24"]',
        marking: "both",
        fastTrack: "disable",
        leafQueue: "existing:",
        parentQueue: "a\nb",
        restMarks: '["no-mark"]',
        rulesPosition: '{"before":{}}',
        listName: "!s3",
        comment: "x [pulumi:a/b/c#d]",
        connectionMark: "no-mark",
        packetMark: "a,b",
        queueNames: '{"s4":"x"}',
        adopt: "yes",
        bucketName: "My_Bucket",
        existingBucket: "192.168.88.1",
        keepExisting: "all",
        prefix: "/photos",
        furtherTransitions: '[{"storageClass":"STANDARD","days":5}]',
        moveSmallObjects: "no",
        kmsKeyArn: "alias/archive",
        objectLock: '{"mode":"GOVERNANCE","weeks":2}',
        complianceYears: "many",
        storageClass: "glacier",
        transitionDays: "-1",
        abortIncompleteDays: "0",
        noncurrentDays: "1.5",
        protectBucket: "1",
        uploader: "role",
        storageClassCondition: "wanted",
        restorer: "role",
        awsIpRanges: "http://ip-ranges.amazonaws.com/ip-ranges.json",
        ipRangesLock: "",
        ipRangesMaxShrinkPercent: "101",
    };
    it.each(Object.entries(wrong).filter(([key]) => key !== "ipRangesLock"))("of %s are found: %j", (key, text) => {
        const [problem, ...more] = problemsOf({ [`routeros-s3:${key}`]: text });
        expect(more).toEqual([]);
        expect(problem).toMatch(new RegExp(`^routeros-s3:${key} holds .*; it should hold `));
    });

    it("say why S3 refuses a bucket's name, and of a secret nothing", () => {
        const expected = "it should hold a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens";
        expect(problemsOf({ "routeros-s3:bucketName": "xn--photos" })).toEqual([
            `routeros-s3:bucketName holds "xn--photos": S3 keeps names that begin with "xn--" for itself; ${expected}`,
        ]);
        const hidden = { ...complete, "routeros-s3:bucketName": "Hunter2" };
        expect(() => readSite(hidden, { isSecret: () => true })).toThrow(`bucketName holds a secret; ${expected}`);
    });

    it("name the entry of a list that is wrong", () => {
        const [problem] = problemsOf({ "routeros-s3:sourceAddresses": '["192.168.88.10","nas.local"]' });
        expect(problem).toContain('sourceAddresses holds "nas.local"; it should hold a list of addresses');
    });

    it("are found in the spelling of a key", () => {
        expect(problemsOf({ "routeros-s3:upLnk": "20M" })).toEqual([
            "routeros-s3:upLnk is not a key of this program; did you mean routeros-s3:uplink?",
        ]);
        expect(problemsOf({ "routeros-s3:colour": "red" })).toEqual([
            "routeros-s3:colour is not a key of this program; docs/configuration.md lists the keys",
        ]);
    });

    it("are named with the namespace of the project", () => {
        expect(() => readSite({ "photos:uplink": "x", "routeros-s3:uplink": "x" }, { namespace: "photos" })).toThrow(
            /\n {2}photos:uplink holds "x";/,
        );
    });

    it("do not show a secret", () => {
        const config = { ...complete, "routeros-s3:uplink": "hunter2" };
        expect(() => readSite(config, { isSecret: (key) => key === "routeros-s3:uplink" })).toThrow(
            /routeros-s3:uplink holds a secret; it should hold/,
        );
    });
});

describe("rules between keys", () => {
    const lines = '[{"interface":"ether1","uplink":"20M"},{"interface":"lte1","uplink":"5M"}]';

    it("takes several lines in place of one", () => {
        const ofOneLine = ["routeros-s3:wanInterface", "routeros-s3:uplink"];
        const others = Object.fromEntries(Object.entries(complete).filter(([key]) => !ofOneLine.includes(key)));
        expect(readSite({ ...others, "routeros-s3:wanInterfaces": lines }).shaping.lines).toEqual([
            { interface: "ether1", uplink: 20e6 },
            { interface: "lte1", uplink: 5e6 },
        ]);
        expect(readSite(complete).shaping.lines).toEqual([{ interface: "ether5", uplink: 20e6 }]);
        expect(() => readSite(others)).toThrow(/wanInterface is not set;.*\n.*uplink is not set;/);
    });

    it("refuse one line beside several, and what only one can have", () => {
        expect(problemsOf({ "routeros-s3:wanInterfaces": lines })).toEqual([
            expect.stringMatching(/wanInterface holds "ether5" beside .*wanInterfaces.*take one of the two out/),
            expect.stringMatching(/uplink holds 20000000 beside .*wanInterfaces/),
        ]);
    });

    it("refuse IPv6 on a WAN of its own", () => {
        const [problem] = problemsOf({ "routeros-s3:wanInterface6": "sit1" });
        expect(problem).toMatch(/wanInterface6 holds "sit1".*set routeros-s3:addressFamilies to \["ipv4"\]/);
        expect(problemsOf({ "routeros-s3:wanInterface6": "sit1", "routeros-s3:addressFamilies": '["ipv4"]' })).toEqual(
            [],
        );
        expect(problemsOf({ "routeros-s3:wanInterface6": "ether5" })).toEqual([]);
    });

    it("refuse a family that no source serves; a MAC address serves both", () => {
        const sources = (list: string[]) => ({ "routeros-s3:sourceAddresses": JSON.stringify(list) });
        expect(problemsOf(sources(["192.168.88.10"]))).toEqual([expect.stringMatching(/no address of ipv6/)]);
        expect(problemsOf(sources(["2001:db8::1"]))).toEqual([expect.stringMatching(/no address of ipv4/)]);
        expect(problemsOf(sources(["192.168.88.10", "AA:BB:CC:00:11:22"]))).toEqual([]);
        expect(problemsOf(sources(["192.168.88.10", "2001:db8::1"]))).toEqual([]);
        expect(problemsOf({ ...sources(["192.168.88.10"]), "routeros-s3:addressFamilies": '["ipv4"]' })).toEqual([]);
    });

    it("refuse what seed-2018 would ignore", () => {
        const seed = { "routeros-s3:profile": "seed-2018" };
        expect(problemsOf(seed)).toEqual([]);
        expect(problemsOf({ ...seed, "routeros-s3:leafQueue": "cake", "routeros-s3:headroomPercent": "10" })).toEqual([
            expect.stringMatching(/leafQueue holds "cake", but routeros-s3:profile seed-2018 has its own/),
            expect.stringMatching(/headroomPercent holds 10/),
        ]);
    });

    it("take an object lock that nobody can undo only where its years are said twice", () => {
        const lock = (value: object, complianceYears?: string) =>
            problemsOf({
                "routeros-s3:objectLock": JSON.stringify(value),
                ...(complianceYears === undefined ? {} : { "routeros-s3:complianceYears": complianceYears }),
            });
        expect(lock({ mode: "GOVERNANCE", days: 30 })).toEqual([]);
        expect(lock({ mode: "COMPLIANCE", years: 5 }, "5")).toEqual([]);
        const refused = [
            expect.stringMatching(/nobody can undo that .* repeat the years: routeros-s3:complianceYears 5$/),
        ];
        expect(lock({ mode: "COMPLIANCE", years: 5 })).toEqual(refused);
        expect(lock({ mode: "COMPLIANCE", years: 5 }, "4")).toEqual(refused);
        expect(lock({ mode: "COMPLIANCE", days: 30 }, "1")).toEqual([expect.stringMatching(/write it in years/)]);
        expect(lock({ mode: "GOVERNANCE", years: 5 }, "5")).toEqual([expect.stringMatching(/take it out$/)]);
    });

    it("refuse two queues of one name, and our own mark among the rest's", () => {
        expect(problemsOf({ "routeros-s3:queueNames": '{"rest":"upload"}' })).toEqual([
            expect.stringMatching(/queueNames give/),
        ]);
        expect(problemsOf({ "routeros-s3:parentQueue": "upload-s3" })).toEqual([
            expect.stringMatching(/queueNames give/),
        ]);
        expect(problemsOf({ "routeros-s3:parentQueue": "upload" })).toEqual([]);
        expect(problemsOf({ "routeros-s3:restMarks": '["voip","s3-upload-packet"]' })).toEqual([
            expect.stringMatching(/restMarks holds "s3-upload-packet"/),
        ]);
    });
});
