import { keeps, type Result } from "./metrics";
import { type LabReport, resultsOf, shownBound } from "./report";

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
 * Kinds of figures, and the least that one may be off; the first that fits. Seconds until somebody gives way or is back, or
 * the longest silence, are none: other noise made 0.1 to 1.25 s of one of them.
 */
const kinds: readonly { of: RegExp; share: number; least: number }[] = [
    // A page or an object takes so many round trips of 20 ms; whether a loss costs one more is luck. Ratios are to 100 and
    // 60 ms.
    { of: /^(web|objects) (median|p95) ms$/, share: 0, least: 20 },
    { of: /^web ratio/, share: 0, least: 20 },
    { of: /^objects ratio/, share: 0, least: 34 },
    // Two full frames on 20 Mbit/s.
    { of: / ms$/, share: 0.1, least: 1.2 },
    { of: / Mbit\/s$/, share: 0.1, least: 0.02 },
    { of: / %$/, share: 0.1, least: 0.1 },
    // Counts of what happens now and then.
    { of: / $/, share: 0, least: 1 },
];

/** What other noise moves by more than this share of itself is held to what is promised alone. */
const movedAtMost = 0.25;

/** The figures are the first run's; what other noise made of them is the spread. */
export function goldenOf(report: LabReport): Golden {
    const prefix = "fingerprint, ";
    const results = resultsOf(report);
    return {
        fingerprint: Object.fromEntries(
            report.environment
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, value]) => [key.slice(prefix.length), value]),
        ),
        command: report.command,
        figures: Object.fromEntries(results.map((result) => [nameOf(result), shown(result.values[0] ?? result.value)])),
        spread: Object.fromEntries(
            results
                .filter(({ values }) => values.every(Number.isFinite))
                .map((result) => [nameOf(result), [Math.min(...result.values), Math.max(...result.values)].map(round)]),
        ) as Golden["spread"],
    };
}

interface Comparison {
    /** The fingerprint is the committed one. */
    exact: boolean;
    /** What is not as it was by more than other noise makes of it, a line each. */
    lines: string[];
    /** What is not the same to the last digit though the fingerprint is. */
    digits: string[];
    /** Figures that nothing but their bound was asked of, for other noise moves them too far. */
    loose: string[];
}

export function differences(report: LabReport, golden: Golden): Comparison {
    const now = goldenOf(report);
    const exact = JSON.stringify(now.fingerprint) === JSON.stringify(golden.fingerprint);
    const results = new Map(resultsOf(report).map((result) => [nameOf(result), result]));
    const [lines, digits, loose]: [string[], string[], string[]] = [[], [], []];
    for (const name of new Set([...Object.keys(golden.figures), ...results.keys()])) {
        const [was, is, result] = [golden.figures[name], now.figures[name], results.get(name)];
        if (was === undefined || is === undefined || !result)
            lines.push(`${name}: ${was ?? "nothing"} is committed, ${is ?? "nothing"} now`);
        else if (is !== was) {
            if (exact) digits.push(`${name}: ${was} is committed, ${is} now`);
            const range = near(golden.spread[name], result);
            if (!range) loose.push(name);
            else if (!(Number(is) >= range[0] && Number(is) <= range[1]))
                lines.push(`${name}: ${was} is committed, from ${range.map(round).join(" to ")} is near it, ${is} now`);
            if (result.met === false && result.bound && keeps(result.bound, Number(was)))
                lines.push(`${name}: ${was} is committed, ${shownBound(result)} is promised, ${is} now`);
        }
    }
    return { exact, lines, digits, loose };
}

/**
 * What counts as the same on another machine: the figures of other noise, and beyond them on both sides twice as far (four
 * runs do not reach as far as a hundred would), or what the kind of figure may be off where that is more. None where other
 * noise decides the figure.
 */
function near(spread: [number, number] | undefined, { scenario, key, unit }: Result): [number, number] | undefined {
    const kind = kinds.find(({ of }) => of.test(`${scenario} ${key} ${unit}`));
    if (!kind || !spread) return undefined;
    const [least, most] = spread;
    if (most - least > Math.max(kind.least, movedAtMost * Math.abs(most))) return undefined;
    const more = Math.max(kind.least, kind.share * Math.abs(most), 2 * (most - least));
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
