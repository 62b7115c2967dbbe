/** The last check of each site, kept between runs of a schedule. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import * as v from "valibot";

import { writeWhole } from "../../providers/whole-file";
import type { SiteResult } from "./result";

const lastCheck = v.object({
    /** ISO 8601, UTC. */
    at: v.string(),
    state: v.picklist(["clean", "drift", "unknown"]),
    /** Differences and findings, one line each. */
    lines: v.array(v.string()),
    /** RouterOS's version, where it was asked. */
    version: v.optional(v.string()),
});
const lastChecks = v.record(v.string(), lastCheck);

export type LastCheck = v.InferOutput<typeof lastCheck>;

/** Where the last checks are kept unless a person says otherwise; git ignores it. */
export const lastFile = path.join(".cache", "sites.json");

/** The last check of each site; none where there is no file. @throws Error where the file is another, or unreadable */
export async function readLast(file: string): Promise<Record<string, LastCheck>> {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "{}";
        throw new Error(`--last ${file} cannot be read: ${error.message}; name another file`);
    });
    try {
        return v.parse(lastChecks, JSON.parse(text));
    } catch {
        throw new Error(`${file} is no record of checks; name another with --last, or delete it`);
    }
}

/** The same for a check that will write them again: that it can is tried before the work, and not found after it. */
export async function openLast(file: string): Promise<Record<string, LastCheck>> {
    const checks = await readLast(file);
    // Not the folders above it: they are a person's, and a wrong one is an error.
    await mkdir(path.dirname(file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw unwritable(file, error);
    });
    await writeLast(file, checks).catch((error: Error) => {
        throw unwritable(file, error);
    });
    return checks;
}

function unwritable(file: string, { message }: Error): Error {
    return new Error(`--last ${file} cannot be written: ${message}; name another file`);
}

export async function writeLast(file: string, checks: Record<string, LastCheck>): Promise<void> {
    await writeWhole(file, `${JSON.stringify(checks, undefined, 2)}\n`);
}

/** What a check found, for the next one to compare with. A site that could not be looked at keeps its lines. */
export function checkOf(result: SiteResult, at: Date, before: LastCheck | undefined): LastCheck {
    const { outcome, differences, findings, version = before?.version } = result;
    const state = outcome === "changes" ? "drift" : outcome === "same" ? "clean" : "unknown";
    const lines = state === "unknown" ? (before?.lines ?? []) : [...differences, ...findings];
    return { at: at.toISOString(), state, lines, ...(version === undefined ? {} : { version }) };
}

/** What the doctor found beside what a preview has named already: rows that are gone, or hold what they should not. */
export function besides(differences: readonly string[], findings: readonly string[]): string[] {
    return findings.filter((finding) => differences.length === 0 || !/^rows\/(changed|missing): /.test(finding));
}

/** What is new and what is gone since the last check, a line each. */
export function newsOf(site: string, now: LastCheck, before: LastCheck | undefined): string[] {
    const old = before?.lines ?? [];
    const lines = [
        ...now.lines.filter((line) => !old.includes(line)).map((line) => `${site}: new: ${line}`),
        ...old.filter((line) => !now.lines.includes(line)).map((line) => `${site}: gone: ${line}`),
    ];
    if (now.state === "unknown" && before?.state !== "unknown")
        lines.unshift(`${site}: new: it could not be looked at`);
    if (now.state !== "unknown" && before?.state === "unknown")
        lines.unshift(`${site}: gone: it could not be looked at`);
    return lines;
}
