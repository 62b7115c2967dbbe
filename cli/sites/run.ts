/** Work at every chosen site, from the first problem to the table at the end: what every command over sites shares. */
import { writeFile } from "node:fs/promises";

import type { Command } from "commander";

import { questions } from "./ask";
import type { Operation } from "./operate";
import { lockOf } from "./operate";
import type { Prepared, SiteFlags } from "./prepare";
import { prepare, wholeNumber } from "./prepare";
import type { SiteResult } from "./result";
import { emptyResult, isFailure, oneLine } from "./result";
import type { Stages } from "./stages";
import { inStages } from "./stages";
import { progressLine, reportPage, resultTable, summaryLine, unfinished } from "./view";

export interface StagedFlags extends SiteFlags {
    canary?: string;
    batch?: number;
    maxFailures?: number;
    keepGoing?: boolean;
}

/** Options of a command that writes at every site. */
export function staged(command: Command): Command {
    return command
        .option("--canary <site>", "this one first and alone; when it fails, nothing else begins")
        .option("--batch <n>", "then so many, before the next are begun (default: all)", wholeNumber)
        .option("--max-failures <n>", "begin nothing else when more than this have failed", (text) =>
            text === "0" ? 0 : wholeNumber(text),
        )
        .option("--keep-going", "leave out sites that have a problem, and go on with the others");
}

export type Work = (site: string, operation: Operation) => Promise<SiteResult>;

/** One piece of work at every chosen site, then the table. */
export async function overAll(command: string, flags: SiteFlags, work: Work): Promise<void> {
    const prepared = await prepare(flags);
    const results = await runAt(prepared, work);
    await tell(command, flags, prepared, results);
}

/** The same where the work writes: nothing begins where something is wrong. */
export async function writeAtAll(command: string, flags: StagedFlags, work: Work): Promise<void> {
    const prepared = await prepareWrites(flags);
    const results = await runAt(prepared, work, stagesOf(flags));
    await tell(command, flags, prepared, results);
}

/**
 * The chosen sites that can be written at, their states unlocked.
 *
 * @throws Error that names what is wrong, site by site; with --keep-going those are left out and only named
 */
export async function prepareWrites(flags: StagedFlags): Promise<Prepared> {
    const prepared = await prepare(flags);
    const { parallel, signal } = prepared;
    const { canary, only } = flags;
    const names = [...prepared.sites.map(({ name }) => name), ...prepared.refused.map(({ site }) => site)];
    if (canary !== undefined && !names.includes(canary))
        throw new Error(`--canary ${canary} is none of the chosen sites${only ? ` (${only.join(", ")})` : ""}`);
    const lookAtLock = async ({ name }: { name: string }): Promise<SiteResult> => {
        const error = await lockOf(name, await prepared.operation(name)).catch(messageOf);
        return error === undefined ? emptyResult(name, "same") : { ...emptyResult(name, "failed"), error };
    };
    // Pulumi's own service takes no two writes at a time, and refuses the second by itself.
    const { url = "" } = await prepared.workspace.whoAmI();
    const lockable = /^https?:/.test(url) ? [] : prepared.sites;
    const locked = (await inStages(lockable, lookAtLock, { parallel, signal })).filter(isFailure);
    const refused = [...prepared.refused, ...locked];
    const sites = prepared.sites.filter(({ name }) => !locked.some(({ site }) => site === name));
    const lines = refused.map(({ site, error }) => `  ${site}: ${error ?? "not begun"}`);
    if (lines.length > 0) {
        if (!flags.keepGoing)
            throw new Error(
                `nothing is changed, for there is something wrong:\n${lines.join("\n")}\n--keep-going leaves these out`,
            );
        process.stderr.write(`left out:\n${lines.join("\n")}\n`);
        refuseWithout(canary, refused);
    }
    return { ...prepared, sites, refused };
}

/** Others must not go on where the one that was to go before them cannot. */
export function refuseWithout(canary: string | undefined, failed: readonly SiteResult[]): void {
    if (failed.some(({ site }) => site === canary))
        throw new Error(`nothing is changed: ${canary} was to go first, and cannot; --canary names another`);
}

export function stagesOf({ canary, batch, maxFailures }: StagedFlags): Partial<Stages> {
    return { ...(canary && { canary }), ...(batch && { batch }), ...(maxFailures !== undefined && { maxFailures }) };
}

/** The work at every site that can be run, with a line as each ends. */
export async function runAt(
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
                if (signal.aborted) return { ...emptyResult(name, "stopped"), error: "interrupted" };
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

/** The results as they were asked for, those that were refused among them, and the exit code of the worst. */
export async function tell(
    command: string,
    flags: SiteFlags,
    { refused, signal }: Prepared,
    worked: readonly SiteResult[],
    { withTable = true }: { withTable?: boolean } = {},
): Promise<void> {
    const at = new Date();
    const results = [...refused, ...worked];
    if (flags.report !== undefined) await writeFile(flags.report, reportPage(`sites ${command}`, at, results));
    if (flags.json)
        process.stdout.write(`${JSON.stringify({ command, at: at.toISOString(), results }, undefined, 2)}\n`);
    else if (withTable) {
        const lines = [resultTable(results), "", summaryLine(results), ...unfinished(command, results)];
        process.stdout.write(`${lines.join("\n")}\n`);
    }
    process.exitCode = signal.aborted ? 130 : results.some(isFailure) ? 1 : 0;
}

export function say({ json }: SiteFlags, text: string): void {
    if (!json) process.stdout.write(`${text}\n`);
}

/** Only a person at a terminal, or --yes, answers. */
export async function agreed(count: number): Promise<boolean> {
    if (!process.stdin.isTTY) throw new Error("nobody can be asked here; --yes carries it out");
    const ask = questions(false);
    try {
        const answer = await ask(`Carry this out at ${count} site${count === 1 ? "" : "s"}? (yes/no)`);
        return answer.toLowerCase() === "yes";
    } finally {
        ask.close();
    }
}

function messageOf(error: unknown): string {
    return oneLine(error instanceof Error ? error.message : String(error));
}
