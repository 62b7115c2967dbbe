/**
 * Runs the project's own scripts on the sandbox's Node and engine: `node sandbox/run.mjs <script> [arguments…]`.
 * Uses Node's built-ins only, so that it starts on any Node from 18 on.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import { nodeBin, nodeIsOld, pulumiHome, root, sandboxPath } from "./setup/paths.mjs";
import { check } from "./setup/check.mjs";

const require = createRequire(import.meta.url);
const compiled = (file) => [path.join(root, "bin", file)];
const module = (file) => [require.resolve(file, { paths: [root] })];
// The option after it ends jest's list of patterns: what follows are the caller's own.
const jest = (ignored) => [...module("jest/bin/jest"), ignored, `--rootDir=${root}`];

/** What each script runs; all are Node programs. */
const scripts = {
    start: () => compiled("sandbox/start.js"),
    sandbox: () => compiled("sandbox/sandbox.js"),
    test: () => jest("--testPathIgnorePatterns=\\.play\\.ts$"),
    "test:plays": () => jest("--testPathIgnorePatterns=\\.test\\.ts$"),
    "test:contract": () => compiled("tests/contract/main.js"),
    "test:aws": () => [path.join(root, "tests/aws/account.mjs")],
    "bench:preview": () => compiled("bench/preview.js"),
    "bench:router": () => compiled("bench/router.js"),
    "bench:requests": () => compiled("bench/requests.js"),
    "bench:sites": () => compiled("bench/sites.js"),
    lab: () => compiled("lab/main.js"),
    "lab:kernel": () => compiled("lab/kernel/main.js"),
    "lab:repeat": () => compiled("lab/repeat.js"),
    "lab:live": () => compiled("lab/live/main.js"),
    article: () => compiled("lab/article/main.js"),
};

const [name, ...args] = process.argv.slice(2);
// npm runs set-up before `start`, `test` and `sandbox`; the other scripts need it no less. No time where all is there.
await import("./setup.mjs");
if (process.exitCode) process.exit();
const node = nodeIsOld() ? path.join(nodeBin, "node") : process.execPath;
const env = { ...process.env, PATH: sandboxPath(), PULUMI_HOME: pulumiHome };

if (name === "check") process.exitCode = await check(node, env, args);
else if (name !== undefined && Object.hasOwn(scripts, name)) {
    require(path.join(root, "tools/build.cjs")).ensureBuilt();
    pass(spawn(node, [...scripts[name](), ...args], { stdio: "inherit", env }));
} else {
    process.stderr.write(`usage: node sandbox/run.mjs ${[...Object.keys(scripts), "check"].join("|")} [arguments…]\n`);
    process.exitCode = 2;
}

/** Ends as the child ends. Signals are the child's to handle; a terminal's Ctrl-C reaches it by itself. */
function pass(child) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.on(signal, () => {
            if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
        });
    }
    child.on("error", (error) => {
        process.stderr.write(`${name}: ${error.message}\n`);
        process.exitCode = 1;
    });
    child.on("close", (code, signal) => {
        process.exitCode = code ?? 128 + os.constants.signals[signal];
    });
}
