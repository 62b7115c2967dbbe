/** `npm run check`: everything that can be judged without running the project. All of it runs, then the sum is told. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { root } from "./paths.mjs";

const require = createRequire(import.meta.url);

/** A package's command, by the name npm gives it. */
function command(name, bin = name) {
    const file = path.join(root, "node_modules", name, "package.json");
    const { bin: commands } = require(file);
    return path.join(path.dirname(file), typeof commands === "string" ? commands : commands[bin]);
}

const checks = {
    types: () => [command("typescript", "tsc"), "--noEmit", "-p", "."],
    lint: () => [command("eslint"), "--max-warnings=0", "."],
    format: () => [command("prettier"), "--check", "--log-level=warn", "."],
    imports: () => [command("dependency-cruiser", "depcruise"), "--config", "--output-type", "err", ...sources],
    unused: () => [command("knip"), "--no-progress"],
    docs: () => [command("jest"), "--silent", ...docsTests],
};
/** Pages that are generated, or that name what the code holds. */
const docsTests = [
    "tests/unit/architecture",
    "tests/unit/resource-docs",
    "tests/unit/site-docs",
    "tests/unit/routeros-errors",
    "tests/graph/cloud-docs",
    "tests/contract/docs",
];
const sources = [
    "index.ts",
    "components",
    "providers",
    "router",
    "line",
    "sandbox",
    "cli",
    "lab",
    "bench",
    "testing",
].filter((name) => fs.existsSync(path.join(root, name)));

/** @param wanted names of single checks; none means all. Returns the exit code. */
export function check(node, env, wanted) {
    const unknown = wanted.filter((name) => !Object.hasOwn(checks, name));
    if (unknown.length > 0) {
        process.stderr.write(
            `check: no such check: ${unknown.join(", ")}; there are ${Object.keys(checks).join(", ")}\n`,
        );
        return 2;
    }
    const failed = [];
    for (const name of wanted.length > 0 ? wanted : Object.keys(checks)) {
        const started = performance.now();
        const { status } = spawnSync(node, checks[name](), { cwd: root, env, stdio: "inherit" });
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        process.stdout.write(`check: ${name}: ${status === 0 ? "ok" : "failed"} (${seconds} s)\n`);
        if (status !== 0) failed.push(name);
    }
    process.stdout.write(failed.length === 0 ? "check: all ok\n" : `check: failed: ${failed.join(", ")}\n`);
    return failed.length === 0 ? 0 : 1;
}
