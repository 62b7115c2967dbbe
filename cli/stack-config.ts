import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

interface Entry {
    value?: string;
    secret?: boolean;
}

/**
 * A stack's configuration as `pulumi` has it, objects as JSON text.
 *
 * @param stack its name; undefined for the one that is selected in this folder
 * @param secrets decrypt them too; otherwise they are left out
 */
export async function stackConfig(
    stack: string | undefined,
    { secrets = false }: { secrets?: boolean } = {},
): Promise<Record<string, string>> {
    const args = ["config", "--json", "--non-interactive", ...(secrets ? ["--show-secrets"] : [])];
    const text = await askPulumi(args, stack, "configuration");
    const entries = Object.entries(JSON.parse(text) as Record<string, Entry>);
    return Object.fromEntries(
        entries.flatMap(([key, { value, secret }]) =>
            value === undefined || (secret && !secrets) ? [] : [[key, value]],
        ),
    );
}

/** A stack's outputs as `pulumi` has them; `stack` as for {@link stackConfig}. */
export async function stackOutputs(stack: string | undefined): Promise<Record<string, unknown>> {
    const text = await askPulumi(["stack", "output", "--json", "--non-interactive"], stack, "outputs");
    return JSON.parse(text) as Record<string, unknown>;
}

/** What `pulumi` prints for these arguments; `what` of the stack was asked for, for the error. */
export async function askPulumi(args: string[], stack: string | undefined, what: string): Promise<string> {
    try {
        const asked = stack === undefined ? args : [...args, "--stack", stack];
        const env = { ...process.env, PATH: ownPath() };
        return (await promisify(execFile)("pulumi", asked, { env, maxBuffer: 2 ** 28 })).stdout;
    } catch (error) {
        const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
        const reason =
            code === "ENOENT" ? "the program pulumi is not on PATH" : (stderr || message).trim().replace(/\s+/g, " ");
        const which = stack === undefined ? "the selected stack" : `stack ${stack}`;
        throw new Error(`the ${what} of ${which} cannot be read: ${reason.replace(/^error: /, "")}`, { cause: error });
    }
}

/** PATH without what `npx` puts before it: the npm package `pulumi` there would download an engine of its own. */
function ownPath(): string {
    const folders = (process.env["PATH"] ?? "").split(path.delimiter);
    return folders.filter((folder) => !/node_modules[\\/]\.bin[\\/]?$/.test(folder)).join(path.delimiter);
}
