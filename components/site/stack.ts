import * as pulumi from "@pulumi/pulumi";

import type { S3Ranges } from "../../providers/aws-ip-ranges";
import { routerProblems } from "../../providers/routeros/configuration";
import type { ShapedBackupArgs } from "../shaped-backup";
import { regionPrefixes } from "../shaped-backup";
import type { Site } from "./site";
import { readSite, SiteProblems } from "./site";

/** The SDK exports it, and its types do not say so. */
const secrets = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** What a stack's configuration comes to. */
export interface StackSite {
    ranges: S3Ranges;
    args: ShapedBackupArgs;
}

/**
 * Reads the running stack's configuration and the prefixes of its region. Whatever is wrong with either ends the
 * program before its first resource, with lines for a person and no stack trace.
 */
export async function readStack(): Promise<StackSite> {
    const { region, shaping, archive, feed, ...identities } = siteOf(pulumi.runtime.allConfig());
    const { ranges, ...prefixes } = await regionPrefixes(region, {
        source: feed.awsIpRanges,
        lock: feed.ipRangesLock,
        maxShrinkPercent: feed.ipRangesMaxShrinkPercent,
    });
    for (const family of shaping.addressFamilies) {
        if (prefixes[family].length > 0) continue;
        throw new pulumi.RunError(
            `${ranges.source} has no prefixes of S3 for ${family} in ${region}; take ${family} out of ` +
                `${pulumi.getProject()}:addressFamilies`,
        );
    }
    const { protectBucket: protect, ...bucket } = archive;
    const { uploader, restorer, storageClassCondition } = identities;
    const { prefix } = archive;
    return {
        ranges,
        args: {
            region,
            prefixes,
            archive: { ...bucket, protect },
            uploader: uploader === "none" ? "none" : { identity: uploader, prefix, storageClassCondition },
            restorer: restorer === "none" ? "none" : { prefix },
            shaping: { plan: shaping },
        },
    };
}

function siteOf(config: Record<string, string>): Site {
    const isSecret = (key: string) => secrets.isConfigSecret(key);
    const ofRouter = routerProblems(config, isSecret);
    try {
        const site = readSite(config, { namespace: pulumi.getProject(), isSecret });
        if (ofRouter.length === 0) return site;
        throw new SiteProblems(ofRouter);
    } catch (error) {
        if (!(error instanceof SiteProblems)) throw error;
        const all = new Set([...error.problems, ...ofRouter]);
        throw new pulumi.RunError(new SiteProblems([...all]).message);
    }
}
