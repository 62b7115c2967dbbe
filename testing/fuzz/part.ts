/** One of the parts into which the fuzz is split, so that two run at a time. */
import { spawn } from "node:child_process";
import path from "node:path";

import { seed as first } from "../random";

const parts = 2;
/** Beyond this something hangs: a part takes about two minutes on a machine that does nothing else. */
const longest = 1_800_000;

/**
 * Random wanted states, random edits by hand, random operations: after each the router's rows are judged by rules of
 * their own (`judge.ts`). `FUZZ_CASES` says how many in all parts together, `FUZZ_SEED` which: the same ones by default,
 * so that a run of all tests can be repeated; new ones with `FUZZ_SEED=$RANDOM npm test -- tests/faults/fuzz`.
 */
export function fuzzPart(part: number): void {
    const cases = Math.ceil(Number(process.env["FUZZ_CASES"] ?? 10_000) / parts);
    const seed = first + part - 1;
    const holds = "whatever is wanted and whatever is done by hand, our rows stand as wanted and others' stay";
    it(
        `${holds} (part ${part})`,
        async () => {
            await held(cases, seed);
        },
        longest,
    );
}

/** The same with scripts for two operations and more, a tenth as many. */
export function fuzzScripts(): void {
    const cases = Math.ceil(Number(process.env["FUZZ_CASES"] ?? 10_000) / 10);
    const seed = first + parts;
    it(
        "rows stand as wanted and others' stay, also where they are written by scripts",
        () => held(cases, seed, 2),
        longest,
    );
}

async function held(cases: number, seed: number, scriptsFrom?: number): Promise<void> {
    const { code, output } = await run([cases, seed, ...(scriptsFrom === undefined ? [] : [scriptsFrom])].map(String));
    const [figures = "", ...failure] = output.trimEnd().split("\n");
    process.stdout.write(`${figures}${scriptsFrom === undefined ? "" : ", by scripts"}\n`);
    if (code !== 0) throw new Error(failure.join("\n") || output || `ended with ${code}`);
    expect(figures).toMatch(new RegExp(`^fuzz: ${cases} cases, seed ${seed}, ${cases} held`));
}

async function run(args: string[]): Promise<{ code: number | null; output: string }> {
    const root = path.join(__dirname, "../..");
    jest.requireActual<{ ensureBuilt(): string[] }>("../../tools/build.cjs").ensureBuilt();
    const child = spawn(process.execPath, [path.join(root, "bin/testing/fuzz/main.js"), ...args], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    try {
        let output = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        return { code, output };
    } finally {
        child.kill();
    }
}
