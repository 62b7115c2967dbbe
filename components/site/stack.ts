import * as pulumi from "@pulumi/pulumi";

import type { S3Ranges } from "../../providers/aws-ip-ranges";
import type { ShapedBackupArgs } from "../shaped-backup";
import { regionPrefixes } from "../shaped-backup";
import type { Site } from "./site";
import { readSite, SiteProblems } from "./site";

/** The SDK exports it, and its types do not say so. */
const secrets = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** What a stack's configuration comes to. */
export interface StackSite {
    site: Site;
    ranges: S3Ranges;
    args: ShapedBackupArgs;
}

/**
 * Reads the running stack's configuration and the prefixes of its region. Whatever is wrong with either ends the
 * program before its first resource, with lines for a person and no stack trace.
 */
export async function readStack(): Promise<StackSite> {
    const site = siteOf(pulumi.runtime.allConfig());
    const { ranges, ...prefixes } = await regionPrefixes(site.region, {
        source: site.awsIpRanges,
        lock: site.ipRangesLock,
        maxShrinkPercent: site.ipRangesMaxShrinkPercent,
    });
    for (const family of site.addressFamilies) {
        if (prefixes[family].length > 0) continue;
        throw new pulumi.RunError(
            `${ranges.source} has no prefixes of S3 for ${family} in ${site.region}; take ${family} out of ` +
                `${pulumi.getProject()}:addressFamilies`,
        );
    }
    return { site, ranges, args: backupArgs(site, prefixes) };
}

function siteOf(config: Record<string, string>): Site {
    try {
        const isSecret = (key: string) => secrets.isConfigSecret(key);
        return readSite(config, { namespace: pulumi.getProject(), isSecret });
    } catch (error) {
        throw error instanceof SiteProblems ? new pulumi.RunError(error.message) : error;
    }
}

function backupArgs(site: Site, prefixes: ShapedBackupArgs["prefixes"]): ShapedBackupArgs {
    const { region, bucketName, storageClass, transitionDays, abortIncompleteDays, noncurrentDays, protectBucket } =
        site;
    return {
        region,
        prefixes,
        archive: {
            bucketName,
            storageClass,
            transitionDays,
            abortIncompleteDays,
            noncurrentDays,
            protect: protectBucket,
        },
        uploader: site.uploader === "none" ? "none" : { identity: site.uploader },
        shaping: {
            wanInterface: site.wanInterface,
            uplink: site.uplink,
            headroomPercent: site.headroomPercent,
            profile: site.profile,
            shaping: site.shaping,
            addressFamilies: site.addressFamilies,
            sourceAddresses: site.sourceAddresses.map((source) => source.text),
            marking: site.marking,
            fastTrack: site.fastTrack,
            leafQueue: site.leafQueue,
            parentQueue: site.parentQueue,
            restMarks: site.restMarks,
            rulesPosition: site.rulesPosition,
            listName: site.listName,
            comment: site.comment,
            connectionMark: site.connectionMark,
            packetMark: site.packetMark,
            queueNames: site.queueNames,
            adopt: site.adopt,
        },
    };
}
