/** Pulumi's Automation API over the project's folder, leaving the person's own choice of stack as it is. */
import { spawn } from "node:child_process";

import type { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";

export type Environment = Record<string, string>;

/** Loaded when it is needed: half a second that no other command has to wait. */
const automation = () => import("@pulumi/pulumi/automation/index.js");

/** What the Automation API is given for a command that ended. */
interface Ended {
    stdout: string;
    stderr: string;
    code: number;
}

/** A command of Pulumi that failed: what it printed. */
export class PulumiFailed extends Error {
    constructor(
        readonly args: readonly string[],
        readonly ended: Ended,
    ) {
        const text = `${ended.stderr}\n${ended.stdout}`;
        const line = text.split("\n").find((one) => /^\s*error: /.test(one)) ?? ended.stderr.trim().split("\n")[0];
        super(line?.replace(/^\s*error: /, "").trim() || `pulumi ${args[0]} ended with ${ended.code}`);
    }
}

export async function openWorkspace(envVars: Environment = {}, command?: PulumiCommand): Promise<LocalWorkspace> {
    const { LocalWorkspace } = await automation();
    const pulumiCommand = command ?? (await pulumiInOwnGroup());
    return LocalWorkspace.create({ workDir: process.cwd(), envVars, pulumiCommand });
}

/** A stack by name. The Automation API would select it, for this folder and whoever works in it. */
export async function openStack(name: string, { pulumiCommand }: LocalWorkspace, env: Environment): Promise<Stack> {
    const { Stack } = await automation();
    const workspace = await openWorkspace({ ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, pulumiCommand);
    return Stack.select(name, Object.assign(workspace, { selectStack: () => Promise.resolve() }));
}

/** What is to be ended by force, should it not end by itself. */
const running = new Set<number>();

/** A command that took too long and was asked to end has so long for the change it is at. */
const graceMilliseconds = 120_000;

/** Ends what is left of every command and of what it started. */
export function killAll(): void {
    for (const group of running) kill(group);
}

function kill(group: number | undefined): void {
    if (group === undefined || !running.has(group)) return;
    try {
        process.kill(-group, "SIGKILL");
    } catch {
        running.delete(group); // it has ended meanwhile
    }
}

function isTimeout(signal: AbortSignal | undefined): boolean {
    const reason = signal?.reason as unknown;
    return reason instanceof DOMException && reason.name === "TimeoutError";
}

/**
 * `pulumi`, each time in a process group of its own: Ctrl-C at a terminal reaches us alone, and Pulumi is asked once
 * to end. Asked twice it would end at once, in the middle of a write.
 */
async function pulumiInOwnGroup(): Promise<PulumiCommand> {
    const { PulumiCommand } = await automation();
    const command = await PulumiCommand.get().catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(/ENOENT/.test(text) ? "the program pulumi is not on PATH" : text);
    });
    return Object.assign(command, { run: (...args: Parameters<typeof run>) => run(...args) });
}

function run(
    args: string[],
    cwd: string,
    additionalEnv: Environment,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
): Promise<Ended> {
    return new Promise((resolve, reject) => {
        const env = { ...process.env, ...additionalEnv, PULUMI_AUTOMATION_API: "true" };
        const child = spawn("pulumi", [...args, "--non-interactive"], {
            cwd,
            env,
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const ended: Ended = { stdout: "", stderr: "", code: -1 };
        const listen = (stream: "stdout" | "stderr", tell?: (text: string) => void) =>
            child[stream].setEncoding("utf8").on("data", (text: string) => {
                ended[stream] += text;
                tell?.(text);
            });
        listen("stdout", onOutput);
        listen("stderr", onError);
        if (child.pid !== undefined) running.add(child.pid);
        const interrupt = () => {
            child.kill("SIGINT");
            // Where a person interrupts it, the person says when to end it by force.
            if (isTimeout(signal)) setTimeout(() => kill(child.pid), graceMilliseconds).unref();
        };
        signal?.addEventListener("abort", interrupt);
        child.on("error", reject);
        child.on("close", (code) => {
            signal?.removeEventListener("abort", interrupt);
            if (child.pid !== undefined) running.delete(child.pid);
            ended.code = code ?? -1;
            if (code === 0) resolve(ended);
            else reject(new PulumiFailed(args, ended));
        });
    });
}
