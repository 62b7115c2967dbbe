"use strict";
/**
 * fast-check for `npm run mutation`: a few runs of each property, the same ones every time, and no search for the smallest
 * case. A change that only luck would find counts as one that no test notices.
 */
const whole = require("../node_modules/fast-check/lib/cjs/fast-check.js");

const few = { seed: 1, endOnFailure: true };
const assert = (property, { numRuns = 100, ...options } = {}) =>
    whole.assert(property, { ...options, ...few, numRuns: Math.min(numRuns, 50) });
module.exports = { ...whole, default: { ...whole.default, assert } };
