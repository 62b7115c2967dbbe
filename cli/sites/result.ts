/** What a command did at one site, made of the engine's events. Pure. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

import { difference, isTold, listed } from "../../line/differences";
import { equal } from "../../providers/routeros/runtime/engine/properties";
import type { Properties } from "../../providers/routeros/runtime/kinds/kind";

/** `left`: not begun. `stopped`: interrupted. `partly`: it failed or was interrupted after its first change. */
export type Outcome = "same" | "changes" | "done" | "failed" | "partly" | "stopped" | "left";

export interface SiteResult {
    site: string;
    outcome: Outcome;
    /** Resources by what happens, or happened, to them. */
    changes: Partial<Record<ChangeKind, number>>;
    /** The same one by one: `update nas-queues (queues: nas maxLimit 1M → 19M)`. */
    differences: string[];
    /** Warnings, and what `doctor` found. */
    findings: string[];
    seconds: number;
    /** RouterOS's version, where the router was asked. */
    version?: string;
    /** Why it failed, one line. */
    error?: string;
}

export const changeKinds = ["create", "update", "replace", "delete"] as const;

export type ChangeKind = (typeof changeKinds)[number];

export function emptyResult(site: string, outcome: Outcome): SiteResult {
    return { site, outcome, changes: {}, differences: [], findings: [], seconds: 0 };
}

/** Adds one event to what is known of a site. */
export function take(result: SiteResult, event: EngineEvent, phase: "plan" | "write"): void {
    const step = phase === "plan" ? event.resourcePreEvent?.metadata : event.resOutputsEvent?.metadata;
    const kind = changeKinds.find((one) => one === step?.op);
    // Pulumi's own resources (stack, components, providers) are not what a person counts.
    if (step && kind && !/^pulumi:|^routeros-s3:/.test(step.type)) {
        result.changes[kind] = (result.changes[kind] ?? 0) + 1;
        const what = whatDiffers(step);
        result.differences.push(`${kind} ${step.urn.split("::").pop() ?? ""}${what === "" ? "" : ` (${what})`}`);
    }
    const { severity, message = "", urn = "" } = event.diagnosticEvent ?? {};
    if (severity !== "warning" && severity !== "error") return;
    const text = oneLine(message);
    if (text === "" || /Could not find a package\.json/.test(text)) return;
    const name = urn.includes("pulumi:pulumi:Stack") ? "" : (urn.split("::").pop() ?? "");
    if (severity === "warning") {
        if (!result.findings.includes(text)) result.findings.push(text);
    } else if (!/^(preview|update|refresh) failed$/.test(text)) {
        const error = `${name === "" ? "" : `${name}: `}${text.replace(/^((Preview|Update|Refresh) failed: )?(1 error occurred: \* )?/i, "")}`;
        // An error that several resources share is told whole once, and the others point to it.
        if (result.error === undefined || / as at \S+$/.test(result.error)) result.error = error;
    }
}

/** Property by property, for an update: what the engine names, and for our own resources, of which it names none, all. */
function whatDiffers({ op, diffs, old, new: after }: StepEventMetadata): string {
    if (op !== "update") return "";
    const [was, is] = [old, after].map((state) => (state?.inputs ?? {}) as Properties);
    if (!was || !is) return "";
    const names = diffs?.length ? diffs : [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const same = (name: string) => name in was && equal(listed(name, was[name]), listed(name, is[name]));
    const differing = names.filter((name) => isTold(name) && !same(name));
    const words = (name: string) => (name in was || name in is ? difference(name, was[name], is[name]) : name);
    return differing
        .sort()
        .flatMap((name) => words(name) ?? [])
        .join("; ");
}

/** A message of the engine without its marks for colour, on one line. */
export function oneLine(message: string): string {
    return message
        .replace(/<\{%.*?%\}>/g, "")
        .replace(/^\s*(error|warning):\s*/, "")
        .replace(/\s+/g, " ")
        .trim();
}

export function changeCount({ changes }: SiteResult): number {
    return Object.values(changes).reduce((sum, count) => sum + count, 0);
}

export function isFailure({ outcome }: SiteResult): boolean {
    return outcome === "failed" || outcome === "partly" || outcome === "stopped" || outcome === "left";
}
