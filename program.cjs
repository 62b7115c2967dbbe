"use strict";
// What the engine starts: the program is index.ts, compiled here whenever a source has changed.
require("./tools/quick-start.cjs");
require("./tools/build.cjs").ensureBuilt();
module.exports = require("./bin/index.js");
