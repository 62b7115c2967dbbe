"use strict";
/**
 * Draws which room of the house uses which, from the imports of the code, into `docs/architecture.md`:
 * `npm run docs:architecture` after a change of what imports what; a test fails where the picture is another one.
 */
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const { writeBetweenMarks } = require("./between-marks.cjs");

const root = path.resolve(__dirname, "..");
const houses = ["index.ts", "components", "providers", "router", "line", "cli", "lab", "sandbox"];
/** A room is drawn as one: the floors of the runtime each, everything else as a whole. */
const rooms = [
    "providers/routeros/runtime/[a-z-]+(?=/)",
    "providers/routeros/runtime(?=/[a-z-]+\\.ts)",
    "providers/routeros(?=/[a-z-]+\\.ts)",
    "providers/aws-ip-ranges",
    ...houses.slice(1).filter((name) => name !== "providers"),
];

/** The picture as Mermaid's text, which dependency-cruiser writes by itself. */
function picture() {
    const there = houses.filter((name) => fs.existsSync(path.join(root, name)));
    const command = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const only = ["--include-only", `^(${there.join("|")})`, "--exclude", "node-version|^(bin|\\.sandbox)/"];
    const args = ["--config", ".dependency-cruiser.cjs", "--no-progress", ...only];
    const shape = ["--collapse", `^(${rooms.join("|")})`, "--output-type", "mermaid"];
    const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args, ...shape, ...there], {
        cwd: root,
        encoding: "utf8",
    });
    if (status !== 0) throw new Error(`dependency-cruiser: ${stderr || stdout}`);
    // From the top of the page to its foot; its own form is from left to right.
    return stdout.trim().replace("flowchart LR", "flowchart TB");
}

module.exports = { picture };

if (require.main === module) {
    writeBetweenMarks(path.join(root, "docs/architecture.md"), { picture: `\`\`\`mermaid\n${picture()}\n\`\`\`` });
}
