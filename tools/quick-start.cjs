"use strict";
/**
 * Takes a fifth of a second off every run of the program: the SDK loads at its start what reads a program's functions
 * with the TypeScript compiler, and what drives Pulumi from within a program, which are of no use here. They are loaded
 * when somebody asks for them, and not before. What is loaded is kept compiled between runs, where Node can do that.
 */
const Module = require("node:module");

const unused = new Set(["../../typescript-shim", "normalize-package-data", "./automation"]);
const sdk = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi[\\/]/;

Module.enableCompileCache?.();

const load = Module._load;
Module._load = function (request, parent, isMain) {
    if (!unused.has(request) || !sdk.test(parent?.filename)) return load.call(this, request, parent, isMain);
    let loaded;
    const real = () => (loaded ??= load.call(this, request, parent, isMain));
    const get = (_, name) => (name === "__esModule" ? true : name === "default" ? real() : real()[name]);
    return new Proxy({}, { get });
};
