#!/usr/bin/env node
"use strict";
// The commands are compiled: an installed package is, a checkout is after `npm start` or `npm run build`.
const main = "../bin/cli/main.js";
try {
    require(main);
} catch (error) {
    const missing = error.code === "MODULE_NOT_FOUND" && error.message.includes(`'${main}'`);
    process.stderr.write(`routeros-s3: ${missing ? "not compiled; run `npm run build`" : error.message}\n`);
    process.exitCode = 1;
}
