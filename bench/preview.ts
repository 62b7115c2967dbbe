/**
 * How long `pulumi preview` takes where nothing has changed, beside what Pulumi itself costs for such a program: a
 * plain one with a bucket and a trivial dynamic resource, without and with refresh.
 *
 *     npm run bench:preview
 *
 * Rounds alternate between what is compared, so that a machine that is busy for a while is busy for all of them. The
 * ratio of a round is of two runs right after each other; their median is judged. Ends with 1 where it is above the
 * target.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

import { root } from "../sandbox/places";
import { ordinarySite, type Outcome, type ScratchStack, startEngine } from "../testing/scratch-stack";

const rounds = 5;
const target = 1.3;

/** What Pulumi costs: one resource of AWS's, one of the simplest dynamic provider there can be. */
const plain = `"use strict";
const pulumi = require("@pulumi/pulumi");
const aws = require("@pulumi/aws");
const provider = {
    create: async (inputs) => ({ id: "one", outs: inputs }),
    read: async (id, props) => ({ id, props }),
};
class Trivial extends pulumi.dynamic.Resource {
    constructor(name, props) {
        super(provider, name, props);
    }
}
new aws.s3.Bucket("bucket");
new Trivial("trivial", { text: "one" });
`;

/** What the language host loads for any program. */
const host = `require("@pulumi/pulumi/log"); require("@pulumi/pulumi/runtime/stack");`;

/** The program alone, after that: registrations answered at once, nothing asked of a provider. */
const mocked = `${host}
    const pulumi = require("@pulumi/pulumi");
    pulumi.runtime.setAllConfig(${JSON.stringify(ordinarySite)});
    const mocks = { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs };
    pulumi.runtime.setMocks(mocks, "routeros-s3", "bench", true);
    pulumi.runtime.runInPulumiStack(require("./program.cjs"));
`;

async function main(): Promise<number> {
    const base = await startEngine({
        program: { "index.js": plain },
        config: { "aws:region": ordinarySite["aws:region"] },
        router: false,
        aws: true,
    });
    try {
        const site = await startEngine({ config: ordinarySite });
        try {
            expectDone(await base.up());
            expectDone(await site.up());
            return report(await measure(base, site));
        } finally {
            await site.stop();
        }
    } finally {
        await base.stop();
    }
}

const kinds = ["plain", "refreshed"] as const;
const refresh = { plain: "--refresh=false", refreshed: "--refresh" };

interface Times {
    base: Record<(typeof kinds)[number], number[]>;
    site: Record<(typeof kinds)[number], number[]>;
    program: number[];
    host: number[];
    setUp: number[];
}

async function measure(base: ScratchStack, site: ScratchStack): Promise<Times> {
    const times: Times = {
        base: { plain: [], refreshed: [] },
        site: { plain: [], refreshed: [] },
        program: [],
        host: [],
        setUp: [],
    };
    // The first round warms the file cache and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
        const keep = (list: number[], seconds: number) => (round > 0 ? list.push(seconds) : undefined);
        for (const kind of kinds) {
            const args = [refresh[kind], "--expect-no-changes"];
            keep(times.base[kind], await timed(() => base.preview(args)));
            keep(times.site[kind], await timed(() => site.preview(args)));
        }
        keep(times.host, await timed(() => node(site, ["-e", host])));
        keep(times.program, await timed(() => node(site, ["-e", mocked])));
        keep(times.setUp, await timed(() => node(site, [path.join(root, "sandbox/setup.mjs")])));
    }
    return times;
}

function report({ base, site, program, host, setUp }: Times): number {
    const row = (name: string, seconds: number[], ratio = "") => {
        const range = `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
        console.log(`${name.padEnd(44)} ${median(seconds).toFixed(2)} s  ${range.padEnd(13)}  ${ratio}`);
    };
    console.log(`pulumi preview, nothing changed: median of ${rounds}\n`);
    const ratios = kinds.map((kind) => {
        const ratio = median(site[kind].map((seconds, round) => seconds / (base[kind][round] ?? Number.NaN)));
        const how = kind === "plain" ? "without refresh" : "with refresh";
        row(`a bucket and a dynamic resource, ${how}`, base[kind]);
        row(`the site, ${how}`, site[kind], `${ratio.toFixed(2)} x  (target ${target} x)`);
        return ratio;
    });
    console.log(`
the program alone, against mocks   ${(median(program) - median(host)).toFixed(2)} s  beside Pulumi's SDK
set-up, when nothing is missing    ${median(setUp).toFixed(2)} s`);
    return ratios.every((ratio) => ratio <= target) ? 0 : 1;
}

async function timed(run: () => Promise<Outcome> | Outcome): Promise<number> {
    const started = performance.now();
    expectDone(await run());
    return (performance.now() - started) / 1000;
}

function node(site: ScratchStack, args: string[]): Outcome {
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
