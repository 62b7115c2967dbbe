import { createInterface } from "node:readline/promises";

/** A line on standard error that says how far it is: on a terminal over and over, elsewhere now and then. */
export class Progress {
    private readonly timer: NodeJS.Timeout;
    private shown = false;

    constructor(text: () => string) {
        const terminal = process.stderr.isTTY;
        this.timer = setInterval(
            () => {
                process.stderr.write(terminal ? `\r\u001b[K${text()}` : `${text()}\n`);
                this.shown = terminal;
            },
            terminal ? 2_000 : 10_000,
        );
    }

    end(): void {
        clearInterval(this.timer);
        if (this.shown) process.stderr.write("\r\u001b[K");
    }
}

/**
 * Ends what is done with `act` at the next good place when a person presses Ctrl-C; a second time ends at once.
 * Exit code 130, as a shell has it.
 */
export async function interruptible<T>(
    act: (signal: AbortSignal) => Promise<T>,
    said = "stopping; the same command goes on from here",
): Promise<T> {
    const controller = new AbortController();
    const stop = () => {
        process.exitCode = 130;
        process.stderr.write(`\n${said}\n`);
        controller.abort();
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    try {
        return await act(controller.signal);
    } finally {
        process.off("SIGINT", stop);
        process.off("SIGTERM", stop);
    }
}

/** Asks before something that costs. Where nobody can be asked, only `--yes` will do. */
export async function confirmed(question: string, yes: boolean | undefined): Promise<boolean> {
    if (yes) return true;
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
        throw new Error("nothing is done without a yes, and there is nobody to ask here: add --yes");
    }
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    try {
        return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
    } finally {
        asking.close();
    }
}

/** Does something with each item, some at a time. The first error ends it, and so does the signal. */
export async function forEach<T>(
    items: AsyncIterable<T>,
    { atOnce, signal }: { atOnce: number; signal?: AbortSignal },
    act: (item: T) => Promise<void>,
): Promise<void> {
    const source = items[Symbol.asyncIterator]();
    let ended = false;
    let turn: Promise<unknown> = Promise.resolve();
    const next = (): Promise<IteratorResult<T>> => {
        const mine = turn.then(() => (ended ? { done: true as const, value: undefined } : source.next()));
        turn = mine.catch(() => undefined);
        return mine;
    };
    const worker = async () => {
        while (!ended && !signal?.aborted) {
            const item = await next();
            if (item.done) return;
            await act(item.value);
        }
    };
    const workers = Array.from({ length: atOnce }, () =>
        worker().catch((error: unknown) => {
            ended = true;
            throw error;
        }),
    );
    const results = await Promise.allSettled(workers);
    await source.return?.(undefined);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
}
