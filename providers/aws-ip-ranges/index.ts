import { dateOf } from "./document";
import { RangesError } from "./errors";
import { ageText, type FeedOptions, readFeed } from "./feed";
import { readLock } from "./lock";
import { judgeRows } from "./plausibility";
import { collapseRows, regionsOf, rowsOf, type Selected, type Selection, serviceKeys } from "./select";
import type { Lock, RangesDocument } from "./shapes";

export { RangesError } from "./errors";

/** Where AWS publishes its ranges. */
const AWS_IP_RANGES_URL = "https://ip-ranges.amazonaws.com/ip-ranges.json";

export interface RangesOptions extends Selection, Omit<FeedOptions, "source"> {
    /** An https address, or the path of a file in AWS's format. @default AWS_IP_RANGES_URL */
    source?: string;
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

/** A lock file this old is remarked on: in a year S3 changes four times in a region, at the median. */
const oldLockDays = 90;

/**
 * The prefixes of S3 in a region, ready for a router's address lists: collapsed, in order, both families.
 *
 * @throws RangesError with the reason and the next action. Nothing is ever returned empty.
 */
export async function loadS3Ranges(options: RangesOptions): Promise<S3Ranges> {
    if (options.lock === undefined) return selectFeed(options);
    const { now = new Date(), lock: file } = options;
    const lock = await readLock(file, options);
    const ranges = fromLock(lock, file);
    const days = (now.getTime() - Date.parse(ranges.createDate)) / 86_400_000;
    if (days > oldLockDays) {
        ranges.warnings.push(`the lock file ${file} is ${ageText(days)} old; see \`npx routeros-s3 ranges diff\``);
    }
    return ranges;
}

/** As `loadS3Ranges`, past any lock file. */
export async function selectFeed(options: RangesOptions): Promise<S3Ranges> {
    const source = options.source ?? AWS_IP_RANGES_URL;
    const { document, warnings } = await readFeed({ ...options, source });
    const rows = rowsOf(document, options);
    if (rows.ipv4.length + rows.ipv6.length === 0) throw nothingSelected(document, source, options);
    judgeRows(rows, source);
    return {
        ...collapseRows(rows),
        region: options.region,
        services: serviceKeys(options),
        syncToken: document.syncToken,
        createDate: dateOf(document).toISOString(),
        source,
        warnings,
    };
}

/** What a lock file holds, as if it had been read from the feed. */
export function fromLock(lock: Lock, file: string): S3Ranges {
    const { region, services, syncToken, ipv4, ipv6 } = lock;
    return {
        ipv4,
        ipv6,
        region,
        services,
        syncToken,
        createDate: dateOf(lock).toISOString(),
        source: file,
        warnings: [],
    };
}

function nothingSelected(document: RangesDocument, source: string, selection: Selection): RangesError {
    const services = serviceKeys(selection).join(", ");
    const regions = regionsOf(document);
    const near = regions.filter((region) => region.slice(0, 3) === selection.region.slice(0, 3));
    const shown = (near.length > 0 ? near : regions).slice(0, 8).join(", ");
    return new RangesError(
        "ranges/no-prefixes",
        `${source} has no prefixes of ${services}`,
        `check aws:region; it has S3 in ${shown === "" ? "no region" : shown}`,
    );
}
