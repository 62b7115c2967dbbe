import { assumptions } from "../../router/assumed";
import { checks } from "./checks";
import { parts } from "./harness/facts";
import { reasons } from "./uncovered";

/** Parts of the facts that the table shows; the later ones are about clients, speed and versions. */
const shownParts = 15;

/** Markdown: every statement of parts 1 to 15, and the assertions that rest on it, or why none does. */
export function coverageTable(): string {
    const shown = parts.filter(({ part }) => part <= shownParts);
    const all = shown.flatMap(({ facts }) => facts);
    const covered = all.filter(({ id }) => checks.some(({ fact }) => fact === id)).length;
    const lines = [
        `${covered} of ${all.length} statements are covered, by ${checks.length} assertions. Marks: **R** recorded on a RouterOS, **D** documented by MikroTik, **I** inferred. An assertion carries the mark of what it asserts, which may be one half of the statement.`,
    ];
    for (const { part, title, facts } of shown) {
        lines.push("", `### ${part}. ${title}`, "", "| fact | statement | asserted |", "| --- | --- | --- |");
        for (const { id, marks, text } of facts) {
            const own = checks.filter(({ fact }) => fact === id).map(({ mark, behaviour }) => `${mark}: ${behaviour}`);
            const why = reasons[id];
            const note = why && (own.length > 0 ? `(${why})` : `not covered: ${why}`);
            const asserted = [...own, ...(note ? [note] : [])].map(cell).join("<br>");
            lines.push(`| ${id}${marks ? ` ${marks}` : ""} | ${cell(short(text))} | ${asserted || "not covered"} |`);
        }
    }
    return lines.join("\n");
}

/** Markdown: the choices of the embedded router that no recording backs. */
export function assumptionList(): string {
    const lines = ["| about | choice | switch |", "| --- | --- | --- |"];
    for (const { about, choice, switch: name } of assumptions) {
        lines.push(`| ${cell(about)} | ${cell(choice)} | ${name ? `\`${name}\`` : ""} |`);
    }
    return lines.join("\n");
}

/** The first sentence or so; the whole statement is in `tests/contract/facts.json`. */
function short(text: string): string {
    const plain = text.replaceAll("**", "");
    const end = /(?<=[^.\d])\.(?= |$)/.exec(plain.slice(40))?.index;
    const sentence = end === undefined ? plain : plain.slice(0, end + 41);
    return sentence.length <= 220 ? sentence : `${sentence.slice(0, 217).replace(/\s+\S*$/, "")} …`;
}

/** Text for one cell: `|` would end it, and `<` outside of code would be markup. */
function cell(text: string): string {
    const escaped = text.split("`").map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "&lt;") : part));
    return escaped.join("`").replaceAll("|", "\\|");
}
