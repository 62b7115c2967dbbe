import { marks } from "./check";
import { compareFacts, factsById } from "./facts";
import type { Result } from "./runner";

const names = { R: "recorded", D: "documented", I: "inferred" } as const;

/** A router's results by version: what to print at the end. */
export function report(results: ReadonlyMap<string, readonly Result[]>): string {
    const all = [...results.values()].flat();
    const lines = ["", "Assertions by mark"];
    for (const mark of marks) {
        const own = all.filter((result) => result.check.mark === mark);
        const count = (outcome: Result["outcome"]) => own.filter((result) => result.outcome === outcome).length;
        const counts = `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`;
        lines.push(`  ${mark} ${names[mark].padEnd(11)} ${counts}`);
    }
    const facts = byFact(all);
    lines.push("", "Facts");
    for (const verdict of ["confirmed", "contradicted", "skipped"] as const) {
        const own = [...facts].filter(([, seen]) => seen === verdict).map(([fact]) => fact);
        lines.push(`  ${verdict} (${own.length})${own.length > 0 ? `: ${own.join(" ")}` : ""}`);
    }
    lines.push(...unrecorded(results));
    const failures = [...results].flatMap(([version, own]) =>
        own.filter(({ outcome }) => outcome === "failed").map((result) => ({ version, ...result })),
    );
    if (failures.length > 0) lines.push("", "Contradicted");
    for (const { version, check, reason } of failures) {
        lines.push(`  ${check.fact} [${check.mark}] ${version}: ${check.behaviour}`, indented(reason ?? ""));
        const fact = factsById.get(check.fact);
        if (fact) lines.push(indented(`known so far: ${fact.text} (${fact.evidence || "no source"})`));
    }
    const skipped = new Map<string, string[]>();
    for (const [version, own] of results) {
        for (const { outcome, check, reason = "" } of own) {
            if (outcome !== "skipped") continue;
            skipped.set(reason, [...(skipped.get(reason) ?? []), `${check.fact} (${version})`]);
        }
    }
    if (skipped.size > 0) lines.push("", "Skipped");
    for (const [reason, own] of skipped) lines.push(`  ${reason}: ${own.join(", ")}`);
    const left = all.flatMap((result) => result.left);
    lines.push("", left.length === 0 ? "Left behind: nothing" : `Left behind:\n${left.map(indented).join("\n")}`);
    return lines.join("\n");
}

/** What scripts rest on and no recording backs: a router of somebody's is the first to say. */
function unrecorded(results: ReadonlyMap<string, readonly Result[]>): string[] {
    const lines = [...results].flatMap(([version, own]) =>
        own
            .filter(({ check }) => check.mark === "I" && /^1[678]\./.test(check.fact))
            .map(({ check, outcome }) => `  ${version} ${verdicts[outcome].padEnd(13)}${check.behaviour}`),
    );
    return lines.length === 0 ? [] : ["", "Scripts, not recorded so far", ...lines];
}

const verdicts = { passed: "confirmed", failed: "contradicted", skipped: "skipped" } as const;

/** A fact is contradicted by one assertion that fails, and confirmed by one that passes where none fails. */
export function byFact(results: readonly Result[]): Map<string, "confirmed" | "contradicted" | "skipped"> {
    const facts = [...new Set(results.map(({ check }) => check.fact))].sort(compareFacts);
    return new Map(
        facts.map((fact) => {
            const outcomes = results.filter(({ check }) => check.fact === fact).map(({ outcome }) => outcome);
            if (outcomes.includes("failed")) return [fact, "contradicted"] as const;
            return [fact, outcomes.includes("passed") ? ("confirmed" as const) : ("skipped" as const)] as const;
        }),
    );
}

function indented(text: string): string {
    return text.replace(/^/gm, "      ");
}
