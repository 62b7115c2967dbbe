import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";

import type { Aws } from "../../sandbox/aws/server";
import { ROOT_CREDENTIALS } from "../../sandbox/aws/server";

/** Clients of a person who works by hand beside Pulumi. */
export interface Hand {
    s3: S3Client;
    iam: IAMClient;
    close(): void;
}

export interface HandOptions {
    /** @default the account's root */
    credentials?: { accessKeyId: string; secretAccessKey: string };
    /** @default the TLS endpoint */
    endpoint?: string;
    region?: string;
}

export function handOf(
    aws: Aws,
    { credentials = ROOT_CREDENTIALS, endpoint = aws.url, region }: HandOptions = {},
): Hand {
    const options = {
        region: region ?? "ap-southeast-2",
        endpoint,
        credentials,
        requestHandler: { httpsAgent: new Agent({ ca: readFileSync(aws.caFile) }) },
    };
    const clients = { s3: new S3Client({ ...options, forcePathStyle: true }), iam: new IAMClient(options) };
    return {
        ...clients,
        close: () => {
            clients.s3.destroy();
            clients.iam.destroy();
        },
    };
}
