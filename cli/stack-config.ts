import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A stack's configuration as `pulumi` has it; secrets are left out, and never decrypted. */
export async function stackConfig(stack: string): Promise<Record<string, string>> {
    let text: string;
    try {
        ({ stdout: text } = await promisify(execFile)("pulumi", ["config", "--json", "--stack", stack]));
    } catch (error) {
        const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
        const reason =
            code === "ENOENT" ? "the program pulumi is not on PATH" : (stderr ?? message).trim().replace(/\s+/g, " ");
        throw new Error(`the configuration of stack ${stack} cannot be read: ${reason}`);
    }
    const entries = Object.entries(JSON.parse(text) as Record<string, { value?: string; secret?: boolean }>);
    return Object.fromEntries(
        entries.flatMap(([key, { value, secret }]) => (secret || value === undefined ? [] : [[key, value]])),
    );
}
