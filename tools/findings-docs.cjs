"use strict";
/** Writes `docs/findings.md` from the catalogue of findings. `npm run docs:findings` after a change; a test fails where they differ. */
const fs = require("node:fs");
const path = require("node:path");

require("./build.cjs").ensureBuilt();
const { findingsPage } = require("../bin/providers/routeros/runtime/path/index.js");

fs.writeFileSync(path.join(__dirname, "..", "docs", "findings.md"), findingsPage());
