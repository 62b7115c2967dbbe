/** A site's stack and its file. A password goes by standard input, where no list of processes shows it. */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

import type { LocalWorkspace } from "@pulumi/pulumi/automation";

import { openStack } from "./engine";

/** Makes both, whole or not at all. */
export async function makeSite(
    workspace: LocalWorkspace,
    name: string,
    config: Record<string, string>,
    password: string,
): Promise<void> {
    const pulumi = (args: string[]) => runPulumi(workspace.workDir, args);
    await pulumi(["stack", "init", name, "--no-select"]);
    try {
        const stack = await openStack(name, workspace, {});
        await stack.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { value }])));
        if (password !== "") await keepPassword(workspace, name, password);
    } catch (error) {
        await pulumi(["stack", "rm", "--yes", name]).catch(() => undefined);
        rmSync(`Pulumi.${name}.yaml`, { force: true });
        throw error;
    }
}

export function keepPassword({ workDir }: LocalWorkspace, site: string, password: string): Promise<void> {
    return runPulumi(workDir, ["config", "set", "--secret", "routeros:password", "-s", site], password);
}

function runPulumi(cwd: string, args: string[], input = ""): Promise<void> {
    return new Promise((resolve, reject) => {
        const child = spawn("pulumi", [...args, "--non-interactive"], { cwd, stdio: ["pipe", "ignore", "pipe"] });
        let stderr = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) resolve();
            else reject(new Error(`pulumi ${args.slice(0, 2).join(" ")}: ${stderr.replace(/^error: /, "").trim()}`));
        });
        child.stdin.end(input);
    });
}
