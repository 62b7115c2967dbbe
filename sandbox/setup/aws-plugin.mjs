/** The sandbox's AWS plugin, where the engine looks for the one of the version that `@pulumi/aws` asks for. */
import fs from "node:fs";
import path from "node:path";

import { pulumiHome, root } from "./paths.mjs";

const { packages } = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"));
const folder = path.join(pulumiHome, "plugins", `resource-aws-v${packages["node_modules/@pulumi/aws"].version}`);
const program = path.join(folder, "pulumi-resource-aws");
const text = `#!/bin/sh\nexec node '${root.replaceAll("'", "'\\''")}/sandbox/aws/plugin/start.cjs' "$@"\n`;

export function awsPluginMissing() {
    try {
        return fs.readFileSync(program, "utf8") !== text;
    } catch {
        return true;
    }
}

/** Puts it there whole. The engine takes it for installed, and asks for nothing to be downloaded. */
export function placeAwsPlugin() {
    fs.mkdirSync(folder, { recursive: true });
    const temporary = `${program}.${process.pid}`;
    fs.writeFileSync(temporary, text, { mode: 0o755 });
    fs.renameSync(temporary, program);
}
