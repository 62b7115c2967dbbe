import { containsCidr, excludeCidr, mergeCidr, parseCidr } from "cidr-tools";

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
 * `AddressList`'s check calls this with the recorded inputs (`applied`) and the new ones (`wanted`). Another region
 * or other services are a change of mind and no shrinking. The loss is measured twice, by prefixes that are no
 * longer covered whole and by addresses, and the larger counts: a feed cut in half loses one or the other.
 */
export function refuseFeed(
    applied: FeedList | undefined,
    wanted: FeedList,
    maxShrinkPercent: number,
): FeedRefusal | undefined {
    if (applied !== undefined && !sameSelection(applied, wanted)) return undefined;
    if (wanted.addresses.length === 0 && (applied === undefined || applied.addresses.length > 0)) {
        return {
            code: "ranges/empty",
            summary: `the ranges feed (token ${wanted.syncToken}) has no prefixes of ${nameOf(wanted)}`,
            remediation: "check the region and the feed; the list on the router stays as it is",
        };
    }
    if (applied === undefined || applied.addresses.length === 0) return undefined;
    const lost = lossPercent(applied.addresses, wanted.addresses);
    if (isOlder(wanted.syncToken, applied.syncToken) && !sameAddresses(applied.addresses, wanted.addresses)) {
        return {
            code: "ranges/older",
            summary: `the ranges feed has token ${wanted.syncToken}, older than ${applied.syncToken} which is applied`,
            remediation:
                "wait for the feed to catch up, or run `npx routeros-s3 ranges update` if a lock file holds the old one; " +
                "the list on the router stays as it is",
        };
    }
    if (lost > maxShrinkPercent) {
        return {
            code: "ranges/shrunk",
            summary:
                `the ranges feed (token ${wanted.syncToken}) lost ${Math.floor(lost)} % of the applied prefixes of ` +
                `${nameOf(wanted)} (${applied.addresses.length} before, ${wanted.addresses.length} now), ` +
                `more than the ${maxShrinkPercent} % allowed`,
            remediation:
                "look at it with `npx routeros-s3 ranges show`, and if it is right raise routeros-s3:ipRangesMaxShrinkPercent " +
                "for one run; the list on the router stays as it is",
        };
    }
    return undefined;
}

/** Percent of `before` that `after` no longer holds: of prefixes or of addresses, whichever is more. */
export function lossPercent(allBefore: string[], allAfter: string[]): number {
    const isPrefix = (address: string) => !address.includes("-");
    const before = allBefore.filter(isPrefix);
    const after = allAfter.filter(isPrefix);
    if (before.length === 0) return 0;
    const merged = mergeCidr(after); // a prefix held by several together is held by one of these
    const kept = before.filter((prefix) => merged.length > 0 && containsCidr(merged, prefix)).length;
    const byPrefix = 1 - kept / before.length;
    const total = sizeOf(before);
    const gone = after.length === 0 ? total : sizeOf(excludeCidr(before, after));
    const byAddress = Number((gone * 1_000_000n) / total) / 1_000_000;
    return Math.max(byPrefix, byAddress) * 100;
}

/** Tokens are seconds since 1970; one that is no number is never older. */
export function isOlder(token: string, than: string): boolean {
    const isNumber = (text: string) => /^\d+$/.test(text);
    return isNumber(token) && isNumber(than) && Number(token) < Number(than);
}

/** Number of addresses in a list; those in two of its prefixes count once. */
export function sizeOf(prefixes: string[]): bigint {
    return mergeCidr(prefixes)
        .map((prefix) => parseCidr(prefix))
        .reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
}

function sameAddresses(a: string[], b: string[]): boolean {
    return lossPercent(a, b) === 0 && lossPercent(b, a) === 0;
}

function sameSelection(a: FeedList, b: FeedList): boolean {
    return a.region === b.region && [...a.services].sort().join() === [...b.services].sort().join();
}

function nameOf({ services, region }: FeedList): string {
    return services.every((service) => service.includes("@"))
        ? services.join(", ")
        : `${services.join(", ")} in ${region}`;
}
