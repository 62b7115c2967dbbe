/** What commands cost: seconds, processor and memory, as Linux counts them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Cost {
    /** Seconds by the clock. */
    wall: number;
    /** Seconds of processor, of the commands. */
    cpu: number;
    /** The same of this process and the servers that it started, which answer the commands. */
    serving: number;
    /** Most memory held at a time by the commands and all they started, MB; what several share is counted once. */
    megabytes: number;
}

/** @param folder where the commands work: what is counted are the processes that know of it */
export async function costOf(folder: string, work: () => Promise<void>): Promise<Cost> {
    let megabytes = 0;
    const sampler = setInterval(() => (megabytes = Math.max(megabytes, heldIn(folder))), 500);
    try {
        const [began, before, served] = [performance.now(), childrenSeconds(), servingSeconds()];
        await work();
        const wall = (performance.now() - began) / 1000;
        return { wall, cpu: childrenSeconds() - before, serving: servingSeconds() - served, megabytes };
    } finally {
        clearInterval(sampler);
    }
}

/** Processor seconds of ended children of this process, user and system. */
function childrenSeconds(): number {
    const fields = statOf("self");
    return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Processor seconds of this process and of children that go on; call it while none but servers run. */
function servingSeconds(): number {
    const { user, system } = process.cpuUsage();
    const children = readdirSync("/proc").filter((id) => /^\d+$/.test(id) && statOf(id)[1] === String(process.pid));
    const seconds = children.map((id) => Number(statOf(id)[11]) + Number(statOf(id)[12]));
    return (user + system) / 1e6 + seconds.reduce((sum, one) => sum + one, 0) / 100;
}

/** The fields of `/proc/<id>/stat` behind the name: state, parent, …; none where the process has ended. */
function statOf(id: string): string[] {
    try {
        return readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    } catch {
        return [];
    }
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
