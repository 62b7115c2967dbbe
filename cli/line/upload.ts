/** What `measure` and `verify` have in common: where random bytes go, and what is timed beside them. */
import { getServers } from "node:dns";
import { isIP } from "node:net";

import { type Command, InvalidArgumentError, Option } from "commander";

import type { LineKind } from "../../components/shaping/profiles";
import { lineKinds } from "../../components/shaping/profiles";
import type { Targets } from "../../line/probes/round-trips";
import type { UploadTarget } from "../../line/probes/upload";
import { RouterError } from "../../providers/routeros/runtime/router/errors";
import { classNames } from "../cost/prices";
import type { RouterFlags } from "../router/options";
import { withRouterOptions } from "../router/options";
import type { Bucket } from "../s3/bucket";
import type { StackState } from "../stack/state";

export interface SendFlags extends RouterFlags {
    bucket?: string;
    prefix?: string;
    storageClass?: string;
    region?: string;
    seconds: number;
    connections: number;
    tcp?: string;
    udp?: string;
}

export function withSendOptions(command: Command): Command {
    command
        .option("--bucket <name>", "a bucket that takes uploads (default: the stack's)")
        .option("--prefix <prefix>", "the upload's key begins with this (default: the stack's)")
        .addOption(
            new Option("--storage-class <class>", "class of the upload (default: the stack's, else STANDARD)").choices(
                classNames,
            ),
        )
        .option("--region <region>", "the bucket's region (default: the stack's, else AWS_REGION)")
        .addOption(tcpOption())
        .addOption(
            new Option(
                "--udp <address>",
                "resolver whose answers are timed (default: the machine's own; `none`)",
            ).argParser(resolverOf),
        );
    return withRouterOptions(command);
}

/** Where TCP round trips are timed. */
export function tcpOption(): Option {
    const help = "where TCP round trips are timed (default: DynamoDB of the region, port 443)";
    return new Option("--tcp <host:port>", help).argParser(hostAndPort);
}

function hostAndPort(text: string): string {
    const [host = "", port = "443"] = text.split(/:(?=\d+$)/);
    if ((/^[\w.-]+$/.test(host) || isIP(host.replace(/^\[|\]$/g, "")) > 0) && Number(port) <= 65_535) return text;
    throw new InvalidArgumentError("It is written as dynamodb.eu-central-1.amazonaws.com:443.");
}

function resolverOf(text: string): string {
    if (text === "none" || isIP(text) > 0) return text;
    throw new InvalidArgumentError("It has to be the address of a resolver, such as 192.168.88.1, or none.");
}

/** A whole number of something, for an option. */
export function within(what: string, least: number, most: number): (text: string) => number {
    return (text) => {
        const number = Number(text);
        if (/^\d+$/.test(text) && number >= least && number <= most) return number;
        throw new InvalidArgumentError(`${least} to ${most} ${what}.`);
    };
}

/** Where an upload goes that is never finished. `state` where the stack was asked. */
export async function sendTarget(
    flags: SendFlags,
    needsStack = false,
): Promise<{ bucket: Bucket; target: UploadTarget; state?: StackState; line?: LineKind }> {
    const { openBucket } = await import("../s3/bucket.js");
    const { prefix, storageClass, state, line, ...site } = await sendSite(flags, needsStack);
    const bucket = await openBucket(site);
    const target = { client: bucket.client, bucket: bucket.name, key: `${prefix}routeros-s3-measure`, storageClass };
    return { bucket, target, ...(state && { state }), ...(line && { line }) };
}

interface SendSite {
    bucket: string;
    region?: string;
    prefix: string;
    storageClass: string;
    /** Where the stack was asked. */
    state?: StackState;
    line?: LineKind;
}

/** A bucket and its region given, no stack is asked unless it has to be. */
async function sendSite(flags: SendFlags, needsStack: boolean): Promise<SendSite> {
    const { stackConfig } = await import("../stack/config.js");
    const { stackState } = await import("../stack/state.js");
    const region = flags.region ?? process.env["AWS_REGION"];
    if (flags.bucket !== undefined && region !== undefined && flags.stack === undefined && !needsStack) {
        return {
            bucket: flags.bucket,
            region,
            prefix: flags.prefix ?? "",
            storageClass: flags.storageClass ?? "STANDARD",
        };
    }
    const config = await stackConfig(flags.stack);
    const state = await stackState(flags.stack);
    const bucket = flags.bucket ?? state.outputs["bucket"];
    if (typeof bucket !== "string") throw new Error("the stack has no bucket yet; name one with --bucket");
    const own = (key: string): string | undefined =>
        flags.bucket === undefined ? config[`routeros-s3:${key}`] : undefined;
    const chosen = flags.region ?? config["aws:region"];
    const line = lineKinds.find((kind) => kind === config["routeros-s3:line"]);
    return {
        bucket,
        prefix: flags.prefix ?? own("prefix") ?? "",
        storageClass:
            flags.storageClass ?? (flags.bucket === undefined ? (own("storageClass") ?? "GLACIER") : "STANDARD"),
        state,
        ...(line && { line }),
        ...(chosen !== undefined && { region: chosen }),
    };
}

/** What is timed beside an upload. */
export function targetsOf({ tcp, udp }: Pick<SendFlags, "tcp" | "udp">, region: string): Targets {
    const [host = "", port = "443"] = (tcp ?? `dynamodb.${region}.amazonaws.com:443`).split(/:(?=\d+$)/);
    const resolver = udp ?? getServers().find((server) => !/^(127\.|::1$|\[)/.test(server));
    return {
        tcp: { host: host.replace(/^\[|\]$/g, ""), port: Number(port) },
        ...(resolver !== undefined && resolver !== "none" && { udp: { host: resolver, port: 53 } }),
    };
}

/** What will be sent, and what that costs: a part takes about a second on its connection, at least a quarter of one. */
export async function announcement(
    { bucket, storageClass }: UploadTarget,
    seconds: number,
    connections: number,
    region: string,
): Promise<string> {
    const { regionPrices } = await import("../cost/prices.js");
    const most = seconds * connections * 4;
    const known = classNames.find((name) => name === storageClass);
    const { classes, region: of } = regionPrices(region);
    const cost = known
        ? `, by the price list of ${of} ${((classes[known].putPer1000.value * most) / 1000).toFixed(2)} USD`
        : "";
    return (
        `sends random bytes to ${bucket} for about ${seconds} s, at most some ${most} PUT requests of ${storageClass}${cost}; ` +
        "nothing is stored"
    );
}

/** What the SDK or the line threw, for a person; anything else as it is. */
export async function explained(error: unknown, bucket: Bucket): Promise<unknown> {
    const own = !(error instanceof Error) || error.name === "Error" || error instanceof RouterError;
    const isOfS3 = !own || (error instanceof Error && ("$metadata" in error || "errno" in error));
    const { explain, uploader } = await import("../s3/bucket.js");
    return isOfS3 ? explain(error, bucket, "s3:PutObject and s3:AbortMultipartUpload", uploader) : error;
}
