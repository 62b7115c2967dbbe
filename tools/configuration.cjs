"use strict";
/**
 * Writes the keys of a site (`components/site/keys.ts` lists them) into `Pulumi.yaml` and `docs/configuration.md`,
 * between their marks.
 * `npm run docs:configuration` after a change of a key; a test fails where they differ.
 */
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
require("./build.cjs").ensureBuilt();
const { projectKeys, documentedKeys } = require("../bin/components/site/docs.js");

replace("Pulumi.yaml", "  # keys: begin", "  # keys: end", projectKeys());
replace("docs/configuration.md", "<!-- keys: begin", "<!-- keys: end", documentedKeys());

function replace(file, begin, end, text) {
    const name = path.join(root, file);
    const lines = fs.readFileSync(name, "utf8").split("\n");
    const first = lines.findIndex((line) => line.startsWith(begin));
    const last = lines.findIndex((line) => line.startsWith(end));
    if (first < 0 || last < first) throw new Error(`${file} has no lines "${begin}" and "${end}"`);
    fs.writeFileSync(
        name,
        [...lines.slice(0, first + 1), ...text.trimEnd().split("\n"), ...lines.slice(last)].join("\n"),
    );
}
