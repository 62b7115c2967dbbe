import { readFile } from "node:fs/promises";

import type { RangesDocument } from "./document";
import { dateOf, parseDocument } from "./document";
import { download } from "./download";
import { RangesError } from "./errors";
import type { Selected, Selection } from "./select";
import { selectPrefixes, serviceKeys } from "./select";

export { RangesError } from "./errors";
export type { Selected, Selection } from "./select";

/** Where AWS publishes its ranges. */
export const AWS_IP_RANGES_URL = "https://ip-ranges.amazonaws.com/ip-ranges.json";

export interface RangesOptions extends Selection {
    /** An https address, or the path of a file in AWS's format. @default AWS_IP_RANGES_URL */
    source?: string;
    /** Folder for downloads, made when missing; to be ignored by git. */
    cacheFolder: string;
    /** Path of a lock file: exactly what it holds is used, and no feed is asked. @default none */
    lock?: string;
}

/** The prefixes of one selection and where they come from. */
export interface S3Ranges extends Selected {
    region: string;
    /** As `AddressList`'s input `source` takes them, such as `["S3@ap-southeast-2"]`. */
    services: string[];
    syncToken: string;
    /** When AWS made the document, ISO 8601, UTC. */
    createDate: string;
    /** The address or path it was read from. */
    source: string;
    /** What a person should know before it is applied, one line each. */
    warnings: string[];
}

/**
 * The prefixes of S3 in a region, ready for a router's address lists.
 *
 * @throws RangesError with the reason and the next action; nothing is ever returned empty.
 */
export async function loadS3Ranges(options: RangesOptions): Promise<S3Ranges> {
    const source = options.source ?? AWS_IP_RANGES_URL;
    const document = await loadDocument(source);
    const selected = selectPrefixes(document, options);
    const services = serviceKeys(options);
    if (selected.ipv4.length + selected.ipv6.length === 0) {
        throw new RangesError(
            "ranges/no-prefixes",
            `${source} has no prefixes of ${services.join(", ")}`,
            `check aws:region (${options.region}); regions are written as ap-southeast-2`,
        );
    }
    return {
        ...selected,
        region: options.region,
        services,
        syncToken: document.syncToken,
        createDate: dateOf(document).toISOString(),
        source,
        warnings: [],
    };
}

async function loadDocument(source: string): Promise<RangesDocument> {
    if (/^https:/i.test(source)) return parseDocument(await download(source), source);
    if (/^[a-z]+:\/\//i.test(source)) {
        throw new RangesError(
            "ranges/not-https",
            `the ranges address ${source} is not https`,
            "use an https address or the path of a file in routeros-s3:awsIpRanges",
        );
    }
    try {
        return parseDocument(await readFile(source, "utf8"), source);
    } catch (error) {
        if (error instanceof RangesError) throw error;
        throw new RangesError(
            "ranges/unreadable",
            `the ranges file ${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
            "correct the path in routeros-s3:awsIpRanges (paths are relative to the project's folder)",
            { cause: error },
        );
    }
}
