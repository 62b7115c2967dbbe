/** The one way in which a command asks `pulumi`. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** What `pulumi` prints for these arguments; `what` of the stack was asked for, for the error. */
export async function askPulumi(args: string[], stack: string | undefined, what: string): Promise<string> {
    try {
        const asked = stack === undefined ? args : [...args, "--stack", stack];
        return (await promisify(execFile)("pulumi", asked, { env: { ...process.env }, maxBuffer: 2 ** 28 })).stdout;
    } catch (error) {
        const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
        const reason =
            code === "ENOENT" ? "the program pulumi is not on PATH" : (stderr || message).trim().replace(/\s+/g, " ");
        const which = stack === undefined ? "the selected stack" : `stack ${stack}`;
        throw new Error(
            `the ${what} of ${which} cannot be read: ${reason.replace(/^error: /, "")}${adviceFor(reason)}`,
            {
                cause: error,
            },
        );
    }
}

function adviceFor(reason: string): string {
    if (/no stack named/.test(reason)) return "; `pulumi stack ls` shows those that there are";
    if (/no stack selected|no current stack/.test(reason)) return "; `pulumi stack select` chooses one";
    return "";
}

/**
 * Takes from this process's PATH, and so from whatever it starts, what `npx` and `npm run` put before it: the npm package
 * `pulumi` that may stand there downloads an engine of its own.
 */
export function leaveOutPackages(): void {
    const folders = (process.env["PATH"] ?? "").split(path.delimiter);
    process.env["PATH"] = folders
        .filter((folder) => !/node_modules[\\/]\.bin[\\/]?$/.test(folder))
        .join(path.delimiter);
}
