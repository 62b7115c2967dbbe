import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    realpathSync,
    rmSync,
    statfsSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { endGroup, runGroup, startGroup } from "../groups";
import { virtualClock } from "../traffic/agents";

/** Memory of the machine, in MiB. */
const usualMemory = 512;
/** Every word of its command line goes into its randomness, so nothing of this host may stand in it. */
const words = [
    // The host's files, read only; its first program by way of the host's own /proc, so that no path is named here.
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    "init=/proc/self/cwd/init",
    "uml_dir=./",
    "umid=machine",
    "con=null",
    "con0=null,fd:1",
    "time-travel=inf-cpu",
    "time-travel-start=1700000000000000000",
    "loglevel=4",
];

/** A command line that stands for all that decides what happens inside, beside the programs. */
export function commandLine(seed: number, memory = usualMemory): string[] {
    return [`mem=${memory}M`, ...words, `seed=${seed}`];
}

export interface MachineRun {
    /** The kernel. */
    kernel: string;
    /** Program and arguments, run as the machine's root with the host's files and `/run/lab`, the run's folder. */
    command: readonly string[];
    /** Folders of this host by the path that they have inside too, so that none of its own paths decides what happens. */
    folders?: Readonly<Record<string, string>>;
    /** Files put into the run's folder before it starts. */
    files?: Record<string, string>;
    /** Different randomness inside for different seeds, the same for the same. */
    seed: number;
    /** In MiB. @default 512 */
    memory?: number;
    /** Each line that the program prints. */
    onLine?: (line: string) => void;
    /** Without a line for so many seconds of the host's time it is ended. @default 300 */
    silence?: number;
}

/** What stops a machine from being started at all, in one line; none where nothing does. */
export async function whyNoMachine(kernel: string, memory = usualMemory): Promise<string | undefined> {
    const free = Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? "0") / 1024;
    if (free < memory + 200)
        return `The virtual ground takes ${memory + 200} MiB of memory, and ${Math.round(free)} are free.`;
    const folder = memoryFolder(memory);
    if (folder === undefined)
        return "Neither /dev/shm nor the folder for temporary files may hold programs (noexec) with room for the machine's memory: set TMPDIR to a folder that may.";
    for (const program of ["setarch", "setpriv"])
        if (
            !(await runGroup(program, ["--version"]).then(
                () => true,
                () => false,
            ))
        )
            return `The program ${program} is missing: apt-get install -y util-linux`;
    try {
        let said = "";
        await runMachine({
            kernel,
            command: ["echo", "ready"],
            seed: 1,
            silence: 60,
            onLine: (line) => (said += line),
        });
        if (said === "ready") return undefined;
        return `The virtual machine does not answer: ${said}`;
    } catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
}

/**
 * Starts a machine, waits until its program has ended, and returns what that left in `/run/lab/result`. Throws where it
 * ended otherwise than with 0, or fell silent: a program that never waits stops virtual time for ever.
 */
export async function runMachine(run: MachineRun): Promise<string> {
    const folder = path.join(os.tmpdir(), `${prefix}${process.pid}-${++count}`);
    mkdirSync(folder);
    try {
        for (const [name, text] of Object.entries(run.files ?? {})) writeFileSync(path.join(folder, name), text);
        for (const [index, host] of Object.values(run.folders ?? {}).entries())
            symlinkSync(realpathSync(host), path.join(folder, folderLink(index)));
        writeFileSync(path.join(folder, "init"), initScript(run.command, run.folders ?? {}), { mode: 0o755 });
        await untilDone(run, folder);
        const result = path.join(folder, "result");
        return existsSync(result) ? readFileSync(result, "utf8") : "";
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

const folderLink = (index: number): string => `folder-${index}`;
const prefix = "rs3-machine-";
let count = 0;

/** Removes the folders of runs whose process is gone, and this process's own where `all`. */
export function sweepMachines(own = false): void {
    for (const name of readdirSync(os.tmpdir())) {
        const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
        if (pid === undefined || (pid === String(process.pid) ? !own : existsSync(`/proc/${pid}`))) continue;
        rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
    }
}

const begins = "machine's program begins";
const ended = "machine's program ended with ";

/** By way of the host's own /proc: how long and how deep a path of the host is would be noise inside. */
const runFolder = "/proc/self/cwd";

function initScript(command: readonly string[], folders: Readonly<Record<string, string>>): string {
    const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
    const mounted = Object.keys(folders).map(
        (inside, index) =>
            `mkdir -p ${inside} && mount -r -t hostfs -o ${runFolder}/${folderLink(index)} folder ${inside} || exit\n`,
    );
    return `#!/bin/sh
# First process of the machine: what a program needs, then the program.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run LANG=C.UTF-8 ${virtualClock}=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /run
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm /run/lab
mount -t tmpfs shm /dev/shm
mount -t hostfs -o ${runFolder} lab /run/lab || exit
${mounted.join("")}ip link set lo up
cd /run
echo "${begins}"
${command.map(quote).join(" ")} 2>&1 </dev/null
code=$?
sync
echo "${ended}$code"
exec sleep 1000000
`;
}

function untilDone(run: MachineRun, folder: string): Promise<void> {
    return new Promise((resolve, reject) => {
        // No address layout at random, and none of glibc's per-thread areas, which the kernel here does not know.
        const child = startGroup("setarch", ["-R", run.kernel, ...commandLine(run.seed, run.memory)], {
            cwd: folder,
            env: {
                GLIBC_TUNABLES: "glibc.pthread.rseq=0",
                PATH: process.env["PATH"],
                TMPDIR: memoryFolder(run.memory ?? usualMemory),
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        const last: string[] = [];
        let begun = false;
        let outcome: Error | undefined;
        let known = false;
        const silence = run.silence ?? 300;
        const stop = (error: Error | undefined): void => {
            known = true;
            outcome = error;
            clearTimeout(timer);
            endGroup(child);
        };
        const expired = (): void =>
            stop(
                new Error(`Virtual time has stood still for ${silence} s: stopped. Last: ${last.at(-1) ?? "nothing"}`),
            );
        const timer = setTimeout(expired, silence * 1000);
        const heard = (line: string): void => {
            const text = line.trim();
            timer.refresh();
            if (text.startsWith(ended)) {
                const code = text.slice(ended.length);
                stop(code === "0" ? undefined : new Error(last.join("\n") || `The program inside ended with ${code}`));
                return;
            }
            if (text === begins) {
                begun = true;
                last.length = 0;
                return;
            }
            last.push(text);
            if (last.length > 5) last.shift();
            // Before it, the kernel says what it found.
            if (begun) run.onLine?.(text);
        };
        for (const stream of [child.stdout, child.stderr])
            if (stream) createInterface({ input: stream }).on("line", heard);
        child.once("error", (error) => stop(error));
        child.once("close", () => {
            clearTimeout(timer);
            if (!known)
                outcome = new Error(`The virtual machine ended before its program did: ${last.at(-1) ?? "silently"}`);
            if (outcome) reject(outcome);
            else resolve();
        });
    });
}

/** Where the machine's memory may lie: a folder that may hold programs and has room; none where there is none. */
function memoryFolder(memory: number): string | undefined {
    const mounts = readFileSync("/proc/mounts", "utf8")
        .split("\n")
        .map((line) => line.split(" "));
    const noexec = (folder: string): boolean => {
        const above = mounts
            .filter(
                ([, point = ""]) => folder === point || folder.startsWith(point.endsWith("/") ? point : `${point}/`),
            )
            .sort(([, a = ""], [, b = ""]) => a.length - b.length)
            // The nearest, and of several in one place the last, which lies over the others.
            .at(-1);
        return above?.[3]?.split(",").includes("noexec") ?? false;
    };
    return ["/dev/shm", os.tmpdir()].find((folder) => {
        if (!existsSync(folder) || noexec(folder)) return false;
        const { bavail, bsize } = statfsSync(folder);
        return bavail * bsize > (memory + 50) * 2 ** 20;
    });
}
