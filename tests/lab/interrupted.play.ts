import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { findKernel } from "../../lab/kernel/place";
import { listed } from "../../lab/net/namespaces";
import { build, root, whyNoPackets } from "./support";

jest.setTimeout(300_000);

/** Processes below one, theirs too. */
function below(pid: number): number[] {
    const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
    const pairs = stdout
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number));
    const of = (one: number): number[] =>
        pairs.flatMap(([child = 0, parent]) => (parent === one ? [child, ...of(child)] : []));
    return of(pid);
}

/** Lets what is told to this process come in. */
const nextTurn = (): Promise<true> => new Promise((resolve) => setImmediate(() => resolve(true)));

describe("Ctrl-C leaves nothing running and nothing mounted, and ends with 130,", () => {
    let folder: string;
    beforeAll(() => {
        build();
        folder = mkdtempSync(path.join(os.tmpdir(), "rs3-interrupted-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const left = (pid: number): string[] => [
        ...readdirSync(folder),
        ...listed().filter((name) => name.startsWith(`rs3lab-${pid}-`)),
        ...readFileSync("/proc/self/mountinfo", "utf8")
            .split("\n")
            .filter((line) => line.includes(folder) || line.includes(`rs3lab-${pid}-`)),
    ];

    const noKernel = findKernel() === undefined ? "npm run lab:kernel" : undefined;
    for (const [name, why, begun, program, ...args] of [
        ["a lab on the virtual ground", noKernel, /S3 alone/, "lab/main.js", "--quick", "--ground", "virtual"],
        ["a lab in namespaces", whyNoPackets(), /S3 alone/, "lab/main.js", "--quick", "--ground", "namespaces"],
        ["the article in namespaces", whyNoPackets(), /Router does nothing/, "lab/article/main.js", "--live"],
        ["changes on a live line", whyNoPackets(), /the first pulumi up/, "lab/live/main.js", "changes"],
    ] as const)
        (why === undefined ? it : it.skip)(`of ${name}${why === undefined ? "" : ` (skipped: ${why})`}`, async () => {
            const run = spawn(process.execPath, [path.join(root, "bin", program), ...args], {
                stdio: ["ignore", "ignore", "pipe"],
                env: { ...process.env, TMPDIR: folder },
            });
            const closed = once(run, "close");
            let said = "";
            const begins = new Promise<void>((resolve) =>
                run.stderr.on("data", (chunk: Buffer) => {
                    said += chunk.toString();
                    if (begun.test(said)) resolve();
                }),
            );
            await Promise.race([begins, closed]);
            let running: number[];
            do running = below(run.pid!);
            while (running.length === 0 && run.exitCode === null && (await nextTurn()));
            expect(left(run.pid!)).not.toEqual([]);
            run.kill("SIGINT");
            expect([await closed, said]).toEqual([[130, null], expect.stringMatching(/Stopped; nothing is left\.\n$/)]);
            // Killed with the one that was ended, each in its own time.
            while (running.some((pid) => existsSync(`/proc/${pid}`))) await nextTurn();
            expect(left(run.pid!)).toEqual([]);
        });
});
