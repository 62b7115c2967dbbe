import os from "node:os";

import type { GroundName } from "./ground/ground";
import type { Result } from "./metrics";
import type { Played } from "./play";

/** One run of the lab, whole: what the page, the table and the documents are made from. */
export interface LabReport {
    /** What it was measured on. */
    ground: GroundName;
    /** ISO, UTC; none on the virtual ground, where a run is the same on any day. */
    date?: string;
    /** The command to repeat it. */
    command: string;
    /** How often each number was measured, on the virtual ground each time with other noise. */
    runs: number;
    environment: [string, string][];
    outcomes: Played[];
}

/** What a machine of its own answers with. */
export interface InsideOutcome {
    kernel: string;
    /** Seconds that passed inside. */
    seconds: number;
    outcomes: Played[];
}

export function machineOf(kernel: string, disciplines: ReadonlySet<string>): [string, string][] {
    const processor = os.cpus()[0]?.model.trim() ?? "unknown";
    return [
        ["kernel", `Linux ${kernel}, ${os.arch()}`],
        ["processor", `${os.cpus().length} x ${processor}`],
        ["memory", `${Math.round(os.totalmem() / 2 ** 30)} GiB`],
        ["Node", process.version],
        ["queues the kernel has", ["htb", "tbf", "pfifo", "bfifo", ...disciplines].join(", ")],
    ];
}

export function resultsOf(report: LabReport): Result[] {
    return report.outcomes.flatMap(({ results }) => results);
}

export function missed(report: LabReport): Result[] {
    return resultsOf(report).filter(({ met }) => met === false);
}

/** `18.1 Mbit/s`, `0.4 ms`, `never`. */
export function shown(value: number, unit: Result["unit"]): string {
    if (Number.isNaN(value)) return "-";
    if (!Number.isFinite(value)) return "never";
    // Arrivals are counted in steps of 50 ms.
    if (unit === "s" && value === 0) return "< 0.05 s";
    const digits = unit === "" ? 0 : unit === "%" || Math.abs(value) >= 10 ? 1 : 2;
    const suffix = unit === "" ? "" : unit === "%" ? " %" : ` ${unit}`;
    return `${value.toFixed(digits)}${suffix}`;
}

/** `17.9 to 18.1` where a number was measured several times and was not always the same. */
export function shownSpread({ values, unit }: Pick<Result, "values" | "unit">): string {
    const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => shown(value, unit));
    return least === most || least === undefined || most === undefined ? "" : `${least} to ${most}`;
}

export function groundText({ ground, runs }: Pick<LabReport, "ground" | "runs">): string {
    const times = runs === 1 ? "each number measured once" : `medians of ${runs} runs, each with other noise`;
    return `${ground}, ${times}`;
}

export function shownBound({ bound, unit }: Pick<Result, "bound" | "unit">): string {
    return bound ? `${bound.kind} ${shown(bound.value, unit)}` : "";
}

export function shownFamily(family: Result["family"]): string {
    return family === "ipv4" ? "IPv4" : "IPv6";
}

/** A report as JSON: numbers to four places, and those JSON has no word for as words. */
export function textOf(report: LabReport | InsideOutcome): string {
    return JSON.stringify(report, (_key, value: unknown) => {
        if (typeof value !== "number") return value;
        return Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : String(value);
    });
}

export function reportOf<Report = LabReport>(text: string): Report {
    return JSON.parse(text, (_key, value: unknown) =>
        value === "NaN" || value === "Infinity" ? Number(value) : value,
    ) as Report;
}
