/** The rate that `measure` tells, on lines whose rate is known: as recorded of real packets, and as a line without packets gives it. */
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Part } from "../../line/findings/rate";
import { rateWithin, steadyFrom } from "../../line/findings/rate";

/** A run of `npm run lab:live -- measure`: times in ms, what went beside in bit/s, parts as from, to, bytes of data and more. */
interface Run {
    rate: number;
    from: number;
    to: number;
    beside: number;
    parts: [number, number, number, number][];
}
interface Played {
    from: number;
    to: number;
    parts: Part[];
}
const recorded = JSON.parse(readFileSync(path.join(__dirname, "measured-parts.json"), "utf8")) as Run[];

const told = (parts: readonly Part[], from: number, to: number) => rateWithin(parts, steadyFrom(parts, from, to), to)!;

/** Percent. */
const off = (rate: number, line: number): number => Math.abs(rate / line - 1) * 100;

describe("the rate of a line from its recorded parts", () => {
    it("has a slow, an ordinary and a fast line to tell of", () => {
        expect(recorded.map(({ rate }) => rate / 1e6).sort((a, b) => a - b)).toEqual([2, 20, 100]);
    });

    it.each(recorded)("is within 5 % of $rate bit/s", ({ rate, from, to, beside, parts }) => {
        const found = told(
            parts.map(([begun, arrived, bytes, more]) => ({ from: begun, to: arrived, bytes, more })),
            from,
            to,
        );
        expect(off(found.onTheWire + beside, rate)).toBeLessThan(5);
        expect(found.steady).toBe(true);
    });
});

describe("the rate of a line that is full", () => {
    const runs = [2e6, 20e6, 100e6].flatMap((rate) => Array.from({ length: 20 }, (_none, seed) => ({ rate, seed })));

    it.each(runs)("of $rate bit/s is within 5 % of it, whoever gets how much (noise $seed)", ({ rate, seed }) => {
        const { parts, from, to } = play(rate, seed);
        const found = told(parts, from, to);
        expect(off(found.bitsPerSecond, rate)).toBeLessThan(5);
        expect(found.steady).toBe(true);
    });

    it.each(runs)(
        "of $rate bit/s is said to be unsteady where it stood still for 4 s (noise $seed)",
        ({ rate, seed }) => {
            const { parts, from, to } = play(rate, seed, [7000 + seed * 200, 11_000 + seed * 200]);
            expect(told(parts, from, to).steady).toBe(false);
        },
    );
});

/**
 * An upload as `measure` makes it over a line that is always full but for one stretch: 4 connections, then 8 from 5 s on; parts
 * of some 2 s; what a connection gets changes all the time, and begins low.
 */
function play(bitsPerSecond: number, seed: number, still = [0, 0] as [number, number]): Played {
    const [step, pause, from, to] = [5, 20, 5500, 15_000];
    const random = numbers(seed);
    const parts: Part[] = [];
    const open = (begun: number) => ({ begun, bytes: 16_384, left: 16_384, weight: 0.05 });
    const connections = [0, 1, 2, 3].map(() => open(0));
    for (let at = 0; connections.some(({ begun }) => begun < to); at += step) {
        if (at === 5000) connections.push(...[0, 1, 2, 3].map(() => open(at)));
        if (at >= still[0] && at < still[1]) continue;
        const busy = connections.filter(({ begun }) => begun <= at);
        const all = busy.reduce((sum, { weight }) => sum + weight, 0);
        for (const one of busy) {
            one.left -= ((bitsPerSecond / 8000) * step * one.weight) / all;
            one.weight = Math.min(3, Math.max(0.05, one.weight * (1 + (random() - 0.47) * 0.1)));
            if (one.left > 0) continue;
            parts.push({ from: one.begun, to: at + step, bytes: one.bytes - one.left });
            const wanted = (one.bytes * 2000) / (at + step - one.begun);
            one.bytes = one.left = Math.round(Math.min(Math.max(wanted, 16_384), 8 * 2 ** 20, one.bytes * 4));
            one.begun = at + step + pause;
        }
    }
    return { from, to, parts };
}

/** The same numbers from 0 to 1 for the same seed (xorshift). */
function numbers(seed: number): () => number {
    let state = (seed + 1) * 2_654_435_761;
    return () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return (state >>> 0) / 2 ** 32;
    };
}
