/** A line of progress for every ten seconds of writing. */
export interface Progress {
    /** One more row written. */
    step(): void;
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
        step() {
            done += 1;
            if (now() < next) return;
            next = now() + interval;
            say(`routeros: ${what}: ${done} of ${total} rows written`);
        },
    };
}
