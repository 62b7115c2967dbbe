"use strict";
/**
 * Writes what the contract suite covers, and what the embedded router assumes, into `docs/router.md`, between their
 * marks. `npm run docs:router` after a change of either; a test fails where they differ.
 */
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
require("./build.cjs").ensureBuilt();
const { assumptionList, coverageTable } = require("../bin/tests/contract/coverage.js");

const file = path.join(root, "docs/router.md");
let text = fs.readFileSync(file, "utf8");
for (const [name, content] of [
    ["assumed", assumptionList()],
    ["coverage", coverageTable()],
]) {
    const [begin, end] = [`<!-- ${name}: begin -->\n`, `<!-- ${name}: end -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/router.md has no marks "${name}"`);
    text = `${text.slice(0, from + begin.length)}\n<!-- prettier-ignore-start -->\n\n${content}\n\n<!-- prettier-ignore-end -->\n\n${text.slice(to)}`;
}
fs.writeFileSync(file, text);
