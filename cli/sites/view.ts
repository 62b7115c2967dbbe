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
    const what = result.error ?? (changeCount(result) > 0 ? changesText(result) : words[result.outcome]);
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

/** What all sites together come to: `38 sites: 12 with changes (14 update, 1 create), 25 without, 1 failed`. */
export function summaryLine(results: readonly SiteResult[]): string {
    const changed = results.filter((one) => changeCount(one) > 0 && !isFailure(one));
    const failed = results.filter(isFailure);
    const kinds = changeKinds
        .map((kind) => [kind, changed.reduce((sum, { changes }) => sum + (changes[kind] ?? 0), 0)] as const)
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => `${count} ${kind}`);
    const withChanges = `${changed.length} with changes${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`;
    const without = results.length - changed.length - failed.length;
    const parts = [withChanges, `${without} without`, ...(failed.length > 0 ? [`${failed.length} failed`] : [])];
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

function changesText({ changes, outcome }: SiteResult): string {
    const verb = outcome === "changes" ? "to " : "";
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
        ...changeKinds.map((kind) => String(result.changes[kind] ?? "")),
        result.seconds.toFixed(1),
        [result.error ?? "", ...result.differences, ...result.findings].filter((line) => line !== "").join("\n"),
    ];
    const row = (tag: string, values: string[], className = "") =>
        `<tr class="${className}">${values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join("")}</tr>`;
    const rows = results.map((one) => row("td", cells(one), isFailure(one) ? "failed" : one.outcome));
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color-scheme: light dark; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem; border-bottom: 1px solid #8884; white-space: pre-line; }
tr.failed td { background: #c003; }
tr.changes td, tr.done td { background: #c903; }
</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(`${at.toISOString()}: ${summaryLine(results)}`)}</p>
<table>
${row("th", ["site", "outcome", ...changeKinds, "seconds", "what"])}
${rows.join("\n")}
</table>
</html>
`;
}

function escapeHtml(text: string): string {
    const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    return text.replace(/[&<>"]/g, (letter) => names[letter] ?? letter);
}
