/** What runs is never stale, and nothing is read that nobody wrote to: `tools/build.cjs` in a small project. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";

let project: string;
const at = (file: string) => path.join(project, file);
const compiled = (file: string) => fs.readFileSync(at(`bin/${file}`), "utf8");
/** As if written an hour ago; only the change time, which no program can set, still tells. */
const age = (file: string) =>
    fs.utimesSync(at(file), new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));

/** Builds in a process of its own, whose clock is some seconds on: what was written just now is not trusted. */
function build(secondsOn = 10): { changed: string[]; read: string[] } {
    const script = `
        const fs = require("node:fs");
        const now = Date.now;
        Date.now = () => now() + ${secondsOn} * 1000;
        const read = [];
        const readFile = fs.readFileSync;
        fs.readFileSync = (file, ...rest) => (read.push(String(file)), readFile(file, ...rest));
        const changed = require("./tools/build.cjs").ensureBuilt();
        console.log(JSON.stringify({ changed, read }));`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const { changed, read } = JSON.parse(stdout) as { changed: string[]; read: string[] };
    return { changed, read: read.map((file) => path.relative(project, file)).filter((file) => file.endsWith(".ts")) };
}

beforeEach(() => {
    project = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-build-")));
    for (const folder of ["tools", "components"]) fs.mkdirSync(at(folder));
    fs.copyFileSync(path.join(root, "tools/build.cjs"), at("tools/build.cjs"));
    fs.copyFileSync(path.join(root, "tsconfig.json"), at("tsconfig.json"));
    fs.symlinkSync(path.join(root, "node_modules"), at("node_modules"));
    fs.writeFileSync(at("index.ts"), `export const site: number = 1;\n`);
    fs.writeFileSync(at("components/one.ts"), `export const one: number = 1;\n`);
    fs.writeFileSync(at("components/data.json"), `{"one":1}\n`);
    expect(build().changed.sort()).toEqual(["components/data.json", "components/one.ts", "index.ts"]);
});
afterEach(() => fs.rmSync(project, { recursive: true, force: true }));

it("compiles nothing and reads nothing where nobody wrote to a source", () => {
    expect(build()).toEqual({ changed: [], read: [] });
});

it("compiles a change that keeps a file's size and its modification time", () => {
    age("components/one.ts");
    build();
    fs.writeFileSync(at("components/one.ts"), `export const one: number = 2;\n`);
    age("components/one.ts");
    expect(build().changed).toEqual(["components/one.ts"]);
    expect(compiled("components/one.js")).toContain("one = 2");
});

it("reads a source again that was written in the very moment of the build before", () => {
    fs.writeFileSync(at("components/one.ts"), `export const one: number = 2;\n`);
    expect(build(0).changed).toEqual(["components/one.ts"]);
    expect(build(0)).toEqual({ changed: [], read: expect.arrayContaining(["components/one.ts"]) as string[] });
    expect(build().read).toContain("components/one.ts");
    expect(build().read).toEqual([]);
});

it("makes an output again that is gone, and takes away the one whose source is gone", () => {
    fs.rmSync(at("bin/components/one.js"));
    expect(build().changed).toEqual(["components/one.ts"]);
    fs.rmSync(at("components/one.ts"));
    expect(build().changed).toEqual([]);
    expect(fs.existsSync(at("bin/components/one.js"))).toBe(false);
});

it("compiles everything anew where the compiler's options are others", () => {
    fs.appendFileSync(at("tsconfig.json"), "\n");
    expect(build().changed).toHaveLength(3);
});

it("keeps the last good output of a source that does not compile, and names the line", () => {
    fs.writeFileSync(at("components/one.ts"), `export const one = ;\n`);
    expect(() => build()).toThrow(/components\/one\.ts:1: /);
    expect(compiled("components/one.js")).toContain("one = 1");
    expect(() => build()).toThrow(/components\/one\.ts:1: /);
});
