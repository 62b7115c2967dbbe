/** The package as `npm pack` makes it, installed into projects outside the repository. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";
import type { EngineSession } from "./harness";
import { engineTimeout, startEngine } from "./harness";

jest.setTimeout(2 * engineTimeout);

let folder: string;
let modules: string;

beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-package-"));
    modules = path.join(folder, "node_modules");
    fs.mkdirSync(modules);
    for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
        fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
    }
    const packed = run("npm", ["pack", "--silent", "--pack-destination", folder], root).trim().split("\n").pop() ?? "";
    run("tar", ["-xzf", path.join(folder, packed), "-C", folder], folder);
    fs.renameSync(path.join(folder, "package"), path.join(modules, "routeros-s3"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
    return stdout;
}

/** From here on the project has the package, and nothing of the repository but what it would have from the registry. */
function install(session: EngineSession): void {
    for (const name of ["bin", "node_modules"]) fs.rmSync(path.join(session.folder, name));
    fs.symlinkSync(modules, path.join(session.folder, "node_modules"));
}

const small = (from: string) => `
const { AddressList } = require(${JSON.stringify(from)});
new AddressList("management", { list: "management", addresses: ["192.168.88.10", "192.168.88.32/27"] });
`;

it("holds what runs and its types, and no source, test, or file of the sandbox", () => {
    const files = fs
        .readdirSync(path.join(modules, "routeros-s3"), { recursive: true, encoding: "utf8" })
        .filter((name) => !fs.statSync(path.join(modules, "routeros-s3", name)).isDirectory());
    for (const name of [
        "package.json",
        "LICENSE",
        "bin/components/index.js",
        "bin/components/index.d.ts",
        "bin/providers/routeros/runtime/index.js",
    ]) {
        expect(files).toContain(name);
    }
    const unwanted = files.filter((name) =>
        /(^|\/)(tests?|lab|bench)\/|\.test\.|(?<!\.d)\.ts$|^bin\/index\.js$/.test(name),
    );
    expect(unwanted).toEqual([]);
});

it("serves a TypeScript program: checked, brought up, refreshed, destroyed", async () => {
    const files = ["index.ts", "package.json", "Pulumi.yaml"];
    const read = (name: string) => fs.readFileSync(path.join(root, "examples/upload-shaping", name), "utf8");
    const session = await startEngine({
        program: Object.fromEntries(files.map((name) => [name, read(name)])),
        config: {
            "example-upload-shaping:wanInterface": "ether5",
            "example-upload-shaping:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
        },
    });
    try {
        install(session);
        const before = session.router.configuration();
        expect(await session.up()).toMatchObject({ code: 0 });
        expect(session.router.rows("/queue/tree")).toHaveLength(3);
        expect(await session.refresh(["--expect-no-changes"])).toMatchObject({ code: 0 });
        expect(await session.destroy()).toMatchObject({ code: 0 });
        expect(session.router.configuration()).toEqual(before);
    } finally {
        await session.stop();
    }
});

it("takes over a state that the repository's own build made, and gives it back", async () => {
    const session = await startEngine({ program: { "index.js": small("./bin/components") } });
    const program = path.join(session.folder, "index.js");
    try {
        const before = session.router.configuration();
        expect(await session.up()).toMatchObject({ code: 0 });
        install(session);
        fs.writeFileSync(program, small("routeros-s3"));
        expect(await session.up(["--expect-no-changes", "--refresh"])).toMatchObject({ code: 0 });

        fs.rmSync(path.join(session.folder, "node_modules"));
        for (const name of ["bin", "node_modules"])
            fs.symlinkSync(path.join(root, name), path.join(session.folder, name));
        fs.writeFileSync(program, small("./bin/components"));
        expect(await session.up(["--expect-no-changes", "--refresh"])).toMatchObject({ code: 0 });
        expect(await session.destroy()).toMatchObject({ code: 0 });
        expect(session.router.configuration()).toEqual(before);
    } finally {
        await session.stop();
    }
});
