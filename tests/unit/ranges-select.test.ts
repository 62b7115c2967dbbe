import { containsCidr } from "cidr-tools";
import ipaddr from "ipaddr.js";

import { collapse, collapseRows, regionsOf, rowsOf, serviceKeys } from "../../providers/aws-ip-ranges/select";
import type { RangesDocument } from "../../providers/aws-ip-ranges/shapes";
import { sizeOf } from "../../providers/routeros/runtime/rows/prefixes";
import { fc } from "../../testing/random";

const document: RangesDocument = {
    syncToken: "1763942400",
    createDate: "2025-11-24-00-00-00",
    prefixes: [
        { ip_prefix: "54.231.252.0/24", region: "ap-southeast-2", service: "S3" },
        { ip_prefix: "52.95.128.0/21", region: "ap-southeast-2", service: "S3" },
        { ip_prefix: "52.95.128.0/21", region: "ap-southeast-2", service: "AMAZON" },
        { ip_prefix: "13.54.0.0/15", region: "ap-southeast-2", service: "EC2" },
        { ip_prefix: "52.218.0.0/17", region: "eu-west-1", service: "S3" },
        { ip_prefix: "13.248.225.0/24", region: "GLOBAL", service: "S3" },
    ],
    ipv6_prefixes: [
        { ipv6_prefix: "2406:daf9:c000::/40", region: "ap-southeast-2", service: "S3" },
        { ipv6_prefix: "2406:daf8:c000::/40", region: "ap-southeast-2", service: "S3" },
        { ipv6_prefix: "2a05:d050:8000::/40", region: "eu-west-1", service: "S3" },
    ],
};
const select = (selection: Parameters<typeof rowsOf>[1]) => collapseRows(rowsOf(document, selection));

it("takes the service's rows of the region, of both families, in the order of their addresses", () => {
    expect(select({ region: "ap-southeast-2" })).toEqual({
        ipv4: ["52.95.128.0/21", "54.231.252.0/24"],
        ipv6: ["2406:daf8:c000::/40", "2406:daf9:c000::/40"],
    });
});

it("takes rows of another region where a service names it", () => {
    const { ipv4 } = select({ region: "eu-west-1", services: ["S3", "S3@GLOBAL"] });
    expect(ipv4).toEqual(["13.248.225.0/24", "52.218.0.0/17"]);
    expect(serviceKeys({ region: "eu-west-1", services: ["S3@GLOBAL", "S3", "S3"] })).toEqual([
        "S3@GLOBAL",
        "S3@eu-west-1",
    ]);
});

it("finds nothing in a region without the service", () => {
    expect(select({ region: "us-east-1" })).toEqual({ ipv4: [], ipv6: [] });
    expect(regionsOf(document)).toEqual(["ap-southeast-2", "eu-west-1"]);
});

it("joins neighbours and drops what another prefix holds", () => {
    expect(collapse(["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "10.0.3.0/24"])).toEqual([
        "10.0.0.0/23",
        "10.0.3.0/24",
    ]);
    expect(collapse(["2406:da70:c100::/40", "2406:da70:c000::/40"])).toEqual(["2406:da70:c000::/39"]);
});

it("writes IPv6 canonically", () => {
    expect(collapse(["2406:DA70:C000:0:0:0:0:0/40"])).toEqual(["2406:da70:c000::/40"]);
});

/** Prefixes near each other, so that they overlap and touch. */
const near4 = fc
    .record({ address: fc.integer({ min: 0, max: 0xffff }), length: fc.integer({ min: 16, max: 32 }) })
    .map(({ address, length }) => networkOf(`52.95.${address >> 8}.${address & 255}/${length}`));
const near6 = fc
    .record({ group: fc.integer({ min: 0, max: 0xffff }), length: fc.integer({ min: 32, max: 64 }) })
    .map(({ group, length }) => networkOf(`2406:da70:${group.toString(16)}::/${length}`));
const lists = fc.oneof(fc.array(near4, { maxLength: 30 }), fc.array(near6, { maxLength: 30 }));

describe("collapse", () => {
    it("keeps the set of addresses", () => {
        fc.assert(
            fc.property(lists, (list) => {
                const collapsed = collapse(list);
                if (list.length === 0) return collapsed.length === 0;
                return containsCidr(collapsed, list) && bits(collapsed) === bitsByHand(list);
            }),
        );
    });

    it("has no prefix that touches or holds another, and the smallest address first", () => {
        fc.assert(
            fc.property(lists, (list) => {
                const collapsed = collapse(list);
                const sum = collapsed.reduce((total, prefix) => total + sizeOf([prefix]), 0n);
                expect(sum).toBe(sizeOf(collapsed)); // no overlap
                expect(collapsed.length).toBeLessThanOrEqual(list.length);
                expect(collapse([...collapsed].reverse())).toEqual(collapsed);
            }),
        );
    });

    it("does not depend on the order of the rows", () => {
        fc.assert(
            fc.property(
                lists.chain((list) =>
                    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
                ),
                ([list, shuffled]) => expect(collapse(shuffled)).toEqual(collapse(list)),
            ),
        );
    });
});

function networkOf(prefix: string): string {
    const family = prefix.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
    return `${family.networkAddressFromCIDR(prefix).toString()}/${prefix.split("/")[1]}`;
}

function bits(prefixes: string[]): bigint {
    return prefixes.reduce(
        (sum, prefix) => sum + (1n << BigInt((prefix.includes(":") ? 128 : 32) - lengthOf(prefix))),
        0n,
    );
}

/** Size of a union without the library under test: sort by start, walk, count what is new. */
function bitsByHand(prefixes: string[]): bigint {
    const ranges = prefixes
        .map((prefix) => {
            const [address = ""] = prefix.split("/");
            const start = ipaddr
                .parse(address)
                .toByteArray()
                .reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
            return { start, end: start + (1n << BigInt((prefix.includes(":") ? 128 : 32) - lengthOf(prefix))) };
        })
        .sort((a, b) => (a.start < b.start ? -1 : 1));
    let sum = 0n;
    let reached = 0n;
    for (const { start, end } of ranges) {
        const from = start > reached ? start : reached;
        if (end > from) sum += end - from;
        if (end > reached) reached = end;
    }
    return sum;
}

function lengthOf(prefix: string): number {
    return Number(prefix.split("/")[1] ?? (prefix.includes(":") ? 128 : 32));
}
