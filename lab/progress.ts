/** `4:05`, as progress says how long something has taken. */
export function clock(milliseconds: number): string {
    const seconds = Math.floor(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Says every `seconds` how far something is, by its own clock: what is silent for long is ended from outside. */
export async function saidEvery<T>(
    seconds: number,
    title: string,
    progress: (text: string) => void,
    run: () => Promise<T>,
): Promise<T> {
    let said = 0;
    const timer = setInterval(() => progress(`${title}, ${clock(++said * seconds * 1000)}`), seconds * 1000);
    try {
        return await run();
    } finally {
        clearInterval(timer);
    }
}
