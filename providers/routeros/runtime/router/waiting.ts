/** A line of progress for an answer that takes longer than two seconds, and for every ten seconds from there. */
export async function whileWaiting<T>(
    what: string,
    answer: Promise<T>,
    say: (line: string) => void = (line) => console.log(line),
): Promise<T> {
    let seconds = 2;
    let timer = setTimeout(tell, seconds * 1000);
    function tell(): void {
        say(`routeros: ${what}: ${seconds} s without an answer so far`);
        seconds += 10;
        timer = setTimeout(tell, 10_000);
    }
    try {
        return await answer;
    } finally {
        clearTimeout(timer);
    }
}
