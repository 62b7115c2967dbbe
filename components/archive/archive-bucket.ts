import * as aws from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { partitionOf } from "../../providers/aws-ip-ranges/region";
import type { ArchiveBucketArgs } from "./args";
import { makeBucketSettings } from "./bucket-settings";
import type { Kept } from "./existing-bucket";
import { keepOrRefuse } from "./existing-bucket";
import { readExisting } from "./existing-bucket-reader";
import { bucketPolicy, withoutRepeated } from "./policy";
import { inlineArgs, refuse, refuseInlineArgs, resolveSettings } from "./resolve";
import type { ArchiveSettings, StorageClass } from "./settings";
import { lifecycleRules, minimumObjectSize } from "./settings";

export type { ArchiveBucketArgs, ArchiveOverrides } from "./args";

/**
 * A bucket that is cheap to keep and closed: objects move to an archive class, nothing is public, requests come over
 * TLS or not at all, and what is overwritten or deleted stays for a while.
 *
 * Whatever AWS would refuse is refused at preview, all at once. Warnings say what costs more than it seems.
 */
export class ArchiveBucket extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    readonly bucketArn: pulumi.Output<string>;
    readonly region: pulumi.Output<string>;
    /** Class that uploads should ask for directly. */
    readonly storageClass: pulumi.Output<StorageClass>;
    /** Key that the objects are encrypted with, if it is not S3's own; an uploader has to be allowed to use it. */
    readonly kmsKeyArn: pulumi.Output<string | undefined>;

    constructor(name: string, args: ArchiveBucketArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:ArchiveBucket", name, {}, opts);
        const { region, overrides = {} } = args;
        refuseInlineArgs(overrides, this);
        const settings = resolveSettings(args, this);
        const taken = args.existingBucket !== undefined;
        const kept = taken ? keepExisting(settings, args.keepExisting ?? false, this) : pulumi.output(nothing);
        const child = { parent: this, protect: args.protect ?? true, retainOnDelete: args.retainOnDelete ?? taken };

        const made = taken ? undefined : makeBucket(name, args, child);
        // Waits for `kept`: a bucket that is refused gets no setting of ours either.
        const bucket = made?.bucket ?? pulumi.all([settings, kept]).apply(([own]) => own.existingBucket ?? "");
        const { closed, versioning } = makeBucketSettings(name, { ...args, bucket }, child);
        new aws.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            {
                bucket,
                region,
                rules: pulumi.all([settings, kept]).apply(([own, { rules }]) => [...lifecycleRules(own), ...rules]),
                transitionDefaultMinimumObjectSize: settings.apply(minimumObjectSize),
                ...overrides.lifecycle,
            },
            { ...child, dependsOn: versioning },
        );

        this.bucketName = pulumi.output(bucket);
        this.region = made?.region ?? closed.region;
        this.bucketArn = made?.arn ?? pulumi.all([bucket, this.region]).apply(arnOf);
        this.storageClass = settings.storageClass;
        this.kmsKeyArn = pulumi.output(args.kmsKeyArn);
        new aws.BucketPolicy(
            `${name}-policy`,
            {
                bucket,
                region,
                policy: pulumi
                    .all([this.bucketArn, args.policyStatements ?? [], kept])
                    .apply(([arn, given, { statements }]) =>
                        JSON.stringify(bucketPolicy(arn, [...given, ...withoutRepeated(statements, given)])),
                    ),
                ...overrides.policy,
            },
            { ...child, dependsOn: closed },
        );
        this.registerOutputs({
            bucketName: this.bucketName,
            bucketArn: this.bucketArn,
            region: this.region,
            storageClass: this.storageClass,
        });
    }
}

const nothing: Kept = { rules: [], statements: [], problems: [], warnings: [] };

function makeBucket(name: string, args: ArchiveBucketArgs, opts: pulumi.CustomResourceOptions): aws.Bucket {
    return new aws.Bucket(
        `${name}-bucket`,
        {
            bucket: args.bucketName,
            region: args.region,
            forceDestroy: args.forceDestroy ?? false,
            ...(args.objectLock === undefined ? {} : { objectLockEnabled: true }),
            tags: args.tags,
            ...args.overrides?.bucket,
        },
        { ...opts, ignoreChanges: [...inlineArgs] },
    );
}

/** What stands in the bucket that is taken and stays; refuses it when something stands in the way. */
function keepExisting(
    settings: pulumi.Output<ArchiveSettings>,
    keep: boolean,
    component: ArchiveBucket,
): pulumi.Output<Kept> {
    return settings.apply(async (own) => {
        const existing = await readExisting(own.existingBucket ?? "", own.region, component);
        const kept = keepOrRefuse(existing, own, keep);
        refuse(kept.problems, component);
        for (const warning of kept.warnings) await pulumi.log.warn(warning, component);
        return kept;
    });
}

function arnOf([bucket, region]: [string, string]): string {
    return `arn:${partitionOf(region)}:s3:::${bucket}`;
}
