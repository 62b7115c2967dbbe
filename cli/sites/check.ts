/** `sites check`: what is new or gone at any site since the last time. */
import { examine } from "./doctor";
import { besides, checkOf, newsOf, openLast, writeLast } from "./last";
import type { Operation } from "./operate";
import { preview } from "./operate";
import type { SiteFlags } from "./prepare";
import { prepare } from "./prepare";
import type { SiteResult } from "./result";
import { isFailure } from "./result";
import { runAt, say, tell } from "./run";

/** What it ends with where a site differs from its configuration; 0 is none, 1 could not look. */
const drifted = 7;

export async function check(flags: SiteFlags & { last: string; doctor: boolean }): Promise<void> {
    const last = await openLast(flags.last);
    const prepared = await prepare(flags);
    const looked = await runAt(prepared, (site, operation) => look(site, operation, flags.doctor));
    const results = [...prepared.refused, ...looked];
    const at = new Date();
    const seen = results.filter(({ outcome }) => outcome !== "left" && outcome !== "stopped");
    const now = Object.fromEntries(seen.map((one) => [one.site, checkOf(one, at, last[one.site])]));
    const news = Object.entries(now).flatMap(([site, found]) => newsOf(site, found, last[site]));
    await writeLast(flags.last, { ...last, ...now });
    say(flags, news.length > 0 ? news.join("\n") : "nothing new");
    await tell("check", flags, prepared, looked);
    if (process.exitCode === 0 && results.some(({ outcome }) => outcome === "changes")) process.exitCode = drifted;
}

async function look(site: string, operation: Operation, withDoctor: boolean): Promise<SiteResult> {
    // A router that cannot be read is no router without drift.
    const strict = { ...operation, env: { ...operation.env, ROUTEROS_UNREACHABLE: "fail" } };
    const result = await preview(site, strict);
    if (!withDoctor || isFailure(result)) return result;
    const { outcome, findings, error, version } = await examine(site, strict);
    if (outcome === "stopped") return { ...result, outcome };
    result.findings.push(
        ...(error === undefined ? [] : [`doctor: ${error}`]),
        ...besides(result.differences, findings),
    );
    // Configured as it should be, and of no use: that is no clean site.
    if (error === "uploads are not shaped") result.outcome = "changes";
    return version === undefined ? result : { ...result, version };
}
