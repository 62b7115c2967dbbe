/**
 * What a check of many sites costs where nothing has changed: seconds and memory by parallelism, beside one site alone.
 *
 *     npm run bench:sites [-- --sites 200 --parallel 1,2,4]
 *
 * The routers are embedded ones in this process, as slow as a hEX, and each site is a stack of the router's resources. AWS's
 * own plugin cannot be measured here: `parallelFor` in `cli/sites/stages.ts` leaves room for it. The aims: no more than
 * 1.15 times (sites x one site's CPU seconds / cores), and less than 5 % of CPU beside what `pulumi preview` itself takes.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setInterval } from "node:timers";
import { parseArgs } from "node:util";

import { table } from "../cli/table";
import { type ManySites, startSites } from "../testing/many-sites";

const { values } = parseArgs({
    options: { sites: { type: "string", default: "200" }, parallel: { type: "string", default: "1,2,4" } },
});

interface Cost {
    wall: number;
    cpu: number;
    /** Most memory that the command and all it started held at a time, MB. */
    megabytes: number;
}

/** CPU seconds of ended children of this process, user and system, as the kernel counts them. */
function childrenCpu(): number {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Memory of the processes of a project's commands: those that work in its folder. */
function heldBy(folder: string, processes: readonly string[]): number {
    const pages = processes.map((id) => {
        try {
            if (!readFileSync(`/proc/${id}/environ`, "utf8").includes(folder)) return 0;
            return Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]);
        } catch {
            return 0; // it has ended meanwhile
        }
    });
    return (pages.reduce((sum, one) => sum + one, 0) * 4096) / 2 ** 20;
}

async function costOf(ground: ManySites, work: () => Promise<{ code: number; output: string }>): Promise<Cost> {
    const { readdirSync } = await import("node:fs");
    let megabytes = 0;
    const sampler = setInterval(() => {
        const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
        megabytes = Math.max(megabytes, heldBy(ground.session.folder, processes));
    }, 250);
    const [began, before] = [performance.now(), childrenCpu()];
    const { code, output } = await work();
    clearInterval(sampler);
    if (code !== 0) throw new Error(output);
    return { wall: (performance.now() - began) / 1000, cpu: childrenCpu() - before, megabytes };
}

async function main(): Promise<void> {
    const count = Number(values.sites);
    const names = Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
    const ground = await startSites(names, { router: { latency: "hex" } });
    try {
        const up = await ground.sites(["up", "--yes"]);
        if (up.code !== 0) throw new Error(up.output);
        const one = names[0] ?? "";
        const alone = await costOf(ground, () => ground.session.pulumi(["preview", "--refresh", "--stack", one]));
        const looped = await costOf(ground, () => ground.sites(["check", "--no-doctor", "--only", one]));
        const rows = [];
        for (const parallel of values.parallel.split(",")) {
            const all = await costOf(ground, () => ground.sites(["check", "--no-doctor", "--parallel", parallel]));
            const bound = (count * alone.cpu) / availableParallelism();
            rows.push(
                [parallel, all.wall, all.cpu, all.megabytes, all.wall / bound].map((one) => Number(one).toFixed(2)),
            );
        }
        console.log(
            `one site, \`pulumi preview --refresh\`: ${show(alone)}\none site, \`sites check\`: ${show(looped)}`,
        );
        console.log(`\n${count} sites, ${availableParallelism()} cores\n`);
        console.log(table(["parallel", "seconds", "CPU seconds", "MB at most", "of the bound"], rows));
    } finally {
        await ground.stop();
    }
}

function show({ wall, cpu, megabytes }: Cost): string {
    return `${wall.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU, ${megabytes.toFixed(0)} MB at most`;
}

void main();
