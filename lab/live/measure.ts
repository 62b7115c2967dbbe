import { execFile } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import type { Measurement } from "../../line/output";
import { commandsFolder, root } from "../../sandbox/places";
import { orInterrupted } from "./interrupted";
import { type LiveLine, startLiveLine } from "./line";

/** How far `measure` may be from the line's rate, in percent. */
const within = 5;
/** The line's rate by its own counters: the most it carried in at least so many ms. */
const busy = 5000;
const step = 250;

/** `routeros-s3 measure` on lines whose rate is known; a line of figures each. Returns whether all were near enough. */
export async function proveMeasure(rates: readonly number[], print: (text: string) => void): Promise<boolean> {
    print("line set to | it carried, by its own counters | measure, on the wire | measure, payload | off by");
    let good = true;
    for (const rate of rates) {
        const line = await startLiveLine({ uplink: rate });
        try {
            if (!(await orInterrupted(measured(line, rate, print)))) good = false;
        } finally {
            await line.stop();
        }
    }
    return good;
}

async function measured(line: LiveLine, rate: number, print: (text: string) => void): Promise<boolean> {
    const run = async (words: string[]): Promise<string> => {
        const [program = "", ...args] = line.command(words);
        return (await promisify(execFile)(program, args, { env: { ...process.env, ...line.env } })).stdout;
    };
    await run([path.join(commandsFolder, "aws"), "s3", "mb", "s3://measured"]);
    const samples: { at: number; bytes: number }[] = [];
    let measuring = true;
    const sampling = (async () => {
        for (; measuring; await sleep(step))
            samples.push({ bytes: (await line.counters()).up.bytes, at: performance.now() });
    })();
    const cli = path.join(root, "cli", "routeros-s3.cjs");
    const words = ["node", cli, "measure", "--bucket", "measured", "--json"];
    const result = JSON.parse(
        await run([...words, "--region", "ap-southeast-2"]).finally(() => (measuring = false)),
    ) as Measurement;
    await sampling;
    const carried = Math.max(
        ...samples.map(({ at, bytes }) => {
            const later = samples.find((one) => one.at >= at + busy);
            return later ? ((later.bytes - bytes) * 8000) / (later.at - at) : 0;
        }),
    );
    const { onTheWire, bitsPerSecond } = result.rate;
    const off = (onTheWire / rate - 1) * 100;
    const good = Math.abs(off) <= within;
    const shown = [rate, carried, onTheWire, bitsPerSecond].map((one) => `${(one / 1e6).toFixed(2)} Mbit/s`);
    print(`${shown.join(" | ")} | ${off.toFixed(1)} %${good ? "" : " !"}`);
    return good;
}
