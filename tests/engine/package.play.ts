/** The package as `npm pack` makes it, installed into projects outside the repository. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";
import type { ScratchStack } from "./harness";
import { engineTimeout, startEngine } from "./harness";

jest.setTimeout(2 * engineTimeout);

let folder: string;
let modules: string;
let tarball: string;

beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-package-"));
    modules = path.join(folder, "node_modules");
    fs.mkdirSync(modules);
    for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
        fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
    }
    const packed = run("npm", ["pack", "--silent", "--pack-destination", folder], root).trim().split("\n").pop() ?? "";
    tarball = path.join(folder, packed);
    run("tar", ["-xzf", tarball, "-C", folder], folder);
    fs.renameSync(path.join(folder, "package"), path.join(modules, "routeros-s3"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
    return stdout;
}

/** From here on the project has the package, and nothing of the repository but what it would have from the registry. */
function install(stack: ScratchStack): void {
    for (const name of ["bin", "node_modules"]) fs.rmSync(path.join(stack.folder, name));
    fs.symlinkSync(modules, path.join(stack.folder, "node_modules"));
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
        "docs/errors.md",
        "docs/configuration.md",
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
    const stack = await startEngine({
        program: Object.fromEntries(files.map((name) => [name, read(name)])),
        config: {
            "example-upload-shaping:wanInterface": "ether5",
            "example-upload-shaping:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
        },
    });
    try {
        install(stack);
        const before = stack.router.configuration();
        expect(await stack.up()).toMatchObject({ code: 0 });
        expect(stack.router.rows("/queue/tree")).toHaveLength(3);
        expect(await stack.refresh(["--expect-no-changes"])).toMatchObject({ code: 0 });
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(before);
    } finally {
        await stack.stop();
    }
});

it("takes over a state that the repository's own build made, and gives it back", async () => {
    const stack = await startEngine({ program: { "index.js": small("./bin/components") } });
    const program = path.join(stack.folder, "index.js");
    try {
        const before = stack.router.configuration();
        expect(await stack.up()).toMatchObject({ code: 0 });
        install(stack);
        fs.writeFileSync(program, small("routeros-s3"));
        expect(await stack.up(["--expect-no-changes", "--refresh"])).toMatchObject({ code: 0 });

        fs.rmSync(path.join(stack.folder, "node_modules"));
        for (const name of ["bin", "node_modules"])
            fs.symlinkSync(path.join(root, name), path.join(stack.folder, name));
        fs.writeFileSync(program, small("./bin/components"));
        expect(await stack.up(["--expect-no-changes", "--refresh"])).toMatchObject({ code: 0 });
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(before);
    } finally {
        await stack.stop();
    }
});

describe("in a project with older minor versions of Pulumi's packages", () => {
    const versions = { "@pulumi/pulumi": "3.190.0", "@pulumi/aws": "7.2.0" };
    let project: string;
    beforeAll(() => {
        project = path.join(folder, "outside");
        fs.mkdirSync(project);
        const dependencies = { ...versions, "routeros-s3": `file:${tarball}` };
        const devDependencies = { "@types/node": "22", typescript: "5.9" };
        fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ dependencies, devDependencies }));
        run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], project);
    });

    it("uses the project's own copy of each, and brings no second one", () => {
        for (const [name, version] of Object.entries(versions)) {
            const copies = fs
                .readdirSync(path.join(project, "node_modules"), { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(`${name}/package.json`))
                .map((file) => path.join(project, "node_modules", file))
                .map((file) => (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version);
            expect([name, ...copies]).toEqual([name, version]);
        }
    });

    it("compiles as Pulumi's own templates do, with hardly more work for the compiler than for @pulumi/aws alone", () => {
        const alone = `import * as aws from "@pulumi/aws";
            export const name = new aws.s3.Bucket("b").id;\n`;
        const ours = `import { ShapedBackup } from "routeros-s3";
            import { start } from "routeros-s3/router";
            const shaping = { wanInterface: "pppoe-out1", uplink: "20M" };
            export const upload = new ShapedBackup("photos", { region: "eu-central-1", shaping }).uploadCommands.copy;
            export const router = start;\n`;
        const work = (name: string, text: string) => {
            fs.writeFileSync(path.join(project, `${name}.ts`), text);
            const template = {
                ...{ strict: true, target: "es2020", module: "commonjs", moduleResolution: "node", noEmit: true },
                ...{ experimentalDecorators: true, noFallthroughCasesInSwitch: true, noImplicitReturns: true },
                forceConsistentCasingInFileNames: true,
            };
            const file = path.join(project, "tsconfig.json");
            fs.writeFileSync(file, JSON.stringify({ compilerOptions: template, files: [`${name}.ts`] }));
            const said = run(
                path.join(project, "node_modules/.bin/tsc"),
                ["-p", file, "--extendedDiagnostics"],
                project,
            );
            const number = (what: string) => Number(new RegExp(`^${what}: +(\\d+)`, "m").exec(said)?.[1]);
            return [number("Lines of Definitions"), number("Symbols"), number("Instantiations")];
        };
        const base = work("alone", alone);
        const ratios = work("both", alone + ours).map((count, index) => count / (base[index] ?? Number.NaN));
        process.stderr.write(
            `the compiler's work with the package: ${ratios.map((ratio) => ratio.toFixed(3)).join(", ")} of that with ` +
                "@pulumi/aws alone (lines, symbols, instantiations)\n",
        );
        for (const ratio of ratios) expect(ratio).toBeLessThanOrEqual(1.1);
    });

    it("brings a site up and takes it down, through the plugin of the version that is asked for", async () => {
        const stack = await startEngine({
            program: {
                "index.js": `const { ShapedBackup } = require("routeros-s3");
                    const shaping = { wanInterface: "ether5", uplink: "20M" };
                    const prefixes = { ipv4: ["52.95.128.0/21"], ipv6: [] };
                    new ShapedBackup("photos", { region: "ap-southeast-2", prefixes, archive: { protect: false }, shaping });`,
            },
            config: { "aws:region": "ap-southeast-2" },
            aws: true,
        });
        try {
            for (const name of ["bin", "node_modules"]) fs.rmSync(path.join(stack.folder, name));
            fs.symlinkSync(path.join(project, "node_modules"), path.join(stack.folder, "node_modules"));
            placePlugin(stack, versions["@pulumi/aws"]);
            const before = stack.router.configuration();
            expect(await stack.up()).toMatchObject({ code: 0 });
            expect(stack.router.rows("/queue/tree")).toHaveLength(3);
            expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
            expect(await stack.destroy()).toMatchObject({ code: 0 });
            expect(stack.router.configuration()).toEqual(before);
        } finally {
            await stack.stop();
        }
    });

    /** The stand-in for AWS, under the version that this project's `@pulumi/aws` asks the engine for. */
    function placePlugin(stack: ScratchStack, version: string): void {
        const plugins = path.join(stack.env["PULUMI_HOME"] ?? "", "plugins");
        fs.rmSync(plugins);
        const plugin = path.join(plugins, `resource-aws-v${version}`);
        fs.mkdirSync(plugin, { recursive: true });
        const start = path.join(root, "sandbox/aws/plugin/start.cjs");
        fs.writeFileSync(path.join(plugin, "pulumi-resource-aws"), `#!/bin/sh\nexec node '${start}' "$@"\n`, {
            mode: 0o755,
        });
    }
});
