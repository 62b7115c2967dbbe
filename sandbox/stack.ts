import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import type { Environment } from "./environment";
import { pulumiHome, root } from "./places";
import { type SandboxState, stackFile, stackName } from "./state";

/** Written once; afterwards it is the user's to change. JSON has no comments, hence by hand. */
const initial = `# Made by the sandbox and ignored by git. \`npm run sandbox -- pulumi config set <key> <value>\` changes it.
config:
  aws:region: ap-southeast-2
  routeros-s3:wanInterface: ether5
  routeros-s3:uplink: 20M
  routeros-s3:awsIpRanges: sandbox/ip-ranges.json
`;

/** Makes the sandbox's stack and its configuration where they are missing. `say` is given a line when that takes time. */
export function ensureStack(state: SandboxState, env: Environment, say: (line: string) => void): void {
    if (!fs.existsSync(stackFile)) fs.writeFileSync(stackFile, initial);
    for (const line of dropDeadLocks(state)) say(line);
    const stands = fs.existsSync(path.join(state.backend, ".pulumi/stacks/routeros-s3", `${stackName}.json`));
    if (stands && fs.existsSync(selectionFile())) return;
    say(`${stands ? "selecting" : "making"} stack ${stackName}`);
    const done = spawnSync("pulumi", ["stack", stands ? "select" : "init", stackName, "--non-interactive"], {
        cwd: root,
        env,
        encoding: "utf8",
    });
    if (done.status !== 0) throw new Error(done.error?.message ?? done.stderr.trim());
}

/** Where the engine keeps which stack is selected: by the path of the project file, so that a moved checkout has none. */
function selectionFile(): string {
    const name = createHash("sha1").update(path.join(root, "Pulumi.yaml")).digest("hex");
    return path.join(pulumiHome, "workspaces", `routeros-s3-${name}-workspace.json`);
}

/** What the last finished update changed, by kind (`create`, `same`, …); empty before the first one. */
export function lastChanges(env: Environment): Record<string, number> {
    const args = ["stack", "history", "--json", "--page-size", "1", "--stack", stackName];
    const [last] = (ask(args, env) ?? []) as { resourceChanges?: Record<string, number> }[];
    return last?.resourceChanges ?? {};
}

/** The bucket that the stack made, or undefined where it has none. */
export function bucketName(env: Environment): string | undefined {
    const outputs = ask(["stack", "output", "--json", "--stack", stackName], env) as { bucket?: string } | undefined;
    return outputs?.bucket;
}

function ask(args: string[], env: Environment): unknown {
    const { stdout } = spawnSync("pulumi", args, { cwd: root, env, encoding: "utf8" });
    return stdout ? JSON.parse(stdout) : undefined;
}

/**
 * Removes locks of the file backend whose process is dead, as an engine that was killed leaves them; a lock of a
 * living process stays, and so does one from another host. Returns a line for each that was removed.
 */
export function dropDeadLocks(state: Pick<SandboxState, "backend">): string[] {
    const folder = path.join(state.backend, ".pulumi/locks");
    if (!fs.existsSync(folder)) return [];
    const lines: string[] = [];
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !entry.name.endsWith(".json")) continue;
        const file = path.join(entry.parentPath, entry.name);
        const { pid, hostname } = JSON.parse(fs.readFileSync(file, "utf8")) as { pid: number; hostname: string };
        if (hostname !== os.hostname() || isEngine(pid)) continue;
        for (const name of [file, `${file}.attrs`]) fs.rmSync(name, { force: true });
        lines.push(`removed the stack's lock of process ${pid}, which is gone`);
    }
    return lines;
}

/** Whether a process lives and, as far as the system tells, is an engine and not another one with its old number. */
function isEngine(pid: number): boolean {
    const { lives } = createRequire(__filename)(path.join(root, "sandbox/setup/alive.cjs")) as {
        lives(this: void, pid: number): boolean;
    };
    if (!lives(pid)) return false;
    try {
        return fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
    } catch {
        return true;
    }
}
