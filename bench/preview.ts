/**
 * How long `pulumi preview` takes where nothing has changed, beside what Pulumi itself costs for such a program: a
 * plain one with a bucket and a trivial dynamic resource, without and with refresh. With `--rows` how long for a site of
 * so many prefixes, beside one of so few.
 *
 *     npm run bench:preview [-- --rows 4,2000]
 *
 * Rounds alternate between what is compared, so that a machine that is busy for a while is busy for all of them. The
 * ratio of a round is of two runs right after each other; their median is judged. Ends with 1 where it is above the
 * target.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { root } from "../sandbox/places";
import { ordinarySite, type Outcome, type ScratchStack, startEngine } from "../testing/scratch-stack";

const rounds = 5;
const target = 1.3;
/** Of a site of many prefixes, beside one of few. */
const rowsTarget = 1.2;

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

function main(): Promise<number> {
    const { rows } = parseArgs({ options: { rows: { type: "string" } } }).values;
    if (rows === undefined) return besidePulumi();
    const [few, many] = rows.split(",").map(Number);
    if (few === undefined || many === undefined || !(few > 0 && many > few)) {
        throw new Error("--rows takes two numbers of prefixes, such as 4,2000");
    }
    return besideFew(few, many);
}

async function besideFew(few: number, many: number): Promise<number> {
    const [small, large] = [await siteOf(few), await siteOf(many)];
    try {
        expectDone(await small.up());
        expectDone(await large.up());
        const times = { few: seconds(), many: seconds() };
        await inRounds(async (keep) => {
            for (const kind of kinds) {
                keep(times.few[kind], await previewOf(small, kind));
                keep(times.many[kind], await previewOf(large, kind));
            }
        });
        const ratios = kinds.map((kind) => {
            row(`a site of ${few} prefixes, ${hows[kind]}`, times.few[kind]);
            return ratioRow(`a site of ${many}, ${hows[kind]}`, times.many[kind], times.few[kind], rowsTarget);
        });
        return ratios.every((ratio) => ratio <= rowsTarget) ? 0 : 1;
    } finally {
        await large.stop();
        await small.stop();
    }
}

/** A site whose region has so many prefixes, none of which lies beside another. */
async function siteOf(count: number): Promise<ScratchStack> {
    const region = ordinarySite["aws:region"];
    const common = { region, service: "S3", network_border_group: region };
    const prefixes = Array.from({ length: count }, (_, index) => ({
        ip_prefix: `52.${Math.floor(index / 128)}.${(index % 128) * 2}.0/24`,
        ...common,
    }));
    // A document without any is refused.
    const ipv6 = [{ ipv6_prefix: "2406:daf8:c000::/40", ...common }];
    const document = { syncToken: "1763942400", createDate: "2025-11-24-00-00-00", prefixes, ipv6_prefixes: ipv6 };
    const config = {
        ...ordinarySite,
        "routeros-s3:awsIpRanges": "ranges.json",
        "routeros-s3:addressFamilies": ["ipv4"],
    };
    const site = await startEngine({ config });
    fs.writeFileSync(path.join(site.folder, "ranges.json"), JSON.stringify(document));
    return site;
}

async function besidePulumi(): Promise<number> {
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
type Preview = (typeof kinds)[number];
const refresh = { plain: "--refresh=false", refreshed: "--refresh" };
const hows = { plain: "without refresh", refreshed: "with refresh" };

interface Times {
    base: Record<Preview, number[]>;
    site: Record<Preview, number[]>;
    program: number[];
    host: number[];
    setUp: number[];
}

async function measure(base: ScratchStack, site: ScratchStack): Promise<Times> {
    const times: Times = { base: seconds(), site: seconds(), program: [], host: [], setUp: [] };
    await inRounds(async (keep) => {
        for (const kind of kinds) {
            keep(times.base[kind], await previewOf(base, kind));
            keep(times.site[kind], await previewOf(site, kind));
        }
        keep(times.host, await timed(() => node(site, ["-e", host])));
        keep(times.program, await timed(() => node(site, ["-e", mocked])));
        keep(times.setUp, await timed(() => node(site, [path.join(root, "sandbox/setup.mjs")])));
    });
    return times;
}

const seconds = (): Record<Preview, number[]> => ({ plain: [], refreshed: [] });

/** The first round warms the file cache and is not counted. */
async function inRounds(work: (keep: (list: number[], took: number) => void) => Promise<void>): Promise<void> {
    for (let round = 0; round <= rounds; round += 1) {
        await work((list, took) => (round > 0 ? list.push(took) : undefined));
    }
}

const previewOf = (stack: ScratchStack, kind: Preview): Promise<number> =>
    timed(() => stack.preview([refresh[kind], "--expect-no-changes"]));

function row(name: string, times: readonly number[], ratio = ""): void {
    const range = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
    console.log(`${name.padEnd(44)} ${median(times).toFixed(2)} s  ${range.padEnd(13)}  ${ratio}`);
}

/** The same with the median of the rounds' ratios, which is returned. */
function ratioRow(name: string, times: readonly number[], beside: readonly number[], most: number): number {
    const ratio = median(times.map((took, round) => took / (beside[round] ?? Number.NaN)));
    row(name, times, `${ratio.toFixed(2)} x  (target ${most} x)`);
    return ratio;
}

function report({ base, site, program, host, setUp }: Times): number {
    console.log(`pulumi preview, nothing changed: median of ${rounds}\n`);
    const ratios = kinds.map((kind) => {
        row(`a bucket and a dynamic resource, ${hows[kind]}`, base[kind]);
        return ratioRow(`the site, ${hows[kind]}`, site[kind], base[kind], target);
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

function median(numbers: readonly number[]): number {
    return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

Promise.resolve()
    .then(main)
    .then(
        (code) => (process.exitCode = code),
        (error: unknown) => {
            console.error(error instanceof Error ? error.message : error);
            process.exitCode = 1;
        },
    );
