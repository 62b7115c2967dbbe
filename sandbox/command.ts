import { spawn } from "node:child_process";
import os from "node:os";

import type { Environment } from "./environment";
import { root } from "./places";

/** What a shell says of a program it cannot find, and of one that a signal ended. */
const notFound = 127;
const bySignal = 128;

/**
 * Runs a program on this terminal, in the project's folder, and returns its exit code. While it runs, interrupting is
 * its matter: this process goes on, to stop the servers afterwards.
 */
export async function runCommand(command: string, args: string[], env: Environment): Promise<number> {
    return new Promise((resolve) => {
        const child = spawn(command, args, { cwd: root, env, stdio: "inherit" });
        const forward = (signal: NodeJS.Signals) => {
            // A terminal has given its Ctrl-C to the child already, and the engine takes a second one for "at once".
            if (signal !== "SIGINT" || !onTerminal()) child.kill(signal);
        };
        const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
        for (const signal of signals) process.on(signal, forward);
        const end = (code: number) => {
            for (const signal of signals) process.off(signal, forward);
            resolve(code);
        };
        child.on("error", (error: NodeJS.ErrnoException) => {
            process.stderr.write(`${command}: ${error.code === "ENOENT" ? "no such program" : error.message}\n`);
            end(error.code === "ENOENT" ? notFound : 1);
        });
        child.on("close", (code, signal) => end(code ?? bySignal + (signal ? os.constants.signals[signal] : 0)));
    });
}

/** Waits for Ctrl-C or a request to end. */
export async function untilInterrupted(): Promise<void> {
    await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
    });
}

function onTerminal(): boolean {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
