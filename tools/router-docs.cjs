"use strict";
/**
 * Writes what the contract suite covers, and what the embedded router assumes, into `docs/router.md`, between their
 * marks. `npm run docs:router` after a change of either; a test fails where they differ.
 */
const path = require("node:path");

const { writeBetweenMarks } = require("./between-marks.cjs");

const root = path.resolve(__dirname, "..");
require("./build.cjs").ensureBuilt();
const { assumptionList, coverageTable } = require("../bin/tests/contract/coverage.js");

writeBetweenMarks(path.join(root, "docs/router.md"), { assumed: assumptionList(), coverage: coverageTable() });
