/** Node below the oldest one that is supported: one line that says so, wherever a person starts something. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { oldestNode, tooOld } from "../../providers/node-version";
import { root } from "../../sandbox/places";

const build = () => jest.requireActual<{ ensureBuilt(): string[] }>("../../tools/build.cjs").ensureBuilt();

/** Node as it would be in another version, told by what every part of it asks. */
function asNode(version: string, args: string[]) {
    const says = `Object.defineProperty(process.versions, "node", { value: "${version}" });`;
    const preload = `data:text/javascript,${encodeURIComponent(says)}`;
    return spawnSync(process.execPath, ["--import", preload, ...args], { cwd: root, encoding: "utf8" });
}

it.each([
    ["18.20.8", true],
    ["22.11.0", true],
    ["22.12.0", false],
    ["24.0.0", false],
])("Node %s is too old: %s", (version, old) => {
    expect(tooOld(version) !== undefined).toBe(old);
});

it("is the version that package.json and set-up name", () => {
    const { engines } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
        engines: { node: string };
    };
    expect(engines.node).toBe(`>=${oldestNode}`);
    const setUp = fs.readFileSync(path.join(root, "sandbox/setup/paths.mjs"), "utf8");
    expect(setUp).toContain(`oldestNode = [${oldestNode.split(".").slice(0, 2).join(", ")}]`);
});

it.each([
    ["a command", ["cli/routeros-s3.cjs", "cost"]],
    ["the program", ["program.cjs"]],
    ["the provider", ["-e", 'require("./bin/providers/routeros/runtime/index.js")']],
    ["a program with the package", ["-e", 'require("./bin/components/index.js")']],
])("%s ends with one line", (_what, args) => {
    build();
    const { status, stdout, stderr } = asNode("20.18.1", args);
    expect({ failed: status !== 0, stdout }).toEqual({ failed: true, stdout: "" });
    expect(stderr).toContain(`routeros-s3 needs Node ${oldestNode} or newer, and this is 20.18.1`);
    expect(stderr).not.toContain(" at ");
});
