import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import type * as Api from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Command } from "commander";

import { bucketNameProblem } from "../../components/archive/problems";
import { isRegion } from "../../providers/aws-ip-ranges/region";
import { stackOutputs } from "../stack/config";

/** Which bucket a command is about. */
export interface BucketFlags {
    bucket?: string;
    region?: string;
    stack?: string;
}

/** A bucket, and what speaks to it with the credentials of the environment or of a profile (`AWS_PROFILE`). */
export interface Bucket {
    name: string;
    region: string;
    api: typeof Api;
    client: S3Client;
}

/** A line for a person about what S3 or the machine refused. */
export class ArchiveError extends Error {}

export function withBucketOptions(command: Command): Command {
    return command
        .option("--bucket <name>", "the bucket (default: that of the stack)")
        .option("--region <region>", "its region (default: that of the stack, or AWS_REGION)")
        .option("--stack <name>", "take bucket and region from this stack's outputs (default: the selected one)")
        .addHelpText(
            "after",
            "\nCredentials are those of the environment or of AWS_PROFILE, as for the aws command; a stack with restorer: user\n" +
                "makes an identity for this, and its output restorerCredentials says how to use it.",
        );
}

/** The bucket that is meant. */
export async function openBucket(flags: BucketFlags): Promise<Bucket> {
    let { bucket: name, region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] } = flags;
    if (name === undefined) {
        const outputs = await stackOutputs(flags.stack).catch((error: Error) => {
            throw new ArchiveError(`which bucket? ${error.message}; give --bucket and --region`, { cause: error });
        });
        if (typeof outputs["bucket"] !== "string")
            throw new ArchiveError("the stack has no output bucket; give --bucket");
        name = outputs["bucket"];
        region = flags.region ?? (outputs["region"] as string | undefined) ?? region;
    }
    if (!region) throw new ArchiveError(`which region is the bucket ${name} in? Give --region`);
    checkBucket(name, region);
    const api = await import("@aws-sdk/client-s3");
    const authority = process.env["AWS_CA_BUNDLE"];
    const agent = new Agent({ keepAlive: true, maxSockets: 50, ...(authority ? { ca: readFileSync(authority) } : {}) });
    const client = new api.S3Client({
        region,
        // An endpoint of the environment is a server of one's own, whose names are not those of buckets.
        forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined,
        followRegionRedirects: true,
        requestHandler: { requestTimeout: 60_000, socketTimeout: 60_000, connectionTimeout: 10_000, httpsAgent: agent },
    });
    return { name, region, api, client };
}

/** Refuses what no bucket and no region can be called, before anybody is asked about it. */
function checkBucket(name: string, region: string): void {
    const problem = bucketNameProblem(name);
    if (problem !== undefined)
        throw new ArchiveError(`--bucket "${name}" is no bucket name that S3 accepts: ${problem}`);
    if (!isRegion(region)) {
        throw new ArchiveError(`--region "${region}" is no region of AWS; they are written as ap-southeast-2`);
    }
}

const restorer = "the stack's restorer has (routeros-s3:restorer user, then its output restorerCredentials)";
/** Who may upload, for {@link explain}. */
export const uploader = "the stack's uploader has (its output uploaderCredentials)";

/**
 * What S3 answered, or why it did not, in one line with what to do. `needs` is the permission that was used, `holder` who
 * has it.
 */
export function explain(
    error: unknown,
    bucket: Pick<Bucket, "name" | "region">,
    needs: string,
    holder = restorer,
): Error {
    if (error instanceof ArchiveError) return error;
    const { name, message, code } = error as NodeJS.ErrnoException;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    const say = (text: string) => new ArchiveError(text, { cause: error });
    if (name === "CredentialsProviderError") {
        return say(
            "no AWS credentials: set AWS_PROFILE, or sign in (aws sso login); `aws sts get-caller-identity` shows who you are",
        );
    }
    if (/Expired/.test(name)) return say("the AWS credentials have expired: sign in again (aws sso login)");
    if (name === "InvalidAccessKeyId" || name === "SignatureDoesNotMatch") {
        return say(`AWS does not know these credentials (${name}): look at AWS_PROFILE, or at the key`);
    }
    if (name === "NoSuchBucket")
        return say(`there is no bucket ${bucket.name}: look at --bucket and at the account of the credentials`);
    if (name === "AccessDenied" || status === 403) {
        return say(`no right to do that in the bucket ${bucket.name}: it needs ${needs}, which ${holder}`);
    }
    if (name === "PermanentRedirect" || status === 301) {
        return say(`the bucket ${bucket.name} is not in ${bucket.region}: give its region by --region`);
    }
    if (name === "TimeoutError") return say("S3 does not answer: look at the line, then run the same command again");
    if (code && /^E(CONN|HOST|NET|AI)|ENOTFOUND|ETIMEDOUT/.test(code)) {
        return say(`S3 does not answer (${code}): look at the line, then run the same command again`);
    }
    return say(`S3 refused: ${name}: ${oneLine(message)}`);
}

function oneLine(text: string): string {
    return text.replace(/\s+/g, " ").trim();
}
