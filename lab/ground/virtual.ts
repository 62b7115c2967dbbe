import { execSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";
import { compiledProgram } from "../compiled";
import { endOnSignals } from "../groups";
import { findKernel } from "../kernel/place";
import { type InsideOutcome, reportOf } from "../report";
import { type Ground, NoGround, type Task } from "./ground";
import { commandLine, runMachine, sweepMachines, whyNoMachine } from "./machine";

/** Said from inside now and then, so that a machine that works can be told from one that hangs. */
export const beat = "~";

/** What figures depend on beside the router's rows. Where all of it is equal, they are equal in every digit. */
export type Fingerprint = Record<
    "kernel" | "libc" | "processor" | "Node" | "lab" | "programs" | "command line" | "TMPDIR",
    string
>;

/** What runs inside: who plays a task, and who sends and counts its packets. */
const played = "ground/inside.js";
const insidePrograms = [played, "traffic/agent.js"];

export function fingerprint(kernel: string): Fingerprint {
    const flags = /^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
    const header = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return {
        kernel: hash(readFileSync(kernel)),
        libc: header.header?.glibcVersionRuntime ?? "unknown",
        processor: hash(flags.split(" ").sort().join(" ")),
        Node: process.version,
        // A line more in a program that sends moves by nanoseconds when something is sent, and then what meets in a queue.
        lab: hash(
            codeOf(insidePrograms.map(compiledProgram))
                .map((file) => readFileSync(file, "utf8"))
                .join("\0"),
        ),
        programs: hash(["ip -V", "nft -v"].map((command) => execSync(command).toString()).join("")),
        "command line": hash(commandLine(1).join(" ")),
        // The machine's first program lies there.
        TMPDIR: hash(realpathSync(os.tmpdir())),
    };
}

/** Compiled programs and all of ours that they load, whatever the order of loading. */
export function codeOf(programs: readonly string[]): string[] {
    const found = new Set<string>();
    const visit = (file: string): void => {
        if (found.has(file)) return;
        found.add(file);
        for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/require\("(\.[^"]+)"\)/g))
            visit(require.resolve(path.resolve(path.dirname(file), name)));
    };
    programs.forEach(visit);
    return [...found].sort();
}

function hash(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** How a compiled program is run inside: by paths that are the same wherever the checkout and Node lie. */
export function placed(
    checkout: string,
    node: string,
    program: string,
): { command: string[]; folders: Record<string, string> } {
    const [programs, nodes] = ["/run/checkout", "/run/node"];
    return {
        folders: { [programs]: checkout, [nodes]: path.dirname(node) },
        command: [
            path.join(nodes, path.basename(node)),
            // Without helper threads: where nothing costs time, a thread that asks again and again for a helper to be done
            // never lets it run.
            "--single-threaded",
            path.join(programs, path.relative(checkout, program)),
        ],
    };
}

/** The virtual ground also runs other programs of the lab: each reads `/run/lab/task` and writes `/run/lab/result`. */
export interface VirtualGround extends Ground {
    run(program: string, task: string, seed: number, progress: (text: string) => void): Promise<string>;
}

/**
 * Linux as a program, in virtual time: nothing of the host is touched, and no root is needed.
 *
 * @param memory of the machine, in MiB
 */
export async function virtualGround(memory?: number): Promise<VirtualGround> {
    const kernel = findKernel();
    if (kernel === undefined)
        throw new NoGround("The lab's kernel is not there: npm run lab:kernel builds it, or take --ground namespaces.");
    sweepMachines();
    endOnSignals(() => sweepMachines(true));
    const why = await whyNoMachine(kernel, memory);
    if (why !== undefined) throw new NoGround(why);
    const version = path.basename(path.dirname(kernel)).replace(/-.*/, "");
    const run: VirtualGround["run"] = (program, task, seed, progress) =>
        runMachine({
            kernel,
            seed,
            ...(memory !== undefined && { memory }),
            ...placed(root, process.execPath, compiledProgram(program)),
            files: { task },
            onLine: (line) => {
                if (line !== beat) progress(line);
            },
        });
    return {
        name: "virtual",
        environment: [
            ["kernel", `Linux ${version} as a program, in virtual time`],
            ...Object.entries(fingerprint(kernel)).map(([key, value]): [string, string] => [
                `fingerprint, ${key}`,
                value,
            ]),
        ],
        distance: 20,
        run,
        play: async (task: Task, seed, progress) =>
            reportOf<InsideOutcome>(await run(played, JSON.stringify(task), seed, progress)).outcomes,
    };
}
