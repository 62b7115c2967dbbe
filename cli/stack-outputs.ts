import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A stack's outputs; secrets are left masked. */
export async function stackOutputs(stack: string | undefined): Promise<Record<string, unknown>> {
    const args = ["stack", "output", "--json", "--non-interactive", ...(stack === undefined ? [] : ["--stack", stack])];
    try {
        const { stdout } = await promisify(execFile)("pulumi", args);
        return JSON.parse(stdout) as Record<string, unknown>;
    } catch (error) {
        const { code, stderr = "", message } = error as NodeJS.ErrnoException & { stderr?: string };
        const reason = code === "ENOENT" ? "the program pulumi is not on PATH" : stderr.trim() || message;
        throw new Error(`the outputs of the stack cannot be read: ${reason.replace(/^error: /, "")}`, { cause: error });
    }
}
