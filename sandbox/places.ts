import fs from "node:fs";
import path from "node:path";

/** The checkout's folder, found from here as well as from the compiled copy of this file in `bin/`. */
export const root = findRoot(__dirname);

/** Everything the sandbox makes lies in this one folder, which git ignores. `sandbox/setup/paths.mjs` says the same. */
export const sandboxFolder = path.join(root, ".sandbox");
export const pulumiHome = path.join(sandboxFolder, "pulumi");
export const engineBin = path.join(pulumiHome, "versions", engineVersion(), "bin");
/** The aws command line, by a link. */
export const commandsFolder = path.join(sandboxFolder, "bin");
/** What Node keeps compiled between runs. */
export const compileCache = path.join(sandboxFolder, "compiled");
export const python = path.join(sandboxFolder, "python/bin/python");

function findRoot(from: string): string {
    for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
        if (fs.existsSync(path.join(folder, "Pulumi.yaml")) || fs.existsSync(path.join(folder, "program.cjs")))
            return folder;
    }
    throw new Error(`${from} is not inside a checkout of routeros-s3: the sandbox runs only from one`);
}

function engineVersion(): string {
    const text = fs.readFileSync(path.join(root, "package.json"), "utf8");
    const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> };
    return devDependencies["pulumi"] ?? "";
}
