import { readFileSync, rmSync } from "node:fs";

import { Command } from "commander";

import { endOnSignals } from "../groups";
import { clock } from "../progress";
import { buildKernel, checkRoom, workFolder } from "./build";
import { findKernel, kernelCache } from "./place";

const program = new Command("npm run lab:kernel --")
    .description(
        "Builds the lab's kernel: Linux as a program (User Mode Linux), in virtual time. Takes some minutes, once a " +
            `machine, and is kept in ${kernelCache()}. Nothing is installed. Ends with 2 if it cannot be built here.`,
    )
    .option("--source <tree>", "a folder or archive of Linux's sources (default: Debian's package, fetched by apt-get)")
    .option("--again", "build it although it is there");

async function main(): Promise<void> {
    const { source, again } = program.parse().opts<{ source?: string; again?: true }>();
    const there = findKernel();
    if (there !== undefined && !again) return say(`The lab's kernel is there: ${there}`);
    const began = Date.now();
    const work = workFolder();
    const cleanUp = (): void => rmSync(work, { recursive: true, force: true });
    endOnSignals(cleanUp);
    try {
        checkRoom();
        const kernel = await buildKernel(work, source, (text) => {
            process.stderr.write(`${clock(Date.now() - began)} ${text}\n`);
        });
        say(`Built ${kernel} in ${Math.round((Date.now() - began) / 1000)} s, ${childSeconds()} s of processor time.`);
    } finally {
        cleanUp();
    }
}

/** Processor time of everything that was started and has ended, in seconds. */
function childSeconds(): number {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // Behind the name in parentheses, which may hold anything: fields 16 and 17, in ticks of 10 ms.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Math.round((Number(fields[13]) + Number(fields[14])) / 100);
}

function say(line: string): void {
    process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
});
