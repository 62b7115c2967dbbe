import { colours } from "../cli/colours";
import { cases } from "./cases";
import type { Result } from "./metrics";
import { groundText, type LabReport, missed, resultsOf, shown, shownBound, shownFamily, shownSpread } from "./report";
import { scenarios } from "./scenarios";

/** The table a person reads on a terminal: a block for each line, a row for each number, a column for each profile. */
export function table(report: LabReport): string {
    const blocks = report.outcomes.flatMap(({ line, results }) =>
        (["ipv4", "ipv6"] as const).flatMap((family) => {
            const rows = results.filter((result) => result.family === family);
            return rows.length === 0 ? [] : [block(`${line.name}, ${shownFamily(family)}`, rows)];
        }),
    );
    return [`Ground: ${groundText(report)}`, ...blocks, standIns(report), verdict(report)]
        .filter((text) => text !== "")
        .join("\n\n");
}

/** What `--scenario` takes: the name, what is changed from the base, and what is played on it. */
export function casesTable(): string {
    const rows = cases.map(({ name, line, family, scenarios: played, beside }) => [
        name,
        `${line.name}, ${shownFamily(family)}`,
        `${Object.keys(played).join(", ")} with ${["scavenger", ...beside].join(", ")}`,
    ]);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

/** One number of a case: whose, in which scenario (the first that was played), under which key. */
interface CaseColumn {
    heading: string;
    profile: string;
    scenarios: string[];
    key: string;
}

const column = (heading: string, profile: string, scenarios: string, key: string): CaseColumn => ({
    heading,
    profile,
    scenarios: scenarios.split(" "),
    key,
});

const caseColumns: readonly CaseColumn[][] = [
    [
        column("S3 alone, of max-limit", "scavenger", "alone", "share"),
        column("S3 beside another upload", "scavenger", "other aws", "s3-share"),
        column("the other", "scavenger", "other aws", "other-share"),
        column("S3 gives way after", "scavenger", "other", "gives-way"),
        column("has the line back after", "scavenger", "other", "takes-back"),
        column("game over idle, p99", "scavenger", "game", "over-idle"),
    ],
    [
        ...["none", "scavenger", "join"].map((name) => column(`round trips a minute, ${name}`, name, "rpm", "rpm")),
        column("join: S3 beside another upload", "join", "other", "s3-share"),
        column("join: the other", "join", "other", "other-share"),
    ],
];

/** Cases as Markdown, a row for each: what `scavenger` does, then what is beside it; then everything at once, by profile. */
export function casesMarkdown({ outcomes }: LabReport): string {
    const rows = cases.flatMap(({ name, line, family }) => {
        const found = outcomes
            .filter((outcome) => outcome.line.name === line.name)
            .map(({ results }) => results.filter((result) => result.family === family))
            .find(({ length }) => length > 0);
        return found ? [{ name, results: found }] : [];
    });
    const tables = caseColumns.map((columns) =>
        [
            markdownRow(["", ...columns.map(({ heading }) => heading)]),
            markdownRow(["---", ...columns.map(() => "---:")]),
            ...rows.map(({ name, results }) => markdownRow([name, ...columns.map((one) => caseCell(results, one))])),
        ].join("\n"),
    );
    const loaded = rows
        .filter(({ results }) => results.some(({ scenario }) => scenario === "rrul"))
        .map(({ results }) => studyTable(results.filter(({ scenario }) => ["rrul", "rpm"].includes(scenario))));
    return [...tables, ...loaded].join("\n\n");
}

function caseCell(results: readonly Result[], { profile, scenarios: names, key }: CaseColumn): string {
    return cellWithSpread(
        results.find((one) => one.profile === profile && names.includes(one.scenario) && one.key === key),
    ).replace(" +", "");
}

/** A study's results as a Markdown table: a row for each variant. */
export function studyTable(results: readonly Result[]): string {
    const columns = [...new Map(results.map((result) => [`${result.scenario} ${result.key}`, result])).values()];
    const variants = [...new Set(results.map(({ profile }) => profile))];
    return [
        markdownRow([
            "",
            ...columns.map(({ title, ...column }) => title + parenthesised(commonBound(results, column))),
        ]),
        markdownRow(["---", ...columns.map(() => "---:")]),
        ...variants.map((variant) =>
            markdownRow([
                variant,
                ...columns.map(({ scenario, key }) =>
                    cellWithSpread(
                        results.find((one) => one.profile === variant && one.scenario === scenario && one.key === key),
                    ),
                ),
            ]),
        ),
    ].join("\n");
}

/** What is promised of a number, where all variants promise the same. */
function commonBound(results: readonly Result[], { scenario, key }: Pick<Result, "scenario" | "key">): string {
    const same = results.filter((one) => one.scenario === scenario && one.key === key);
    const bounds = new Set(same.map(shownBound));
    return bounds.size === 1 ? [...bounds].join() : "";
}

const parenthesised = (text: string): string => (text === "" ? "" : ` (${text})`);

/** The results as Markdown, a table for each line and family: for documents. */
export function markdown(report: LabReport): string {
    return report.outcomes
        .flatMap(({ line, results }) =>
            (["ipv4", "ipv6"] as const).flatMap((family) => {
                const rows = results.filter((result) => result.family === family);
                if (rows.length === 0) return [];
                return [`### ${line.name}, ${shownFamily(family)}`, markdownTable(rows)];
            }),
        )
        .join("\n\n");
}

function markdownTable(results: readonly Result[]): string {
    const profiles = [...new Set(results.map(({ profile }) => profile))];
    const keys = scenarios.flatMap(({ name, title }) => {
        const found = results.filter((result) => result.scenario === name);
        return [...new Map(found.map((result) => [result.key, { ...result, heading: title }])).values()];
    });
    return [
        markdownRow(["scenario", "", ...profiles, "promised"]),
        markdownRow(["---", "---", ...profiles.map(() => "---:"), "---"]),
        ...keys.map((one, index) =>
            markdownRow([
                keys[index - 1]?.scenario === one.scenario ? "" : one.heading,
                one.title,
                ...profiles.map((profile) => cellWithSpread(sameNumber(results, one, profile))),
                shownBound(one),
            ]),
        ),
    ].join("\n");
}

function markdownRow(cells: readonly string[]): string {
    return `| ${cells.join(" | ")} |`;
}

function sameNumber(results: readonly Result[], { scenario, key }: Result, profile: string): Result | undefined {
    return results.find((one) => one.scenario === scenario && one.key === key && one.profile === profile);
}

function block(title: string, results: readonly Result[]): string {
    const profiles = [...new Set(results.map(({ profile }) => profile))];
    const lines = scenarios.flatMap((scenario): { cells: string[]; met: (boolean | undefined)[] }[] => {
        const keys = [...new Set(results.filter((result) => result.scenario === scenario.name).map(({ key }) => key))];
        const heading = keys.length > 0 ? [{ cells: [scenario.title], met: [] }] : [];
        const rows = keys.map((key) => {
            const of = (profile: string): Result | undefined =>
                results.find(
                    (result) => result.scenario === scenario.name && result.key === key && result.profile === profile,
                );
            const any = results.find((result) => result.scenario === scenario.name && result.key === key);
            return {
                cells: [
                    `  ${any?.title ?? key}`,
                    ...profiles.map((profile) => cell(of(profile))),
                    any ? shownBound(any) : "",
                ],
                met: profiles.map((profile) => of(profile)?.met),
            };
        });
        return [...heading, ...rows];
    });
    const head = ["", ...profiles, "bound"];
    const widths = head.map((text, column) =>
        Math.max(text.length, ...lines.map(({ cells }) => cells[column]?.length ?? 0)),
    );
    const format = (cells: readonly string[], met: readonly (boolean | undefined)[] = []): string =>
        cells
            .map((text, column) => {
                const padded = column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
                const judged = met[column - 1];
                return judged === undefined ? padded : judged ? colours.green(padded) : colours.red(padded);
            })
            .join("  ");
    return [colours.bold(title), colours.dim(format(head)), ...lines.map(({ cells, met }) => format(cells, met))].join(
        "\n",
    );
}

function cell(result: Result | undefined): string {
    if (!result) return "";
    const mark = result.met === undefined ? "" : result.met ? " +" : " !";
    return `${shown(result.value, result.unit)}${mark}`;
}

function cellWithSpread(result: Result | undefined): string {
    return cell(result) + parenthesised(result ? shownSpread(result) : "");
}

function standIns({ outcomes }: LabReport): string {
    const seen = new Map(
        outcomes.flatMap((outcome) => outcome.standIns).map((one) => [`${one.where} ${one.router}`, one]),
    );
    const notes = [...new Set(outcomes.flatMap((outcome) => outcome.notes))];
    if (seen.size + notes.length === 0) return "";
    return [
        colours.bold("Not the same as on the router"),
        ...[...seen.values()].map(({ where, router, lab }) => `  ${where}: ${lab} stands for ${router}`),
        ...notes.map((note) => `  ${note}`),
    ].join("\n");
}

function verdict(report: LabReport): string {
    const judged = resultsOf(report).filter(({ met }) => met !== undefined);
    const failed = missed(report);
    if (judged.length === 0) return "";
    if (failed.length === 0) return colours.green(`All ${judged.length} bounds are met.`);
    return [
        colours.red(`${failed.length} of ${judged.length} bounds are missed:`),
        ...failed.map(
            (result) =>
                `  ${result.profile}, ${shownFamily(result.family)}: ${result.title} is ${shown(result.value, result.unit)}, promised ${shownBound(result)}`,
        ),
    ].join("\n");
}
