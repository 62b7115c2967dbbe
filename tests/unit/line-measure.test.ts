import { gradeOf, latencyOf } from "../../line/findings/latency";
import type { Part } from "../../line/findings/rate";
import { bytesWithin, quantile, rateWithin, steadyFrom, uplinkText } from "../../line/findings/rate";

/** Connections that send one part after the other, so many bytes a second together, from time 0 on. */
function steady(connections: number, bytesPerSecond: number, partMilliseconds: number, until: number): Part[] {
    return Array.from({ length: connections }, (_, index) => {
        const shift = (index * partMilliseconds) / connections;
        const count = Math.ceil((until + partMilliseconds) / partMilliseconds);
        return Array.from({ length: count }, (_none, part) => ({
            from: part * partMilliseconds - shift,
            to: (part + 1) * partMilliseconds - shift,
            bytes: (bytesPerSecond * partMilliseconds) / 1000 / connections,
        }));
    }).flat();
}

describe("the rate of a line from the parts that arrived", () => {
    test.each([
        [2, 250_000],
        [10, 2_500_000],
        [40, 12_500_000],
    ])("over %d connections at %d bytes a second is that rate, wherever the stretch begins", (connections, bytes) => {
        const parts = steady(connections, bytes, 900, 20_000);
        const rate = rateWithin(parts, 3_210, 14_567);
        expect(rate?.bitsPerSecond).toBeCloseTo(bytes * 8, -2);
        expect(rate?.spread[0]).toBeCloseTo(bytes * 8, -2);
        expect(rate?.spread[1]).toBeCloseTo(bytes * 8, -2);
        expect(rate?.onTheWire).toBeGreaterThan(bytes * 8 * 1.04);
    });

    test("leaves out parts that began while there were fewer connections, where enough is left", () => {
        // One connection alone sends most of its part before a second one takes half of the line.
        const [before, after] = [
            { from: 0, to: 2_000, bytes: 1_500_000 },
            [2_000, 4_000, 6_000, 8_000].map((from) => ({ from, to: from + 2_000, bytes: 1_000_000 })),
        ];
        const other = [1_000, 3_000, 5_000, 7_000].map((from) => ({ from, to: from + 2_000, bytes: 1_000_000 }));
        const parts = [before, ...after, ...other];
        const from = steadyFrom(parts, 1_000, 9_000);
        expect(from).toBe(2_000);
        expect(rateWithin(parts, from, 9_000)?.bitsPerSecond).toBe(8e6);
        expect(rateWithin(parts, 1_000, 9_000)?.bitsPerSecond).toBeGreaterThan(8.2e6);
        expect(steadyFrom(parts, 1_000, 2_900)).toBe(1_000);
    });

    test("counts of a part what of it lies in the stretch", () => {
        expect(bytesWithin([{ from: 0, to: 100, bytes: 1000 }], 50, 75)).toBe(250);
        expect(bytesWithin([{ from: 0, to: 100, bytes: 1000 }], 100, 200)).toBe(0);
    });

    test("is not told of less than a second", () => {
        expect(rateWithin(steady(2, 1000, 100, 5000), 0, 999)).toBeUndefined();
    });

    test("shows a line that changes as spread", () => {
        const parts = [
            ...Array.from({ length: 5 }, (_, s) => ({ from: s * 1000, to: s * 1000 + 1000, bytes: 1_000_000 })),
            ...Array.from({ length: 5 }, (_, s) => ({ from: 5000 + s * 1000, to: 6000 + s * 1000, bytes: 2_000_000 })),
        ];
        expect(rateWithin(parts, 0, 10_000)?.spread).toEqual([8_000_000, 16_000_000]);
    });

    test.each([
        [19_876_543, "19.8M"],
        [2_046_000, "2.04M"],
        [104_500_000, "104M"],
        [1_234_567_890, "1230M"],
        [876_543, "876k"],
    ])("%d bit/s is set as %s, rounded down", (rate, text) => {
        expect(uplinkText(rate)).toBe(text);
    });

    test("has no quantile of nothing", () => {
        expect(quantile([], 0.5)).toBeNaN();
        expect(quantile([3, 1, 2], 0.5)).toBe(2);
        expect(quantile([3, 1, 2], 1)).toBe(3);
    });
});

describe("what a line does to latency", () => {
    const trips = (median: number, p95: number, lost = 0) =>
        latencyOf({ times: [...Array<number>(90).fill(median), ...Array<number>(10).fill(p95)], lost });

    test.each([
        [12, "A+"],
        [39, "A"],
        [65, "B"],
        [200, "C"],
        [400, "D"],
        [500, "F"],
    ])("95 %% within %d ms after an idle median of 10 is %s", (p95, grade) => {
        expect(gradeOf(trips(10, 10), trips(10, p95))).toBe(grade);
    });

    test("more than one lost of twenty is the worst grade", () => {
        expect(gradeOf(trips(10, 10), trips(10, 10, 4))).toBe("A+");
        expect(gradeOf(trips(10, 10), trips(10, 10, 6))).toBe("F");
    });
});
