#!/usr/bin/env node
"use strict";
// In the repository the commands are compiled when a source has changed; an installed package is compiled already.
const fs = require("node:fs");
const path = require("node:path");
const build = path.join(__dirname, "../tools/build.cjs");
if (fs.existsSync(build)) require(build).ensureBuilt();
require("../bin/cli/main.js");
