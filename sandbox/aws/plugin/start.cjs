"use strict";
// What the engine starts as its AWS plugin: `sandbox/setup/aws-plugin.mjs` leads here.
require("../../../tools/build.cjs").ensureBuilt();
require("../../../bin/sandbox/aws/plugin/main.js");
