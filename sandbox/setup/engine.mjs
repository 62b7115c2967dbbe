/**
 * The Pulumi engine, its language host for Node and the launcher of dynamic providers, in one folder.
 *
 * The npm package `pulumi` downloads the official build at its first use. Where only package registries can be
 * reached that fails, and the same version is built from its Go modules; their sums are kept in `sandbox/engine`.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { engineBin, pulumiVersion, root, sandboxFolder } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { ask, missing, run } from "./run.mjs";

const launcher = "pulumi-resource-pulumi-nodejs";
const programs = ["pulumi", "pulumi-language-nodejs", launcher];
const officialSite = "https://get.pulumi.com/install.sh";
const downloadSeconds = 600;

export function engineMissing() {
    return programs.some((program) => !isProgram(path.join(engineBin, program)));
}

/** @param packages promise of the installed npm packages */
export async function installEngine(progress, packages) {
    if (!isProgram(path.join(engineBin, "pulumi")) || !isProgram(path.join(engineBin, "pulumi-language-nodejs"))) {
        const ways = [standing, (temporary) => official(progress, packages, temporary), (t) => built(progress, t)];
        for (const way of ways) if (await inPlace(way)) break;
    }
    await packages;
    if (!isProgram(path.join(engineBin, launcher))) {
        const temporary = path.join(engineBin, `.${launcher}.${process.pid}`);
        fs.copyFileSync(path.join(root, "node_modules/@pulumi/pulumi", launcher), temporary);
        fs.chmodSync(temporary, 0o755);
        fs.renameSync(temporary, path.join(engineBin, launcher));
    }
}

/** Lets a way fill a temporary folder, and moves the folder where the engine belongs if it did. */
async function inPlace(way) {
    const temporary = path.join(sandboxFolder, `engine.${process.pid}.tmp`);
    try {
        fs.mkdirSync(temporary, { recursive: true });
        const bin = await way(temporary);
        if (bin === undefined) return false;
        fs.mkdirSync(path.dirname(engineBin), { recursive: true });
        fs.rmSync(engineBin, { recursive: true, force: true });
        fs.renameSync(bin, engineBin);
        return true;
    } finally {
        fs.rmSync(temporary, { recursive: true, force: true });
    }
}

/** The same version, if it stands in the user's own Pulumi folder: copied, never used in place. */
function standing(temporary) {
    const bin = path.join(os.homedir(), ".pulumi/versions", pulumiVersion, "bin");
    if (!["pulumi", "pulumi-language-nodejs"].every((program) => isProgram(path.join(bin, program)))) return undefined;
    const copy = path.join(temporary, "bin");
    fs.cpSync(bin, copy, { recursive: true });
    return works(copy) ? copy : undefined;
}

async function official(progress, packages, temporary) {
    const unreachable = await reach(officialSite);
    if (unreachable !== undefined) {
        progress.note(`engine: Pulumi's own download cannot be reached (${unreachable})`);
        return undefined;
    }
    await packages;
    const step = progress.step("engine", `downloading Pulumi ${pulumiVersion}`);
    const command = path.join(root, "node_modules/pulumi/run.js");
    const env = { ...process.env, PULUMI_HOME: temporary, PULUMI_SKIP_UPDATE_CHECK: "true" };
    try {
        await run(process.execPath, [command, "version"], { env, timeoutSeconds: downloadSeconds });
        const bin = path.join(temporary, "versions", pulumiVersion, "bin");
        if (!works(bin)) throw new Error("what was downloaded does not run");
        step.done(`Pulumi ${pulumiVersion} downloaded`);
        return bin;
    } catch (error) {
        step.failed();
        progress.note(`engine: Pulumi's own download failed (${String(error.message).split("\n").at(-1)})`);
        return undefined;
    }
}

async function built(progress, temporary) {
    if (ask("go", ["version"]) === undefined) {
        const { message } = missing("go");
        throw new Problem(
            `the Pulumi engine could not be downloaded, and to build it instead ${message}\n` +
                `Or put Pulumi ${pulumiVersion} (https://www.pulumi.com/docs/install/versions/) into ${engineBin}.`,
        );
    }
    const step = progress.step("engine", `building Pulumi ${pulumiVersion} from its Go modules, about 5 minutes`);
    const bin = path.join(temporary, "bin");
    const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
    try {
        // The small one first: the second finds part of its packages built already.
        await build("language-host", "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs", "-s -w");
        await build("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", flags);
    } catch (error) {
        step.failed();
        throw error;
    }
    passOptionsOn(path.join(bin, "pulumi-language-nodejs"));
    if (!works(bin)) throw new Error("the engine was built but does not run");
    step.done(`Pulumi ${pulumiVersion} built`);
    progress.note("engine: Go's caches grew by about 3 GB; `go clean -cache -modcache` frees them");
    return bin;

    async function build(module, target, linkerFlags) {
        const counts = { downloaded: 0, compiled: 0 };
        const onLine = (line) => {
            if (line.startsWith("go: downloading")) counts.downloaded += 1;
            else counts.compiled += 1;
            step.update(
                `building the ${module}: ${counts.downloaded} modules fetched, ${counts.compiled} packages compiled`,
            );
        };
        const args = ["build", "-v", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", linkerFlags];
        const cwd = path.join(root, "sandbox/engine", module);
        const env = { ...process.env, GOWORK: "off", GOFLAGS: "", CGO_ENABLED: "0" };
        await run("go", [...args, "-o", path.join(bin, path.basename(target)), target], { cwd, env, onLine });
    }
}

/**
 * The newest language host that is served as a Go module is older than the engine, and does not know the engine's way
 * of passing a project's options: it would load the TypeScript compiler for every program.
 */
function passOptionsOn(host) {
    fs.renameSync(host, `${host}-v3.68.0`);
    const script = `#!/bin/sh
# Hands on \`typescript: false\` of the project's options, which this older language host takes as a flag only.
if grep -Eqs 'typescript"?:[[:space:]]*false' Pulumi.yaml; then set -- -typescript=false "$@"; fi
exec "$0-v3.68.0" "$@"
`;
    fs.writeFileSync(host, script, { mode: 0o755 });
}

/** Why an address cannot be reached within a few seconds, or undefined where it can. */
async function reach(address) {
    try {
        const answer = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(5000) });
        return answer.ok ? undefined : `HTTP ${answer.status}`;
    } catch (error) {
        return error.cause?.code ?? error.name;
    }
}

function works(bin) {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: path.dirname(bin) };
    const version = ask(path.join(bin, "pulumi"), ["version"], { env });
    return version === `v${pulumiVersion}` && isProgram(path.join(bin, "pulumi-language-nodejs"));
}

function isProgram(file) {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).size > 0;
    } catch {
        return false;
    }
}
