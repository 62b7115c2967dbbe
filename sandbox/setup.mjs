/**
 * Brings a checkout to where everything runs: npm packages, Node where the machine's is too old, the Pulumi engine,
 * the S3 server. Does nothing when nothing is missing; can be interrupted and run again at any point. Runs before
 * `npm start`, `npm test` and `npm run sandbox`, on any Node from 18 on, with nothing installed.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { awsPluginMissing, placeAwsPlugin } from "./setup/aws-plugin.mjs";
import { engineMissing, installEngine } from "./setup/engine.mjs";
import { takeLock } from "./setup/lock.mjs";
import {
    compileCacheMissing,
    fillCompileCache,
    installNode,
    installPackages,
    nodeMissing,
    packagesMissing,
} from "./setup/npm.mjs";
import { sandboxFolder } from "./setup/paths.mjs";
import { installPeers, peersMissing } from "./setup/peers.mjs";
import { Problem } from "./setup/problem.mjs";
import { Progress } from "./setup/progress.mjs";
import { installPython, pythonMissing } from "./setup/python.mjs";
import { endAll } from "./setup/run.mjs";

if (somethingMissing()) await setUp();

function somethingMissing() {
    return [
        packagesMissing,
        nodeMissing,
        engineMissing,
        pythonMissing,
        peersMissing,
        awsPluginMissing,
        compileCacheMissing,
    ].some((missing) => missing());
}

async function setUp() {
    if (process.platform === "win32") {
        return fail(new Problem("Windows is supported through WSL only: run this in a WSL shell."));
    }
    const started = performance.now();
    const progress = new Progress();
    let release = () => {};
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    let stopped = false;
    const interrupted = async (signal) => {
        stopped = true;
        progress.stop();
        await endAll();
        release();
        process.stderr.write("set-up: interrupted; the same command goes on from here\n");
        process.exit(128 + os.constants.signals[signal]);
    };
    for (const signal of signals) process.on(signal, interrupted);
    release = await takeLock(path.join(sandboxFolder, "setup.lock"), (pid) =>
        progress.note(`waiting for another set-up of this checkout (process ${pid})`),
    );
    try {
        dropLeftovers();
        if (awsPluginMissing()) placeAwsPlugin();
        // Side by side: most of each is waiting for the network.
        const packages = packagesMissing() ? installPackages(progress) : Promise.resolve();
        const steps = [packages];
        if (nodeMissing()) steps.push(installNode(progress));
        if (pythonMissing()) steps.push(installPython(progress));
        if (peersMissing()) steps.push(installPeers(progress));
        if (engineMissing()) steps.push(installEngine(progress, packages));
        await Promise.all(steps);
        if (compileCacheMissing()) await fillCompileCache();
        progress.note(`complete in ${Math.round((performance.now() - started) / 1000)} s`);
    } catch (error) {
        progress.stop();
        await endAll();
        if (!stopped) fail(error);
    } finally {
        progress.stop();
        release();
        for (const signal of signals) process.off(signal, interrupted);
    }
}

/** What an interrupted set-up was filling; whole things are renamed into place. */
function dropLeftovers() {
    for (const name of fs.readdirSync(sandboxFolder)) {
        if (name.endsWith(".tmp")) fs.rmSync(path.join(sandboxFolder, name), { recursive: true, force: true });
    }
}

function fail(error) {
    const text = error instanceof Problem ? error.message : error instanceof Error ? error.message : String(error);
    process.stderr.write(`set-up: ${text}\n`);
    process.exitCode = 1;
}
