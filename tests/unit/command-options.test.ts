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

/** A wrong value, and what is said of it; `alone` without what stands beside. */
interface Wrong {
    value: string;
    says: RegExp;
    alone?: string[];
    isParsed?: boolean;
}

const noStack = { value: "none", says: /of stack none cannot be read: no stack named 'none' found; `pulumi stack ls`/ };
/** Told by commander, before anything is done. */
const ofCommander = (value: string, says: RegExp): Wrong => ({ value, says, isParsed: true });
const any = (why: string) => why;
const site = any("names what the router or the stack has; what it has not is said by it");

/** `measure` asks a router with --lift alone, and then as `verify` does. */
const withLiftAlone = Object.fromEntries(
    ["--url", "--connection", "--ca-certificate", "--fingerprint", "--timeout"].map((flag) => [
        `measure ${flag}`,
        any("the router is asked with --lift alone, as verify asks it"),
    ]),
);

/** By command and option, or by option alone. A text is why every value is a right one. */
const wrongValues: Record<string, Wrong | string> = {
    "--stack": { ...noStack, alone: [] },
    "trace --stack": { ...noStack, alone: ["--to", "52.95.132.33:443"] },
    "remove --stack": { ...noStack, alone: ["--owner", "routeros-s3/office"] },
    "audit --stack": { ...noStack, alone: ["--folder", "."] },
    "restore --stack": { ...noStack, alone: ["--prefix", "photos/"] },
    "schedule --stack": noStack,
    "--url": { value: "nonsense", says: /^\w[\w-]*: --url holds "nonsense", which is no address such as/ },
    "trace --url": {
        value: "nonsense",
        says: /--url holds "nonsense", which is no address such as/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "sites init --url": { value: "nonsense", says: /holds "nonsense", which is no address such as https:/ },
    "--username": any("a router may have any"),
    "--connection": { value: "none", says: /routeros:connections has no "none"; it has none/ },
    "trace --connection": {
        value: "none",
        says: /routeros:connections has no "none"; it has none/,
        alone: ["--to", "1.2.3.4:443"],
    },
    ...withLiftAlone,
    "fingerprint --connection": any("is written into the line that is printed, and asked for nowhere"),
    "--ca-certificate": { value: "none.pem", says: /--ca-certificate is neither PEM nor a readable file/ },
    "trace --ca-certificate": {
        value: "none.pem",
        says: /--ca-certificate is neither PEM nor a readable file/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "--fingerprint": { value: "AB:CD", says: /--fingerprint is no SHA-256 fingerprint \(64 hex digits\)/ },
    "trace --fingerprint": {
        value: "AB:CD",
        says: /--fingerprint is no SHA-256 fingerprint \(64 hex digits\)/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "sites init --fingerprint": { value: "AB:CD", says: /is no SHA-256 fingerprint \(64 hex digits\)/ },
    "--timeout": { value: "soon", says: /--timeout holds "soon", which is no number of seconds/ },
    "trace --timeout": {
        value: "soon",
        says: /--timeout holds "soon", which is no number of seconds/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "fingerprint --timeout": ofCommander("soon", /1 to 3600 seconds/),
    "--bucket": {
        value: "My Photos",
        says: /--bucket "My Photos" is no bucket name that S3 accepts: it has upper-case/,
    },
    "--region": { value: "europe", says: /--region "europe" is no region of AWS; they are written as ap-southeast-2/ },
    "cost --region": ofCommander("europe", /Allowed choices are us-east-1/),
    "sites init --region": any("asked for with the router before it; the judge of configuration says it"),
    "ranges show --region": { value: "europe", says: /no prefixes of S3@europe; check aws:region; it has S3 in/ },
    "ranges diff --region": { value: "europe", says: /there is no lock file|no prefixes of S3@europe/ },
    "ranges update --region": { value: "europe", says: /no prefixes of S3@europe; check aws:region; it has S3 in/ },
    "--prefix": any("a key may begin with any text; the empty one is refused by restore, as tests/aws/restore has it"),
    "--storage-class": ofCommander("COLD", /Allowed choices are STANDARD/),
    "--seconds": ofCommander("1", /5 to 120 seconds/),
    "--connections": ofCommander("1000", /1 to 64 connections/),
    "--tcp": ofCommander("no host", /It is written as dynamodb\.eu-central-1/),
    "--udp": ofCommander("resolver", /It has to be the address of a resolver/),
    "router --port": ofCommander("many", /A port is a number from 0 to 65535/),
    "router --host": {
        value: "203.0.113.77",
        says: /--host 203\.0\.113\.77 is no address of this machine; 127\.0\.0\.1/,
    },
    "router --password": any("a router may have any"),
    "router --state": { value: "site.rsc", says: /the state file site\.rsc cannot be read/ },
    "router --version": { value: "6.49", says: /RouterOS 6\.49 is not known here, only 7\.20\.8/ },
    "router --latency": ofCommander("slow", /Allowed choices are none, hex, rb5009/),
    "router --rsc": { value: "none.rsc", says: /the export none\.rsc cannot be read: ENOENT/ },
    "router --behaviour": { value: "colour=red", says: /colour is no switch; there are reuseIds/ },
    "trace --to": { value: "somewhere", says: /--to and --from take an address, such as 52\.95\.132\.33:443/ },
    "trace --from": { value: "somewhere", says: /--to and --from take an address, such as 52\.95\.132\.33:443/ },
    "trace --protocol": { value: "tpc", says: /--protocol is none that RouterOS knows; tcp, udp, icmp/ },
    "trace --connection-mark": any("a connection may have any mark"),
    "trace --in-interface": { value: "none", says: /no interface of that name; see --in-interface/ },
    "trace --out-interface": { value: "none", says: /no interface of that name; see --in-interface/ },
    "trace --size": ofCommander("3", /20 to 65535 bytes/),
    "trace --src-mac": { value: "nobody", says: /--src-mac is no MAC address; it is written as/ },
    "trace --state": {
        value: "site.rsc",
        says: /the state file site\.rsc cannot be read/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "trace --rsc": { value: "ip-ranges.json", says: /this is no export: ".*" stands in no menu/ },
    "remove --owner": { value: "office", says: /--owner must be <project>\/<stack>/ },
    "remove --queue-type": site,
    "release --list": site,
    "--source": {
        value: "ftp://a",
        says: /the ranges address ftp:\/\/a is not https; use an https address or the path/,
    },
    "ranges diff --source": { value: "ftp://a", says: /there is no lock file|is not https/ },
    "--lock": { value: "site.rsc", says: /site\.rsc/ },
    "ranges show --lock": { value: "none.json", says: /there is no lock file none\.json; run `npx routeros-s3 ranges/ },
    "ranges diff --lock": { value: "none.json", says: /there is no lock file none\.json; run `npx routeros-s3 ranges/ },
    "--service": { value: "NONE", says: /no prefixes of NONE|there is no lock file/ },
    "--cache": any("a folder that cannot be written is done without: nothing is kept"),
    "--max-shrink": { value: "much", says: /--max-shrink is much; it has to be a number from 0 to 100/ },
    "cost --size": { value: "1X", says: /--size is "1X"; it is written as 1TB, 630GB or 25MB/ },
    "cost --files": { value: "many", says: /--files is "many"; it has to be a whole number/ },
    "cost --class": ofCommander("COLD", /Allowed choices are STANDARD/),
    "cost --transition-days": { value: "x", says: /--transition-days is "x"; it has to be a whole number/ },
    "cost --part-size": { value: "0", says: /--part-size is "0"; it is written as 1TB/ },
    "cost --sidecars": { value: "x", says: /--sidecars is "x"; it has to be a whole number/ },
    "cost --sidecar-size": { value: "x", says: /--sidecar-size is "x"; it is written as 1TB/ },
    "--prices": {
        value: "site.rsc",
        says: /the price table site\.rsc cannot be read: .*; its form is that of cli\/data/,
    },
    "sites --only": { value: "none", says: /no site is called none; there are office/ },
    "sites --except": { value: "none", says: /no site is called none; there are office/ },
    "sites --shard": { value: "3/2", says: /--shard 3\/2 is none: it is written k\/n with k from 1 to n/ },
    "sites --parallel": ofCommander("0", /a whole number, 1 or more/),
    "sites --timeout": ofCommander("0", /a whole number, 1 or more/),
    "sites --report": {
        value: "nowhere/page.md",
        says: /--report nowhere\/page\.md cannot be written: .*; give another/,
    },
    "sites --password-command": any("fails site by site, in the table: tests/unit/sites and tests/engine/sites"),
    "sites init --password-command": {
        value: "false",
        says: /the password command failed for shed: .*; run it by hand/,
    },
    "sites init --wan": any("asked of the router: tests/engine/sites"),
    "sites init --uplink": any("the judge of configuration says it, after the router was tried: tests/engine/sites"),
    "sites credentials --password-command": { value: "false", says: /the password command failed for office: .*; run/ },
    "sites rotate --new-password-command": any("fails site by site, in the table: tests/engine/sites"),
    "sites rotate --admin": any("a router may have any"),
    "verify --load": { value: "no host", says: /--load/ },
    "verify --page": { value: "nowhere/page.html", says: /--page|nowhere\/page\.html/ },
    "sites --canary": { value: "none", says: /--canary none is none of the chosen sites/ },
    "sites --batch": ofCommander("0", /a whole number, 1 or more/),
    "sites --max-failures": ofCommander("-1", /a whole number, 1 or more/),
    "sites --last": { value: "site.rsc", says: /site\.rsc is no record of checks; name another with --last/ },
    "sites check --last": any("read as sites list reads it, after every site was looked at"),
    "restore --key": any("what is not in the bucket is counted, and named"),
    "restore --list": { value: "none", says: /the list none cannot be read: ENOENT/, alone: inBucket() },
    "restore --all": {
        value: "photo",
        says: /--all is "photo", but the bucket is photos: type its name/,
        alone: inBucket(),
    },
    "restore --tier": ofCommander("fast", /Allowed choices are bulk, standard, expedited/),
    "restore --days": { value: "0", says: /--days is "0"; it has to be a whole number, 1 or more/ },
    "restore --to": { value: "site.rsc", says: /the folder site\.rsc cannot be made: .*; give --to another/ },
    "audit --folder": { value: "none", says: /--folder is "none", which is no folder/ },
    "schedule --folder": { value: "none", says: /--folder is "none", which is no folder here/ },
    "schedule --at": ofCommander("25:00", /a time such as 02:00/),
    "schedule --as": ofCommander("windows", /Allowed choices are systemd, cron, launchd/),
    "schedule --profile": any("the aws command has any"),
};

function inBucket(): string[] {
    return ["--bucket", "photos", "--region", "eu-central-1"];
}

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
