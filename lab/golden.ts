import type { Result } from "./metrics";
import { type LabReport, resultsOf } from "./report";

/** Figures that are committed, and what they were measured with. */
export interface Golden {
    fingerprint: Record<string, string>;
    command: string;
    /** By `profile family scenario key`. */
    figures: Record<string, number | string>;
}

/**
 * How far a figure may be from the committed one where anything of the fingerprint differs: somewhat farther than two runs
 * from different folders were apart. Counts of what happened now and then say nothing across machines.
 */
const tolerances: Partial<Record<Result["unit"], { share: number; least: number }>> = {
    "Mbit/s": { share: 0.1, least: 1 },
    "%": { share: 0.12, least: 5 },
    ms: { share: 0.35, least: 2 },
};

export function goldenOf(report: LabReport): Golden {
    const prefix = "fingerprint, ";
    return {
        fingerprint: Object.fromEntries(
            report.environment
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, value]) => [key.slice(prefix.length), value]),
        ),
        command: report.command,
        figures: Object.fromEntries(resultsOf(report).map((result) => [nameOf(result), shown(result.value)])),
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
        return is === was || (!exact && near(was, is, units.get(name) ?? ""))
            ? []
            : [`${name}: ${was} is committed, ${is} now`];
    });
    return { exact, lines };
}

function near(was: number | string, is: number | string, unit: Result["unit"]): boolean {
    const tolerance = tolerances[unit];
    if (!tolerance) return true;
    if (typeof was !== "number" || typeof is !== "number") return was === is;
    return Math.abs(was - is) <= Math.max(tolerance.least, tolerance.share * Math.abs(was));
}

function nameOf({ profile, family, scenario, key }: Result): string {
    return `${profile} ${family} ${scenario} ${key}`;
}

/** To four places, and words for what JSON has none for. */
function shown(value: number): number | string {
    return Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : String(value);
}
