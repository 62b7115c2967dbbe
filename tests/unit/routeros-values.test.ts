import type { ValueKind } from "../../providers/routeros/runtime/rows/values";
import {
    address,
    camelCase,
    canonical,
    compareVersions,
    kebabCase,
    rate,
    sortedAddresses,
    time,
    ValueError,
} from "../../providers/routeros/runtime/rows/values";
import { fc } from "../../testing/random";

const table: [ValueKind, string, string][] = [
    ["rate", "20M", "20000000"],
    ["rate", "1.5M", "1500000"],
    ["rate", "64k", "64000"],
    ["rate", "1G", "1000000000"],
    ["rate", "0", "0"],
    ["rate", "007", "7"],
    ["size", "32.0MiB", "33554432"],
    ["size", "50KiB", "51200"],
    ["size", "1500", "1500"],
    ["kib", "50", "50KiB"],
    ["kib", "050KiB", "50KiB"],
    ["kib", "2MiB", "2048KiB"],
    ["time", "90", "1m30s"],
    ["time", "00:01:30", "1m30s"],
    ["time", "1d02:00:00", "1d2h"],
    ["time", "5ms", "5ms"],
    ["time", "1w2d3h4m5s", "1w2d3h4m5s"],
    ["time", "0", "0s"],
    ["time", "24m26s", "24m26s"],
    ["boolean", "yes", "true"],
    ["boolean", "false", "false"],
    ["protocol", "6", "tcp"],
    ["protocol", "!udp", "!udp"],
    ["mac", "aa-bb-cc-00-11-22", "AA:BB:CC:00:11:22"],
    ["mac", "!aa:bb:cc:00:11:22", "!AA:BB:CC:00:11:22"],
    ["ports", "443, 80,443", "80,443"],
    ["ports", "!8000-8080,22", "!22,8000-8080"],
    ["ports", "80-80", "80"],
    ["words", "related,established", "established,related"],
    ["words", "!new, invalid", "!invalid,new"],
    ["number", "256-65535", "256-65535"],
    ["decimal", "0.010", "0.01"],
    ["decimal", "1.0", "1"],
    ["address4", "192.0.2.7/32", "192.0.2.7"],
    ["address4", "10.1.2.3/24", "10.1.2.0/24"],
    ["address4", "192.168.0.0-192.168.1.255", "192.168.0.0/23"],
    ["address4", "192.168.0.1-192.168.0.9", "192.168.0.1-192.168.0.9"],
    ["address4", "10.0.0.1-10.0.0.1", "10.0.0.1"],
    ["address4", "!10.0.0.0/8", "!10.0.0.0/8"],
    ["address4", "0.0.0.0/0", "0.0.0.0/0"],
    ["address6", "2001:DB8:0:0::1", "2001:db8::1/128"],
    ["address6", "2001:db8::ffff/64", "2001:db8::/64"],
    ["address6", "::/0", "::/0"],
    ["text", " Grüße\r\nan  „alle“ 🎉\t", "Grüße an „alle“ 🎉"],
    ["text", "Gru\u0308ße", "Grüße"],
    ["text", '!say "hello"', '!say "hello"'],
];

describe("values as the router prints them", () => {
    test.each(table)("%s %j is %j", (kind, text, expected) => {
        expect(canonical(kind, text)).toBe(expected);
        expect(canonical(kind, expected)).toBe(expected);
    });

    test.each<[ValueKind, string]>([
        ["rate", "20 M"],
        ["rate", "1.0000001M"],
        ["rate", "fast"],
        ["rate", "-1"],
        ["size", "1.5"],
        ["time", "soon"],
        ["boolean", "maybe"],
        ["mac", "aa:bb"],
        ["ports", "70000"],
        ["ports", "20-10"],
        ["ports", ""],
        ["number", "1e3"],
        ["decimal", ".5"],
        ["address4", "10.0.0.256"],
        ["address4", "10.0.0.0/33"],
        ["address4", "10.0.0.010"],
        ["address4", "10.0.0.9-10.0.0.1"],
        ["address4", "example.net"],
        ["address4", "2001:db8::1"],
        ["address6", "10.0.0.1"],
        ["address6", "2001:db8::/129"],
        ["address6", "fe80::1%ether1"],
    ])("%s refuses %j", (kind, text) => {
        expect(() => canonical(kind, text)).toThrow(ValueError);
    });

    const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 255 })));
    const address4 = fc
        .tuple(octets, fc.integer({ min: 0, max: 32 }))
        .map(([parts, length]) => `${parts.join(".")}/${length}`);
    const address6 = fc
        .tuple(
            fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }),
            fc.integer({ min: 0, max: 128 }),
        )
        .map(
            ([parts, length]) =>
                `${parts
                    .map((part) => part.toString(16))
                    .join(":")
                    .toUpperCase()}/${length}`,
        );

    test("normalising twice is normalising once, for addresses, rates and times", () => {
        fc.assert(
            fc.property(address4, address6, (four, six) => {
                expect(address("ipv4", address("ipv4", four))).toBe(address("ipv4", four));
                expect(address("ipv6", address("ipv6", six))).toBe(address("ipv6", six));
            }),
        );
        fc.assert(
            fc.property(fc.nat(), fc.constantFrom("", "k", "M", "G"), (number, unit) => {
                const text = rate(`${number}${unit}`);
                expect(rate(text)).toBe(text);
                expect(BigInt(text)).toBe(
                    BigInt(number) * { "": 1n, k: 1000n, M: 1_000_000n, G: 1_000_000_000n }[unit],
                );
            }),
        );
        fc.assert(
            fc.property(fc.nat({ max: 1e9 }), (seconds) => {
                const text = time(String(seconds));
                expect(time(text)).toBe(text);
                const units = { w: 604800, d: 86400, h: 3600, m: 60, s: 1 } as Record<string, number>;
                const total = [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
                    (sum, [, n, unit]) => sum + Number(n) * (units[unit ?? ""] ?? 0),
                    0,
                );
                expect(total).toBe(seconds);
            }),
        );
    });

    test("comments of any characters come out as one line that stays the same", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                const once = canonical("text", text);
                expect(canonical("text", once)).toBe(once);

                expect(once).not.toMatch(/[\u0000-\u001f]/);
            }),
        );
    });

    test("addresses are ordered by number, IPv4 first", () => {
        const sorted = sortedAddresses(["2001:db8::/32", "10.0.0.0/8", "9.0.0.0/8", "10.0.0.0/16", "10.0.0.1"]);
        expect(sorted).toEqual(
            sortedAddresses(["9.0.0.0/8", "10.0.0.0/16", "10.0.0.0/8", "10.0.0.1", "2001:db8::/32"]),
        );
        expect(sorted[0]).toBe("9.0.0.0/8");
        expect(sorted[4]).toBe("2001:db8::/32");
    });

    test.each([
        ["dst-address-list", "dstAddressList"],
        ["layer7-protocol", "layer7Protocol"],
        ["pcq-dst-address6-mask", "pcqDstAddress6Mask"],
        ["fq-codel-ce-threshold", "fqCodelCeThreshold"],
    ])("%s is %s", (wire, name) => {
        expect(camelCase(wire)).toBe(name);
        expect(kebabCase(name)).toBe(wire);
    });

    test("versions compare by number", () => {
        expect(compareVersions("7.9", "7.22.3 (stable)")).toBeLessThan(0);
        expect(compareVersions("7.22.3 (stable)", "7.22.3")).toBe(0);
        expect(compareVersions("7.24beta2", "7.23.9")).toBeGreaterThan(0);
    });
});
