import type { LifecycleRule, ObjectLockRetentionMode } from "@aws-sdk/client-s3";

import type { AwsClients, S3 } from "../clients";
import { orAbsent } from "../errors";
import type { Inline } from "../resource-type";
import type { Json, Values } from "../schema";
import { dateText, fromTags } from "../schema";

/**
 * A bucket's settings as the provider's bucket has them among its outputs, in the words of `@pulumi/aws`'s own types.
 * Each has a resource of its own; see `ResourceType.inline`.
 */
export async function inlineSettings({ client, api }: S3, Bucket: string): Promise<Values> {
    const [lifecycle, versioning, encryption, policy, lock, acl, cors] = await Promise.all([
        orAbsent(client.send(new api.GetBucketLifecycleConfigurationCommand({ Bucket }))),
        client.send(new api.GetBucketVersioningCommand({ Bucket })),
        client.send(new api.GetBucketEncryptionCommand({ Bucket })),
        orAbsent(client.send(new api.GetBucketPolicyCommand({ Bucket }))),
        orAbsent(client.send(new api.GetObjectLockConfigurationCommand({ Bucket }))),
        client.send(new api.GetBucketAclCommand({ Bucket })),
        orAbsent(client.send(new api.GetBucketCorsCommand({ Bucket }))),
    ]);
    const rule = encryption.ServerSideEncryptionConfiguration?.Rules?.[0];
    const retention = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
    return plain({
        lifecycleRules: (lifecycle?.Rules ?? []).map(lifecycleRule),
        versioning: { enabled: versioning.Status === "Enabled", mfaDelete: versioning.MFADelete === "Enabled" },
        serverSideEncryptionConfiguration: {
            rule: {
                applyServerSideEncryptionByDefault: {
                    kmsMasterKeyId: rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "",
                    sseAlgorithm: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
                },
                blockedEncryptionTypes: rule?.BlockedEncryptionTypes?.EncryptionType ?? [],
                bucketKeyEnabled: rule?.BucketKeyEnabled ?? false,
            },
        },
        policy: policy?.Policy ?? "",
        objectLockConfiguration: lock?.ObjectLockConfiguration && {
            objectLockEnabled: lock.ObjectLockConfiguration.ObjectLockEnabled,
            rule: retention && {
                defaultRetention: {
                    mode: retention.Mode as ObjectLockRetentionMode,
                    days: retention.Days,
                    years: retention.Years,
                },
            },
        },
        grants: (acl.Grants ?? []).map(({ Grantee, Permission }) => ({
            id: Grantee?.ID,
            permissions: [Permission],
            type: Grantee?.Type,
            uri: Grantee?.URI,
        })),
        requestPayer: "BucketOwner",
        accelerationStatus: "",
        corsRules: (cors?.CORSRules ?? []).map((one) => ({
            allowedHeaders: one.AllowedHeaders,
            allowedMethods: one.AllowedMethods,
            allowedOrigins: one.AllowedOrigins,
            exposeHeaders: one.ExposeHeaders,
            maxAgeSeconds: one.MaxAgeSeconds,
        })),
    });
}

/** The old form of a rule, which knows fewer conditions than the resource of its own. */
function lifecycleRule(rule: LifecycleRule): unknown {
    const filter = { ...rule.Filter, ...rule.Filter?.And };
    const tags = fromTags([...(rule.Filter?.And?.Tags ?? []), ...(rule.Filter?.Tag ? [rule.Filter.Tag] : [])] as never);
    const date = (value: Date | undefined) => value && dateText(value);
    return {
        id: rule.ID,
        enabled: rule.Status === "Enabled",
        prefix: filter.Prefix ?? "",
        tags: Object.keys(tags).length > 0 ? tags : undefined,
        abortIncompleteMultipartUploadDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
        expiration: rule.Expiration && {
            date: date(rule.Expiration.Date),
            days: rule.Expiration.Days,
            expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker,
        },
        noncurrentVersionExpiration: rule.NoncurrentVersionExpiration && {
            days: rule.NoncurrentVersionExpiration.NoncurrentDays,
        },
        noncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map((one) => ({
            days: one.NoncurrentDays,
            storageClass: one.StorageClass,
        })),
        transitions: rule.Transitions?.map((one) => ({
            date: date(one.Date),
            days: one.Days,
            storageClass: one.StorageClass,
        })),
    };
}

type Act = (s3: S3, Bucket: string) => Promise<unknown>;

const inline = (untouched: Json | undefined, act: Act): Inline => ({
    ...(untouched === undefined ? {} : { untouched }),
    takeBack: async (id, values, clients: AwsClients) => act(await clients.s3(values["region"] as string), id),
});

/** What the provider's bucket does to each when it is given none, as its releases before the fix did. */
export const bucketInline: Record<string, Inline> = {
    lifecycleRules: inline([], ({ client, api }, Bucket) =>
        client.send(new api.DeleteBucketLifecycleCommand({ Bucket })),
    ),
    versioning: inline({ enabled: false, mfaDelete: false }, ({ client, api }, Bucket) =>
        client.send(new api.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } })),
    ),
    serverSideEncryptionConfiguration: inline(
        {
            rule: {
                applyServerSideEncryptionByDefault: { kmsMasterKeyId: "", sseAlgorithm: "AES256" },
                blockedEncryptionTypes: ["SSE-C"],
                bucketKeyEnabled: false,
            },
        },
        ({ client, api }, Bucket) => client.send(new api.DeleteBucketEncryptionCommand({ Bucket })),
    ),
    policy: inline("", ({ client, api }, Bucket) => client.send(new api.DeleteBucketPolicyCommand({ Bucket }))),
    objectLockConfiguration: inline({ objectLockEnabled: "Enabled" }, ({ client, api }, Bucket) =>
        client.send(
            new api.PutObjectLockConfigurationCommand({
                Bucket,
                ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
            }),
        ),
    ),
};

/** Without what is undefined: as it goes into the state. */
function plain(value: object): Values {
    return JSON.parse(JSON.stringify(value)) as Values;
}
