import { median, quantile, Recording } from "../../lab/recording";
import type { Measured } from "../../lab/traffic/protocol";

/** Steps of 50 ms; 1,250 bytes a step are 200,000 bit/s. */
const steps = (from: number, to: number, bytes: number): [number, number][] =>
    Array.from({ length: to - from }, (_none, index) => [from + index, bytes]);
const of = (part: Partial<Measured>): Recording =>
    new Recording([{ counts: [], packets: [], transfers: [], parts: [], ...part }]);

describe("goodput", () => {
    const recording = of({
        counts: [
            { flow: "s3", since: 0, steps: steps(0, 20, 1250) },
            { flow: "s3", since: 0, steps: [...steps(0, 4, 1250), ...steps(16, 20, 1250)] },
            { flow: "other", since: 0, steps: steps(10, 20, 2500) },
        ],
    });

    it("adds up a flow's connections over a span", () => {
        expect(recording.goodput("s3", { from: 0, to: 200 })).toBe(400_000);
        expect(recording.goodput("s3", { from: 200, to: 800 })).toBe(200_000);
        expect(recording.goodput("nobody", { from: 0, to: 1000 })).toBe(0);
    });

    it("gives a value for each stride", () => {
        expect(recording.series("other", { from: 0, to: 1000 }, 250)).toEqual([0, 0, 400_000, 400_000]);
    });

    it("tells when the mean first is as wanted, and that it never was", () => {
        expect(recording.timeUntil("s3", 0, 1000, 100, (rate) => rate <= 200_000)).toBe(200);
        expect(recording.timeUntil("s3", 0, 1000, 100, (rate) => rate === 0)).toBeUndefined();
    });

    it("finds the longest silence of any connection, to the end of the span", () => {
        expect(recording.longestSilence("s3", { from: 0, to: 1000 })).toEqual({ silence: 600, connections: 2 });
        expect(recording.longestSilence("s3", { from: 0, to: 2000 }).silence).toBe(1000);
        expect(recording.moved("s3", { from: 200, to: 800 })).toBe(1);
    });
});

it("counts packets by when they were sent, and those that never came", () => {
    const recording = of({
        packets: [
            {
                flow: "game",
                sent: [0, 20, 40, 60, 80],
                delays: [
                    [0, 1],
                    [20, 2],
                    [60, 3],
                ],
            },
        ],
    });
    expect(recording.delays("game", { from: 0, to: 50 })).toEqual([1, 2]);
    expect(recording.loss("game", "game", { from: 0, to: 100 })).toBeCloseTo(0.4);
});

it("takes the nearest rank", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(
        quantile(
            Array.from({ length: 100 }, (_none, index) => index + 1),
            0.99,
        ),
    ).toBe(99);
    expect(median([])).toBeNaN();
});

describe("an upload in parts", () => {
    it("counts what was cut while it was watched as sent and not stored, and what was stopped at the end as stored", () => {
        const none = { flow: "s3", done: 0, cut: 0, abandoned: 0, wasted: 0, received: 0, losses: [] };
        const recording = of({
            parts: [
                { ...none, cut: 1, wasted: 60 },
                {
                    ...none,
                    received: 1000,
                    losses: [
                        [10, 50],
                        [99, 400],
                    ],
                },
                { ...none, flow: "other", received: 5 },
            ],
        });
        expect(recording.parts("s3", 90)).toEqual({ cut: 1, abandoned: 0, stored: 950, sent: 1010 });
    });
});
