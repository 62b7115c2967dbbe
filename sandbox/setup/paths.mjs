/** Where the sandbox keeps what, and the versions it is made of. Everything lies in one folder of the repository. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const sandboxFolder = path.join(root, ".sandbox");

/** The oldest Node that `@pulumi/pulumi` runs on, and the one fetched where the machine's is older. */
export const oldestNode = [22, 12];
export const nodeVersion = "24.21.0";
export const nodeFolder = path.join(sandboxFolder, "node");
export const nodeBin = path.join(nodeFolder, "node_modules/node/bin");

/** Where Node keeps what it has compiled (`NODE_COMPILE_CACHE`). */
export const compileCache = path.join(sandboxFolder, "compiled");

/** The npm package `pulumi` looks for its engine in `$PULUMI_HOME/versions/<version>/bin`. */
export const pulumiVersion = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).devDependencies
    .pulumi;
export const pulumiHome = path.join(sandboxFolder, "pulumi");
export const engineBin = path.join(pulumiHome, "versions", pulumiVersion, "bin");

/** Commands for whoever works in the sandbox, beside the engine's. */
export const commandsFolder = path.join(sandboxFolder, "bin");

export const pythonFolder = path.join(sandboxFolder, "python");
export const requirements = path.join(root, "sandbox/requirements.txt");
/** Other people's clients: they want older packages than the S3 server does. */
export const peersFolder = path.join(sandboxFolder, "peers");
export const peersRequirements = path.join(root, "sandbox/requirements-peers.txt");

/** Whether this process runs on a Node that is too old for the engine's language host. */
export function nodeIsOld(version = process.versions.node) {
    const [major, minor] = version.split(".").map(Number);
    return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

/** PATH with the sandbox's own programs first. */
export function sandboxPath() {
    const folders = [engineBin, commandsFolder, path.join(root, "node_modules/.bin"), process.env.PATH ?? ""];
    if (nodeIsOld()) folders.unshift(nodeBin);
    return folders.join(path.delimiter);
}
