import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";

import { Command } from "commander";

import { examine } from "./doctor";
import { initCommand } from "./init";
import { checkOf, lastFile, newsOf, readLast, writeLast } from "./last";
import { listCommand } from "./list";
import type { Operation } from "./operate";
import { lockOf, preview, refresh, update } from "./operate";
import type { Prepared, SiteFlags } from "./prepare";
import { prepare, wholeNumber, withSiteOptions } from "./prepare";
import type { SiteResult } from "./result";
import { changeCount, emptyResult, isFailure, oneLine } from "./result";
import type { Stages } from "./stages";
import { inStages } from "./stages";
import { progressLine, reportPage, resultTable, summaryLine, unfinished } from "./view";

interface UpFlags extends SiteFlags {
    canary?: string;
    batch?: number;
    maxFailures?: number;
    yes?: boolean;
}

/** What `sites check` ends with where a site differs from its configuration; 0 is none, 1 could not look. */
const drifted = 7;

/** `routeros-s3 sites`: one command over all the stacks of a project. */
export function sitesCommand(): Command {
    const command = new Command("sites").description(
        "All the sites of a project together: one Pulumi.<site>.yaml each. Destroying is done one site at a time, by pulumi itself.",
    );
    const child = (name: string, description: string) =>
        withSiteOptions(command.command(name).description(description));

    command.addCommand(initCommand());
    command.addCommand(listCommand());
    child(
        "preview",
        "Shows what would change at every site. Ends with 0, or 1 where a site could not be looked at.",
    ).action((flags: SiteFlags) => overAll("preview", flags, (site, operation) => preview(site, operation)));
    staged(child("up", "Shows what would change at every site, asks once, and carries out exactly that."))
        .option("--yes", "do not ask")
        .action(up);
    staged(child("refresh", "Records at every site what stands there.")).action((flags: UpFlags) =>
        overAll("refresh", flags, (site, operation) => refresh(site, operation), { writes: true }),
    );
    child("doctor", "Runs `routeros-s3 doctor` at every site.").action((flags: SiteFlags) =>
        overAll("doctor", flags, (site, { env, signal }) => examine(site, env, signal)),
    );
    child(
        "check",
        "For a schedule: looks at every site and names what is new or gone since the last check. Ends with 0 when every " +
            "site is as configured, 7 when one is not, 1 when one could not be looked at.",
    )
        .option("--last <file>", "where the last check is kept", lastFile)
        .option("--no-doctor", "leave the doctor out, and look at the configuration alone")
        .action(check);
    return command;
}

function staged(command: Command): Command {
    return command
        .option("--canary <site>", "this one first and alone; when it fails, nothing else begins")
        .option("--batch <n>", "then so many, before the next are begun (default: all)", wholeNumber)
        .option("--max-failures <n>", "begin nothing else when more than this have failed", (text) =>
            text === "0" ? 0 : wholeNumber(text),
        )
        .option("--keep-going", "leave out sites that have a problem, and go on with the others");
}

type Work = (site: string, operation: Operation) => Promise<SiteResult>;

/** One piece of work at every chosen site, then the table. */
async function overAll(
    command: string,
    flags: UpFlags,
    work: Work,
    { writes = false }: { writes?: boolean } = {},
): Promise<void> {
    const prepared = await prepare(flags);
    if (writes) await refuseProblems(prepared, flags);
    const results = await runAt(prepared, work, stagesOf(flags));
    await tell(command, flags, [...prepared.refused, ...results]);
}

async function up(flags: UpFlags): Promise<void> {
    const prepared = await prepare(flags);
    const { canary, only } = flags;
    if (
        canary !== undefined &&
        ![...prepared.sites, ...prepared.refused.map(({ site }) => ({ name: site }))].some(
            ({ name }) => name === canary,
        )
    )
        throw new Error(`--canary ${canary} is none of the chosen sites${only ? ` (${only.join(", ")})` : ""}`);
    await refuseProblems(prepared, flags);
    const folder = await mkdtemp(path.join(tmpdir(), "routeros-s3-plans-"));
    try {
        const plan = (site: string) => path.join(folder, `${site}.json`);
        const planned = await runAt(prepared, (site, operation) => preview(site, operation, plan(site)));
        const failed = planned.filter(isFailure);
        const changing = prepared.sites.filter((_, index) => {
            const result = planned[index];
            return result !== undefined && !isFailure(result) && changeCount(result) > 0;
        });
        say(flags, `${resultTable(planned)}\n\n${summaryLine(planned)}`);
        if (failed.length > 0 && !flags.keepGoing) {
            say(flags, "nothing is changed; --keep-going leaves out the sites that failed");
            return await tell(
                "up",
                flags,
                [
                    ...prepared.refused,
                    ...planned.map((one) => (isFailure(one) ? one : { ...one, outcome: "left" as const })),
                ],
                false,
            );
        }
        if (changing.length === 0 || prepared.signal.aborted)
            return await tell("up", flags, [...prepared.refused, ...planned], false);
        if (!flags.yes && !(await agreed(changing.length))) throw new Error("nothing is changed");
        const carried = await runAt(
            { ...prepared, sites: changing },
            (site, operation) => update(site, operation, plan(site)),
            stagesOf(flags),
        );
        const done = new Map(carried.map((result) => [result.site, result]));
        await tell("up", flags, [...prepared.refused, ...planned.map((one) => done.get(one.site) ?? one)]);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** A plan says what is asked; only a person at a terminal, or --yes, answers. */
async function agreed(count: number): Promise<boolean> {
    if (!process.stdin.isTTY) throw new Error("nobody can be asked here; --yes carries it out");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        const answer = await terminal.question(`Carry this out at ${count} site${count === 1 ? "" : "s"}? (yes/no) `);
        return answer.trim().toLowerCase() === "yes";
    } finally {
        terminal.close();
    }
}

async function check(flags: SiteFlags & { last: string; doctor: boolean }): Promise<void> {
    const last = await readLast(flags.last);
    const prepared = await prepare(flags);
    const looked = await runAt(prepared, async (site, operation) => {
        // A router that cannot be read is no router without drift.
        const env = { ...operation.env, ROUTEROS_UNREACHABLE: "fail" };
        const result = await preview(site, { ...operation, env });
        if (!flags.doctor || isFailure(result)) return result;
        const { findings, error, version } = await examine(site, env, operation.signal);
        result.findings.push(...(error === undefined ? [] : [`doctor: ${error}`]), ...findings);
        // Configured as it should be, and of no use: that is no clean site.
        if (error === "uploads are not shaped") result.outcome = "changes";
        return version === undefined ? result : { ...result, version };
    });
    const results = [...prepared.refused, ...looked];
    const at = new Date();
    const now = Object.fromEntries(results.map((one) => [one.site, checkOf(one, at, last[one.site])]));
    const news = results.flatMap(({ site }) => newsOf(site, now[site]!, last[site]));
    await writeLast(flags.last, { ...last, ...now });
    say(flags, news.length > 0 ? news.join("\n") : "nothing new");
    await tell("check", flags, results);
    if (process.exitCode === 0 && results.some(({ outcome }) => outcome === "changes")) process.exitCode = drifted;
}

/** Names what is wrong before anything is written, and ends there unless the person said otherwise. */
async function refuseProblems(prepared: Prepared, flags: UpFlags): Promise<void> {
    const { parallel, signal } = prepared;
    const locks = await inStages(
        prepared.sites,
        async ({ name }) => {
            const error = await lockOf(name, await prepared.operation(name)).catch((reason: unknown) =>
                messageOf(reason),
            );
            return {
                ...emptyResult(name, error === undefined ? "same" : "failed"),
                ...(error === undefined ? {} : { error }),
            };
        },
        { parallel, signal },
    );
    const locked = locks.filter(isFailure);
    prepared.refused.push(...locked);
    prepared.sites = prepared.sites.filter(({ name }) => !locked.some(({ site }) => site === name));
    if (prepared.refused.length === 0) return;
    const lines = prepared.refused.map(({ site, error }) => `  ${site}: ${error}`);
    if (flags.keepGoing) process.stderr.write(`left out:\n${lines.join("\n")}\n`);
    else
        throw new Error(
            `nothing is changed, for there is something wrong:\n${lines.join("\n")}\n--keep-going leaves these out`,
        );
}

function stagesOf({ canary, batch, maxFailures }: UpFlags): Partial<Stages> {
    return { ...(canary && { canary }), ...(batch && { batch }), ...(maxFailures !== undefined && { maxFailures }) };
}

async function runAt(
    { sites, parallel, signal, operation }: Prepared,
    work: Work,
    stages: Partial<Stages> = {},
): Promise<SiteResult[]> {
    let done = 0;
    return inStages(
        sites,
        async ({ name }) => {
            try {
                return await work(name, await operation(name));
            } catch (error) {
                return { ...emptyResult(name, "failed"), error: messageOf(error) };
            }
        },
        { parallel, signal, ...stages },
        (result) => {
            done += 1;
            process.stderr.write(`${progressLine(result, done, sites.length)}\n`);
        },
    );
}

/** The results as they were asked for, and the exit code of the worst. */
async function tell(
    command: string,
    flags: SiteFlags,
    results: readonly SiteResult[],
    withTable = true,
): Promise<void> {
    const at = new Date();
    if (flags.report !== undefined) await writeFile(flags.report, reportPage(`sites ${command}`, at, results));
    if (flags.json)
        process.stdout.write(`${JSON.stringify({ command, at: at.toISOString(), results }, undefined, 2)}\n`);
    else if (withTable) {
        const lines = [resultTable(results), "", summaryLine(results), ...unfinished(results)];
        process.stdout.write(`${lines.join("\n")}\n`);
    }
    process.exitCode = results.some(({ outcome }) => outcome === "stopped") ? 130 : results.some(isFailure) ? 1 : 0;
}

function say({ json }: SiteFlags, text: string): void {
    if (!json) process.stdout.write(`${text}\n`);
}

function messageOf(error: unknown): string {
    return oneLine(error instanceof Error ? error.message : String(error));
}
