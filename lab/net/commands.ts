import { execFile } from "node:child_process";

/** A command that failed, with what it printed. */
export class CommandError extends Error {
    override readonly name = "CommandError";

    constructor(
        readonly command: string,
        readonly output: string,
    ) {
        super(`${command}: ${output.trim() || "failed"}`);
    }
}

/** Runs a program to its end and returns what it printed; `input` goes to its standard input. */
export function run(program: string, args: readonly string[], input?: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = execFile(program, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
            if (error) reject(new CommandError([program, ...args].join(" "), stderr || error.message));
            else resolve(stdout);
        });
        // A program that ends without reading its input is judged by how it ended.
        child.stdin?.on("error", () => undefined);
        child.stdin?.end(input ?? "");
    });
}

/** Runs a program and says whether it succeeded. */
export async function succeeds(program: string, args: readonly string[], input?: string): Promise<boolean> {
    try {
        await run(program, args, input);
        return true;
    } catch {
        return false;
    }
}
