/**
 * How long `pulumi preview` takes where nothing has changed, beside an empty JavaScript program in the same run.
 *
 *     npm run bench:preview
 *
 * Rounds alternate between what is compared, so that a machine that is busy for a while is busy for all of them. Ends
 * with 1 where a median is above its target.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

import { root } from "../sandbox/places";
import { type EngineSession, type Outcome, startEngine } from "../testing/scratch-stack";

const rounds = 5;
const targets = { plain: 3, refreshed: 4 };

const config = {
    "aws:region": "ap-southeast-2",
    "routeros-s3:wanInterface": "ether5",
    "routeros-s3:uplink": "20M",
    "routeros-s3:awsIpRanges": "sandbox/ip-ranges.json",
    "routeros-s3:protectBucket": "false",
};

/** What the language host loads for any program. */
const host = `require("@pulumi/pulumi/log"); require("@pulumi/pulumi/runtime/stack");`;

/** The program alone, after that: registrations answered at once, nothing asked of a provider. */
const mocked = `${host}
    require("./tools/quick-start.cjs");
    const pulumi = require("@pulumi/pulumi");
    pulumi.runtime.setAllConfig(${JSON.stringify(config)});
    const mocks = { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs };
    pulumi.runtime.setMocks(mocks, "routeros-s3", "bench", true);
    pulumi.runtime.runInPulumiStack(require("./program.cjs"));
`;

async function main(): Promise<number> {
    const empty = await startEngine({ program: { "index.js": "" }, router: false });
    try {
        const site = await startEngine({ config });
        try {
            expectDone(await empty.up());
            expectDone(await site.up());
            return report(await measure(empty, site));
        } finally {
            await site.stop();
        }
    } finally {
        await empty.stop();
    }
}

interface Times {
    empty: number[];
    plain: number[];
    refreshed: number[];
    program: number[];
    host: number[];
    setUp: number[];
}

async function measure(empty: EngineSession, site: EngineSession): Promise<Times> {
    const times: Times = { empty: [], plain: [], refreshed: [], program: [], host: [], setUp: [] };
    // The first round warms the file cache and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
        const one = {
            empty: await timed(() => empty.preview(["--refresh=false", "--expect-no-changes"])),
            plain: await timed(() => site.preview(["--refresh=false", "--expect-no-changes"])),
            refreshed: await timed(() => site.preview(["--refresh", "--expect-no-changes"])),
            host: await timed(() => node(site, ["-e", host])),
            program: await timed(() => node(site, ["-e", mocked])),
            setUp: await timed(() => node(site, [path.join(root, "sandbox/setup.mjs")])),
        };
        if (round > 0) for (const key of Object.keys(times) as (keyof Times)[]) times[key].push(one[key]);
    }
    return times;
}

function report(times: Times): number {
    const empty = median(times.empty);
    const row = (name: string, seconds: number[], target?: number) => {
        const ratio = target === undefined ? "" : `${(median(seconds) / empty).toFixed(2)} x  (target ${target} x)`;
        const range = `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
        console.log(`${name.padEnd(38)} ${median(seconds).toFixed(2)} s  ${range.padEnd(13)}  ${ratio}`);
    };
    console.log(`pulumi preview, nothing changed: median of ${rounds}\n`);
    row("empty JavaScript program", times.empty);
    row("the site, without refresh", times.plain, targets.plain);
    row("the site, with refresh", times.refreshed, targets.refreshed);

    const program = median(times.program) - median(times.host);
    const providers = median(times.plain) - empty - program;
    const refresh = median(times.refreshed) - median(times.plain);
    console.log(`
parts of it
    engine      ${empty.toFixed(2)} s  what an empty program costs: engine, language host, Node, Pulumi's SDK
    program     ${program.toFixed(2)} s  loading and running index.ts, against mocks
    providers   ${providers.toFixed(2)} s  the rest: starting both providers, check and diff of every resource
    refresh     ${refresh.toFixed(2)} s  reading every resource back

set-up, when nothing is missing: ${median(times.setUp).toFixed(2)} s`);
    const missed = (["plain", "refreshed"] as const).filter((key) => median(times[key]) / empty > targets[key]);
    return missed.length > 0 ? 1 : 0;
}

async function timed(run: () => Promise<Outcome> | Outcome): Promise<number> {
    const started = performance.now();
    expectDone(await run());
    return (performance.now() - started) / 1000;
}

function node(site: EngineSession, args: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: site.folder,
        env: site.env,
        encoding: "utf8",
    });
    return { code: status ?? -1, stdout, stderr, output: stdout + stderr };
}

function expectDone(outcome: Outcome): void {
    if (outcome.code !== 0) throw new Error(`a command failed:\n${outcome.output}`);
}

function median(numbers: number[]): number {
    return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
