/** Results of many sites for a person: lines, a table, a page. Pure. */
import { table } from "../table";
import type { SiteResult } from "./result";
import { changeCount, changeKinds, isFailure } from "./result";

const words: Record<SiteResult["outcome"], string> = {
    same: "no changes",
    changes: "changes",
    done: "done",
    failed: "failed",
    partly: "half done",
    stopped: "interrupted",
    left: "not begun",
};

/** One line when a site has ended: `[3/40] branch-07  2 to update  12.1 s`. */
export function progressLine(result: SiteResult, done: number, all: number): string {
    const width = String(all).length;
    const what =
        result.error ??
        (changeCount(result) > 0
            ? changesText(result, result.outcome === "changes" ? "to " : "")
            : words[result.outcome]);
    return `[${String(done).padStart(width)}/${all}] ${result.site}  ${what}  ${result.seconds.toFixed(1)} s`;
}

export function resultTable(results: readonly SiteResult[]): string {
    const rows = results.map((result) => [
        result.site,
        words[result.outcome],
        ...changeKinds.map((kind) => result.changes[kind] ?? ""),
        result.findings.length || "",
        result.seconds.toFixed(1),
        shortened(result.error ?? ""),
    ]);
    return table(["site", "", ...changeKinds, "findings", "seconds", "error"], rows, "");
}

/** What all sites together come to: `38 sites: 12 with changes (14 update, 1 create), 24 without, 1 failed, 1 not begun`. */
export function summaryLine(results: readonly SiteResult[]): string {
    const changed = results.filter((one) => changeCount(one) > 0 && !isFailure(one));
    const ends = new Map<string, number>();
    for (const { outcome } of results.filter(isFailure)) ends.set(words[outcome], (ends.get(words[outcome]) ?? 0) + 1);
    const kinds = changeKinds
        .map((kind) => [kind, changed.reduce((sum, { changes }) => sum + (changes[kind] ?? 0), 0)] as const)
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => `${count} ${kind}`);
    const withChanges = `${changed.length} with changes${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`;
    const without = results.length - changed.length - results.filter(isFailure).length;
    const parts = [withChanges, `${without} without`, ...[...ends].map(([word, count]) => `${count} ${word}`)];
    return `${results.length} site${results.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}

/** Sites that a person has to look at again, each with the command that goes on. */
export function unfinished(command: string, results: readonly SiteResult[]): string[] {
    return results
        .filter(({ outcome }) => outcome === "partly" || outcome === "left" || outcome === "stopped")
        .map(
            ({ site, outcome }) =>
                `${site} is ${words[outcome]}; \`routeros-s3 sites ${command} --only ${site}\` goes on from there`,
        );
}

function changesText({ changes }: SiteResult, verb = ""): string {
    const kinds = changeKinds.filter((kind) => changes[kind] !== undefined);
    return kinds.map((kind) => `${changes[kind]} ${verb}${kind}`).join(", ");
}

function shortened(text: string): string {
    return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** A page that stands alone: no script, nothing loaded. */
export function reportPage(title: string, at: Date, results: readonly SiteResult[]): string {
    const cells = (result: SiteResult) => [
        result.site,
        words[result.outcome],
        changesText(result),
        `${result.seconds.toFixed(1)} s`,
        [result.error ?? "", ...result.differences, ...result.findings].filter((line) => line !== "").join("\n"),
    ];
    const row = (tag: string, values: string[], className = "") =>
        `<tr class="${className}">${values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join("")}</tr>`;
    const rows = results.map((one) => row("td", cells(one), isFailure(one) ? "failed" : one.outcome));
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.4 system-ui, sans-serif; margin: clamp(0.8rem, 3vw, 2rem); }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem; border-bottom: 1px solid #8884; white-space: pre-line; }
td { overflow-wrap: anywhere; }
td:not(:last-child) { white-space: nowrap; }
@media (max-width: 45rem) {
    th { display: none; }
    td { display: block; border: 0; padding-block: 0.1rem; }
    td:empty { display: none; }
    td:first-child { font-weight: bold; border-top: 1px solid #8884; }
}
tr.failed td { background: #c003; }
tr.changes td, tr.done td { background: #c903; }
</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(`${at.toISOString()}: ${summaryLine(results)}`)}</p>
<table>
${row("th", ["site", "outcome", "changes", "time", "what"])}
${rows.join("\n")}
</table>
</html>
`;
}

function escapeHtml(text: string): string {
    const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    return text.replace(/[&<>"]/g, (letter) => names[letter] ?? letter);
}
