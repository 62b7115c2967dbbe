import fs from "node:fs";

import {
    GetRolePolicyCommand,
    GetUserPolicyCommand,
    IAMClient,
    ListRolePoliciesCommand,
    ListRolesCommand,
    ListUserPoliciesCommand,
    ListUsersCommand,
} from "@aws-sdk/client-iam";
import {
    GetBucketEncryptionCommand,
    GetBucketLifecycleConfigurationCommand,
    GetBucketOwnershipControlsCommand,
    GetBucketPolicyCommand,
    GetBucketVersioningCommand,
    GetPublicAccessBlockCommand,
    type LifecycleRule,
    ListBucketsCommand,
    S3Client,
} from "@aws-sdk/client-s3";

import type { Environment } from "./environment";

interface Statement {
    Sid?: string;
    Effect: string;
    Action: string | string[];
    Resource: string | string[];
    Condition?: Record<string, Record<string, unknown>>;
}

/** The buckets with their lifecycle and settings, and the identities with what they may do, read from S3 and IAM. */
export async function awsText(env: Environment): Promise<string> {
    const options = {
        endpoint: env["AWS_ENDPOINT_URL"] ?? "",
        region: env["AWS_REGION"] ?? "",
        credentials: {
            accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
        },
        requestHandler: { httpsAgent: { ca: fs.readFileSync(env["AWS_CA_BUNDLE"] ?? "") } },
    };
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    const iam = new IAMClient(options);
    try {
        const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
        const lines: string[] = [];
        for (const { Name = "" } of Buckets) lines.push(...(await bucketLines(s3, Name)));
        return [...lines, ...(await identityLines(iam))].join("\n");
    } finally {
        s3.destroy();
        iam.destroy();
    }
}

async function bucketLines(s3: S3Client, bucket: string): Promise<string[]> {
    const Bucket = bucket;
    const lifecycle = await orNone(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })));
    const access = await orNone(s3.send(new GetPublicAccessBlockCommand({ Bucket })));
    const ownership = await orNone(s3.send(new GetBucketOwnershipControlsCommand({ Bucket })));
    const encryption = await orNone(s3.send(new GetBucketEncryptionCommand({ Bucket })));
    const versioning = await orNone(s3.send(new GetBucketVersioningCommand({ Bucket })));
    const policy = await orNone(s3.send(new GetBucketPolicyCommand({ Bucket })));

    const blocks = Object.values(access?.PublicAccessBlockConfiguration ?? {});
    const algorithms = encryption?.ServerSideEncryptionConfiguration?.Rules?.map(
        (rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    );
    return [
        `bucket ${bucket}`,
        ...(lifecycle?.Rules ?? []).flatMap(lifecycleLines).map((line) => `    lifecycle      ${line}`),
        `    public access  ${blocks.length === 4 && blocks.every(Boolean) ? "blocked, in all four ways" : "open"}`,
        `    ownership      ${ownership?.OwnershipControls?.Rules?.map((rule) => rule.ObjectOwnership).join() ?? "none"}`,
        `    encryption     ${algorithms?.join() ?? "none"}`,
        `    versioning     ${versioning?.Status ?? "off"}`,
        ...statementsOf(policy?.Policy).map((statement) => `    policy         ${statementLine(statement)}`),
    ];
}

/** What a lifecycle rule does, in words, one line an action. Pure. */
export function lifecycleLines(rule: LifecycleRule): string[] {
    const prefix = rule.Filter?.Prefix;
    const which = prefix ? `objects under ${prefix}` : "all objects";
    const lines: string[] = [];
    for (const { StorageClass, Days = 0 } of rule.Transitions ?? []) {
        lines.push(`${which} move to ${StorageClass} after ${count(Days, "day")}`);
    }
    for (const { StorageClass, NoncurrentDays = 0 } of rule.NoncurrentVersionTransitions ?? []) {
        lines.push(`replaced versions move to ${StorageClass} after ${count(NoncurrentDays, "day")}`);
    }
    if (rule.Expiration?.Days !== undefined) lines.push(`${which} expire after ${count(rule.Expiration.Days, "day")}`);
    if (rule.Expiration?.ExpiredObjectDeleteMarker) lines.push("delete markers with nothing behind them are removed");
    const kept = rule.NoncurrentVersionExpiration?.NoncurrentDays;
    if (kept !== undefined) lines.push(`replaced versions expire after ${count(kept, "day")}`);
    const abort = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
    if (abort !== undefined) lines.push(`unfinished multipart uploads are given up after ${count(abort, "day")}`);
    return lines.map((line) => (rule.Status === "Enabled" ? line : `${line} (rule disabled)`));
}

async function identityLines(iam: IAMClient): Promise<string[]> {
    const lines: string[] = [];
    const { Users = [] } = await iam.send(new ListUsersCommand({}));
    for (const { UserName = "" } of Users) {
        lines.push(`IAM user ${UserName}`);
        const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
        for (const PolicyName of PolicyNames) {
            const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
            lines.push(...policyLines(PolicyDocument));
        }
    }
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    for (const { RoleName = "" } of Roles) {
        lines.push(`IAM role ${RoleName}`);
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) {
            const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
            lines.push(...policyLines(PolicyDocument));
        }
    }
    return lines;
}

/** IAM returns documents percent-encoded. */
function policyLines(document: string | undefined): string[] {
    return statementsOf(document && decodeURIComponent(document)).map(
        (line) => `    policy         ${statementLine(line)}`,
    );
}

function statementsOf(document: string | undefined): Statement[] {
    if (!document) return [];
    const { Statement: statements } = JSON.parse(document) as { Statement: Statement | Statement[] };
    return [statements].flat();
}

function statementLine(statement: Statement): string {
    const what = [statement.Action].flat().join(", ");
    const where = [statement.Resource].flat().join(", ");
    const when = Object.entries(statement.Condition ?? {}).flatMap(([operator, values]) =>
        Object.entries(values).map(([key, value]) => `${operator} ${key} ${JSON.stringify(value)}`),
    );
    const condition = when.length > 0 ? ` if ${when.join(" and ")}` : "";
    return `${statement.Effect === "Deny" ? "denies" : "allows"} ${what} on ${where}${condition}`;
}

function count(number: number, unit: string): string {
    return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/** What is not configured is an error of S3's, with a 404; any other error is one here too. */
async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return undefined;
        throw error;
    }
}
