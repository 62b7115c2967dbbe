import { readdirSync, readFileSync } from "node:fs";

import { run, succeeds } from "./commands";

export const prefix = "rs3lab";
const pattern = /^rs3lab-(\d+)-([0-9a-z]+)-/;

/**
 * Network namespaces of one lab. Their names carry the process that made them and when it started, so that whoever
 * comes next can tell those of a dead process from those of one that is still measuring.
 */
export class Namespaces {
    private readonly made: string[] = [];

    constructor(private readonly owner = `${process.pid}-${startTimeOf(process.pid) ?? "0"}-${nextNumber()}`) {}

    nameOf(role: string): string {
        return `${prefix}-${this.owner}-${role}`;
    }

    async add(role: string): Promise<string> {
        const name = this.nameOf(role);
        await run("ip", ["netns", "add", name]);
        this.made.push(name);
        return name;
    }

    async removeAll(): Promise<void> {
        for (const name of this.made.splice(0)) await succeeds("ip", ["netns", "del", name]);
    }
}

let number = 0;
function nextNumber(): number {
    return ++number;
}

/** Removes what labs left behind whose process is gone, and says which namespaces these were. */
export async function sweep(): Promise<string[]> {
    const left = listed().filter((name) => {
        const match = pattern.exec(name);
        return match !== null && startTimeOf(Number(match[1])) !== match[2];
    });
    for (const name of left) {
        // The traffic programs die with their lab; one that did not would keep the namespace alive.
        const pids = (await run("ip", ["netns", "pids", name]).catch(() => "")).split("\n").filter(Boolean);
        for (const pid of pids) {
            try {
                process.kill(Number(pid), "SIGKILL");
            } catch {
                // It ended by itself.
            }
        }
        await succeeds("ip", ["netns", "del", name]);
    }
    return left;
}

/** Namespaces of labs, of this process and of others. */
export function listed(): string[] {
    try {
        return readdirSync("/run/netns").filter((name) => pattern.test(name));
    } catch {
        return [];
    }
}

/** When a process started, in the kernel's ticks since boot; none when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The name in parentheses may hold anything; the 20th field behind it is the start time.
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]).toString(36);
    } catch {
        return undefined;
    }
}
