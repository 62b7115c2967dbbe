import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { changes } from "./changes";
import options from "./options.json";

/** Where kernels are kept, one folder each: `$XDG_CACHE_HOME/routeros-s3/kernel`. */
export function kernelCache(environment: NodeJS.ProcessEnv = process.env): string {
    const given = environment["XDG_CACHE_HOME"];
    const cache = given !== undefined && path.isAbsolute(given) ? given : path.join(os.homedir(), ".cache");
    return path.join(cache, "routeros-s3", "kernel");
}

/** Options that the kernel has beside make's smallest configuration, by what they are for. */
export const wantedOptions: readonly string[] = Object.values(options).flat();

/** Tells apart kernels of one version: what was asked for and what was changed. */
export function recipe(): string {
    const what = [...wantedOptions, ...changes.map(({ file, find, put }) => `${file} ${find.source} ${put}`)];
    return createHash("sha256").update(what.join("\n")).digest("hex").slice(0, 12);
}

export function kernelFolder(version: string, cache = kernelCache()): string {
    return path.join(cache, `${version}-${recipe()}`);
}

/** The newest kernel of this recipe that was built here; none where there is none. */
export function findKernel(cache = kernelCache()): string | undefined {
    const suffix = `-${recipe()}`;
    const folders = existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith(suffix)) : [];
    folders.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return folders
        .map((name) => path.join(cache, name, "linux"))
        .filter((file) => existsSync(file))
        .at(-1);
}
