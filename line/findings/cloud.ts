/** The bucket as it stands against the bucket as the stack recorded it. Pure. */
import type { Finding } from "../catalogue";
import { finding } from "../catalogue";
import type { BucketReading } from "../probes/bucket";

/** @param recorded lifecycle rules in the stack's state, as `id Enabled`; undefined where it records none */
export function cloudFindings(
    bucket: string,
    reading: BucketReading,
    recorded: readonly string[] | undefined,
): Finding[] {
    if (!reading.exists) return [finding("cloud/bucket-gone", `bucket ${bucket} does not exist`)];
    const found: Finding[] = [];
    const { lifecycle, publicAccessBlocked, unfinished, unread } = reading;
    if (lifecycle !== undefined && recorded !== undefined) {
        const missing = recorded.filter((rule) => !lifecycle.includes(rule));
        const more = lifecycle.filter((rule) => !recorded.includes(rule));
        if (lifecycle.length === 0)
            found.push(finding("cloud/lifecycle-gone", `bucket ${bucket} has no lifecycle rule`));
        else if (missing.length + more.length > 0) {
            const parts = [
                ...(missing.length > 0 ? [`is missing ${missing.join(", ")}`] : []),
                ...(more.length > 0 ? [`has ${more.join(", ")} besides`] : []),
            ];
            found.push(finding("cloud/lifecycle-changed", `the lifecycle of ${bucket} ${parts.join(" and ")}`));
        }
    }
    if (publicAccessBlocked === false) found.push(finding("cloud/public", `bucket ${bucket} may be made public`));
    if (unfinished !== undefined && unfinished > 0) {
        found.push(finding("cloud/unfinished", `${unfinished} uploads to ${bucket} were begun and not finished`));
    }
    if (unread.length > 0) found.push(finding("cloud/not-looked", `of bucket ${bucket}: ${unread.join("; ")}`));
    return found;
}
