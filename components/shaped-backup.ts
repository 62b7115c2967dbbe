import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { S3Ranges } from "../providers/aws-ip-ranges";
import { loadS3Ranges, RangesError } from "../providers/aws-ip-ranges";
import type { ArchiveBucketArgs } from "./archive/archive-bucket";
import { ArchiveBucket } from "./archive/archive-bucket";
import type { RestorerArgs } from "./archive/restorer";
import { Restorer } from "./archive/restorer";
import type { UploadCommands } from "./archive/upload-commands";
import { uploadCommands } from "./archive/upload-commands";
import type { UploaderArgs } from "./archive/uploader";
import { Uploader } from "./archive/uploader";
import type { PlannedShapingArgs, UploadPrefixes, UploadShapingArgs } from "./shaping/upload-shaping";
import { UploadShaping } from "./shaping/upload-shaping";

export interface ShapedBackupArgs {
    /** AWS region of the bucket and of the prefixes, such as `ap-southeast-2`. A change replaces the bucket. */
    region: string;
    /** The bucket. @default an archive of class GLACIER */
    archive?: Omit<ArchiveBucketArgs, "region">;
    /** Who uploads; `none` to make no identity. @default an IAM user without an access key */
    uploader?: "none" | Omit<UploaderArgs, "bucketName" | "bucketArn" | "storageClass" | "kmsKeyArn">;
    /** Who brings objects back: an IAM user without an access key, or `none`. @default "none" */
    restorer?: "none" | Omit<RestorerArgs, "bucketArn" | "kmsKeyArn">;
    /** The router side; its prefixes are those of `prefixes`. */
    shaping: Omit<UploadShapingArgs, "prefixes"> | Omit<PlannedShapingArgs, "prefixes">;
    /** Prefixes of S3 in the region. @default AWS's feed, as {@link regionPrefixes} loads it */
    prefixes?: pulumi.Input<UploadPrefixes>;
}

/** An archive bucket, an identity that uploads to it, and a router that lets everybody else go first. */
export class ShapedBackup extends pulumi.ComponentResource {
    declare public readonly archive: ArchiveBucket;
    /** Undefined with `uploader: "none"`. */
    declare public readonly uploader?: Uploader;
    /** Undefined with `restorer: "none"`. */
    declare public readonly restorer?: Restorer;
    declare public readonly shaping: UploadShaping;
    /** Commands to paste, with the direct storage class and, where IPv6 is shaped, the dual-stack endpoint. */
    declare public readonly uploadCommands: pulumi.Output<UploadCommands>;

    constructor(name: string, args: ShapedBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:ShapedBackup", name, {}, opts);
        const { region, uploader = {}, restorer = "none" } = args;
        this.archive = new ArchiveBucket(`${name}-archive`, { ...args.archive, region }, { parent: this });
        const { bucketName, bucketArn, storageClass, kmsKeyArn } = this.archive;
        if (uploader !== "none") {
            this.uploader = new Uploader(
                `${name}-uploader`,
                { bucketName, bucketArn, storageClass, kmsKeyArn, ...uploader },
                // Somebody keeps its keys on another machine: it stays where the bucket stays.
                { parent: this, protect: args.archive?.protect ?? true },
            );
        }
        if (restorer !== "none") {
            this.restorer = new Restorer(
                `${name}-restorer`,
                { bucketArn, kmsKeyArn, ...restorer },
                { parent: this, protect: args.archive?.protect ?? true },
            );
        }
        const prefixes = args.prefixes ?? regionPrefixes(region);
        // The engine starts nothing new once a resource has failed: a router that is away must not stop the AWS side.
        const dependsOn = this.uploader === undefined ? [this.archive] : [this.archive, this.uploader];
        this.shaping = new UploadShaping(`${name}-upload`, { ...args.shaping, prefixes }, { parent: this, dependsOn });
        const prefix = pulumi.output(uploader === "none" ? undefined : uploader.prefix);
        this.uploadCommands = pulumi.all([bucketName, storageClass, prefix]).apply(([bucket, storage, keys]) =>
            uploadCommands({
                bucketName: bucket,
                region,
                storageClass: storage,
                prefix: keys,
                dualStack: this.shaping.addressFamilies.includes("ipv6"),
                customEndpoint: process.env["AWS_ENDPOINT_URL"] !== undefined,
            }),
        );
        this.registerOutputs({ bucketName, bucketArn, uploadCommands: this.uploadCommands });
    }
}

export interface RegionPrefixesOptions {
    /** An https address or the path of a file in AWS's format. @default AWS's own */
    source?: string;
    /** Path of a lock file. @default none */
    lock?: string;
    /** A new list that lost more than this share of the applied one is refused. @default 40 */
    maxShrinkPercent?: number;
    /** Folder for downloads. @default ".cache/aws-ip-ranges" in the program's folder */
    cacheFolder?: string;
}

/**
 * Prefixes of S3 in a region from AWS's feed, a file or a lock file, with the guard of the address lists.
 *
 * @throws RunError, with the reason and the next action
 */
export async function regionPrefixes(
    region: string,
    options: RegionPrefixesOptions = {},
): Promise<UploadPrefixes & { ranges: S3Ranges }> {
    const { source, lock, maxShrinkPercent = 40, cacheFolder = path.resolve(".cache/aws-ip-ranges") } = options;
    // The update that follows a preview takes what the preview saw, however long a person looked at it (up to an hour).
    const reuseMinutes = pulumi.runtime.isDryRun() ? 15 : 60;
    const ranges = await loadS3Ranges({ region, source, lock, cacheFolder, reuseMinutes }).catch((error: unknown) => {
        throw error instanceof RangesError ? new pulumi.RunError(error.message) : error;
    });
    for (const warning of ranges.warnings) await pulumi.log.warn(warning);
    const { ipv4, ipv6, services, syncToken } = ranges;
    return { ipv4, ipv6, source: { region, services, syncToken, maxShrinkPercent }, ranges };
}
