import { Command, Option } from "commander";

import type { LineKind } from "../../components/shaping/profiles";
import { uplinkOf } from "../../components/shaping/profiles";
import { longestLift } from "../../line/lift/lift";
import type { Latency, LatencyResult, Measurement } from "../../line/output";
import { interruptible } from "../s3/progress";
import { liftOf, parentsOf } from "./lift";
import type { SendFlags } from "./upload";
import { announcement, explained, sendTarget, targetsOf, within, withSendOptions } from "./upload";

interface MeasureFlags extends SendFlags {
    lift?: boolean;
    json?: boolean;
}

const help = `
Sends random bytes to the bucket as parts of an upload that is aborted: no object is ever stored, and the uploader's own
rights are enough. Each part is a PUT request of the storage class; a run that is killed leaves its parts to the
lifecycle rule, which gives unfinished uploads up after some days. Ends with 0 measured, 1 not, 130 interrupted.

With --lift the parent queue of the stack is out of use while it sends, at most ${longestLift / 1000} s: a process of its own puts it
back, whatever becomes of this one. Refused while pulumi works on the stack, or another lift is on.

  npx routeros-s3 measure                                # bucket and region of the selected stack
  npx routeros-s3 measure --bucket photos --region eu-central-1
  npx routeros-s3 measure --lift                         # what the line does without our own shaping
  npx routeros-s3 measure --json                         # one object: docs/line-json.md has its fields`;

/** From this share of a parent queue's rate on, it is the queue that was measured. */
const heldFrom = 0.9;

/** The longest that is sent with `--lift`, seconds: what is under way then still has to arrive. */
const longestLifted = 45;

/** `routeros-s3 measure`: what a line does upwards, for `uplink`. */
export function measureCommand(): Command {
    const command = new Command("measure")
        .description("Measure the line upwards, and what a full line does to latency: the number for uplink.")
        .addOption(
            new Option("--seconds <seconds>", "how long to send").default(15).argParser(within("seconds", 5, 120)),
        )
        .addOption(
            new Option("--connections <count>", "most connections at once")
                .default(10)
                .argParser(within("connections", 1, 64)),
        )
        .option("--lift", "take our parent queue out of use for the time of the measurement")
        .option("--json", "print JSON and nothing else");
    return withSendOptions(command).addHelpText("after", help).action(run);
}

async function run(flags: MeasureFlags): Promise<void> {
    if (flags.lift && flags.seconds > longestLifted) {
        throw new Error(`--lift goes with --seconds up to ${longestLifted}, for it ends after ${longestLift / 1000} s`);
    }
    const { measure } = await import("../../line/measure.js");
    const { uplinkText } = await import("../../line/findings/rate.js");
    const { bucket, target, state, line } = await sendTarget(flags, flags.lift);
    const lift = flags.lift && state ? await liftOf(flags, state) : undefined;
    const { seconds, connections } = flags;
    const say = (text: string): void => {
        if (!flags.json) process.stderr.write(`measure: ${text}\n`);
    };
    say(await announcement(target, seconds, connections, bucket.region));
    const parents = state === undefined || lift ? [] : parentsOf(state);
    for (const { name, maxLimit } of parents) {
        say(`our own parent queue ${name} holds the line to ${maxLimit / 1e6} Mbit/s: --lift measures without it`);
    }
    try {
        await interruptible(async (signal) => {
            const targets = targetsOf(flags, bucket.region);
            const found = await measure({ target, targets, seconds, connections, say, signal, ...(lift && { lift }) });
            const held = parents.find(({ maxLimit }) => found.rate.onTheWire > maxLimit * heldFrom);
            const result = held
                ? found
                : { ...found, uplink: uplinkText(uplinkOf(found.rate.onTheWire, line ?? "ethernet")) };
            process.stdout.write(flags.json ? `${JSON.stringify(result, undefined, 2)}\n` : await text(result, line));
        }, "stopping: the upload is aborted, nothing stays");
    } catch (error) {
        // Interrupted is said already.
        if (process.exitCode !== 130) throw await explained(error, bucket);
    } finally {
        bucket.client.destroy();
    }
}

async function text({ rate, uplink, ...measured }: Measurement, line: LineKind | undefined): Promise<string> {
    const { gradeDefinition } = await import("../../line/findings/latency.js");
    const { connections, bytes, parts, retries, tcp, udp } = measured;
    const megabits = (bits: number): string => (bits / 1e6).toFixed(2);
    const [low, high] = rate.spread;
    const framing = line === "dsl" || line === "pppoe" ? `   # with what ${line} counts more for each packet` : "";
    const unsteady = rate.steady ? "" : ": not steady, measure again";
    const lines = [
        `${megabits(rate.onTheWire)} Mbit/s on the wire as the router counts it, over ${connections} connections`,
        `${megabits(rate.bitsPerSecond)} Mbit/s of data in it, single seconds ${megabits(low)} to ${megabits(high)}${unsteady}`,
        `${(bytes / 1e6).toFixed(1)} MB in ${parts} parts, ${retries} sent again; the upload was aborted, nothing is stored`,
        ...(tcp ? [latencyLine("TCP", tcp)] : []),
        ...(udp ? [latencyLine("UDP", udp)] : []),
        ...(tcp || udp
            ? [`(${gradeDefinition})`]
            : ["no round trip came back: latency is not known; see --tcp and --udp"]),
        "",
        uplink === undefined
            ? "our own parent queue held it, so this is not what the line does: npx routeros-s3 measure --lift"
            : `pulumi config set routeros-s3:uplink ${uplink}${framing}`,
    ];
    return `${lines.join("\n")}\n`;
}

function latencyLine(kind: string, { idle, loaded, grade }: LatencyResult): string {
    const of = ({ median, p95 }: Latency): string => `${median.toFixed(1)} ms (95 %: ${p95.toFixed(1)})`;
    const lost = loaded.lost > 0 ? `, ${loaded.lost} of ${loaded.sent} lost` : "";
    return `${kind} round trips: idle ${of(idle)}, beside the upload ${of(loaded)}${lost}: grade ${grade}`;
}
