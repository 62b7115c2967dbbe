import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import type * as IamApi from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import type * as S3Api from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";

import { isRegion } from "../../../providers/aws-ip-ranges/region";

type S3Module = typeof S3Api;
type IamModule = typeof IamApi;

/** S3's commands, and a client to send them with. */
export interface S3 {
    api: S3Module;
    client: S3Client;
}

/** IAM's commands, and a client to send them with. */
export interface Iam {
    api: IamModule;
    client: IAMClient;
}

/** Where the sandbox's AWS is, and clients for it. */
export class AwsClients {
    private readonly s3Clients = new Map<string, S3Client>();
    private iamClient: IAMClient | undefined;

    /**
     * @param region region of resources that name none
     * @param environment `AWS_ENDPOINT_URL`, `AWS_CA_BUNDLE`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`
     */
    constructor(
        readonly region: string,
        private readonly environment: Record<string, string | undefined>,
    ) {}

    /** Speaks as to the given region. The SDKs are loaded when AWS is first asked, or before (`loadSdks`). */
    async s3(region = this.region): Promise<S3> {
        const api = await import("@aws-sdk/client-s3");
        let client = this.s3Clients.get(region);
        if (!client) {
            client = new api.S3Client({ ...this.options(region), forcePathStyle: true });
            this.s3Clients.set(region, client);
        }
        return { client, api };
    }

    async iam(): Promise<Iam> {
        const api = await import("@aws-sdk/client-iam");
        this.iamClient ??= new api.IAMClient(this.options(this.region));
        return { client: this.iamClient, api };
    }

    close(): void {
        for (const client of this.s3Clients.values()) client.destroy();
        this.iamClient?.destroy();
    }

    private options(region: string) {
        const authority = this.environment["AWS_CA_BUNDLE"];
        return {
            region,
            endpoint: endpointOf(this.environment)!,
            credentials: {
                accessKeyId: this.environment["AWS_ACCESS_KEY_ID"]!,
                secretAccessKey: this.environment["AWS_SECRET_ACCESS_KEY"]!,
                sessionToken: this.environment["AWS_SESSION_TOKEN"],
            },
            maxAttempts: 2,
            requestHandler: {
                requestTimeout: 30_000,
                httpsAgent: new Agent({ keepAlive: true, ca: authority ? readFileSync(authority) : undefined }),
            },
        };
    }
}

/** Loads both SDKs ahead of the first question to AWS. */
export async function loadSdks(): Promise<void> {
    await import("@aws-sdk/client-s3");
    await import("@aws-sdk/client-iam");
}

/** Why the plugin may not work with this environment and region; undefined when it may. */
export function refusal(
    environment: Record<string, string | undefined>,
    region: string | undefined,
): string | undefined {
    if (!environment["ROUTEROS_S3_SANDBOX"]) {
        return "this is the sandbox's stand-in for the AWS plugin, and it serves the sandbox alone; for a real account install Pulumi's own: pulumi plugin install resource aws";
    }
    const endpoint = endpointOf(environment);
    if (!endpoint || !isLoopback(endpoint)) {
        return `the sandbox's AWS plugin speaks to this machine alone; AWS_ENDPOINT_URL is ${endpoint ?? "not set"}`;
    }
    for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_IAM"]) {
        if (environment[name]) return `the sandbox's AWS plugin takes AWS_ENDPOINT_URL alone; unset ${name}`;
    }
    if (!environment["AWS_ACCESS_KEY_ID"] || !environment["AWS_SECRET_ACCESS_KEY"]) {
        return "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    }
    if (!region) return "no AWS region: pulumi config set aws:region ap-southeast-2";
    if (!isRegion(region)) return `aws:region is ${region}, which is no region of AWS`;
    return undefined;
}

/** Where other programs are to find AWS by its real names, the sandbox says by a name of its own where it is. */
function endpointOf(environment: Record<string, string | undefined>): string | undefined {
    return environment["ROUTEROS_S3_SANDBOX_AWS"] ?? environment["AWS_ENDPOINT_URL"];
}

function isLoopback(url: string): boolean {
    const host = URL.canParse(url) ? new URL(url).hostname : "";
    return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
