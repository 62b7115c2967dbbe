/** The npm packages of the project, and Node where the machine's own is too old. */
import fs from "node:fs";
import path from "node:path";

import { compileCache, nodeBin, nodeFolder, nodeIsOld, nodeVersion, root } from "./paths.mjs";
import { ask, run } from "./run.mjs";

/**
 * Whether `node_modules` holds what the lock file names. npm keeps what it installed in a lock file of its own there;
 * the two are compared by content, so neither dates nor who ran npm matter. Packages for other systems are left out.
 */
export function packagesMissing() {
    const wanted = packagesOf(path.join(root, "package-lock.json"));
    const installed = packagesOf(path.join(root, "node_modules/.package-lock.json"));
    return Object.entries(wanted).some(([name, entry]) => {
        if (name === "") return false;
        const there = installed[name];
        if (there === undefined) return !entry.optional;
        return there.version !== entry.version || there.integrity !== entry.integrity;
    });
}

export async function installPackages(progress) {
    const step = progress.step("packages", "npm ci, about a minute");
    // Without install scripts: none of the packages needs one here, and `prepare` would build while packages change.
    await npm(["ci", "--ignore-scripts"], root, step);
    fs.rmSync(compileCache, { recursive: true, force: true });
    step.done("installed");
}

export function compileCacheMissing() {
    return !fs.existsSync(compileCache);
}

/**
 * Has Node keep Pulumi's SDK compiled: the engine starts it two to five times in each of its runs, and ends most of
 * those processes before they could keep anything themselves.
 */
export async function fillCompileCache() {
    const node = nodeIsOld() ? path.join(nodeBin, "node") : process.execPath;
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
    await run(node, ["-e", "require('@pulumi/pulumi')"], { cwd: root, env });
    fs.mkdirSync(compileCache, { recursive: true }); // a Node that keeps nothing is not asked again
}

export function nodeMissing() {
    return nodeIsOld() && !fs.existsSync(path.join(nodeBin, "node"));
}

/** Installs Node from npm into a folder of its own. */
export async function installNode(progress) {
    const step = progress.step("node", `installing Node ${nodeVersion}, this machine's is ${process.versions.node}`);
    const temporary = `${nodeFolder}.${process.pid}.tmp`;
    try {
        fs.mkdirSync(temporary, { recursive: true });
        fs.writeFileSync(path.join(temporary, "package.json"), JSON.stringify({ private: true }));
        // The package `node` asks npm a second time for its system's own package; here that one is asked for at once.
        const own = `node-${process.platform}-${process.arch}@${nodeVersion}`;
        await npm(["install", "--ignore-scripts", "--no-save", `node@npm:${own}`], temporary, step);
        const found = ask(path.join(temporary, "node_modules/node/bin/node"), ["--version"]);
        if (found !== `v${nodeVersion}`) throw new Error(`npm's package ${own} does not run on this machine`);
        fs.rmSync(nodeFolder, { recursive: true, force: true });
        fs.renameSync(temporary, nodeFolder);
    } finally {
        fs.rmSync(temporary, { recursive: true, force: true });
    }
    step.done(`Node ${nodeVersion} installed`);
}

async function npm(args, cwd, step) {
    // What npm tells the script it runs belongs to that script, not to this second npm.
    const env = Object.fromEntries(
        Object.entries(process.env).filter(
            ([name]) => !/^npm_(lifecycle|package|command|config_local_prefix)/.test(name),
        ),
    );
    try {
        await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, env });
    } catch (error) {
        step.failed();
        throw error;
    }
}

function packagesOf(file) {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")).packages ?? {};
    } catch {
        return {};
    }
}
