import type { Fault, FaultKind } from "../api";

/** What hits a request. */
export interface Met {
    kind: FaultKind;
    when: "before" | "after";
    /** After so many commands of a script, which ends there. */
    command?: number;
}

/** Faults asked for, and which request meets one. */
export class Faults {
    private readonly asked: { fault: Fault; seen: number }[] = [];

    add(fault: Fault): void {
        this.asked.push({ fault: { ...fault }, seen: 0 });
    }

    clear(): void {
        this.asked.length = 0;
    }

    list(): Fault[] {
        return this.asked.map(({ fault }) => fault);
    }

    /** Counts the request against every fault that means it; the first fault whose turn it is hits it. */
    next(method: string, path: string): Met | undefined {
        let hit: Fault | undefined;
        for (const entry of this.asked) {
            const { methods, path: prefix, at = 1, times = 1 } = entry.fault;
            if (methods && !methods.includes(method)) continue;
            if (prefix !== undefined && !path.startsWith(prefix)) continue;
            entry.seen++;
            if (!hit && entry.seen >= at && entry.seen < at + times) hit = entry.fault;
        }
        if (!hit) return undefined;
        const { kind, when = "before", command } = hit;
        return command === undefined ? { kind, when } : { kind, when: "after", command };
    }
}
