/**
 * Runs the real Pulumi engine against an embedded router and an embedded S3, in folders of its own: nothing of the
 * checkout's sandbox or of the user's own Pulumi is read or written, but the engine itself.
 *
 *     const stack = await startEngine({ config: { "routeros-s3:uplink": "20M" } });
 *     try {
 *         const up = await stack.up();
 *         expect(up.code).toBe(0);
 *         expect(stack.router.rows("/queue/tree")).toHaveLength(3);
 *     } finally {
 *         await stack.stop();
 *     }
 *
 * Start one stack in `beforeAll` and stop it in `afterAll` where several tests follow each other on it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import { start as startRouter } from "../router";
import type { Router, RouterOptions } from "../router/api";
import { type Aws, startAws } from "../sandbox/aws/server";
import { engineEnvironment, type Environment, neutralEnvironment, routerEnvironment } from "../sandbox/environment";
import { pulumiHome, root } from "../sandbox/places";

export type { Environment } from "../sandbox/environment";

/** One run of the engine takes seconds; a test that makes several needs more than jest's five. */
export const engineTimeout = 180_000;

/** An ordinary site of 20 Mbit/s, for the repository's own program on a router as it comes out of its box. */
export const ordinarySite = {
    "aws:region": "ap-southeast-2",
    "routeros-s3:wanInterface": "ether5",
    "routeros-s3:uplink": "20M",
    "routeros-s3:awsIpRanges": "sandbox/ip-ranges.json",
    "routeros-s3:protectBucket": "false",
};

export interface EngineOptions {
    /**
     * Files of a small project by name. `index.js` is the program; `Pulumi.yaml` is made when it is not given. It runs
     * in its folder with the checkout's `node_modules` and `bin` beside it: `require("./bin/components")`.
     * @default the repository's own program
     */
    program?: Record<string, string>;
    /** The stack's configuration by full key. An object or array is kept as structured configuration. */
    config?: Record<string, unknown>;
    /** @default "test" */
    stack?: string;
    /** How the embedded router is started; `false` starts none. @default a new one with a password of its own */
    router?: RouterOptions | false;
    /** Starts the embedded S3 and IAM. @default true for the repository's own program, false for a small project */
    aws?: boolean;
    /** Where the states are kept: in a folder, or in the bucket that examples/state makes, in the embedded S3. @default "folder" */
    backend?: "folder" | "bucket";
    /** Further variables for every command. */
    env?: Environment;
}

/** What a command did. */
export interface Outcome {
    code: number;
    stdout: string;
    stderr: string;
    /** Both, in the order they came. */
    output: string;
}

/** A resource as `pulumi stack export` shows it. */
export interface StackResource {
    urn: string;
    type: string;
    id?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
    protect?: boolean;
    initErrors?: string[];
}

export interface ScratchStack {
    readonly folder: string;
    readonly env: Environment;
    /** The embedded router. Throws where the stack has none. */
    readonly router: Router;
    readonly password: string;
    /** The embedded S3 and IAM. Throws where the stack has none. */
    readonly aws: Aws;
    /** All that every command of this stack printed. */
    readonly transcript: string;
    /** `pulumi <args>` on this stack, never interactive. `env` is for this command alone. */
    pulumi(args: string[], env?: Environment): Promise<Outcome>;
    /** Any other program, with the stack's environment. */
    run(command: string, args: string[], env?: Environment): Promise<Outcome>;
    /** `pulumi up --yes` without the preview before it, unless `args` says otherwise. */
    up(args?: string[], env?: Environment): Promise<Outcome>;
    preview(args?: string[], env?: Environment): Promise<Outcome>;
    refresh(args?: string[], env?: Environment): Promise<Outcome>;
    destroy(args?: string[], env?: Environment): Promise<Outcome>;
    resources(): Promise<StackResource[]>;
    /** The text of everything the stack's backend holds: state, history, checkpoints. */
    stateText(): string;
    /** Ends every server, removes every folder. */
    stop(): Promise<void>;
}

export async function startEngine(options: EngineOptions = {}): Promise<ScratchStack> {
    // What runs is compiled: the provider's runtime always, and a small program that uses the components.
    const build = createRequire(__filename)(path.join(root, "tools/build.cjs")) as { ensureBuilt(): string[] };
    build.ensureBuilt();
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-engine-")));
    const stops: (() => Promise<void> | void)[] = [() => fs.rmSync(folder, { recursive: true, force: true })];
    const stop = async () => {
        for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
    };
    try {
        const name = options.stack ?? "test";
        const password = options.router === false ? "" : (options.router?.password ?? randomBytes(12).toString("hex"));
        const folders = makeFolders(folder);
        const env = { ...neutralEnvironment(), ...engineEnvironment(folders) };

        let router: Router | undefined;
        if (options.router !== false) {
            router = await startRouter({ username: "admin", password, ...options.router });
            stops.push(() => router?.stop());
            const username = options.router?.username ?? "admin";
            Object.assign(env, routerEnvironment({ url: router.url, username, password }));
        }
        let aws: Aws | undefined;
        if (options.aws ?? (options.program === undefined || options.backend === "bucket")) {
            aws = await startAws({ region: "ap-southeast-2" });
            stops.push(() => aws?.stop());
            Object.assign(env, aws.env);
        }
        Object.assign(env, options.env);

        const project = path.join(folder, "project");
        layProject(project, options.program);
        const config = JSON.stringify({ config: options.config ?? {} }, undefined, 2);
        fs.writeFileSync(path.join(project, `Pulumi.${name}.yaml`), config);

        const running = new Set<ChildProcess>();
        stops.push(async () => {
            for (const child of running) {
                const closed = once(child, "close");
                child.kill("SIGINT");
                await closed;
            }
        });
        let transcript = "";
        const run = async (command: string, args: string[], extra?: Environment) => {
            const outcome = await execute(command, args, project, { ...env, ...extra }, running);
            transcript += `$ ${command} ${args.join(" ")}\n${outcome.output}\n`;
            return outcome;
        };
        const pulumi = (args: string[], extra?: Environment) =>
            run("pulumi", [...args, "--non-interactive", "--color=never"], extra);
        const stack: ScratchStack = {
            folder: project,
            env,
            password,
            get router() {
                if (router === undefined) throw new Error("this stack was started without a router");
                return router;
            },
            get aws() {
                if (aws === undefined) throw new Error("this stack was started without S3");
                return aws;
            },
            get transcript() {
                return transcript;
            },
            pulumi,
            run,
            up: (args = [], extra) => pulumi(["up", "--yes", "--skip-preview", ...args], extra),
            preview: (args = [], extra) => pulumi(["preview", ...args], extra),
            refresh: (args = [], extra) => pulumi(["refresh", "--yes", "--skip-preview", ...args], extra),
            destroy: (args = [], extra) => pulumi(["destroy", "--yes", "--skip-preview", ...args], extra),
            async resources() {
                const { stdout } = await pulumi(["stack", "export"]);
                const state = JSON.parse(stdout) as { deployment: { resources?: StackResource[] } };
                return state.deployment.resources ?? [];
            },
            stateText: () => textOf(folders.backend),
            stop,
        };
        if (options.backend === "bucket") {
            const made = await run("sh", [
                path.join(root, "examples/state/make-bucket.sh"),
                "states",
                "ap-southeast-2",
            ]);
            const [, url] = /PULUMI_BACKEND_URL='(.*)'/.exec(expectDone(made).stdout) ?? [];
            // The server has no name for each bucket, as S3 has.
            env["PULUMI_BACKEND_URL"] = `${url}&s3ForcePathStyle=true`;
        }
        expectDone(await pulumi(["stack", "init", name]));
        return stack;
    } catch (error) {
        await stop();
        throw error;
    }
}

function expectDone(outcome: Outcome): Outcome {
    if (outcome.code !== 0) throw new Error(outcome.output);
    return outcome;
}

function makeFolders(folder: string) {
    const folders = { home: path.join(folder, "home"), backend: path.join(folder, "backend") };
    for (const name of Object.values(folders)) fs.mkdirSync(name, { recursive: true });
    fs.symlinkSync(path.join(pulumiHome, "plugins"), path.join(folders.home, "plugins"));
    const passphraseFile = path.join(folder, "passphrase");
    fs.writeFileSync(passphraseFile, randomBytes(16).toString("hex"), { mode: 0o600 });
    return { ...folders, passphraseFile };
}

/** A project's folder: the checkout's own by links, or a small one of its own. Both see its packages and its build. */
function layProject(project: string, program?: Record<string, string>): void {
    fs.mkdirSync(project);
    const linked = ["node_modules", "bin", "tools", "sandbox", "package.json", "program.cjs"];
    for (const name of program === undefined ? linked : ["node_modules", "bin"]) {
        fs.symlinkSync(path.join(root, name), path.join(project, name));
    }
    if (program === undefined) {
        fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(project, "Pulumi.yaml"));
        return;
    }
    const files: Record<string, string> = {
        "Pulumi.yaml": JSON.stringify({
            name: "small",
            main: "index.js",
            runtime: { name: "nodejs", options: { typescript: false } },
        }),
        ...program,
    };
    for (const [name, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
        fs.writeFileSync(path.join(project, name), text);
    }
}

function execute(
    command: string,
    args: string[],
    cwd: string,
    env: Environment,
    running: Set<ChildProcess>,
): Promise<Outcome> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
        running.add(child);
        child.once("close", () => running.delete(child));
        const outcome = { code: -1, stdout: "", stderr: "", output: "" };
        for (const stream of ["stdout", "stderr"] as const) {
            child[stream].setEncoding("utf8").on("data", (text: string) => {
                outcome[stream] += text;
                outcome.output += text;
            });
        }
        // What hangs; a command over several stacks may take several times as long as one run of the engine.
        const late = setTimeout(() => child.kill("SIGKILL"), 3 * engineTimeout);
        child.on("error", (error) => {
            clearTimeout(late);
            reject(error);
        });
        child.on("close", (code) => {
            clearTimeout(late);
            resolve({ ...outcome, code: code ?? -1 });
        });
    });
}

/** Processes of the dynamic provider that were started for this folder. */
export function providersOf(folder: string): number[] {
    const pids = fs.readdirSync("/proc").filter((pid) => {
        if (!/^\d+$/.test(pid)) return false;
        try {
            const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
            return command.includes("dynamic-provider") && fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        } catch {
            return false; // ended meanwhile
        }
    });
    return pids.map(Number);
}

function textOf(folder: string): string {
    return fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"))
        .join("\n");
}
