"use strict";
/**
 * `npm run mutation [-- <file> …]`: changes the code of what decides over a router's rows, one small thing at a time, and
 * counts the changes that no test notices. Stryker is installed beside the project, into the sandbox's folder: nobody
 * who uses the project needs it. One process, at a low priority: it takes long, and the machine stays usable.
 */
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const folder = path.join(root, ".sandbox/mutation");
const packages = { "@stryker-mutator/core": "10.0.0", "@stryker-mutator/jest-runner": "10.0.0" };

const runtime = "providers/routeros/runtime";
const judged = [
    `${runtime}/rows/reconcile.ts`,
    `${runtime}/rows/ownership.ts`,
    `${runtime}/kinds/queue-tree/order.ts`,
    `${runtime}/kinds/firewall-rules/order.ts`,
    `${runtime}/path/fasttrack.ts`,
    `${runtime}/engine/converge.ts`,
    `${runtime}/engine/writer.ts`,
    `${runtime}/router/client.ts`,
];
/** Tests that are quick enough to be run thousands of times. */
const tests = ["answers", "client", "reconcile", "tree", "values"].map(
    (name) => `<rootDir>/tests/unit/routeros-${name}.test.ts`,
);

install();
const config = path.join(folder, "stryker.json");
fs.writeFileSync(config, JSON.stringify(settings(process.argv.slice(2)), undefined, 2));
const stryker = path.join(folder, "node_modules/@stryker-mutator/core/bin/stryker.js");
const low = process.platform === "win32" ? [] : ["nice", "-n", "15"];
const [command, ...args] = [...low, process.execPath, stryker, "run", config];
const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;

function install() {
    const known = path.join(folder, "package.json");
    const wanted = JSON.stringify({ private: true, dependencies: packages });
    const whole = fs.existsSync(path.join(folder, "node_modules/@stryker-mutator/jest-runner"));
    if (whole && fs.readFileSync(known, "utf8") === wanted) return;
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(known, wanted);
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error"];
    const done = spawnSync("npm", ["install", ...options], { cwd: folder, stdio: "inherit" });
    if (done.status !== 0) throw new Error("Stryker could not be installed");
}

function settings(files) {
    return {
        mutate: files.length > 0 ? files : judged,
        plugins: [path.join(folder, "node_modules/@stryker-mutator/jest-runner/dist/src/index.js")],
        testRunner: "jest",
        coverageAnalysis: "perTest",
        concurrency: 1,
        timeoutMS: 30_000,
        ignoreStatic: true,
        tempDirName: path.join(folder, "work"),
        ignorePatterns: ["/.sandbox", "/bin", "/.cache", "/docs", "/lab", "/examples"],
        jest: {
            projectType: "custom",
            config: { ...require("../jest.config.js"), testMatch: tests },
            enableFindRelatedTests: false,
        },
        reporters: ["clear-text", "progress-append-only"],
        clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
        disableTypeChecks: false,
    };
}
