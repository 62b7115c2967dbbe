"use strict";
/**
 * Takes a third of a second off every run of the program: the SDK loads at its start what packs a program for AWS
 * Lambda, a good part of npm, which is of no use here. It is loaded when somebody asks for it, and not before. What is
 * loaded is kept compiled between runs, where Node can do that.
 */
const Module = require("node:module");

const unused = new Set(["@npmcli/arborist", "../../typescript-shim"]);

Module.enableCompileCache?.();

const load = Module._load;
Module._load = function (request, parent, isMain) {
    if (!unused.has(request)) return load.call(this, request, parent, isMain);
    let loaded;
    const real = () => (loaded ??= load.call(this, request, parent, isMain));
    const get = (_, name) => (name === "__esModule" ? true : name === "default" ? real() : real()[name]);
    return new Proxy({}, { get });
};
