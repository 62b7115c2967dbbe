import type { ProfileName, ShapingNumbers } from "../../components/shaping/profiles";
import {
    formatRate,
    fqCodelRest,
    fqCodelS3,
    highestUplink,
    lineKinds,
    lowestUplink,
    parseRate,
    profileNames,
    shapingNumbers,
} from "../../components/shaping/profiles";
import { fc } from "../../testing/random";

const bits = (text: string | undefined): number => parseRate(text ?? "0") ?? NaN;
const uplinks = fc.oneof(
    fc.integer({ min: lowestUplink, max: 10_000_000 }),
    fc.integer({ min: lowestUplink, max: highestUplink }),
);
const given = (headroomPercent = 5, more = {}) =>
    ({ headroomPercent, line: "ethernet", uploadConnections: 10, ...more }) as const;
const headrooms = fc.integer({ min: 0, max: 50 });

describe("scavenger", () => {
    it("gives a 20M line's upload what is left of 19M", () => {
        expect(shapingNumbers("scavenger", 20_000_000, given())).toEqual({
            parent: { maxLimit: "19M", bucketSize: "0.002" },
            rest: { priority: 1, limitAt: "18050k", maxLimit: "19M", bucketSize: "0.002" },
            s3: { priority: 8, limitAt: "190k", maxLimit: "19M", bucketSize: "0.002" },
        });
    });

    it.each([
        // uplink, parent, rest, s3: 1 % from 10.2M up, a frame of each of 10 connections in 1.25 s below, never above 5 %
        ["100M", "95M", "90250k", "950k"],
        ["6400k", "6080k", "5776k", "96k"],
        ["2M", "1900k", "1805k", "95k"],
        ["1M", "950k", "902k", "47k"],
        ["100k", "95k", "90k", "4k"],
    ])("shares %s out as %s, %s and %s", (uplink, parent, rest, s3) => {
        const numbers = shapingNumbers("scavenger", bits(uplink), given());
        expect([numbers.parent.maxLimit, numbers.rest.limitAt, numbers.s3.limitAt]).toEqual([parent, rest, s3]);
    });

    it("never guarantees more than the line has, nor S3 more than 5 % or less than it needs", () => {
        fc.assert(
            fc.property(uplinks, headrooms, (uplink, headroom) => {
                const numbers = shapingNumbers("scavenger", uplink, given(headroom));
                const [parent, rest, s3] = [
                    bits(numbers.parent.maxLimit),
                    bits(numbers.rest.limitAt),
                    bits(numbers.s3.limitAt),
                ];
                expect(parent).toBeLessThanOrEqual((uplink * (100 - headroom)) / 100);
                expect(rest + s3).toBeLessThanOrEqual(parent);
                expect(s3).toBeLessThanOrEqual(parent * 0.05);
                expect(s3).toBeGreaterThan(Math.min(Math.max(parent * 0.01, 96_896), parent * 0.05) - 1000);
                expect(s3).toBeGreaterThan(0);
                expect(rest).toBeGreaterThan(parent * 0.95 - 1000);
            }),
        );
    });

    it("guarantees more to more connections, up to 5 %", () => {
        const s3 = (uploadConnections: number) =>
            shapingNumbers("scavenger", 20_000_000, given(5, { uploadConnections })).s3.limitAt;
        expect([1, 10, 40, 100].map(s3)).toEqual(["190k", "190k", "387k", "950k"]);
    });

    it("leaves free what a kind of line takes for itself, beside the headroom", () => {
        const parent = (line: (typeof lineKinds)[number]) =>
            bits(shapingNumbers("scavenger", 20_000_000, given(5, { line })).parent.maxLimit);
        const rates = lineKinds.map(parent);
        expect(rates[0]).toBe(19_000_000);
        // 1514 bytes of a full frame are 33 cells of 53 bytes at the least.
        expect(parent("dsl")).toBeLessThanOrEqual((20_000_000 * 1514) / (33 * 53));
    });

    it("has a bucket of 2 ms and at least two full frames", () => {
        fc.assert(
            fc.property(uplinks, headrooms, (uplink, headroom) => {
                const { parent } = shapingNumbers("scavenger", uplink, given(headroom));
                const bytes = (Number(parent.bucketSize) * bits(parent.maxLimit)) / 8;
                expect(bytes).toBeGreaterThanOrEqual(2 * 1514 - 1e-6);
                expect(Number(parent.bucketSize)).toBeGreaterThanOrEqual(0.002);
            }),
        );
        expect(shapingNumbers("scavenger", 900_000, given()).s3.bucketSize).toBe("0.0284");
    });

    it.each([
        ["20M", 10, "20ms", "115ms", "1000", "4096000"],
        ["20M", 40, "77ms", "172ms", "1000", "4096000"],
        ["2M", 10, "192ms", "287ms", "1000", "4096000"],
        // A gigabit's leaf keeps 100 ms.
        ["1G", 10, "5ms", "100ms", "7844", "32129024"],
        ["100k", 10, "500ms", "595ms", "1000", "4096000"],
    ])(
        "gives everything else on %s beside %i connections room for a round of frames",
        (uplink, connections, ...numbers) => {
            const more = { uploadConnections: connections };
            expect(Object.values(fqCodelRest(bits(uplink), given(5, more)))).toEqual(numbers);
        },
    );

    it.each([
        // A round of 10 frames at 190k, of 40 at 387k, of 10 at 95k; 25 ms of the line, or four packets a connection.
        ["20M", 10, "638ms", "638ms", "40", "163840"],
        ["20M", 40, "1252ms", "1252ms", "160", "655360"],
        ["2M", 10, "1275ms", "1275ms", "40", "163840"],
        ["1G", 10, "13ms", "100ms", "1961", "8032256"],
        ["100G", 1, "5ms", "100ms", "8192", "33554432"],
    ])(
        "holds uploads on %s over %i connections to a round at what they are guaranteed",
        (uplink, connections, ...numbers) => {
            const s3 = fqCodelS3([bits(uplink)], given(5, { uploadConnections: connections }));
            expect(Object.values(s3)).toEqual([...numbers, "32768"]);
        },
    );

    it("keeps packets for the fastest of several lines, and waits for a round of the slowest", () => {
        const { fqCodelTarget, fqCodelLimit } = fqCodelS3([bits("20M"), bits("1G")], given());
        expect([fqCodelTarget, fqCodelLimit]).toEqual(["638ms", "1961"]);
    });

    it("never takes a round of frames on a full line for a queue that stands", () => {
        fc.assert(
            fc.property(uplinks, fc.integer({ min: 1, max: 100 }), (uplink, uploadConnections) => {
                const site = given(5, { uploadConnections });
                const guaranteed = bits(shapingNumbers("scavenger", uplink, site).s3.limitAt);
                const round = (uploadConnections * 1514 * 8) / guaranteed;
                const { fqCodelTarget, fqCodelInterval, fqCodelLimit } = fqCodelS3([uplink], site);
                expect(parseFloat(fqCodelTarget) / 1000).toBeGreaterThanOrEqual(round);
                expect(parseFloat(fqCodelInterval)).toBeGreaterThanOrEqual(parseFloat(fqCodelTarget));
                expect(Number(fqCodelLimit)).toBeGreaterThanOrEqual(4 * uploadConnections);
            }),
        );
    });

    it("lets either class take the whole line, and serves everything else first", () => {
        fc.assert(
            fc.property(uplinks, headrooms, (uplink, headroom) => {
                const { parent, rest, s3 } = shapingNumbers("scavenger", uplink, given(headroom));
                expect([rest.maxLimit, s3.maxLimit]).toEqual([parent.maxLimit, parent.maxLimit]);
                expect(rest.priority).toBeLessThan(s3.priority ?? 0);
            }),
        );
    });
});

describe("seed-2018", () => {
    it("has the article's numbers on a line of 20M", () => {
        const queue = "pcq-upload-default";
        expect(shapingNumbers("seed-2018", 20_000_000, given())).toEqual({
            parent: { priority: 6, limitAt: "20M", maxLimit: "20M", queue },
            rest: { priority: 2, limitAt: "20M", maxLimit: "20M", queue },
            s3: { priority: 8, limitAt: "10M", maxLimit: "10M", queue },
        });
    });

    it("scales them with the uplink", () => {
        fc.assert(
            fc.property(uplinks, headrooms, (uplink, headroom) => {
                const { parent, rest, s3 } = shapingNumbers("seed-2018", uplink, given(headroom));
                const all = Math.floor(uplink / 1000) * 1000;
                expect([parent, rest].flatMap((queue) => [bits(queue.limitAt), bits(queue.maxLimit)])).toEqual(
                    Array(4).fill(all),
                );
                expect(bits(s3.limitAt)).toBe(bits(s3.maxLimit));
                expect(Math.abs(bits(s3.maxLimit) - uplink / 2)).toBeLessThan(1000);
                expect([parent.priority, rest.priority, s3.priority]).toEqual([6, 2, 8]);
            }),
        );
    });
});

describe("every profile", () => {
    it("never lets a queue's guarantee exceed its limit, nor a leaf's limit its parent's", () => {
        fc.assert(
            fc.property(
                fc.constantFrom<ProfileName>(...profileNames),
                uplinks,
                headrooms,
                (profile, uplink, headroom) => {
                    const numbers: ShapingNumbers = shapingNumbers(profile, uplink, given(headroom));
                    for (const leaf of [numbers.rest, numbers.s3]) {
                        expect(bits(leaf.limitAt)).toBeLessThanOrEqual(bits(leaf.maxLimit));
                        expect(bits(leaf.maxLimit)).toBeLessThanOrEqual(bits(numbers.parent.maxLimit));
                        expect(bits(leaf.maxLimit)).toBeGreaterThan(0);
                    }
                },
            ),
        );
    });
});

describe("rates", () => {
    it.each([
        ["20M", 20_000_000],
        ["2.5M", 2_500_000],
        ["900k", 900_000],
        ["1G", 1_000_000_000],
        ["20m", 20_000_000],
        [" 64k ", 64_000],
        ["1500", 1500],
    ])("reads %s", (text, expected) => expect(parseRate(text)).toBe(expected));

    it.each(["", "fast", "20 Mbit", "20 Mbps", "-5M", "5%", "M", "1e6", "20M/20M", "0x10"])("refuses %j", (text) =>
        expect(parseRate(text)).toBeUndefined(),
    );

    it("reads back what it writes", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: highestUplink }), (value) =>
                expect(parseRate(formatRate(value))).toBe(value),
            ),
        );
    });
});
