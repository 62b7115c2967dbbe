import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { createInterface } from "node:readline";

/** Programs in process groups of their own: each ends with everything it started, and with this process. */
const running = new Set<ChildProcess>();

/** Starts a program as the head of a group. It dies with this process, however that ends. */
export function startGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], { ...options, detached: true });
    running.add(child);
    child.once("close", () => running.delete(child));
    child.once("error", () => running.delete(child));
    return child;
}

export function endGroup(child: ChildProcess): void {
    if (child.pid === undefined) return;
    try {
        process.kill(-child.pid, "SIGKILL");
    } catch {
        // It ended by itself.
    }
}

/** A program that ended otherwise than well, with the last lines it printed. */
export class ProgramFailed extends Error {
    override readonly name = "ProgramFailed";
}

/** Runs a program to its end; `onLine` gets each line of its standard output as it comes. */
export function runGroup(
    program: string,
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void } = {},
): Promise<string> {
    return new Promise((resolve, reject) => {
        const { onLine, ...rest } = options;
        const child = startGroup(program, args, { ...rest, stdio: ["ignore", "pipe", "pipe"] });
        let printed = "";
        let errors = "";
        child.stderr?.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-10_000)));
        if (child.stdout)
            createInterface({ input: child.stdout }).on("line", (line) => {
                printed += `${line}\n`;
                onLine?.(line);
            });
        child.once("error", reject);
        child.once("close", (code, signal) => {
            if (code === 0) return resolve(printed);
            const last = errors.trim().split("\n").filter(Boolean).slice(-3).join("; ");
            reject(new ProgramFailed(`${program} ${args.join(" ")}: ${last || `ended with ${signal ?? code}`}`));
        });
    });
}

/** On Ctrl-C and on being told to end: ends every group, cleans up, ends with the signal's code. */
export function endOnSignals(cleanUp: () => void): void {
    for (const [signal, code] of [
        ["SIGINT", 130],
        ["SIGTERM", 143],
        ["SIGHUP", 129],
    ] as const)
        process.once(signal, () => {
            for (const child of running) endGroup(child);
            cleanUp();
            process.stderr.write("Stopped; nothing is left.\n");
            process.exit(code);
        });
}
