/** `routeros-s3 doctor` at a site, as a process of its own. */
import { execFile } from "node:child_process";

import * as v from "valibot";

import type { Environment } from "./engine";
import type { SiteResult } from "./result";
import { emptyResult } from "./result";

const checks = v.array(
    v.looseObject({ label: v.string(), status: v.picklist(["ok", "warn", "error"]), detail: v.optional(v.string()) }),
);

/** What the doctor says of a site: a line for each check that is not well. */
export async function examine(site: string, env: Environment, signal: AbortSignal): Promise<SiteResult> {
    const begun = Date.now();
    const result = emptyResult(site, "failed");
    const { stdout, stderr } = await runDoctor(["doctor", "--json", "--stack", site], env, signal);
    result.seconds = Math.round((Date.now() - begun) / 100) / 10;
    try {
        const found = v.parse(checks, JSON.parse(stdout));
        const unwell = found.filter(({ status }) => status !== "ok");
        result.findings = unwell.map(({ label, detail = "" }) => `${label}: ${detail}`);
        result.outcome = found.some(({ status }) => status === "error") ? "failed" : "same";
        if (result.outcome === "failed") result.error = result.findings[0] ?? "";
    } catch {
        result.error = stderr.trim().split("\n")[0] || "the doctor printed nothing that can be read";
    }
    return result;
}

function runDoctor(args: string[], env: Environment, signal: AbortSignal): Promise<{ stdout: string; stderr: string }> {
    const main = process.argv[1] ?? "";
    const options = { env: { ...process.env, ...env }, signal, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve) => {
        execFile(process.execPath, [main, ...args], options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
    });
}
