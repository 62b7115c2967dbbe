import type { Bench } from "./bench";

/** R: somebody recorded it on a RouterOS. D: MikroTik's manual says so. I: inferred from other facts. */
export type Mark = "R" | "D" | "I";

export const marks: readonly Mark[] = ["R", "D", "I"];

/** One assertion about a router, resting on one numbered statement of `facts.json`. */
export interface Check {
    /** Number of the statement, such as `12.5`. */
    fact: string;
    /** How well the asserted half of that statement is known. */
    mark: Mark;
    /** What a router does, as a sentence without its subject: "appends a new rule at the end". */
    behaviour: string;
    run: (bench: Bench) => Promise<void>;
}

export function check(fact: string, mark: Mark, behaviour: string, run: Check["run"]): Check {
    return { fact, mark, behaviour, run };
}

/** Thrown where a check cannot be made on this target; it is then neither confirmed nor contradicted. */
export class Skip extends Error {
    override readonly name = "Skip";
}
