import facts from "../facts.json";

export interface Fact {
    /** `12.5`; rows of the tables of parts 3 and 9 are `3.m1`… and `9.1`… in their order. */
    id: string;
    /** Letters of R, D and I: which halves of the statement are known how. */
    marks: string;
    text: string;
    evidence: string;
}

export interface Part {
    part: number;
    title: string;
    facts: Fact[];
}

export const parts: readonly Part[] = facts.parts;
export const factsById: ReadonlyMap<string, Fact> = new Map(
    parts.flatMap((part) => part.facts.map((fact) => [fact.id, fact] as const)),
);

export function compareFacts(left: string, right: string): number {
    return left.localeCompare(right, "en", { numeric: true });
}
