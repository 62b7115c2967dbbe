/** A line of progress for every ten seconds of writing. */
export interface Progress {
    /** One more row written, or so many. */
    step(rows?: number): void;
}

export function progress(
    what: string,
    total: number,
    say: (line: string) => void = (line) => console.log(line),
    now: () => number = () => performance.now(),
    interval = 10_000,
): Progress {
    let done = 0;
    let next = now() + interval;
    return {
        step(rows = 1) {
            done += rows;
            if (now() < next) return;
            next = now() + interval;
            say(`routeros: ${what}: ${done} of ${total} rows written`);
        },
    };
}
