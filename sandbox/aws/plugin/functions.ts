import type { LifecycleRule } from "@aws-sdk/client-s3";

import type { AwsClients } from "./clients";
import { orAbsent } from "./errors";
import type { Failure, Values } from "./schema";
import { checked, string } from "./schema";

/** `aws:cloudcontrol/getResource:getResource`: a bucket, or its policy, as CloudFormation spells it. */
export async function getResource(args: Values, clients: AwsClients): Promise<Values> {
    const failures: Failure[] = [];
    const required = { required: true };
    const fields = { identifier: string(required), region: string(), typeName: string(required) };
    const { identifier, region, typeName } = checked(fields, args, failures) as Record<string, string>;
    if (failures[0]) throw new Error(`getResource: ${failures[0].property} ${failures[0].reason}`);
    const read = { "AWS::S3::Bucket": bucket, "AWS::S3::BucketPolicy": policy }[typeName!];
    if (!read) throw new Error(`the sandbox's AWS plugin does not read ${typeName} by getResource`);
    const found = await read(identifier!, region, clients);
    if (!found) throw new Error(`reading Cloud Control API ${typeName} (${identifier}): couldn't find resource`);
    return { id: identifier!, identifier: identifier!, properties: JSON.stringify(found), typeName: typeName! };
}

async function policy(Bucket: string, region: string | undefined, clients: AwsClients): Promise<object | undefined> {
    const { client, api } = await clients.s3(region);
    const found = await orAbsent(client.send(new api.GetBucketPolicyCommand({ Bucket })));
    return found?.Policy === undefined ? undefined : { Bucket, PolicyDocument: JSON.parse(found.Policy) as object };
}

async function bucket(Bucket: string, region: string | undefined, clients: AwsClients): Promise<object | undefined> {
    const { client, api } = await clients.s3(region);
    const head = await orAbsent(client.send(new api.HeadBucketCommand({ Bucket })));
    if (!head) return undefined;
    const [lifecycle, encryption, ownership, lock, versioning, closed] = await Promise.all([
        orAbsent(client.send(new api.GetBucketLifecycleConfigurationCommand({ Bucket }))),
        orAbsent(client.send(new api.GetBucketEncryptionCommand({ Bucket }))),
        orAbsent(client.send(new api.GetBucketOwnershipControlsCommand({ Bucket }))),
        orAbsent(client.send(new api.GetObjectLockConfigurationCommand({ Bucket }))),
        client.send(new api.GetBucketVersioningCommand({ Bucket })),
        orAbsent(client.send(new api.GetPublicAccessBlockCommand({ Bucket }))),
    ]);
    return {
        BucketName: Bucket,
        LifecycleConfiguration: lifecycle && {
            Rules: (lifecycle.Rules ?? []).map(rule),
            TransitionDefaultMinimumObjectSize: lifecycle.TransitionDefaultMinimumObjectSize,
        },
        BucketEncryption: encryption && {
            ServerSideEncryptionConfiguration: encryption.ServerSideEncryptionConfiguration?.Rules?.map((one) => ({
                ServerSideEncryptionByDefault: one.ApplyServerSideEncryptionByDefault,
                BucketKeyEnabled: one.BucketKeyEnabled,
            })),
        },
        OwnershipControls: ownership?.OwnershipControls,
        ObjectLockConfiguration: lock?.ObjectLockConfiguration,
        VersioningConfiguration: versioning.Status && { Status: versioning.Status },
        PublicAccessBlockConfiguration: closed?.PublicAccessBlockConfiguration,
    };
}

function rule(found: LifecycleRule): object {
    const and = found.Filter?.And;
    const filter = { ...found.Filter, ...and };
    const tags = and?.Tags ?? (found.Filter?.Tag ? [found.Filter.Tag] : []);
    return {
        Id: found.ID,
        Status: found.Status,
        Prefix: filter.Prefix,
        TagFilters: tags.length > 0 ? tags : undefined,
        ObjectSizeGreaterThan: filter.ObjectSizeGreaterThan?.toString(),
        ObjectSizeLessThan: filter.ObjectSizeLessThan?.toString(),
        ExpirationDate: found.Expiration?.Date,
        ExpirationInDays: found.Expiration?.Days,
        ExpiredObjectDeleteMarker: found.Expiration?.ExpiredObjectDeleteMarker,
        AbortIncompleteMultipartUpload: found.AbortIncompleteMultipartUpload,
        NoncurrentVersionExpiration: found.NoncurrentVersionExpiration,
        NoncurrentVersionTransitions: found.NoncurrentVersionTransitions?.map((one) => ({
            StorageClass: one.StorageClass,
            TransitionInDays: one.NoncurrentDays,
            NewerNoncurrentVersions: one.NewerNoncurrentVersions,
        })),
        Transitions: found.Transitions?.map((one) => ({
            StorageClass: one.StorageClass,
            TransitionDate: one.Date,
            TransitionInDays: one.Days,
        })),
    };
}
