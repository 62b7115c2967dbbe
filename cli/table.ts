/** A number, perhaps with a mark behind it. */
const number = /^(<?\d[\d.,]*\*?)?$/;

/** Rows as columns of equal width; numbers to the right, with their marks in a column of their own. Pure. */
export function table(header: string[], rows: (string | number)[][], indent = "  "): string {
    const cells = rows.map((row) => row.map((cell) => String(cell)));
    const columns = header.map((title, column) => {
        const values = cells.map((row) => row[column] ?? "");
        const isNumber = values.length > 0 && values.every((value) => number.test(value));
        const isMarked = isNumber && values.some((value) => value.endsWith("*"));
        const texts = [title, ...values.map((value) => (isMarked && !value.endsWith("*") ? `${value} ` : value))];
        const width = Math.max(...texts.map((text) => text.length));
        return texts.map((text) => (isNumber ? text.padStart(width) : text.padEnd(width)));
    });
    return [header, ...rows]
        .map((_, line) => `${indent}${columns.map((column) => column[line]).join("  ")}`.trimEnd())
        .join("\n");
}
