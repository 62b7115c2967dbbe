import type { Family } from "./router-state";

/** How a number is shown. */
export type Unit = "Mbit/s" | "%" | "ms" | "s" | "";

/** What a scenario found, once. */
export interface Finding {
    /** Stable name within its scenario: `share`. */
    key: string;
    /** What a person reads: `S3 alone, share of max-limit`. */
    title: string;
    unit: Unit;
    /** Not finite where it did not happen: "never gave way". */
    value: number;
    bound?: Bound;
}

/** What a value must keep to for the promise to hold. */
export interface Bound {
    kind: "at least" | "at most";
    value: number;
}

/** One number of the report: the median of its runs. */
export interface Result {
    profile: string;
    uplink: number;
    family: Family;
    scenario: string;
    key: string;
    title: string;
    unit: Unit;
    values: number[];
    value: number;
    bound?: Bound;
    /** Whether this profile promises the bound on this line. */
    judged?: boolean;
    /** None where there is no bound, or it is not promised. */
    met?: boolean;
}

export function keeps(bound: Bound, value: number): boolean {
    // Not a number is a measurement that found nothing, which is never as promised.
    return bound.kind === "at least" ? value >= bound.value : value <= bound.value;
}
