import type { Result } from "./metrics";
import { type LabReport, resultsOf } from "./report";

/** Figures that are committed, and what they were measured with. */
export interface Golden {
    fingerprint: Record<string, string>;
    command: string;
    /** By `profile family scenario key`. */
    figures: Record<string, number | string>;
    /** Least and most of the same figures with other noise; none where one of them is no number. */
    spread: Record<string, [number, number]>;
}

/**
 * How far beyond what other noise gave a figure may be where anything of the fingerprint differs. The spread is as wide
 * again on both sides: where TCP's luck decides, as for who has how much of a line that nobody shapes, that is much, and
 * next to nothing where the queues decide. Counts of what happened now and then say nothing across machines.
 */
const tolerances: Partial<Record<Result["unit"], { share: number; least: number }>> = {
    "Mbit/s": { share: 0.1, least: 1 },
    "%": { share: 0.12, least: 5 },
    ms: { share: 0.35, least: 2 },
    s: { share: 0.5, least: 2 },
};

/** @param noisy medians of runs with other noise, whose values are the spread */
export function goldenOf(report: LabReport, noisy = report): Golden {
    const prefix = "fingerprint, ";
    return {
        fingerprint: Object.fromEntries(
            report.environment
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, value]) => [key.slice(prefix.length), value]),
        ),
        command: report.command,
        figures: Object.fromEntries(resultsOf(report).map((result) => [nameOf(result), shown(result.value)])),
        spread: Object.fromEntries(
            resultsOf(noisy)
                .filter(({ values }) => values.every(Number.isFinite))
                .map((result) => [nameOf(result), [Math.min(...result.values), Math.max(...result.values)].map(round)]),
        ) as Golden["spread"],
    };
}

/** What differs from the committed figures, a line each; nothing where all is as it was. */
export function differences(report: LabReport, golden: Golden): { exact: boolean; lines: string[] } {
    const now = goldenOf(report);
    const exact = JSON.stringify(now.fingerprint) === JSON.stringify(golden.fingerprint);
    const units = new Map(resultsOf(report).map((result) => [nameOf(result), result.unit]));
    const names = new Set([...Object.keys(golden.figures), ...Object.keys(now.figures)]);
    const lines = [...names].flatMap((name) => {
        const [was, is] = [golden.figures[name], now.figures[name]];
        if (was === undefined || is === undefined)
            return [`${name}: ${was ?? "nothing"} is committed, ${is ?? "nothing"} now`];
        if (exact) return is === was ? [] : [`${name}: ${was} is committed, ${is} now`];
        const [least, most] = range(golden.spread[name], units.get(name) ?? "");
        return Number(is) < least || Number(is) > most
            ? [`${name}: ${was} is committed, from ${round(least)} to ${round(most)} is near it, ${is} now`]
            : [];
    });
    return { exact, lines };
}

/** What counts as the same on another machine; anything, where other noise decided whether it happened at all. */
function range(spread: [number, number] | undefined, unit: Result["unit"]): [number, number] {
    const tolerance = tolerances[unit];
    if (!tolerance || !spread) return [-Infinity, Infinity];
    const [least, most] = spread;
    const more = Math.max(tolerance.least, tolerance.share * Math.abs(most), most - least);
    return [least - more, most + more];
}

function nameOf({ profile, family, scenario, key }: Result): string {
    return `${profile} ${family} ${scenario} ${key}`;
}

function round(value: number): number {
    return Math.round(value * 1e4) / 1e4;
}

/** To four places, and words for what JSON has none for. */
function shown(value: number): number | string {
    return Number.isFinite(value) ? round(value) : String(value);
}
