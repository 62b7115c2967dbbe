/**
 * What a check of many sites costs where nothing has changed: seconds and memory by parallelism, beside one site alone.
 *
 *     npm run bench:sites [-- --sites 200 --parallel 1,2,3]
 *
 * The routers are embedded ones in this process, as slow as a hEX; the states are in a bucket of the embedded S3; each site
 * is a stack of the router's resources. One is brought up, and the others are made in its likeness. The cores answer for the
 * routers and the bucket, too, so that what they take counts as a site's. One site's CPU seconds are those of plain
 * `pulumi preview`s, as many side by side as the check runs: a core does less in a second while its neighbour is at work.
 * AWS's own plugin cannot be measured here: `parallelFor` in `cli/sites/stages.ts` leaves room for it. The aims, the exit
 * code's too: with as many at a time as are taken where nobody says otherwise, no more than 1.15 times (sites x one site's CPU
 * seconds / cores); and always memory within what `parallelFor` counts with, and less than 5 % beside what the plain
 * previews take of the processor. Seconds are those of a machine that does nothing else.
 */
import { availableParallelism, freemem } from "node:os";
import { parseArgs } from "node:util";

import { megabytesMeasured, parallelFor } from "../cli/sites/stages";
import { table } from "../cli/table";
import type { Outcome } from "../testing/scratch-stack";
import { type Cost, costOf } from "./cost-of";
import { type Likenesses, startLikenesses } from "./likenesses";

/** What cannot be read is an error, and no preview that was quick. */
const strict = { ROUTEROS_UNREACHABLE: "fail" };

const aims = { bound: 1.15, loop: 0.05 };

/** Plain previews for each place of a parallelism: one alone differs from the next by a tenth and more. */
const rounds = 3;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: { sites: { type: "string", default: "200" }, parallel: { type: "string" } },
    });
    const cores = availableParallelism();
    const usual = parallelFor(cores, freemem() / 2 ** 20);
    const given = values.parallel?.split(",").map(Number) ?? [...new Set([1, cores, usual])];
    const ground = await startLikenesses(Number(values.sites));
    try {
        return await report(ground, given, usual);
    } finally {
        await ground.stop();
    }
}

async function report(ground: Likenesses, parallelisms: readonly number[], usual: number): Promise<number> {
    const { names, stack } = ground;
    const cost = (work: () => Promise<Outcome>) => costOf(stack.folder, () => done(work));
    const [one = ""] = names;
    const pulumi = (...args: string[]) => cost(() => stack.pulumi([...args, "--stack", one], strict));
    const preview = (name: string) => stack.pulumi(["preview", "--refresh", "--stack", name], strict);
    const check = (...args: string[]) => cost(() => ground.sites(["check", "--no-doctor", ...args]));
    await pulumi("preview"); // warms the file cache
    const starts = await cost(() => stack.run("pulumi", ["version"]));
    const opens = await pulumi("stack", "export");
    const runs = await pulumi("preview", "--refresh=false");
    const alone = await pulumi("preview", "--refresh");
    const single = await check("--only", one);
    console.log(`One site, by phase\n`);
    phases([
        ["pulumi starts", starts],
        ["the state is read from S3, and its secrets opened", opens],
        ["the program runs, and the engine compares", runs],
        ["the router is read, 119 ms a request", alone],
        ["`sites check` around it, once for all sites", single],
    ]);

    const sites = names.length;
    const cores = availableParallelism();
    const once = single.cpu - alone.cpu;
    const rows = [];
    let isMet = true;
    for (const parallel of parallelisms) {
        const plain = await costOf(stack.folder, () =>
            atATime(parallel, (nth) => done(() => preview(names[nth % sites] ?? one))),
        );
        const all = await check("--parallel", String(parallel));
        const previews = parallel * rounds;
        const each = (plain.cpu + plain.serving) / previews;
        const bound = (sites * each) / cores;
        const loop = (all.cpu - once) / sites / (plain.cpu / previews) - 1;
        const memory = all.megabytes / (parallel * megabytesMeasured);
        if (parallel === usual) isMet &&= all.wall / bound <= aims.bound;
        isMet &&= memory <= 1 && loop <= aims.loop;
        const seconds = [each, bound, all.wall].map((one) => one.toFixed(1));
        const cells = [...seconds, (all.wall / bound).toFixed(2), all.cpu.toFixed(1), all.serving.toFixed(1)];
        rows.push([String(parallel), ...cells, percent(loop), all.megabytes.toFixed(0), percent(memory)]);
    }
    console.log(`\n${sites} sites, ${cores} cores; usual here: ${usual} at a time\n`);
    const header = [
        "parallel",
        "one site's CPU seconds",
        "bound, seconds",
        "seconds",
        "of the bound",
        "CPU seconds",
        "of routers and bucket",
        "loop adds",
        "MB at most",
        "of what is set aside",
    ];
    console.log(table(header, rows));
    return isMet ? 0 : 1;
}

/** Each phase by what it adds to the one before. */
function phases(costs: readonly (readonly [string, Cost])[]): void {
    const rows = costs.map(([name, cost], index) => {
        const before = costs[index - 1]?.[1] ?? { wall: 0, cpu: 0, serving: 0 };
        const more = (["wall", "cpu", "serving"] as const).map((part) => (cost[part] - before[part]).toFixed(2));
        return [name, ...more, cost.megabytes.toFixed(0)];
    });
    const header = ["", "seconds more", "CPU seconds more", "of router and bucket", "MB at most"];
    console.log(table(header, rows));
}

/** The work with 0, 1, 2 …, so many at a time, {@link rounds} times as often. */
async function atATime(parallel: number, work: (nth: number) => Promise<void>): Promise<void> {
    let begun = 0;
    const worker = async () => {
        while (begun < parallel * rounds) await work(begun++);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
}

async function done(work: () => Promise<Outcome>): Promise<void> {
    const { code, output } = await work();
    if (code !== 0) throw new Error(output);
}

function percent(share: number): string {
    return `${(share * 100).toFixed(0)} %`;
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
