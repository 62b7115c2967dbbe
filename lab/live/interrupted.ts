import { untilInterrupted } from "../../sandbox/command";

/** Ctrl-C came, or somebody told this process to end. */
export class Interrupted extends Error {
    override readonly name = "Interrupted";
}

/** Work to its end, or to Ctrl-C, where it throws at once: whoever started something stops it. */
export function orInterrupted<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([
        work,
        untilInterrupted().then(() => {
            throw new Interrupted();
        }),
    ]);
}
