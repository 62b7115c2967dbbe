"use strict";
// What the engine starts: the program is index.ts, compiled here whenever a source has changed.
require("./tools/build.cjs").ensureBuilt();
module.exports = require("./bin/index.js");
