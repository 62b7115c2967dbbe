"use strict";
/**
 * Compiles the TypeScript sources to `bin/`, one file at a time and without checking types, and copies the data
 * files beside them. A file is compiled again when its content (or the compiler, or the configuration) is not the
 * one its output was made from, so what runs is never stale, whatever the files' dates say. Type checking belongs
 * to `npm run check`.
 *
 * Everything that runs compiled code asks for it here: `npm run build`, the Pulumi program, the command line, and
 * the dynamic provider's runtime when `pulumi refresh` or `pulumi destroy` start it without the program.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const output = path.join(root, "bin");
const stampFile = path.join(output, ".sources.json");
const folders = ["components", "providers", "cli", "sandbox", "lab", "bench", "tests/contract", "tests/support"];
const copied = new Set([".json", ".html", ".css", ".js", ".svg", ".py", ".rsc"]);

/** Brings `bin/` up to date. Returns the source files that were compiled or copied again. */
function ensureBuilt() {
    if (!fs.existsSync(path.join(root, "index.ts"))) return []; // an installed package: compiled already, no sources
    const config = fs.readFileSync(path.join(root, "tsconfig.json"), "utf8");
    const compiler = require(path.join(root, "node_modules/typescript/package.json")).version;
    const salt = createHash("sha256").update(config).update(compiler).update(fs.readFileSync(__filename)).digest("hex");
    const before = readStamp();
    const known = before.salt === salt ? before.files : {};
    const files = {};
    const changed = [];
    for (const source of sources()) {
        const content = fs.readFileSync(path.join(root, source));
        files[source] = createHash("sha256").update(content).digest("hex");
        if (known[source] !== files[source] || !fs.existsSync(outputOf(source))) changed.push(source);
    }
    const gone = Object.keys(before.files).filter((source) => !(source in files));
    if (changed.length === 0 && gone.length === 0 && before.salt === salt) return [];

    const compile = changed.some((source) => source.endsWith(".ts")) ? compilerFor(config) : undefined;
    for (const source of changed) {
        const content = fs.readFileSync(path.join(root, source));
        write(outputOf(source), source.endsWith(".ts") ? compile(source, content.toString("utf8")) : content);
    }
    for (const source of gone) fs.rmSync(outputOf(source), { force: true });
    write(stampFile, JSON.stringify({ salt, files }, undefined, 1));
    return changed;
}

function compilerFor(config) {
    const ts = require("typescript");
    const { options } = ts.convertCompilerOptionsFromJson(
        ts.parseConfigFileTextToJson("tsconfig.json", config).config.compilerOptions,
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
    for (const folder of folders) {
        const top = path.join(root, folder);
        if (!fs.existsSync(top)) continue;
        for (const entry of fs.readdirSync(top, { recursive: true, withFileTypes: true })) {
            if (!entry.isFile() || entry.name.endsWith(".d.ts")) continue;
            const extension = path.extname(entry.name);
            if (extension === ".ts" || copied.has(extension)) {
                found.push(path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
            }
        }
    }
    return found.sort();
}

function outputOf(source) {
    return path.join(output, source.endsWith(".ts") ? source.replace(/\.ts$/, ".js") : source);
}

function readStamp() {
    try {
        return JSON.parse(fs.readFileSync(stampFile, "utf8"));
    } catch {
        return { salt: "", files: {} };
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
