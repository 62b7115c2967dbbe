/**
 * Rows as they stood at one moment. A router gives the id of a row that is gone to the next one that is made: which row
 * an id is, a look tells for two seconds, and no write goes by an older one.
 */
import type { Row } from "../rows/row";

export interface Look {
    rows: Row[];
    /** When the last answer came, on the clock that is asked for its age. */
    at: number;
    /** Milliseconds that it took. */
    took: number;
}

/** Milliseconds. */
export const lookLasts = 2000;

/** Thrown in place of a write that would go by a look too old. Nothing was sent. */
export class Outdated extends Error {}

/** For {@link RequestOptions.still}: throws where the look is too old by the time of sending. */
export function unlessOutdated(at: number, now: () => number): () => void {
    return () => {
        if (now() - at > lookLasts) throw new Outdated("the rows were looked at too long ago");
    };
}
