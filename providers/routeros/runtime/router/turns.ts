/** Runs pieces of work one after the other, in the order they came. */
export class Turns {
    private last: Promise<unknown> = Promise.resolve();

    take<T>(work: () => Promise<T>): Promise<T> {
        const turn = this.last.then(work);
        this.last = turn.catch(() => undefined);
        return turn;
    }

    /** Resolves once nothing waits, nor does what the last turn has led to. */
    async idle(): Promise<void> {
        let seen: unknown;
        while (seen !== this.last) {
            seen = this.last;
            await this.last;
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
}
