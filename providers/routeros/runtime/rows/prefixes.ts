/** What sets of prefixes hold. Pure. */
import { containsCidr, excludeCidr, mergeCidr, parseCidr } from "cidr-tools";

/** Percent of `before` that `after` no longer holds: of prefixes or of addresses, whichever is more. A range (`a-b`) is not looked at. */
export function lossPercent(allBefore: readonly string[], allAfter: readonly string[]): number {
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

/** Number of addresses in a list; those in two of its prefixes count once. */
export function sizeOf(prefixes: string[]): bigint {
    return mergeCidr(prefixes)
        .map((prefix) => parseCidr(prefix))
        .reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
}
