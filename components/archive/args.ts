import type * as aws from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";

import type { PolicyStatement } from "./policy";
import type { ObjectLock, StorageClass, Transition } from "./settings";

/** Partial arguments of each child, laid over ours: the way to what has no argument of its own. */
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
    /** Name of the bucket, unique in all of AWS. A change replaces it. @default generated from the component's name */
    bucketName?: pulumi.Input<string>;
    /**
     * Take a bucket that stands already, instead of making one: only its lifecycle and settings are managed, and they
     * stay when the stack goes. Needs the permission `cloudformation:GetResource`. @default none
     */
    existingBucket?: pulumi.Input<string>;
    /**
     * Keep lifecycle rules and policy statements that others made in `existingBucket`, beside ours; otherwise a bucket
     * that has some is refused. @default false
     */
    keepExisting?: boolean;
    /** Region of the bucket. A change replaces it. @default the AWS provider's region */
    region?: pulumi.Input<string>;
    /** Class that objects are moved to, and that uploads should ask for directly. Changed in place. @default "GLACIER" */
    storageClass?: pulumi.Input<StorageClass>;
    /** Days after the upload until an object is moved to `storageClass`. Changed in place. @default 0 */
    transitionDays?: pulumi.Input<number>;
    /** Later moves, each to a colder class after more days. Changed in place. @default [] */
    furtherTransitions?: pulumi.Input<Transition[]>;
    /** Only objects whose keys begin with this are moved and expire. Changed in place. @default "" (all) */
    prefix?: pulumi.Input<string>;
    /** Days until the parts of an upload that was never completed are removed. Changed in place. @default 7 */
    abortIncompleteDays?: pulumi.Input<number>;
    /** Days until a version that was overwritten or deleted is removed. Changed in place. @default 180 */
    noncurrentDays?: pulumi.Input<number>;
    /** Also move objects under 128 KB: archived, each is billed 40 KB more. Changed in place. @default false */
    moveSmallObjects?: pulumi.Input<boolean>;
    /** Keep what is overwritten or deleted, for `noncurrentDays`. @default true */
    versioning?: boolean;
    /** Lock every new version for a time. From none to some, or back, replaces the bucket. @default none */
    objectLock?: pulumi.Input<ObjectLock>;
    /** ARN of a KMS key to encrypt with. Changed in place, for new objects. @default S3's own key (SSE-S3) */
    kmsKeyArn?: pulumi.Input<string>;
    /** Further statements for the bucket's policy, of which there can be only one. Changed in place. @default [] */
    policyStatements?: pulumi.Input<PolicyStatement[]>;
    /** Pulumi's `protect` on the bucket and on everything that guards it; in a `ShapedBackup` on the uploader too. @default true */
    protect?: boolean;
    /** Leave everything in AWS when it leaves the stack. @default false; with `existingBucket` true */
    retainOnDelete?: boolean;
    /** Delete the objects as well when the bucket is destroyed. @default false */
    forceDestroy?: pulumi.Input<boolean>;
    /** Tags of the bucket. Changed in place. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Partial arguments for each child. @default {} */
    overrides?: ArchiveOverrides;
}
