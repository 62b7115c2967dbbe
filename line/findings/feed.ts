/** What AWS has published since the stack's last `up`. Pure. */
import type { S3Ranges } from "../../providers/aws-ip-ranges";
import { finding } from "../catalogue";
import { addressesOf } from "../differences";
import type { Finding } from "../output";
import type { Recorded } from "../own-rows";

/** `now` is this machine's time, for the age of what is applied; milliseconds. */
export function feedFindings(
    recorded: readonly Recorded[],
    list: string,
    ranges: S3Ranges,
    now = Date.now(),
): Finding[] {
    return recorded.flatMap(({ kind, inputs }): Finding[] => {
        const { family, list: name, source } = inputs;
        if (kind !== "AddressList" || name !== list || source === undefined) return [];
        const of = family === "ipv6" ? "ipv6" : "ipv4";
        const published = ranges[of];
        const before = new Set(addressesOf(inputs));
        const added = published.filter((prefix) => !before.has(prefix));
        const gone = [...before].filter((address) => !published.includes(address));
        if (added.length + gone.length === 0) return [];
        const seen =
            `AWS's ranges of ${ranges.createDate} have ${added.length} prefixes more and ${gone.length} fewer than ` +
            `${list} (${of})${ageOf(source, now)}`;
        // What is gone from AWS's list is shaped needlessly; only what is new passes unshaped.
        return [finding("feed/changed", seen, added.length > 0 ? {} : { effect: "note" })];
    });
}

/** AWS's `syncToken` is the second of publication. */
function ageOf(source: Recorded["inputs"][string], now: number): string {
    const token =
        typeof source === "object" && source !== null && !Array.isArray(source) ? source["syncToken"] : undefined;
    const published = Number(token) * 1000;
    if (!(published > 0)) return "";
    const days = Math.floor((now - published) / 86_400_000);
    return `, whose ranges are of ${new Date(published).toISOString().slice(0, 10)}, ${days} days old`;
}
