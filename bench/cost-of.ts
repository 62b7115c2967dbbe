/** What commands cost: seconds, processor and memory, as Linux counts them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Cost {
    /** Seconds by the clock. */
    wall: number;
    /** Seconds of processor. */
    cpu: number;
    /** Most memory held at a time by the commands and all they started, MB; what several share is counted once. */
    megabytes: number;
}

/** @param folder where the commands work: what is counted are the processes that know of it */
export async function costOf(folder: string, work: () => Promise<void>): Promise<Cost> {
    let megabytes = 0;
    const sampler = setInterval(() => (megabytes = Math.max(megabytes, heldIn(folder))), 500);
    try {
        const [began, before] = [performance.now(), childrenSeconds()];
        await work();
        return { wall: (performance.now() - began) / 1000, cpu: childrenSeconds() - before, megabytes };
    } finally {
        clearInterval(sampler);
    }
}

/** Processor seconds of ended children of this process, user and system. */
function childrenSeconds(): number {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
}

function heldIn(folder: string): number {
    const held = readdirSync("/proc").map((id) => {
        if (!/^\d+$/.test(id) || id === String(process.pid)) return 0;
        try {
            if (!readFileSync(`/proc/${id}/environ`, "utf8").includes(folder)) return 0;
            return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8"))?.[1] ?? 0);
        } catch {
            return 0; // it has ended meanwhile
        }
    });
    return held.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024;
}
