/** `routeros-s3 doctor` at a site, as a process of its own. */
import { execFile } from "node:child_process";

import * as v from "valibot";

import type { Operation } from "./operate";
import type { SiteResult } from "./result";
import { emptyResult } from "./result";

/** What `doctor --json` prints, as far as it is read here. */
const diagnosis = v.object({
    verdict: v.picklist(["shaped", "not-shaped", "undecided"]),
    router: v.object({ version: v.optional(v.string()) }),
    findings: v.array(v.object({ code: v.string(), effect: v.string(), seen: v.string() })),
});

/** What the doctor says of a site: a line for each finding that is more than a note. */
export async function examine(site: string, operation: Operation): Promise<SiteResult> {
    const begun = Date.now();
    const result = emptyResult(site, "failed");
    const { stdout, stderr } = await runDoctor(["doctor", "--json", "--stack", site], operation);
    result.seconds = Math.round((Date.now() - begun) / 100) / 10;
    const aborted = operation.reason();
    if (aborted) return { ...result, ...aborted };
    try {
        const { verdict, router, findings } = v.parse(diagnosis, JSON.parse(stdout));
        const grave = findings.filter(({ effect }) => effect !== "note");
        result.findings = grave.map(({ code, seen }) => `${code}: ${seen}`);
        // `7.22.3 (stable)`
        if (router.version !== undefined) result.version = router.version.split(" ")[0] ?? "";
        if (verdict === "shaped") result.outcome = "same";
        else
            result.error =
                verdict === "not-shaped" ? "uploads are not shaped" : "whether uploads are shaped is undecided";
    } catch {
        result.error = stderr.trim().split("\n")[0] || "the doctor printed nothing that can be read";
    }
    return result;
}

function runDoctor(args: string[], { env, signal }: Operation): Promise<{ stdout: string; stderr: string }> {
    const main = process.argv[1] ?? "";
    const options = { env: { ...process.env, ...env }, signal, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve) => {
        execFile(process.execPath, [main, ...args], options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
    });
}
