import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import type { S3Client } from "@aws-sdk/client-s3";

/** A client with the machine's own credentials; `AWS_ENDPOINT_URL` and `AWS_CA_BUNDLE` as the aws command takes them. */
export async function s3Client(region: string): Promise<S3Client> {
    const api = await import("@aws-sdk/client-s3");
    const authority = process.env["AWS_CA_BUNDLE"];
    return new api.S3Client({
        region,
        // Another endpoint than AWS's has no name for each bucket.
        forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined,
        requestHandler: {
            httpsAgent: new Agent({
                keepAlive: true,
                ...(authority !== undefined && authority !== "" && { ca: readFileSync(authority) }),
            }),
        },
    });
}
