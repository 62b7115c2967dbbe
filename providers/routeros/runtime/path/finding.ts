/** One thing a person should know, as data. */
import type { FindingCode, Weight } from "./catalogue";
import { catalogue } from "./catalogue";

export interface Finding {
    code: FindingCode;
    weight: Weight;
    /** Undecided: it may be so. */
    certain: boolean;
    /** The rule or queue, and what it does, for one line. */
    seen: string;
    /** What to do, for one line. */
    next: string;
    /** The same as data, where the model vouches for it. */
    remedy?: Remedy;
}

/** A change after which uploads end last: of a key of the site, or of one row on the router. */
export type Remedy =
    | { key: "marking" | "rulesPosition" | "fastTrack" | "restMarks"; value: string }
    | { menu: string; id: string; set: Record<string, string> };

export function finding(code: FindingCode, seen: string, more: Partial<Finding> = {}): Finding {
    const { weight, next } = catalogue[code];
    return { code, weight, certain: true, seen, next, ...more };
}

/** One line for a person. */
export function say({ code, certain, seen, next }: Finding): string {
    return `${seen}${certain ? "" : " (undecided)"}. ${next} [${code}]`;
}
