/** The project's own command, as a person calls it in a folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import { root } from "../sandbox/places";

export interface Where {
    folder: string;
    env: NodeJS.ProcessEnv;
}

/** Starts a line, with `npx routeros-s3` before it or not; what it says comes in while it runs. */
export function launch(line: string, { folder, env }: Where) {
    const args = line.replace(/^npx routeros-s3 /, "").split(" ");
    const child = spawn(process.execPath, [path.join(root, "cli/routeros-s3.cjs"), ...args], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { out: "", errors: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.errors += chunk.toString()));
    return { child, said };
}

/** Runs a line to its end. */
export async function run(line: string, where: Where): Promise<{ code: number; out: string; errors: string }> {
    const { child, said } = launch(line, where);
    const [code] = (await once(child, "close")) as [number];
    return { code, ...said };
}
