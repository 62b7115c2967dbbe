/** Our shaping out of the way for a measurement, by a watcher that puts it back whatever becomes of this process. */
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import type { Order, Report } from "./watcher";

/** The longest that a parent queue is out of use, milliseconds. */
export const longestLift = 60_000;

export interface Lift {
    /** Whether the time ran out, or the watcher was ended: the parent queue is in use again. */
    readonly isOver: boolean;
    /** Resolves once the parent queue is in use again. */
    restore(): Promise<void>;
}

/** Resolves once the parent queues are out of use; throws what keeps them from that. */
export async function startLift(order: Omit<Order, "longest">, longest = longestLift): Promise<Lift> {
    // A process is plain Node: from the source as a test loads it, the compiled file.
    const compiled = path.join(__dirname, "../../bin/line/lift/watcher.js");
    const file = __filename.endsWith(".ts") ? compiled : path.join(__dirname, "watcher.js");
    const watcher = fork(file, { detached: true, stdio: "ignore", execArgv: [] });
    const exited = once(watcher, "exit");
    try {
        const begun = nextReport(watcher, exited);
        watcher.send({ ...order, longest } satisfies Order);
        const report = await begun;
        if (report !== "lifted") throw new Error(refusalOf(report));
    } catch (error) {
        if (watcher.connected) watcher.disconnect();
        throw error;
    }
    const ended = nextReport(watcher, exited);
    let isOver = false;
    void ended.then(() => (isOver = true));
    return {
        get isOver() {
            return isOver;
        },
        async restore() {
            if (!isOver && watcher.connected) watcher.send("restore");
            const report = await ended;
            if (report !== "restored") throw new Error(`${refusalOf(report)}; \`pulumi up\` enables the parent queue`);
        },
    };
}

async function nextReport(watcher: ChildProcess, exited: Promise<unknown>): Promise<Report | undefined> {
    const report = once(watcher, "message") as Promise<[Report]>;
    const [first] = (await Promise.race([report, exited.then(() => [undefined])])) as [Report | undefined];
    return first;
}

function refusalOf(report: Report | undefined): string {
    return typeof report === "object" ? report.refused : "the process that watches the lift ended";
}
