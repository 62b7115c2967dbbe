/** A diagnosis as a person reads it: the verdict first. Pure. */
import type { Diagnosis, Finding } from "../output";

/** How a text is set off on a terminal. */
export interface Colours {
    bold: (text: string) => string;
    red: (text: string) => string;
    yellow: (text: string) => string;
    green: (text: string) => string;
    dim: (text: string) => string;
}

export function verdictLine({ verdict, findings }: Diagnosis): string {
    const [first] = findings;
    if (verdict === "shaped") return "uploads of this site are shaped";
    const because = first === undefined ? "" : `: ${first.seen}`;
    return verdict === "not-shaped" ? `not shaped${because}` : `could not tell${because}`;
}

export function diagnosisText(diagnosis: Diagnosis, colours: Colours): string {
    const { verdict, router, findings } = diagnosis;
    const paint = { shaped: colours.green, "not-shaped": colours.red, undecided: colours.yellow }[verdict];
    const where = `${router.url}${router.version === undefined ? "" : `, RouterOS ${router.version}`}`;
    const lines = findings.flatMap((one) => ["", ...findingLines(one, colours)]);
    return [where, ...lines, "", colours.bold(paint(verdictLine(diagnosis))), ""].join("\n");
}

function findingLines({ code, effect, certain, seen, next }: Finding, colours: Colours): string[] {
    const sign = {
        "not-shaped": colours.red("✗"),
        undecided: colours.yellow("?"),
        harm: colours.yellow("!"),
        note: "·",
    };
    const sure = certain ? "" : colours.dim(" (undecided)");
    return [
        `${sign[effect]} ${seen}${sure}`,
        ...(next === "Nothing." ? [] : [`  ${next}`]),
        colours.dim(`  [${code}]`),
    ];
}
