/** A stack's site as `line/` takes it, for the commands on a user's own line. */
import path from "node:path";

import type { Site } from "../../components/site/site";
import { finding } from "../../line/catalogue";
import type { DoctorSite } from "../../line/doctor";
import type { Finding } from "../../line/output";
import type { UploadSite } from "../../providers/routeros/runtime/path";
import type { Settings } from "../../providers/routeros/runtime/router/settings";
import type { StackState } from "../stack/state";

/** What a command is told of a stack's site, and what is asked beside the router. */
export async function siteOf(
    flags: { stack?: string },
    settings: Settings,
): Promise<{ site: DoctorSite; more: Promise<Finding[]>[] }> {
    const { stackConfig } = await import("../stack/config.js");
    const { stackState } = await import("../stack/state.js");
    const { readSite } = await import("../../components/site/site.js");
    const { uploadSite } = await import("../../components/shaping/rules.js");
    const config = await stackConfig(flags.stack);
    const { region, shaping, feed } = readSite(config);
    const state = await stackState(flags.stack);
    const bucket = state.outputs["bucket"];
    const ofRouter: Record<string, string | undefined> = {
        "routeros:url": settings.url,
        "routeros:username": settings.username,
        "routeros:password": settings.password,
        "routeros:caCertificate": settings.caCertificate,
        "routeros:certificateFingerprint": settings.fingerprint,
        "routeros:allowPlaintext": settings.url.startsWith("http:") ? "true" : undefined,
        "routeros:timeoutSeconds": String(settings.timeoutSeconds),
    };
    const site: DoctorSite = {
        owner: state.owner,
        region,
        ...(typeof bucket === "string" && { bucket }),
        upload: uploadSite(shaping),
        shaping: shaping.shaping === "off" ? "off" : "on",
        recorded: state.routerResources,
        config: (key) => ofRouter[key] ?? config[key],
    };
    return {
        site,
        more: [feedSide(site, feed), ...(typeof bucket === "string" ? [cloudSide(bucket, region, state)] : [])],
    };
}

async function feedSide({ region, recorded, upload }: DoctorSite, feed: Site["feed"]): Promise<Finding[]> {
    const { loadS3Ranges, RangesError } = await import("../../providers/aws-ip-ranges/index.js");
    const { feedFindings } = await import("../../line/findings/feed.js");
    try {
        const ranges = await loadS3Ranges({
            region,
            source: feed.awsIpRanges,
            lock: feed.ipRangesLock,
            cacheFolder: path.join(".cache", "aws-ip-ranges"),
        });
        return feedFindings(recorded, upload.list, ranges);
    } catch (error) {
        if (!(error instanceof RangesError)) throw error;
        return [finding("feed/unread", error.message)];
    }
}

async function cloudSide(bucket: string, region: string, { lifecycle, policies }: StackState): Promise<Finding[]> {
    const { openBucket } = await import("../s3/bucket.js");
    const { readBucket } = await import("../../line/probes/bucket.js");
    const { readPolicies } = await import("../../line/probes/policies.js");
    const { cloudFindings } = await import("../../line/findings/cloud.js");
    const { client } = await openBucket({ bucket, region });
    try {
        const [reading, ofPolicies] = await Promise.all([readBucket(client, bucket), readPolicies(policies, region)]);
        return [...cloudFindings(bucket, reading, lifecycle), ...ofPolicies];
    } finally {
        client.destroy();
    }
}

/** A site whose leaves can be looked at: region and rows by the stack's configuration. */
export async function shapedSite(stack: string | undefined): Promise<{ region: string; upload: UploadSite }> {
    const { stackConfig } = await import("../stack/config.js");
    const { readSite } = await import("../../components/site/site.js");
    const { uploadSite } = await import("../../components/shaping/rules.js");
    const { region, shaping } = readSite(await stackConfig(stack));
    return { region, upload: uploadSite(shaping) };
}
