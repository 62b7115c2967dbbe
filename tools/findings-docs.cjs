"use strict";
/**
 * Writes `docs/findings.md` and `docs/doctor.md` from the catalogues of findings, and `docs/line-json.md` from the schemas of
 * what is printed as data. `npm run docs:findings` after a change; a test fails where they differ.
 */
const fs = require("node:fs");
const path = require("node:path");

require("./build.cjs").ensureBuilt();
const { doctorPage } = require("../bin/line/catalogue.js");
const { outputPage } = require("../bin/line/output.js");
const { findingsPage } = require("../bin/providers/routeros/runtime/path/index.js");

fs.writeFileSync(path.join(__dirname, "..", "docs", "findings.md"), findingsPage());
fs.writeFileSync(path.join(__dirname, "..", "docs", "doctor.md"), doctorPage());
fs.writeFileSync(path.join(__dirname, "..", "docs", "line-json.md"), outputPage());
