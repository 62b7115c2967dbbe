/**
 * The embedded router with 30,000 rows in a list, as a program of its own: how long it takes to start, to answer a
 * filtered GET, and how much memory it needs.
 *
 *     npm run bench:router
 *
 * A figure, not a test: it depends on the machine, and ends with 0 whatever it says.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";

import { start } from "../router";
import { root } from "../sandbox/places";

const rows = 30_000;
const rounds = 5;
const requests = 20;
const list = "/rest/ip/firewall/address-list";

async function main(): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-bench-"));
    try {
        const state = path.join(folder, "state.json");
        await (await start({ stateFile: state, rsc: exported() })).stop();
        const runs: Run[] = [];
        for (let round = 0; round < rounds; round++) runs.push(await measure(state));
        report(runs);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** 29,000 rows in one list and 1,000 in another. */
function exported(): string {
    const entries = Array.from({ length: rows }, (_, number) => {
        const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
        return `add address=${address} list=${number % 30 === 0 ? "few" : "many"} comment="entry ${number}"`;
    });
    return ["/ip firewall address-list", ...entries, ""].join("\n");
}

interface Run {
    start: number;
    few: number;
    single: number;
    whole: number;
    megabytes: number;
}

async function measure(state: string): Promise<Run> {
    const program = path.join(root, "cli/routeros-s3.cjs");
    const began = performance.now();
    const child = spawn(process.execPath, [program, "router", "--state", state], {
        stdio: ["ignore", "pipe", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    try {
        const url = await new Promise<string>((resolve, reject) => {
            let said = "";
            child.stdout.on("data", (chunk: Buffer) => {
                said += chunk.toString();
                const found = /^router: (\S+)$/m.exec(said)?.[1];
                if (found) resolve(found);
            });
            child.on("close", (code) => reject(new Error(`the router ended with ${code}: ${complaint}`)));
        });
        const ready = performance.now() - began;
        const few = await times(`${url}${list}?list=few&dynamic=false&.proplist=.id,address`, rows / 30);
        const single = await times(`${url}${list}?list=many&address=10.0.1.1`, 1);
        const whole = await times(`${url}${list}`, rows, 3);
        return { start: ready, few, single, whole, megabytes: memory(child.pid ?? 0) };
    } finally {
        child.kill();
        await ended;
    }
}

/** Median of some requests, after one to warm up. */
async function times(url: string, expected: number, count = requests): Promise<number> {
    const headers = { authorization: `Basic ${Buffer.from("admin:").toString("base64")}` };
    const taken: number[] = [];
    for (let request = 0; request <= count; request++) {
        const began = performance.now();
        const found = (await (await fetch(url, { headers })).json()) as unknown[];
        if (found.length !== expected) throw new Error(`${url} gave ${found.length} rows, not ${expected}`);
        taken.push(performance.now() - began);
    }
    return median(taken.slice(1));
}

/** Resident memory of a process, after all of the requests. */
function memory(pid: number): number {
    const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return Number(stdout.trim()) / 1024;
}

function median(values: readonly number[]): number {
    return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function report(runs: readonly Run[]): void {
    const version = `Node ${process.versions.node}, ${availableParallelism()} cores`;
    process.stdout.write(
        `The embedded router with ${rows} rows in its address list (${version}, median of ${rounds})\n`,
    );
    const line = (what: string, key: keyof Run, unit: string, aim?: number) => {
        const value = median(runs.map((run) => run[key]));
        const verdict = aim === undefined ? "" : `aim under ${aim} ${unit}: ${value < aim ? "met" : "NOT MET"}`;
        process.stdout.write(`  ${what.padEnd(46)}${value.toFixed(0).padStart(6)} ${unit.padEnd(3)} ${verdict}\n`);
    };
    line("start, from the command to its line", "start", "ms", 2000);
    line(`filtered GET, ${rows / 30} rows of one list`, "few", "ms", 50);
    line("filtered GET, one row by list and address", "single", "ms", 50);
    line(`GET of all ${rows} rows`, "whole", "ms");
    line("memory, after all of these", "megabytes", "MB", 300);
}

main().catch((error: unknown) => {
    process.stderr.write(`bench:router: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
