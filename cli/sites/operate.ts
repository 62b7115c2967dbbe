/** One command of Pulumi at one site. */
import type { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";

import type { Environment } from "./engine";
import { openStack, PulumiFailed } from "./engine";
import type { SiteResult } from "./result";
import { changeCount, emptyResult, oneLine, take } from "./result";

export interface Operation {
    workspace: LocalWorkspace;
    /** Further environment of the site's command: the password of its router. */
    env: Environment;
    /** Aborts where the person ends it, and where it takes too long. */
    signal: AbortSignal;
    /** Why it was aborted, one word or line. */
    reason: () => { error: string; outcome: "stopped" | "failed" } | undefined;
}

/** What would change. `plan` is the file that keeps it, for {@link update} to carry out. */
export function preview(site: string, operation: Operation, plan?: string): Promise<SiteResult> {
    return operate(site, operation, "plan", (stack, options) => stack.preview({ ...options, refresh: true, plan }));
}

/** Carries out a plan to the letter; what differs from it fails. */
export function update(site: string, operation: Operation, plan: string): Promise<SiteResult> {
    return operate(site, operation, "write", (stack, options) => stack.up({ ...options, plan }));
}

/** Records what stands there. */
export function refresh(site: string, operation: Operation): Promise<SiteResult> {
    return operate(site, operation, "write", (stack, options) => stack.refresh(options));
}

/**
 * Whether somebody holds the stack's lock, and who; asked before anything is written. No command of Pulumi shows the lock of
 * a backend of one's own, and a preview does not ask for it. The one that asks and changes nothing is a change of name to the
 * same name, which is then refused. (Pulumi's own service, where it might not be, keeps no such locks: see `prepareWrites`.)
 */
export async function lockOf(site: string, operation: Operation): Promise<string | undefined> {
    const stack = await openStack(site, operation.workspace, operation.env);
    try {
        await stack.rename({ stackName: site });
    } catch (error) {
        const text = error instanceof PulumiFailed ? error.ended.stderr : "";
        if (/currently locked|already in progress/i.test(text)) {
            const holder = /created by .*/.exec(text)?.[0] ?? "another command is at work";
            return `its state is locked: ${holder}; wait for it, or ${unlocking(site)} when that is dead`;
        }
        if (/no stack named/i.test(text)) return `no stack of this name; \`pulumi stack init ${site} --no-select\``;
    }
    return undefined;
}

function unlocking(site: string): string {
    return `\`pulumi cancel -s ${site}\``;
}

interface Options {
    signal: AbortSignal;
    onEvent: (event: Parameters<typeof take>[1]) => void;
}

async function operate(
    site: string,
    { workspace, env, signal, reason }: Operation,
    phase: "plan" | "write",
    command: (stack: Stack, options: Options) => Promise<unknown>,
): Promise<SiteResult> {
    const result = emptyResult(site, "failed");
    const begun = Date.now();
    try {
        const stack = await openStack(site, workspace, env);
        const onEvent: Options["onEvent"] = (event) => take(result, event, phase);
        await command(stack, { signal, onEvent });
        const outcome = phase === "write" ? "done" : "changes";
        result.outcome = changeCount(result) > 0 ? outcome : "same";
    } catch (error) {
        const isKilled = phase === "write" && error instanceof PulumiFailed && error.ended.isKilled;
        // What was on its way when it was ended by force may have been written.
        const isPartly = phase === "write" && (changeCount(result) > 0 || isKilled);
        const aborted = reason();
        if (aborted) Object.assign(result, aborted);
        else result.error ??= oneLine(error instanceof Error ? error.message : String(error));
        if (isPartly) result.outcome = "partly";
        if (isKilled) result.error = `${result.error}, and ended by force: ${unlocking(site)} frees its state`;
    }
    result.seconds = Math.round((Date.now() - begun) / 100) / 10;
    return result;
}
