import * as aws from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { ArchiveBucketArgs } from "./args";

/** What the settings take of the component's arguments, and the bucket they stand around. */
export type BucketSettingsArgs = Pick<
    ArchiveBucketArgs,
    "region" | "kmsKeyArn" | "versioning" | "objectLock" | "overrides"
> & {
    bucket: pulumi.Input<string>;
};

/** Makes what keeps a bucket closed and its objects safe, apart from its lifecycle and its policy. */
export function makeBucketSettings(name: string, args: BucketSettingsArgs, opts: pulumi.CustomResourceOptions) {
    const { bucket, region, versioning: versioned = true, overrides = {} } = args;
    const closed = new aws.BucketPublicAccessBlock(
        `${name}-public-access-block`,
        {
            bucket,
            region,
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
            ...overrides.publicAccessBlock,
        },
        opts,
    );
    // S3 refuses two changes of a bucket's access at once, so this one and the policy wait for the block.
    new aws.BucketOwnershipControls(
        `${name}-ownership`,
        { bucket, region, rule: { objectOwnership: "BucketOwnerEnforced" }, ...overrides.ownershipControls },
        { ...opts, dependsOn: closed },
    );
    new aws.BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        { bucket, region, rules: [encryptionRule(args.kmsKeyArn)], ...overrides.encryption },
        opts,
    );
    const versioning = versioned
        ? new aws.BucketVersioning(
              `${name}-versioning`,
              { bucket, region, versioningConfiguration: { status: "Enabled" }, ...overrides.versioning },
              opts,
          )
        : undefined;
    if (args.objectLock !== undefined) {
        const rule = pulumi.output(args.objectLock).apply((defaultRetention) => ({ defaultRetention }));
        new aws.BucketObjectLockConfiguration(
            `${name}-object-lock`,
            { bucket, region, rule, ...overrides.objectLock },
            { ...opts, dependsOn: versioning },
        );
    }
    return { closed, versioning };
}

/**
 * A bucket key spares a request to the key service for every object. What S3 refuses by default since April 2026, keys
 * that the client keeps (SSE-C), is said: a provider that is not told compares S3's default with nothing, without end.
 */
function encryptionRule(kmsKeyArn: pulumi.Input<string> | undefined) {
    const blockedEncryptionTypes = ["SSE-C"];
    return kmsKeyArn === undefined
        ? {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" },
              blockedEncryptionTypes,
              bucketKeyEnabled: false,
          }
        : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
              blockedEncryptionTypes,
              bucketKeyEnabled: true,
          };
}
