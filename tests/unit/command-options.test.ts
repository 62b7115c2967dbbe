/**
 * Every option of every command given wrong: one line that says what is wrong and what to do, and an exit code that is
 * an error. Which options there are is asked of the commands themselves, so that a new one is not forgotten.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import type { Command, Option } from "commander";

import { program } from "../../cli/program";
import { root } from "../../sandbox/places";
import { type Wrong, wrongValues } from "./wrong-values";

/** What makes a command whole beside the option that is tried. */
const beside: Record<string, string[]> = {
    trace: ["--to", "52.95.132.33:443", "--rsc", "site.rsc"],
    remove: ["--owner", "routeros-s3/office"],
    measure: ["--bucket", "photos", "--region", "eu-central-1"],
    verify: ["--bucket", "photos", "--region", "eu-central-1"],
    "sites credentials": ["office"],
    cost: ["--size", "1TB", "--files", "4000", "--sidecars", "1"],
    "sites init": [
        "shed",
        "--url",
        "https://127.0.0.1:9",
        "--username",
        "pulumi",
        "--fingerprint",
        "00".repeat(32),
        "--password-command",
        "echo x",
    ],
    restore: ["--prefix", "photos/", "--bucket", "photos", "--region", "eu-central-1"],
    audit: ["--folder", ".", "--bucket", "photos", "--region", "eu-central-1"],
    schedule: ["--folder", "."],
    "ranges show": ["--region", "eu-west-1", "--source", "ip-ranges.json"],
    "ranges diff": ["--region", "eu-west-1", "--source", "ip-ranges.json"],
    "ranges update": ["--region", "eu-west-1", "--source", "ip-ranges.json"],
};

interface Given {
    /** `sites up`. */
    name: string;
    command: Command;
    option: Option;
}

function all(command: Command, name = ""): Given[] {
    return [
        ...command.options.filter(({ long }) => name !== "" && long).map((option) => ({ name, command, option })),
        ...command.commands.flatMap((one) => all(one, `${name} ${one.name()}`.trim())),
    ];
}

const options = all(program("0.0.0"));
const label = ({ name, option }: Given) => `${name} ${option.long}`;
const wrongOf = ({ name, option }: Given) =>
    [`${name} ${option.long}`, `${name.split(" ")[0]} ${option.long}`, `${option.long}`]
        .map((key) => wrongValues[key])
        .find((found) => found !== undefined);

/** What commander says of a command line, which is never carried out. */
function parse(args: string[]): string {
    let said = "";
    const one = program("0.0.0");
    const quiet = (command: Command): void => {
        command.exitOverride().action(() => undefined);
        command.configureOutput({ writeErr: (text) => (said += text), writeOut: (text) => (said += text) });
        for (const child of command.commands) quiet(child);
    };
    quiet(one);
    try {
        one.parse(args, { from: "user" });
    } catch {
        // Told through `writeErr`.
    }
    return said;
}

const ways = options.map((given) => [label(given), given] as const);

it.each(ways)("%s misspelt is told with what was meant", (_label, { name, option }) => {
    const said = parse([...name.split(" "), ...(beside[name] ?? []), `${option.long}x`]);
    expect(said).toMatch(/^routeros-s3 .*: unknown option '--[\w-]+' .*Did you mean .*--help` has the options\n$/);
    expect(said).toContain(`npx routeros-s3 ${name} --help`);
});

it.each(ways.filter(([, { option }]) => option.required))(
    "%s without its value is told",
    (_label, { name, option }) => {
        const said = parse([...name.split(" "), ...(beside[name] ?? []), `${option.long}`]);
        expect(said).toMatch(
            /^routeros-s3 .*: option '.*' argument missing; `npx routeros-s3 .* --help` has the options\n$/,
        );
    },
);

it.each(ways.filter(([, { option }]) => !option.required && !option.optional))(
    "%s with a value that it does not take is told",
    (_label, { name, option }) => {
        expect(parse([...name.split(" "), ...(beside[name] ?? []), `${option.long}=yes`])).toMatch(
            /^routeros-s3 .*: unknown option .*\n$/,
        );
    },
);

it("tries every option that takes a value, or says why every value is right", () => {
    const left = options.filter((given) => given.option.required && wrongOf(given) === undefined);
    expect(left.map(label)).toEqual([]);
    const known = new Set(
        options.flatMap(({ name, option }) => [
            `${name} ${option.long}`,
            `${name.split(" ")[0]} ${option.long}`,
            `${option.long}`,
        ]),
    );
    expect(Object.keys(wrongValues).filter((key) => !known.has(key))).toEqual([]);
});

describe("a wrong value", () => {
    let folder: string;
    let env: NodeJS.ProcessEnv;

    beforeAll(() => {
        jest.requireActual<{ ensureBuilt(): string[] }>("../../tools/build.cjs").ensureBuilt();
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-options-"));
        const write = (name: string, text: string, mode = 0o644) =>
            fs.writeFileSync(path.join(folder, name), text, { mode });
        write("pulumi", pulumi, 0o755);
        write("site.rsc", "/ip firewall mangle\nadd action=mark-packet chain=forward new-packet-mark=x\n");
        write("Pulumi.office.yaml", "config:\n  aws:region: eu-central-1\n  routeros:url: https://127.0.0.1:9\n");
        for (const name of ["Pulumi.yaml", "sandbox/ip-ranges.json"])
            fs.copyFileSync(path.join(root, name), path.join(folder, path.basename(name)));
        const aws = {
            AWS_ACCESS_KEY_ID: "none",
            AWS_SECRET_ACCESS_KEY: "none",
            AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        };
        env = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, ...aws };
    });
    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

    const cases = options.flatMap((given) => {
        const wrong = given.option.required ? wrongOf(given) : undefined;
        return typeof wrong === "object" ? [[label(given), given, wrong] as const] : [];
    });
    const lineOf = ({ name, option }: Given, { value, alone = beside[name] ?? [] }: Wrong) => [
        ...name.split(" "),
        ...alone,
        `${option.long}=${value}`,
    ];

    it.each(cases.filter(([, , { isParsed }]) => isParsed))("%s is told before anything is done", (_, given, wrong) => {
        const said = parse(lineOf(given, wrong));
        expect(said).toMatch(wrong.says);
        expect(said).toMatch(/^routeros-s3 .*--help` has the options\n$/);
    });

    it("ends in one line that says what to do, and with the exit code of an error", async () => {
        const tried = cases.filter(([, , { isParsed }]) => !isParsed);
        const lines = tried.map(([, given, wrong]) => lineOf(given, wrong));
        const args = ["-e", oneAfterAnother, path.join(root, "bin/cli/program.js"), JSON.stringify(lines)];
        const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
        const results = JSON.parse(stdout) as { code: number; out: string; said: string }[];
        const wanted = tried.map(([, { name }, { says }], index) => ({
            line: lines[index],
            code: /^(doctor|verify)$/.test(name) ? 2 : 1,
            out: "",
            said: [expect.stringMatching(says) as string],
        }));
        const told = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("warning: "));
        expect(results.map(({ said, ...rest }, index) => ({ line: lines[index], ...rest, said: told(said) }))).toEqual(
            wanted,
        );
    }, 120_000);
});

it.each([
    ["trace", ["--to", "52.95.132.33:443"]],
    ["schedule", ["--folder", "."]],
    ["sites list", []],
    ["sites init", ["shed", "--url", "nonsense"]],
])("%s never asks the npm package pulumi, which would download an engine", async (name, args) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-npx-"));
    try {
        const packages = path.join(folder, "project/node_modules/.bin");
        fs.mkdirSync(packages, { recursive: true });
        fs.writeFileSync(path.join(folder, "pulumi"), pulumi, { mode: 0o755 });
        fs.writeFileSync(path.join(packages, "pulumi"), `#!/bin/sh\ntouch '${folder}/downloaded'\n`, { mode: 0o755 });
        fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
        // As npx has it in a clone, whose packages hold the one of that name.
        const env = { PATH: `${packages}:${folder}:${process.env["PATH"]}`, HOME: folder };
        const line = [path.join(root, "cli/routeros-s3.cjs"), ...name.split(" "), ...args];
        await promisify(execFile)(process.execPath, line, { cwd: folder, env }).catch(() => undefined);
        expect(fs.existsSync(path.join(folder, "downloaded"))).toBe(false);
        expect(fs.readFileSync(path.join(folder, "asked"), "utf8")).not.toBe("");
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
});

/** Carries command lines out in one process, each as `routeros-s3` does, and prints what became of them as JSON. */
const oneAfterAnother = `
const [file, lines] = process.argv.slice(1);
const { program } = require(file);
const write = process.stdout.write.bind(process.stdout);
(async () => {
    const results = [];
    for (const line of JSON.parse(lines)) {
        const result = { code: 0, out: "", said: "" };
        process.stdout.write = (text) => ((result.out += text), true);
        process.stderr.write = (text) => ((result.said += text), true);
        process.exitCode = 0;
        const quiet = (command) => (command.exitOverride(), command.commands.forEach(quiet));
        const one = program("0.0.0");
        quiet(one);
        await one.parseAsync(line, { from: "user" }).catch((error) => {
            process.exitCode = 1;
            if (!error.code?.startsWith("commander.")) result.said += "routeros-s3: " + error.message + "\\n";
        });
        results.push({ ...result, code: process.exitCode });
    }
    write(JSON.stringify(results), () => process.exit(0));
})();
`;

/** A `pulumi` with one stack, that was never brought up. */
const pulumi = `#!${process.execPath}
const args = process.argv.slice(2);
require("node:fs").appendFileSync(__dirname + "/asked", args.join(" ") + "\\n");
const at = args.findIndex((one) => one === "--stack" || one === "-s");
const stack = at < 0 ? "office" : args[at + 1];
const config = {
    "aws:region": { value: "eu-central-1" },
    "routeros:url": { value: "https://127.0.0.1:9" },
    "routeros:username": { value: "pulumi" },
    "routeros:password": { value: "hidden", secret: true },
    "routeros-s3:wanInterface": { value: "ether5" },
    "routeros-s3:uplink": { value: "20M" },
};
if (args[0] === "version") console.log("v3.259.0");
else if (stack !== "office") {
    console.error("error: no stack named '" + stack + "' found");
    process.exitCode = 255;
} else if (args[0] === "config") console.log(JSON.stringify(config));
else if (args[1] === "output") console.log(JSON.stringify({ bucket: "photos", uploadFolder: "aws s3 sync FOLDER s3://photos/" }));
else console.log(JSON.stringify({ deployment: { resources: [] } }));
`;
