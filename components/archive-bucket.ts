import * as aws from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { PolicyStatement } from "./archive-policy";
import { bucketPolicy } from "./archive-policy";
import type { ArchiveSettings, ObjectLock, StorageClass, Transition } from "./archive-settings";
import { archiveDefaults, lifecycleRules, minimumObjectSize } from "./archive-settings";

/** Partial arguments of each child, laid over ours: for what has no argument of its own. */
export interface ArchiveOverrides {
    bucket?: Partial<aws.BucketArgs>;
    lifecycle?: Partial<aws.BucketLifecycleConfigurationArgs>;
    publicAccessBlock?: Partial<aws.BucketPublicAccessBlockArgs>;
    ownershipControls?: Partial<aws.BucketOwnershipControlsArgs>;
    encryption?: Partial<aws.BucketServerSideEncryptionConfigurationArgs>;
    versioning?: Partial<aws.BucketVersioningArgs>;
    objectLock?: Partial<aws.BucketObjectLockConfigurationArgs>;
    policy?: Partial<aws.BucketPolicyArgs>;
}

export interface ArchiveBucketArgs {
    /** Name of the bucket, unique in all of AWS. A change replaces the bucket. @default generated from the component's name */
    bucketName?: pulumi.Input<string>;
    /** Region of the bucket. A change replaces the bucket. @default the AWS provider's region */
    region?: pulumi.Input<string>;
    /** Class that objects are moved to, and that uploads go to directly. @default "GLACIER" */
    storageClass?: pulumi.Input<StorageClass>;
    /** Days after the upload until an object is moved to `storageClass`. @default 0 */
    transitionDays?: pulumi.Input<number>;
    /** Later moves, each to a colder class. @default [] */
    furtherTransitions?: pulumi.Input<Transition[]>;
    /** Only objects whose keys begin with this are moved. @default "" (all) */
    prefix?: pulumi.Input<string>;
    /** Days until the parts of an upload that was never completed are removed. @default 7 */
    abortIncompleteDays?: pulumi.Input<number>;
    /** Days until a version that was overwritten or deleted is removed. @default 180 */
    noncurrentDays?: pulumi.Input<number>;
    /** Also move objects under 128 KB, which cost more archived than they save. @default false */
    moveSmallObjects?: pulumi.Input<boolean>;
    /** Keep what is overwritten or deleted for `noncurrentDays`. @default true */
    versioning?: pulumi.Input<boolean>;
    /** Lock every new version for a time. A change from or to none replaces the bucket. @default none */
    objectLock?: pulumi.Input<ObjectLock>;
    /** ARN of a KMS key to encrypt with. @default S3's own key (SSE-S3) */
    kmsKeyArn?: pulumi.Input<string>;
    /** Further statements for the bucket's policy, of which there can be only one. @default [] */
    policyStatements?: pulumi.Input<PolicyStatement[]>;
    /** Pulumi's `protect` on the bucket and on everything that guards it. @default true */
    protect?: boolean;
    /** Leave everything in AWS when it leaves the stack. @default false */
    retainOnDelete?: boolean;
    /** Delete the objects too when the bucket is destroyed. @default false */
    forceDestroy?: pulumi.Input<boolean>;
    /** Tags of the bucket. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    overrides?: ArchiveOverrides;
}

/** A bucket that is cheap to keep and closed: lifecycle to an archive class, nothing public, TLS only, versions kept. */
export class ArchiveBucket extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    readonly bucketArn: pulumi.Output<string>;
    readonly region: pulumi.Output<string>;
    /** Class that uploads should ask for directly. */
    readonly storageClass: pulumi.Output<StorageClass>;
    readonly kmsKeyArn: pulumi.Output<string | undefined>;

    constructor(name: string, args: ArchiveBucketArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:ArchiveBucket", name, args, opts);
        const { protect = true, retainOnDelete = false, overrides = {} } = args;
        const settings = settingsOf(args);
        const child = { parent: this, protect, retainOnDelete };
        const region = args.region;

        const bucket = new aws.Bucket(
            `${name}-bucket`,
            {
                bucket: args.bucketName,
                forceDestroy: settings.forceDestroy,
                region,
                tags: args.tags,
                ...(args.objectLock === undefined ? {} : { objectLockEnabled: true }),
                ...overrides.bucket,
            },
            child,
        );
        const closed = new aws.BucketPublicAccessBlock(
            `${name}-public-access-block`,
            {
                bucket: bucket.bucket,
                region,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
                ...overrides.publicAccessBlock,
            },
            child,
        );
        new aws.BucketOwnershipControls(
            `${name}-ownership`,
            {
                bucket: bucket.bucket,
                region,
                rule: { objectOwnership: "BucketOwnerEnforced" },
                ...overrides.ownershipControls,
            },
            { ...child, dependsOn: [closed] },
        );
        new aws.BucketServerSideEncryptionConfiguration(
            `${name}-encryption`,
            {
                bucket: bucket.bucket,
                region,
                rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
                ...overrides.encryption,
            },
            child,
        );
        const versioning = new aws.BucketVersioning(
            `${name}-versioning`,
            {
                bucket: bucket.bucket,
                region,
                versioningConfiguration: { status: "Enabled" },
                ...overrides.versioning,
            },
            child,
        );
        new aws.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            {
                bucket: bucket.bucket,
                region,
                rules: settings.apply(lifecycleRules),
                transitionDefaultMinimumObjectSize: settings.apply(minimumObjectSize),
                ...overrides.lifecycle,
            },
            { ...child, dependsOn: [versioning] },
        );
        new aws.BucketPolicy(
            `${name}-policy`,
            {
                bucket: bucket.bucket,
                region,
                policy: pulumi
                    .all([bucket.arn, args.policyStatements])
                    .apply(([arn, further]) => JSON.stringify(bucketPolicy(arn, further))),
                ...overrides.policy,
            },
            { ...child, dependsOn: [closed] },
        );

        this.bucketName = bucket.bucket;
        this.bucketArn = bucket.arn;
        this.region = bucket.region;
        this.storageClass = settings.storageClass;
        this.kmsKeyArn = pulumi.output(args.kmsKeyArn);
        this.registerOutputs({
            bucketName: this.bucketName,
            bucketArn: this.bucketArn,
            region: this.region,
            storageClass: this.storageClass,
        });
    }
}

function settingsOf(args: ArchiveBucketArgs): pulumi.Output<ArchiveSettings> {
    return pulumi
        .output({
            bucketName: args.bucketName,
            region: args.region,
            storageClass: args.storageClass,
            transitionDays: args.transitionDays,
            furtherTransitions: args.furtherTransitions,
            prefix: args.prefix,
            abortIncompleteDays: args.abortIncompleteDays,
            noncurrentDays: args.noncurrentDays,
            moveSmallObjects: args.moveSmallObjects,
            versioning: args.versioning,
            objectLock: args.objectLock,
            kmsKeyArn: args.kmsKeyArn,
            forceDestroy: args.forceDestroy,
        })
        .apply((given) => ({ ...archiveDefaults, ...withoutUndefined(given) }));
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<T>;
}
