import { getServers } from "node:dns";

import { Command, InvalidArgumentError, Option } from "commander";

import type { Latency } from "../line/findings/latency";
import type { LatencyResult, Measurement } from "../line/measure";
import type { Targets } from "../line/probes/round-trips";

interface MeasureFlags {
    bucket?: string;
    prefix: string;
    storageClass?: string;
    region?: string;
    stack?: string;
    seconds: number;
    connections: number;
    tcp?: string;
    udp?: string;
    json?: boolean;
}

const help = `
Sends random bytes to the bucket as parts of an upload that is aborted: no object is ever stored, and the uploader's own
rights are enough. Each part is a PUT request of the storage class; a run that is killed leaves its parts to the
lifecycle rule, which gives unfinished uploads up after some days.

  npx routeros-s3 measure                                # bucket and region of the selected stack
  npx routeros-s3 measure --bucket photos --region eu-central-1
`;

/** `routeros-s3 measure`: what a line does upwards, for \`uplink\`. */
export function measureCommand(): Command {
    return new Command("measure")
        .description("Measure the line upwards, and what a full line does to latency: the number for uplink.")
        .option("--bucket <name>", "a bucket that takes uploads (default: the stack's)")
        .option("--prefix <prefix>", "the upload's key begins with this", "")
        .option("--storage-class <class>", "class of the upload (default: the stack's, else STANDARD)")
        .option("--region <region>", "the bucket's region (default: the stack's, else AWS_REGION)")
        .option("--stack <name>", "take what is not given from this stack (default: the selected one)")
        .addOption(
            new Option("--seconds <seconds>", "how long to send").default(15).argParser(within("seconds", 5, 120)),
        )
        .addOption(
            new Option("--connections <count>", "most connections at once")
                .default(10)
                .argParser(within("connections", 1, 64)),
        )
        .option("--tcp <host:port>", "where TCP round trips are timed (default: DynamoDB of the region, port 443)")
        .option("--udp <address>", "resolver whose answers are timed (default: the machine's own; `none`)")
        .option("--json", "print JSON and nothing else")
        .addHelpText("after", help)
        .action(run);
}

function within(what: string, least: number, most: number): (text: string) => number {
    return (text) => {
        const number = Number(text);
        if (/^\d+$/.test(text) && number >= least && number <= most) return number;
        throw new InvalidArgumentError(`${least} to ${most} ${what}.`);
    };
}

async function run(flags: MeasureFlags): Promise<void> {
    const { measure } = await import("../line/measure.js");
    const { s3Client } = await import("../line/probes/s3.js");
    const site = await siteOf(flags);
    const targets = targetsOf(flags, site.region);
    const interrupt = new AbortController();
    const stop = () => interrupt.abort(new Error("interrupted; the upload was aborted, nothing is stored"));
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const client = await s3Client(site.region);
    const most = flags.seconds * flags.connections * 4;
    const say = (line: string): void => {
        if (!flags.json) process.stderr.write(`measure: ${line}\n`);
    };
    say(
        `sends random bytes to ${site.bucket} for ${flags.seconds} s, at most ${most} PUT requests of ${site.storageClass}; ` +
            "nothing is stored",
    );
    try {
        const key = `${flags.prefix}routeros-s3-measure`;
        const target = { client, bucket: site.bucket, key, storageClass: site.storageClass };
        const { seconds, connections } = flags;
        const result = await measure({ target, targets, seconds, connections, say, signal: interrupt.signal });
        process.stdout.write(flags.json ? `${JSON.stringify(result, undefined, 2)}\n` : await text(result));
    } finally {
        client.destroy();
        process.off("SIGINT", stop).off("SIGTERM", stop);
    }
}

async function siteOf(flags: MeasureFlags): Promise<{ bucket: string; region: string; storageClass: string }> {
    const { stackConfig } = await import("./stack-config.js");
    const { stackState } = await import("./stack-state.js");
    const given = flags.bucket !== undefined && (flags.region ?? process.env["AWS_REGION"]) !== undefined;
    const config = given && flags.stack === undefined ? {} : await stackConfig(flags.stack);
    const bucket = flags.bucket ?? (await stackState(flags.stack)).outputs["bucket"];
    if (typeof bucket !== "string") throw new Error("the stack has no bucket yet; name one with --bucket");
    const region = flags.region ?? config["aws:region"] ?? process.env["AWS_REGION"];
    if (region === undefined) throw new Error("which region? give --region");
    const own = flags.bucket === undefined;
    const storageClass = flags.storageClass ?? (own ? (config["routeros-s3:storageClass"] ?? "GLACIER") : "STANDARD");
    return { bucket, region, storageClass };
}

function targetsOf({ tcp, udp }: MeasureFlags, region: string): Targets {
    const [host = "", port = "443"] = (tcp ?? `dynamodb.${region}.amazonaws.com:443`).split(/:(?=\d+$)/);
    const resolver = udp ?? getServers().find((server) => !/^(127\.|::1$|\[)/.test(server));
    return {
        tcp: { host: host.replace(/^\[|\]$/g, ""), port: Number(port) },
        ...(resolver !== undefined && resolver !== "none" && { udp: { host: resolver, port: 53 } }),
    };
}

async function text({ rate, connections, bytes, parts, retries, tcp, udp }: Measurement): Promise<string> {
    const { uplinkText } = await import("../line/findings/rate.js");
    const { gradeDefinition } = await import("../line/findings/latency.js");
    const megabits = (bits: number): string => (bits / 1e6).toFixed(2);
    const [low, high] = rate.spread;
    const lines = [
        `${megabits(rate.bitsPerSecond)} Mbit/s of data (single seconds ${megabits(low)} to ${megabits(high)}), ` +
            `${megabits(rate.onTheWire)} Mbit/s on the wire, over ${connections} connections`,
        `${(bytes / 1e6).toFixed(1)} MB in ${parts} parts, ${retries} sent again; the upload was aborted, nothing is stored`,
        ...(tcp ? [latencyLine("TCP", tcp)] : []),
        ...(udp ? [latencyLine("UDP", udp)] : []),
        ...(tcp || udp
            ? [`(${gradeDefinition})`]
            : ["no round trip came back: latency is not known; see --tcp and --udp"]),
        "",
        `pulumi config set routeros-s3:uplink ${uplinkText(rate)}`,
    ];
    return `${lines.join("\n")}\n`;
}

function latencyLine(kind: string, { idle, loaded, grade }: LatencyResult): string {
    const of = ({ median, p95 }: Latency): string => `${median.toFixed(1)} ms (95 %: ${p95.toFixed(1)})`;
    const lost = loaded.lost > 0 ? `, ${loaded.lost} of ${loaded.sent} lost` : "";
    return `${kind} round trips: idle ${of(idle)}, beside the upload ${of(loaded)}${lost}: grade ${grade}`;
}
