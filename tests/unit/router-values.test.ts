import { contains, normaliseListAddress, normaliseMatcherAddress } from "../../router/device/addresses";
import { formatDuration, parseDuration } from "../../router/device/durations";
import { type Field, parseValue } from "../../router/device/values";
import { fc } from "../../testing/random";

const parse = (field: Field, input: string) => parseValue("name", field, input, () => undefined);

describe("addresses", () => {
    test.each([
        ["192.0.2.7", "192.0.2.7"],
        ["192.0.2.7/32", "192.0.2.7"],
        ["192.0.2.7/24", "192.0.2.0/24"],
        ["0.0.0.0/0", "0.0.0.0/0"],
        ["192.168.0.0-192.168.1.255", "192.168.0.0/23"],
        ["10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"],
        ["10.0.0.5-10.0.0.5", "10.0.0.5"],
        ["10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"],
        ["s3.example.com", "s3.example.com"],
        ["printer", "printer"],
    ])("IPv4 list entry %s is kept as %s", (input, kept) => expect(normaliseListAddress(input, 4)).toBe(kept));

    test.each(["10.0.0.300", "10.0.0.0/33", "10.0.0.9-10.0.0.1", "", "a b", "2001:db8::1"])(
        "IPv4 list entry %j is refused",
        (input) => expect(() => normaliseListAddress(input, 4)).toThrow("value of range expects range of ip addresses"),
    );

    test("a matcher takes no name", () => {
        expect(() => normaliseMatcherAddress("printer", 4)).toThrow("value of range expects range of ip addresses");
    });

    test.each([
        ["2001:DB8::1", "2001:db8::1/128"],
        ["2001:db8:0:0:0:0:0:1/128", "2001:db8::1/128"],
        ["2001:db8::1/32", "2001:db8::/32"],
        ["::/0", "::/0"],
        ["::ffff:0:0/96", "::ffff:0.0.0.0/96"],
    ])("IPv6 %s is kept as %s", (input, kept) => expect(normaliseListAddress(input, 6)).toBe(kept));

    test("normalising twice is normalising once", () => {
        fc.assert(
            fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
                const once = normaliseListAddress(`${address}/${length}`, 4);
                expect(normaliseListAddress(once, 4)).toBe(once);
                expect(contains(once, address)).toBe(true);
            }),
        );
        fc.assert(
            fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, length) => {
                const once = normaliseListAddress(`${address}/${length}`, 6);
                expect(normaliseListAddress(once, 6)).toBe(once);
                expect(contains(once, address)).toBe(true);
            }),
        );
    });

    test("a range holds its ends and nothing beyond", () => {
        expect(contains("10.0.0.1-10.0.0.9", "10.0.0.9")).toBe(true);
        expect(contains("10.0.0.1-10.0.0.9", "10.0.0.10")).toBe(false);
        expect(contains("10.0.0.0/24", "10.0.1.0")).toBe(false);
        expect(contains("10.0.0.0/24", "2001:db8::1")).toBe(false);
        expect(contains("2001:db8::/32", "2001:db9::1")).toBe(false);
    });
});

describe("durations", () => {
    test.each([
        ["1s", "1s"],
        ["24m26s", "24m26s"],
        ["1w2d3h4m5s", "1w2d3h4m5s"],
        ["90", "1m30s"],
        ["00:10:00", "10m"],
        ["1d 01:00:00", "1d1h"],
        ["36h", "1d12h"],
        ["5ms", "5ms"],
        ["0", "0s"],
    ])("%s reads %s", (input, shown) => expect(parseDuration(input)).toBe(shown));
    test.each(["", "soon", "1x", "1:2:3:4", "-5s"])("%j is none", (input) =>
        expect(parseDuration(input)).toBeUndefined(),
    );
    test("what is shown reads back the same", () => {
        fc.assert(fc.property(fc.nat(), (ms) => expect(parseDuration(formatDuration(ms))).toBe(formatDuration(ms))));
    });
});

describe("other kinds", () => {
    test.each<[Field, string, string]>([
        [{ kind: "rate" }, "20M", "20000000"],
        [{ kind: "rate" }, "64k", "64000"],
        [{ kind: "rate" }, "1G", "1000000000"],
        [{ kind: "rate" }, "0", "0"],
        [{ kind: "rate-pair" }, "10M/20M", "10000000/20000000"],
        [{ kind: "rate-pair" }, "10M", "10000000/10000000"],
        [{ kind: "boolean" }, "yes", "true"],
        [{ kind: "boolean" }, "false", "false"],
        [{ kind: "decimal", max: 10 }, "0.10", "0.1"],
        [{ kind: "ports" }, "80,443, 1000-2000", "80,443,1000-2000"],
        [{ kind: "ports", negatable: true }, "!443", "!443"],
        [
            { kind: "enum-list", values: ["established", "related"], negatable: true },
            "!established,related",
            "!established,related",
        ],
        [{ kind: "enum", values: ["tcp"], says: "protocol", negatable: true }, "6", "tcp"],
        [{ kind: "enum", values: ["tcp"], says: "protocol", negatable: true }, "!tcp", "!tcp"],
        [{ kind: "ports", emptyAllowed: true }, "", ""],
    ])("%j: %s is kept as %s", (field, input, kept) => expect(parse(field, input)).toBe(kept));

    test.each<[Field, string, string]>([
        [{ kind: "rate" }, "fast", "invalid value for argument name"],
        [{ kind: "rate" }, "-1", "invalid value for argument name"],
        [{ kind: "boolean" }, "maybe", "input does not match any value of name"],
        [{ kind: "enum", values: ["a"] }, "b", "input does not match any value of name"],
        [{ kind: "integer", min: 1, max: 8 }, "9", "value of name out of range (1..8)"],
        [{ kind: "integer" }, "x", "invalid value for argument name"],
        [{ kind: "decimal", max: 10 }, "11", "value of name out of range (0..10)"],
        [{ kind: "ports" }, "70000", "value of range out of range (0..65535)"],
        [
            { kind: "reference", menu: "/interface", says: "interface" },
            "no",
            "input does not match any value of interface",
        ],
        [
            { kind: "reference", menu: "/interface", says: "interface" },
            "",
            "ambiguous value of interface, more than one possible value matches input",
        ],
    ])("%j refuses %j: %s", (field, input, text) => expect(() => parse(field, input)).toThrow(text));
});
