"use strict";
/**
 * Compiles the TypeScript sources to `bin/`, one file at a time and without checking types, and copies the data
 * files beside them. A file is compiled again when its content (or the compiler, or the configuration) is not the
 * one its output was made from, so what runs is never stale. Type checking belongs to `npm run check`.
 *
 * Every run of the program asks for it, so a file is not even read where the file system shows
 * that nobody wrote to it: its inode, size and both times are the ones that were seen before its content was read.
 * A program can set a file's modification time, but not its change time.
 *
 * `npm install` asks for it (`prepare`), `npm run build`, the Pulumi program, the sandbox and the tests. `pulumi refresh`
 * and `pulumi destroy` run no program, and take what was built last.
 */
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const output = path.join(root, "bin");
const stampFile = path.join(output, ".sources.json");
const folders = [
    "components",
    "providers",
    "router",
    "line",
    "cli",
    "sandbox",
    "lab",
    "bench",
    "testing",
    "tests/contract",
];
const copied = new Set([".json", ".html", ".css", ".js", ".svg", ".py", ".rsc"]);

/** What decides, beside a source itself, what is made of it. */
const rules = ["tsconfig.json", "tools/build.cjs", "node_modules/typescript/package.json"];

/** Times nearer than this to the moment of looking are not trusted: the clock of a file system ticks in steps. */
const tick = 2_000;

/** Brings `bin/` up to date. Returns the source files that were compiled or copied again. */
function ensureBuilt() {
    if (!fs.existsSync(path.join(root, "index.ts"))) return []; // an installed package: compiled already, no sources
    const before = readStamp();
    const seen = lookAt([...sources(), ...rules]);
    if (untouched(before, seen)) return [];

    const { createHash } = require("node:crypto");
    const hash = (file) => createHash("sha256").update(read(file)).digest("hex");
    const salt = rules.map(hash).join(" ");
    const known = before.salt === salt ? before.files : {};
    const files = {};
    const changed = [];
    for (const source of Object.keys(seen)) {
        if (rules.includes(source)) continue;
        files[source] = hash(source);
        if (known[source] !== files[source] || !fs.existsSync(outputOf(source))) changed.push(source);
    }
    const compile = changed.some((source) => source.endsWith(".ts")) ? compilerFor(read("tsconfig.json")) : undefined;
    for (const source of changed) {
        const content = read(source);
        write(outputOf(source), source.endsWith(".ts") ? compile(source, content.toString("utf8")) : content);
    }
    const gone = Object.keys(before.files).filter((source) => !(source in files));
    for (const source of gone) fs.rmSync(outputOf(source), { force: true });
    write(stampFile, JSON.stringify({ salt, files, seen }, undefined, 1));
    return changed;
}

function read(file) {
    return fs.readFileSync(path.join(root, file));
}

/** What the file system says of each file; nothing of one that was written to just now. */
function lookAt(files) {
    const now = Date.now();
    const seen = {};
    for (const file of files) {
        const { ino, size, mtimeMs, ctimeMs } = fs.statSync(path.join(root, file));
        const settled = Math.max(mtimeMs, ctimeMs) < now - tick;
        seen[file] = settled ? [ino, size, mtimeMs, ctimeMs].join(" ") : "";
    }
    return seen;
}

function untouched(before, seen) {
    const files = Object.keys(seen);
    if (files.length !== Object.keys(before.seen).length) return false;
    return files.every(
        (file) =>
            seen[file] !== "" &&
            seen[file] === before.seen[file] &&
            (rules.includes(file) || fs.existsSync(outputOf(file))),
    );
}

function compilerFor(config) {
    const ts = require("typescript");
    const { options } = ts.convertCompilerOptionsFromJson(
        ts.parseConfigFileTextToJson("tsconfig.json", config.toString("utf8")).config.compilerOptions,
        root,
    );
    return (source, text) => {
        const result = ts.transpileModule(text, {
            compilerOptions: options,
            fileName: path.join(root, source),
            reportDiagnostics: true,
        });
        if (result.diagnostics.length > 0) {
            const first = result.diagnostics[0];
            const line = first.file ? first.file.getLineAndCharacterOfPosition(first.start).line + 1 : 0;
            throw new Error(`${source}:${line}: ${ts.flattenDiagnosticMessageText(first.messageText, " ")}`);
        }
        return result.outputText;
    };
}

function sources() {
    const found = ["index.ts"];
    const walk = (folder) => {
        for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
            const file = `${folder}/${entry.name}`;
            if (entry.isDirectory()) walk(file);
            else if (isSource(entry.name)) found.push(file);
        }
    };
    for (const folder of folders) if (fs.existsSync(path.join(root, folder))) walk(folder);
    return found;
}

function isSource(name) {
    const extension = path.extname(name);
    return copied.has(extension) || (extension === ".ts" && !name.endsWith(".d.ts"));
}

function outputOf(source) {
    return path.join(output, source.endsWith(".ts") ? source.replace(/\.ts$/, ".js") : source);
}

function readStamp() {
    try {
        return { seen: {}, ...JSON.parse(fs.readFileSync(stampFile, "utf8")) };
    } catch {
        return { salt: "", files: {}, seen: {} };
    }
}

/** Whole or not at all: another process may be reading, or building the same. */
function write(file, content) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, file);
}

module.exports = { ensureBuilt };

if (require.main === module) {
    const changed = ensureBuilt();
    console.log(
        changed.length === 0 ? "build: up to date" : `build: ${changed.length} files brought up to date in bin/`,
    );
}
