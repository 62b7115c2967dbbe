"use strict";
// What the engine starts as its AWS plugin: `sandbox/setup/aws-plugin.mjs` leads here.
// What is loaded is kept compiled between runs, where Node can do that.
require("node:module").enableCompileCache?.();
require("../../../tools/build.cjs").ensureBuilt();
require("../../../bin/sandbox/aws/plugin/main.js");
