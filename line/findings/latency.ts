/** What a line does to latency. Pure. */
import type { Latency } from "../output";
import { quantile } from "./rate";

/** Round trips of one kind in one phase. */
export interface RoundTrips {
    /** Milliseconds; those that never came back are in `lost` alone. */
    times: number[];
    lost: number;
}

export function latencyOf({ times, lost }: RoundTrips): Latency {
    return {
        sent: times.length + lost,
        lost,
        median: quantile(times, 0.5),
        p95: quantile(times, 0.95),
        p99: quantile(times, 0.99),
    };
}

/** Highest increase of each grade, ms: 95th percentile under load less the median of the idle line. */
const grades: readonly [string, number][] = [
    ["A+", 5],
    ["A", 30],
    ["B", 60],
    ["C", 200],
    ["D", 400],
];

/** How the grade is worked out, for whoever reads it. */
export const gradeDefinition =
    "95th percentile under load less the idle median: A+ up to 5 ms, A up to 30, B up to 60, C up to 200, D up to 400, F above or lost";

export function gradeOf(idle: Latency, loaded: Latency): string {
    const increase = loaded.p95 - idle.median;
    if (loaded.lost * 20 > loaded.sent) return "F";
    return grades.find(([, most]) => increase <= most)?.[0] ?? "F";
}
