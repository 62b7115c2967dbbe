/** Code that Node has compiled lies in a folder of the user: from one that everybody may write to, anybody's would be run. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { engineEnvironment } from "../../sandbox/environment";
import { root } from "../../sandbox/places";

const build = () => jest.requireActual<{ ensureBuilt(): string[] }>("../../tools/build.cjs").ensureBuilt();

test("of the sandbox is kept in the checkout, whatever the environment says", () => {
    const kept = process.env["NODE_COMPILE_CACHE"];
    process.env["NODE_COMPILE_CACHE"] = os.tmpdir();
    try {
        const environment = engineEnvironment({ home: "/home", backend: "/backend", passphraseFile: "/passphrase" });
        expect(path.relative(root, environment["NODE_COMPILE_CACHE"] ?? "")).toBe(path.join(".sandbox", "compiled"));
    } finally {
        if (kept === undefined) delete process.env["NODE_COMPILE_CACHE"];
        else process.env["NODE_COMPILE_CACHE"] = kept;
    }
});

test.each([
    ["a command", ["cli/routeros-s3.cjs", "cost", "--size", "1TB", "--files", "100"]],
    ["the provider", ["-e", 'require("./bin/providers/routeros/runtime/index.js")']],
    ["a program with the package", ["-e", 'require("./bin/components/index.js")']],
])("of %s is left in no folder for temporary files", (_what, args) => {
    build();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-temporary-"));
    try {
        const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder, NODE_COMPILE_CACHE: undefined };
        const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
        expect([status, stderr]).toEqual([0, ""]);
        expect(fs.readdirSync(folder)).toEqual([]);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});
