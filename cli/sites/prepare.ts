/** What every command over sites does before it begins: reads the options, chooses sites, and says what is wrong. */
import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import { promisify } from "node:util";

import type { LocalWorkspace } from "@pulumi/pulumi/automation";
import { type Command, InvalidArgumentError, Option } from "commander";

import { chooseSites, problemsOf } from "./choose";
import type { Environment } from "./engine";
import { killAll, openWorkspace, TookTooLong } from "./engine";
import type { Operation } from "./operate";
import type { SiteResult } from "./result";
import { emptyResult } from "./result";
import type { Project, SiteFile } from "./site-files";
import { readProject } from "./site-files";
import { parallelFor } from "./stages";

export interface SiteFlags {
    only?: string[];
    except?: string[];
    shard?: string;
    parallel?: number;
    json?: boolean;
    report?: string;
    timeout: number;
    passwordCommand?: string;
}

export function withSiteOptions(command: Command): Command {
    return command
        .option("--only <name...>", "these sites alone; * stands for any text: --only 'branch-*'")
        .option("--except <name...>", "all but these")
        .option("--shard <k/n>", "of the chosen sites every n-th, from the k-th on, so that n runners share them")
        .option("--parallel <n>", "sites at a time (default: by cores and free memory)", wholeNumber)
        .option("--json", "print JSON and nothing else")
        .option("--report <file>", "also write a page of the results")
        .addOption(
            new Option("--timeout <minutes>", "for one site; then it is ended, and the others go on")
                .argParser(minutes)
                .default(60),
        )
        .option(
            "--password-command <command>",
            "prints the password of a site's router; it finds the site's name in $SITE: 'pass show routers/$SITE'",
        );
}

export function wholeNumber(text: string): number {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It has to be a whole number, 1 or more.");
    return Number(text);
}

function minutes(text: string): number {
    // A timer of Node bears 24 days.
    if (!(Number(text) > 0 && Number(text) <= 30_000))
        throw new InvalidArgumentError("It has to be a number of minutes, such as 60 or 0.5.");
    return Number(text);
}

export interface Prepared {
    project: Project;
    workspace: LocalWorkspace;
    parallel: number;
    /** Sites that can be run. */
    sites: SiteFile[];
    /** Those that cannot, with the reason. */
    refused: SiteResult[];
    signal: AbortSignal;
    /** What a command of Pulumi at a site is given. */
    operation: (site: string) => Promise<Operation>;
}

export async function prepare(flags: SiteFlags): Promise<Prepared> {
    if (flags.report !== undefined) await checkWritable(flags.report);
    const workspace = await openWorkspace();
    const project = await readProject(workspace);
    const chosen = chooseSites(project.sites, flags);
    if (chosen.length === 0)
        throw new Error("no site is chosen: no Pulumi.<site>.yaml stands here, or --except takes all");
    const problems = problemsOf(project, chosen, {
        environment: process.env,
        hasPasswordCommand: flags.passwordCommand !== undefined,
    });
    const signal = interruption();
    const refused = chosen
        .filter(({ name }) => problems.has(name))
        .map(({ name }) => ({ ...emptyResult(name, "failed"), error: problems.get(name)?.join("; ") ?? "" }));
    return {
        project,
        workspace,
        parallel: flags.parallel ?? parallelFor(availableParallelism(), freemem() / 2 ** 20),
        sites: chosen.filter(({ name }) => !problems.has(name)),
        refused,
        signal,
        operation: async (site) => {
            const late = new AbortController();
            setTimeout(() => late.abort(new TookTooLong(flags.timeout)), flags.timeout * 60_000).unref();
            const both = AbortSignal.any([signal, late.signal]);
            return {
                workspace,
                env: await credentials(site, flags.passwordCommand, both),
                signal: both,
                reason: () => {
                    if (signal.aborted) return { error: "interrupted", outcome: "stopped" };
                    const reason: unknown = late.signal.reason;
                    return reason instanceof TookTooLong ? { error: reason.message, outcome: "failed" } : undefined;
                },
            };
        },
    };
}

/** Said before the work, and not after it. */
async function checkWritable(file: string): Promise<void> {
    await appendFile(file, "").catch((error: Error) => {
        throw new Error(`--report ${file} cannot be written: ${error.message}; give another file`);
    });
}

/** The environment that a command gives a site: the password that another command printed. */
export async function credentials(
    site: string,
    command: string | undefined,
    signal?: AbortSignal,
): Promise<Environment> {
    return command === undefined ? {} : { ROUTEROS_PASSWORD: await printed(command, site, signal) };
}

/** The first line that a person's own command prints for a site. */
export async function printed(command: string, site: string, signal?: AbortSignal): Promise<string> {
    const options = { env: { ...process.env, SITE: site }, ...(signal && { signal }) };
    const { stdout } = await promisify(execFile)("sh", ["-c", command], options).catch((error: unknown) => {
        signal?.throwIfAborted();
        const { stderr = "" } = error as { stderr?: string };
        throw new Error(
            `the password command failed for ${site}: ${stderr.trim().split("\n")[0] || "without a word"}; run it by hand`,
        );
    });
    const [line = ""] = stdout.split("\n");
    if (line === "") throw new Error(`the password command printed nothing for ${site}`);
    return line;
}

/** Ctrl-C ends the commands cleanly, each asked once; again, and they are ended by force. */
function interruption(): AbortSignal {
    const controller = new AbortController();
    const interrupt = (): void => {
        if (controller.signal.aborted) return killAll();
        process.stderr.write("ending: every site finishes the change it is at; again to end by force\n");
        controller.abort();
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    return controller.signal;
}
