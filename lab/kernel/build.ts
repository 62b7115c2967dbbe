import {
    chmodSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statfsSync,
    writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";

import { runGroup } from "../groups";
import { changed, changes } from "./changes";
import { kernelCache, kernelFolder, wantedOptions } from "./place";
import { buildTools, CannotBuild, checkPrograms, unpackSource } from "./source";

/** Sources without what is not needed, and objects: what a build takes until it is done. */
const neededDisk = 1.5 * 2 ** 30;
const neededMemory = 700 * 2 ** 20;
/** Files that make compiles with our options; only progress depends on it. */
const expectedSteps = 1000;

/** Folder for one build; those whose process is gone are removed first. */
export function workFolder(cache = kernelCache()): string {
    mkdirSync(cache, { recursive: true });
    for (const name of readdirSync(cache)) {
        const pid = /^work-(\d+)$/.exec(name)?.[1];
        if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(path.join(cache, name), { recursive: true });
    }
    return path.join(cache, `work-${process.pid}`);
}

/** Refuses where a compiler is missing, or there is too little to build with, before anything is fetched. */
export function checkRoom(cache = kernelCache(), disk = neededDisk): void {
    const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
    checkPrograms();
    const { bavail, bsize } = statfsSync(cache);
    if (bavail * bsize < disk)
        throw new CannotBuild(
            `Building takes ${gib(disk)} in ${cache}, and ${gib(bavail * bsize)} are free: make room, or set XDG_CACHE_HOME.`,
        );
    if (os.freemem() < neededMemory)
        throw new CannotBuild(`Building takes ${gib(neededMemory)} of memory, and ${gib(os.freemem())} are free.`);
}

/** Builds the kernel in `work` and returns where it is kept. `progress` is told what is done as it is done. */
export async function buildKernel(
    work: string,
    source: string | undefined,
    progress: (text: string) => void,
): Promise<string> {
    mkdirSync(work);
    const tree = path.join(work, "linux");
    progress(source === undefined ? "fetching and unpacking Debian's sources of Linux" : `unpacking ${source}`);
    const version = await unpackSource(source, work, tree);
    for (const change of changes) {
        progress(`changing ${change.file}: ${change.why}`);
        const file = path.join(tree, change.file);
        if (!existsSync(file)) throw new CannotBuild(`${tree} has no ${change.file}: Linux 6.12 is known to work.`);
        writeFileSync(file, changed(readFileSync(file, "utf8"), change));
    }
    // Left out when unpacking, and named by what stands.
    if (!existsSync(path.join(tree, "Documentation", "Kconfig"))) {
        mkdirSync(path.join(tree, "Documentation"), { recursive: true });
        writeFileSync(path.join(tree, "Documentation", "Kconfig"), "");
    }
    const env = await buildTools(work);
    progress(`configuring Linux ${version}`);
    await configure(tree, env);
    await compile(tree, env, progress);
    const kept = kernelFolder(version);
    const folder = path.join(work, "kept");
    mkdirSync(folder);
    await runGroup("strip", ["-o", path.join(folder, "linux"), path.join(tree, "linux")]);
    chmodSync(path.join(folder, "linux"), 0o755);
    rmSync(kept, { recursive: true, force: true });
    renameSync(folder, kept);
    return path.join(kept, "linux");
}

/** Equal words for equal builds: what make says of when, by whom and where goes into the kernel. */
const make = ["-s", "ARCH=um", "KBUILD_BUILD_TIMESTAMP=@0", "KBUILD_BUILD_USER=lab", "KBUILD_BUILD_HOST=lab"];

async function configure(tree: string, env: NodeJS.ProcessEnv): Promise<void> {
    const wanted = wantedOptions.map((name) => `CONFIG_${name}=y`);
    const file = path.join(tree, "wanted.config");
    writeFileSync(file, `${wanted.join("\n")}\n`);
    await runGroup("make", [...make, `KCONFIG_ALLCONFIG=${file}`, "allnoconfig"], { cwd: tree, env });
    const found = new Set(readFileSync(path.join(tree, ".config"), "utf8").split("\n"));
    const missing = wanted.filter((line) => !found.has(line));
    if (missing.length > 0)
        throw new CannotBuild(`These sources have no ${missing.join(", ")}: Linux 6.12 is known to work (--source).`);
}

async function compile(tree: string, env: NodeJS.ProcessEnv, progress: (text: string) => void): Promise<void> {
    let steps = 0;
    let said = Date.now();
    const verbose = make.filter((word) => word !== "-s");
    await runGroup("make", [...verbose, `-j${os.availableParallelism()}`, "linux"], {
        cwd: tree,
        env,
        onLine: () => {
            steps++;
            if (Date.now() - said < 2000) return;
            said = Date.now();
            progress(`compiling, ${Math.min(99, Math.round((steps / expectedSteps) * 100))} %`);
        },
    });
}
