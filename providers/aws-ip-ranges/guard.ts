import type { Sourced } from "../routeros/runtime/rows/loss";
import { lossOf } from "../routeros/runtime/rows/loss";
import { lossPercent } from "../routeros/runtime/rows/prefixes";

/** One list as it was, or is to be, applied, with the feed it came from. */
export interface FeedList {
    region: string;
    services: string[];
    /** AWS's `syncToken` of the document. */
    syncToken: string;
    /** Addresses and prefixes of one family. A range (`a-b`), which no feed has, is not looked at. */
    addresses: string[];
}

export interface FeedRefusal {
    code: "ranges/empty" | "ranges/older" | "ranges/shrunk";
    /** What is wrong, in one sentence. */
    summary: string;
    /** The next action. */
    remediation: string;
}

/**
 * Whether a list from the feed may take the place of the one that was applied: the reason why not, or nothing.
 *
 * Another region or other services are a change of mind and no shrinking. The loss is measured twice, by prefixes that are no
 * longer covered whole and by addresses, and the larger counts: a feed cut in half loses one or the other.
 */
export function refuseFeed(
    applied: FeedList | undefined,
    wanted: FeedList,
    maxShrinkPercent: number,
): FeedRefusal | undefined {
    const loss = lossOf(applied && sourced(applied), sourced(wanted), maxShrinkPercent, lossPercent);
    switch (loss?.why) {
        case "empty":
            return {
                code: "ranges/empty",
                summary: `the ranges feed (token ${wanted.syncToken}) has no prefixes of ${nameOf(wanted)}`,
                remediation: "check the region and the feed; the list on the router stays as it is",
            };
        case "older":
            return {
                code: "ranges/older",
                summary: `the ranges feed has token ${wanted.syncToken}, older than ${applied?.syncToken} which is applied`,
                remediation:
                    "wait for the feed to catch up, or run `npx routeros-s3 ranges update` if a lock file holds the old one; " +
                    "the list on the router stays as it is",
            };
        case "shrunk":
            return {
                code: "ranges/shrunk",
                summary:
                    `the ranges feed (token ${wanted.syncToken}) lost ${Math.floor(loss.percent)} % of the applied prefixes of ` +
                    `${nameOf(wanted)} (${applied?.addresses.length} before, ${wanted.addresses.length} now), ` +
                    `more than the ${maxShrinkPercent} % allowed`,
                remediation:
                    "look at it with `npx routeros-s3 ranges show`, and if it is right raise routeros-s3:ipRangesMaxShrinkPercent " +
                    "for one run; the list on the router stays as it is",
            };
    }
    return undefined;
}

function sourced({ addresses, region, services, syncToken }: FeedList): Sourced {
    return { keys: addresses, choice: [region, ...[...services].sort()].join(), token: syncToken };
}

function nameOf({ services, region }: FeedList): string {
    return services.every((service) => service.includes("@"))
        ? services.join(", ")
        : `${services.join(", ")} in ${region}`;
}
