import { RangesError } from "../../providers/aws-ip-ranges/errors";
import { type FeedList, refuseFeed } from "../../providers/aws-ip-ranges/guard";
import { judgeDocument, judgeRows } from "../../providers/aws-ip-ranges/plausibility";
import type { RangesDocument } from "../../providers/aws-ip-ranges/shapes";
import { lossPercent } from "../../providers/routeros/runtime/rows/prefixes";
import { fc } from "../../testing/random";

const applied: FeedList = {
    region: "ap-southeast-2",
    services: ["S3@ap-southeast-2"],
    syncToken: "1763900000",
    addresses: ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"],
};
const wanted = (change: Partial<FeedList>): FeedList => ({ ...applied, syncToken: "1763942400", ...change });
const codeOf = (list: FeedList, percent = 40, before: FeedList | undefined = applied) =>
    refuseFeed(before, list, percent)?.code;

describe("a list from the feed in place of the applied one", () => {
    it("is taken when it is the same, longer, or a little shorter", () => {
        expect(codeOf(wanted({}))).toBeUndefined();
        expect(codeOf(wanted({ addresses: [...applied.addresses, "16.12.74.0/24"] }))).toBeUndefined();
        expect(codeOf(wanted({ addresses: applied.addresses.slice(0, 3) }))).toBeUndefined();
    });

    it("is taken the first time", () => {
        expect(refuseFeed(undefined, wanted({}), 0)).toBeUndefined();
    });

    it("is refused when it is empty, the first time too", () => {
        expect(codeOf(wanted({ addresses: [] }), 100)).toBe("ranges/empty");
        expect(refuseFeed(undefined, wanted({ addresses: [] }), 100)?.code).toBe("ranges/empty");
    });

    it("is refused when more prefixes are gone than allowed, however small they are", () => {
        const half = wanted({ addresses: ["52.95.128.0/21", "54.231.248.0/22"] });
        expect(codeOf(half, 40)).toBe("ranges/shrunk");
        expect(codeOf(half, 50)).toBeUndefined();
    });

    it("is refused when more addresses are gone than allowed, though most prefixes are there", () => {
        const list = wanted({ addresses: ["3.5.164.0/22", "54.231.248.0/22", "54.231.252.0/24"] });
        expect(codeOf(list, 40)).toBe("ranges/shrunk");
    });

    it("counts addresses and not rows where prefixes were joined or split", () => {
        const split = ["3.5.164.0/23", "3.5.166.0/23", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"];
        expect(lossPercent(split, applied.addresses)).toBe(0);
        expect(codeOf(wanted({ addresses: split }), 0)).toBeUndefined();
    });

    it("is no shrinking when the region or the services changed", () => {
        expect(codeOf(wanted({ region: "eu-west-1", addresses: ["52.218.0.0/17"] }), 0)).toBeUndefined();
        expect(codeOf(wanted({ services: ["S3@GLOBAL"], addresses: ["13.248.225.0/24"] }), 0)).toBeUndefined();
    });

    it("is refused when its document is older than the applied one and it differs", () => {
        expect(codeOf(wanted({ syncToken: "1763899999", addresses: applied.addresses.slice(0, 3) }))).toBe(
            "ranges/older",
        );
        expect(codeOf(wanted({ syncToken: "1763899999" }))).toBeUndefined();
    });

    it("says what was lost and how to allow it", () => {
        const refusal = refuseFeed(applied, wanted({ addresses: ["52.95.128.0/21"] }), 40);
        expect(refusal?.summary).toContain("lost 75 % of the applied prefixes");
        expect(refusal?.summary).toContain("more than the 40 % allowed");
        expect(refusal?.remediation).toContain("ipRangesMaxShrinkPercent");
    });

    it("never refuses a list that holds all that was applied", () => {
        const prefix = fc
            .record({ third: fc.integer({ min: 0, max: 255 }), length: fc.integer({ min: 24, max: 30 }) })
            .map(({ third, length }) => `52.95.${third}.0/${length}`);
        const lists = fc.tuple(fc.array(prefix, { minLength: 1, maxLength: 10 }), fc.array(prefix, { maxLength: 10 }));
        fc.assert(
            fc.property(lists, ([before, more]) => {
                const old = { ...applied, addresses: before };
                expect(refuseFeed(old, wanted({ addresses: [...before, ...more] }), 0)).toBeUndefined();
            }),
        );
    });
});

const row4 = (ip_prefix: string, region = "ap-southeast-2") => ({ ip_prefix, region, service: "S3" });
const row6 = (ipv6_prefix: string, region = "ap-southeast-2") => ({ ipv6_prefix, region, service: "S3" });
const good: RangesDocument = {
    syncToken: "1763942400",
    createDate: "2025-11-24-00-00-00",
    prefixes: ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22"].map((prefix) => row4(prefix)),
    ipv6_prefixes: ["2406:daf8:c000::/40", "2406:daf9:c000::/40"].map((prefix) => row6(prefix)),
};
const now = new Date("2025-11-25T00:00:00Z");
const judged = (document: Partial<RangesDocument>, previous?: RangesDocument) => {
    try {
        judgeDocument({ ...good, ...document }, "the feed", now, previous);
        return "taken";
    } catch (error) {
        return (error as RangesError).code;
    }
};

describe("a document", () => {
    it("is taken when it is newer or the same", () => {
        expect(judged({})).toBe("taken");
        expect(judged({}, good)).toBe("taken");
        expect(judged({ syncToken: "1763942401" }, good)).toBe("taken");
    });

    it.each([
        ["without IPv4 prefixes", { prefixes: [] }, undefined, "ranges/empty"],
        ["without IPv6 prefixes", { ipv6_prefixes: [] }, undefined, "ranges/empty"],
        ["older than the one before", { syncToken: "1763942399" }, good, "ranges/older"],
        ["from the future", { syncToken: "1893456000" }, undefined, "ranges/future"],
        [
            "with less than 60 % of the rows before",
            { prefixes: good.prefixes.slice(0, 1), ipv6_prefixes: good.ipv6_prefixes.slice(0, 1) },
            good,
            "ranges/truncated",
        ],
    ])("%s is refused", (_name, change, previous, code) => {
        expect(judged(change, previous)).toBe(code);
    });
});

describe("a chosen row", () => {
    const codeOfRow = (row: string) => {
        const isIpv6 = row.includes(":");
        try {
            judgeRows({ ipv4: isIpv6 ? [] : [row], ipv6: isIpv6 ? [row] : [] }, "the feed");
            return "taken";
        } catch (error) {
            return (error as RangesError).code;
        }
    };

    it.each(["52.95.128.0/21", "52.216.0.0/15", "3.26.88.16/28", "2406:daf8:c000::/40", "2600:1fa0:8000::/39"])(
        "%s is taken",
        (row) => {
            expect(codeOfRow(row)).toBe("taken");
        },
    );

    it.each([
        ["0.0.0.0/0", "ranges/too-wide"],
        ["128.0.0.0/1", "ranges/too-wide"],
        ["52.0.0.0/8", "ranges/too-wide"],
        ["2000::/3", "ranges/too-wide"],
        ["2600::/16", "ranges/too-wide"],
        ["10.0.0.0/24", "ranges/not-public"],
        ["172.20.0.0/16", "ranges/not-public"],
        ["192.168.88.0/24", "ranges/not-public"],
        ["127.0.0.1/32", "ranges/not-public"],
        ["169.254.169.254/32", "ranges/not-public"],
        ["100.64.0.0/10", "ranges/not-public"],
        ["224.0.0.0/24", "ranges/not-public"],
        ["fd00::/32", "ranges/not-public"],
        ["fe80::/64", "ranges/not-public"],
        ["::1/128", "ranges/not-public"],
        ["52.95.128.1/21", "ranges/not-cidr"],
        ["2406:daf8:c000::1/40", "ranges/not-cidr"],
        ["52.95.128.0", "ranges/not-cidr"],
        ["52.95.128.0/33", "ranges/not-cidr"],
        ["52.95.128/21", "ranges/not-cidr"],
        ["52.95.0128.0/21", "ranges/not-cidr"],
        ["", "ranges/not-cidr"],
        ["2406:daf8:c000::/129", "ranges/not-cidr"],
    ])("%s is refused", (row, code) => {
        expect(codeOfRow(row)).toBe(code);
    });

    it("is refused in the other family's list", () => {
        expect(() => judgeRows({ ipv4: ["2406:daf8:c000::/40"], ipv6: [] }, "the feed")).toThrow(RangesError);
        expect(() => judgeRows({ ipv4: [], ipv6: ["52.95.128.0/21"] }, "the feed")).toThrow(RangesError);
    });

    it("is refused with others that together are half the Internet", () => {
        const many = Array.from({ length: 80 }, (_, index) => `${20 + index}.64.0.0/10`);
        expect(() => judgeRows({ ipv4: many, ipv6: [] }, "the feed")).toThrow(/more than S3 can have/);
    });
});
