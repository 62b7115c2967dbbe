"use strict";
/**
 * `npm run mutation [-- <file> …]`: changes the code of what decides over a router's rows, one small thing at a time,
 * and counts the changes that no test notices: file by file, each with the quick tests that are about it. Stryker is
 * installed beside the project, into the sandbox's folder: nobody who uses the project needs it. What a run found is
 * kept there too, so that the next one tries again only what has changed since. At a low priority: it takes long, and
 * the machine stays usable.
 */
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const folder = path.join(root, ".sandbox/mutation");
const packages = { "@stryker-mutator/core": "10.0.0", "@stryker-mutator/jest-runner": "10.0.0" };

/** Files of the runtime, and the tests that are about each: quick enough to be run hundreds of times. */
const judged = {
    "rows/reconcile": ["routeros-match"],
    "rows/ownership": ["routeros-markers"],
    "kinds/queue-tree/order": ["routeros-tree-order"],
    "kinds/firewall-rules/order": ["routeros-rule-places"],
    "kinds/firewall-rules/stand-ins": ["routeros-verdicts"],
    "kinds/firewall-rules/verdicts": ["routeros-verdicts"],
    "path/fasttrack": ["fasttrack-bypass"],
    "engine/converge": ["routeros-converge"],
    "engine/writer": ["routeros-writer", "routeros-writer-scripts"],
    "router/client": ["routeros-client", "routeros-client-answers"],
};

install();
const asked = process.argv.slice(2).map(nameOf);
const lines = (asked.length > 0 ? asked : Object.keys(judged)).map(judge);
process.stdout.write(`\n${lines.join("\n")}\n`);

/** A file's name in the table, however it was given. */
function nameOf(file) {
    const name = Object.keys(judged).find((one) => file.replace(/\.ts$/, "").endsWith(one));
    if (name) return name;
    process.stderr.write(`mutation: ${file} is none of ${Object.keys(judged).join(", ")}\n`);
    process.exit(1);
}

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

/** One file's changes, tried; a line that says how many were noticed. */
function judge(name) {
    const report = path.join(folder, `${name.replaceAll("/", "-")}.json`);
    const config = path.join(folder, "stryker.json");
    fs.writeFileSync(config, JSON.stringify(settings(name, report), undefined, 2));
    const stryker = path.join(folder, "node_modules/@stryker-mutator/core/bin/stryker.js");
    const low = process.platform === "win32" ? [] : ["nice", "-n", "15"];
    const [command, ...args] = [...low, process.execPath, stryker, "run", config];
    const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exitCode = status ?? 1;
    return `${name}: ${status === 0 ? score(report) : "could not be judged"}`;
}

function score(report) {
    const { files } = JSON.parse(fs.readFileSync(report, "utf8"));
    const found = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
    const count = (...statuses) => found.filter((status) => statuses.includes(status)).length;
    const noticed = count("Killed", "Timeout");
    const all = noticed + count("Survived", "NoCoverage");
    return `${noticed} of ${all} changes noticed (${((100 * noticed) / all).toFixed(1)} %)`;
}

function settings(name, report) {
    const tests = judged[name].map((test) => `<rootDir>/tests/unit/${test}.test.ts`);
    return {
        mutate: [`providers/routeros/runtime/${name}.ts`],
        plugins: [path.join(folder, "node_modules/@stryker-mutator/jest-runner/dist/src/index.js")],
        testRunner: "jest",
        coverageAnalysis: "perTest",
        concurrency: 2,
        timeoutMS: 30_000,
        ignoreStatic: true,
        incremental: true,
        incrementalFile: report,
        tempDirName: path.join(folder, "work"),
        ignorePatterns: ["/.sandbox", "/bin", "/.cache", "/docs", "/lab", "/examples"],
        jest: {
            projectType: "custom",
            config: {
                ...require("../jest.config.js"),
                testMatch: tests,
                maxWorkers: 1,
                // What hangs by a change is noticed without a new process.
                testTimeout: 10_000,
                moduleNameMapper: { "^fast-check$": "<rootDir>/tools/mutation-fast-check.cjs" },
            },
            enableFindRelatedTests: false,
        },
        reporters: ["clear-text", process.stdout.isTTY ? "progress" : "progress-append-only"],
        clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
        disableTypeChecks: false,
    };
}
