/**
 * A process of its own that takes our parent queue out of use and puts it back: when the command asks, when the command
 * is gone in whatever way, or after the longest time. It outlives the command and its terminal.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "../../providers/routeros/runtime/router/client";
import type { Settings } from "../../providers/routeros/runtime/router/settings";
import type { Lifted } from "./parents";
import { checkLiftable, setParents } from "./parents";

/** The command's first message. The password comes this way: no other user of the machine can read it. */
export interface Order extends Lifted {
    settings: Settings;
    /** The longest lift, milliseconds. */
    longest: number;
}

/** What the watcher says: `refused` where nothing stays lifted, else both words in this order. */
export type Report = { refused: string } | "lifted" | "restored";

/** A router that does not answer is asked again for so long, and with such pauses; milliseconds. */
const patience = 600_000;
const longestPause = 15_000;

async function watch({ settings, longest, ...lifted }: Order, gone: Promise<unknown>): Promise<void> {
    const client = new Client(settings);
    try {
        await checkLiftable(client, lifted);
        try {
            const over = Promise.race([gone, sleep(longest)]);
            await setParents(client, lifted, "true");
            tell("lifted");
            await over;
        } finally {
            await restore(client, lifted);
        }
        tell("restored");
    } catch (error) {
        tell({ refused: (error as Error).message });
    }
}

async function restore(client: Client, lifted: Lifted): Promise<void> {
    const until = performance.now() + patience;
    for (let pause = 500; ; pause = Math.min(pause * 2, longestPause)) {
        try {
            await setParents(client, lifted, "false");
            return;
        } catch (error) {
            if (performance.now() > until) throw error;
            await sleep(pause);
        }
    }
}

function tell(report: Report): void {
    // Nobody may be listening any more.
    if (process.connected) process.send?.(report, () => undefined);
}

async function main(): Promise<void> {
    const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => once(process, signal));
    const left = once(process, "disconnect");
    const order = once(process, "message") as Promise<[Order]>;
    const first = await Promise.race([order, left.then(() => undefined)]);
    if (!first) return;
    await watch(first[0], Promise.race([...signals, left, once(process, "message")]));
}

void main().finally(() => process.exit());
