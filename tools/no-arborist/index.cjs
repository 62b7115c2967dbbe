"use strict";
/**
 * Pulumi's SDK packs functions for AWS Lambda with the inside of npm, and loads it whenever it starts: in the program,
 * and in the process of the dynamic provider, a fifth of a second and a hundred packages each time. Nothing here is
 * packed for AWS Lambda, so `overrides` in package.json puts this in its place. Whoever uses the package `routeros-s3`
 * in a project of their own has npm's.
 */
class Arborist {
    constructor() {
        throw new Error("@npmcli/arborist is left out of this project (overrides in package.json); remove that entry");
    }
}
module.exports = { Arborist };
