/** Texts as people read and mistype them. */

/** On one line, without what a terminal would obey: control characters, escape sequences, changes of direction. */
export function oneLine(text: string): string {
    return text
        .replace(/\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?|\u001b\[[0-?]*[ -/]*[@-~]?|\u001b./g, " ")
        .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\s]+/g, " ")
        .trim();
}

/** The known name that was probably meant: at most two edits away, or one that holds what was typed. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
    const text = typed.toLowerCase();
    const away = (name: string): number => distance(name.toLowerCase(), text);
    const [best] = [...known].sort((a, b) => away(a) - away(b));
    if (best !== undefined && away(best) <= 2) return best;
    return text.length < 3 ? undefined : known.find((name) => name.toLowerCase().includes(text));
}

/** Edits between two short words (Levenshtein). */
function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}
