/** Pulumi's Automation API over the project's folder, leaving the person's own choice of stack as it is. */
import { spawn, spawnSync } from "node:child_process";

import type { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";

export type Environment = Record<string, string>;

/** Loaded when it is needed: half a second that no other command has to wait. */
const automation = () => import("@pulumi/pulumi/automation/index.js");

/** What the Automation API is given for a command that ended. */
interface Ended {
    stdout: string;
    stderr: string;
    code: number;
    /** Ended by force: what it held it still holds. */
    isKilled: boolean;
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

/**
 * A stack by name. The Automation API would select it, for this folder and whoever works in it; and after each `up` it would
 * read outputs and history, two commands more that nobody looks at.
 */
export async function openStack(name: string, { pulumiCommand }: LocalWorkspace, env: Environment): Promise<Stack> {
    const { Stack } = await automation();
    const workspace = await openWorkspace({ ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, pulumiCommand);
    const stack = await Stack.select(name, Object.assign(workspace, { selectStack: () => Promise.resolve() }));
    return Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
}

/** What is to be ended by force, should it not end by itself. */
const running = new Map<number, Ended>();

/** Ends what is left of every command and of what it started. */
export function killAll(): void {
    for (const id of running.keys()) kill(id);
}

function kill(command: number | undefined): void {
    const ended = command === undefined ? undefined : running.get(command);
    if (command === undefined || ended === undefined) return;
    ended.isKilled = true;
    for (const id of [command, ...startedBy(command)]) {
        try {
            process.kill(id, "SIGKILL");
        } catch {
            // It has ended meanwhile.
        }
    }
}

/** All that a process started, and that these started: Pulumi puts each plugin in a group of its own, and writes go on there. */
function startedBy(id: number): number[] {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    // A slim container has no `ps`; whoever ends the container ends all of it.
    const pairs = (stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/).map(Number));
    const below = (parent: number): number[] =>
        pairs.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
    return below(id);
}

/** Why a command that takes too long is asked to end; it has as long again for the change it is at. */
export class TookTooLong extends Error {
    /** Milliseconds until it is ended by force. */
    readonly grace: number;
    constructor(minutes: number) {
        super(`took longer than ${minutes} minute${minutes === 1 ? "" : "s"}`);
        this.grace = Math.min(minutes, 2) * 60_000;
    }
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
        signal?.throwIfAborted();
        const env = { ...process.env, ...additionalEnv, PULUMI_AUTOMATION_API: "true" };
        const child = spawn("pulumi", [...args, "--non-interactive"], {
            cwd,
            env,
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const ended: Ended = { stdout: "", stderr: "", code: -1, isKilled: false };
        const listen = (stream: "stdout" | "stderr", tell?: (text: string) => void) =>
            child[stream].setEncoding("utf8").on("data", (text: string) => {
                ended[stream] += text;
                tell?.(text);
            });
        listen("stdout", onOutput);
        listen("stderr", onError);
        if (child.pid !== undefined) running.set(child.pid, ended);
        const interrupt = () => {
            child.kill("SIGINT");
            // Where a person interrupts it, the person says when to end it by force.
            const reason: unknown = signal?.reason;
            if (reason instanceof TookTooLong) setTimeout(() => kill(child.pid), reason.grace).unref();
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
