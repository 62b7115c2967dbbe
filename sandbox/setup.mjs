/**
 * Brings a checkout to where everything runs: npm packages, Node where the machine's is too old, the Pulumi engine,
 * the S3 server. Does nothing when nothing is missing; can be interrupted and run again at any point. Runs before
 * `npm start`, `npm test` and `npm run sandbox`, on any Node from 18 on, with nothing installed.
 */
import os from "node:os";
import path from "node:path";

import { awsPluginMissing, placeAwsPlugin } from "./setup/aws-plugin.mjs";
import { engineMissing, installEngine } from "./setup/engine.mjs";
import { takeLock } from "./setup/lock.mjs";
import { installNode, installPackages, nodeMissing, packagesMissing } from "./setup/npm.mjs";
import { sandboxFolder } from "./setup/paths.mjs";
import { Problem } from "./setup/problem.mjs";
import { Progress } from "./setup/progress.mjs";
import { installPython, pythonMissing } from "./setup/python.mjs";
import { endAll } from "./setup/run.mjs";

if (somethingMissing()) await setUp();

function somethingMissing() {
    return packagesMissing() || nodeMissing() || engineMissing() || pythonMissing() || awsPluginMissing();
}

async function setUp() {
    if (process.platform === "win32")
        fail(new Problem("Windows is supported through WSL only: run this in a WSL shell."));
    const started = performance.now();
    const progress = new Progress();
    let release = () => {};
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.on(signal, () => {
            endAll();
            progress.stop();
            release();
            process.stderr.write("set-up: interrupted; the same command goes on from here\n");
            process.exit(128 + os.constants.signals[signal]);
        });
    }
    release = await takeLock(path.join(sandboxFolder, "setup.lock"), (pid) =>
        progress.note(`waiting for another set-up of this checkout (process ${pid})`),
    );
    try {
        if (awsPluginMissing()) placeAwsPlugin();
        // Side by side: most of each is waiting for the network.
        const packages = packagesMissing() ? installPackages(progress) : Promise.resolve();
        const steps = [packages];
        if (nodeMissing()) steps.push(installNode(progress));
        if (pythonMissing()) steps.push(installPython(progress));
        if (engineMissing()) steps.push(installEngine(progress, packages));
        await Promise.all(steps);
        progress.note(`complete in ${Math.round((performance.now() - started) / 1000)} s`);
    } catch (error) {
        endAll();
        progress.stop();
        fail(error);
    } finally {
        progress.stop();
        release();
    }
}

function fail(error) {
    const text = error instanceof Problem ? error.message : error instanceof Error ? error.message : String(error);
    process.stderr.write(`set-up: ${text}\n`);
    process.exitCode = 1;
}
