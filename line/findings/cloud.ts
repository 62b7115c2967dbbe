/** The bucket, and who may upload to it, as they stand against what the stack recorded. Pure. */
import { isDeepStrictEqual } from "node:util";

import { finding } from "../catalogue";
import type { Finding } from "../output";
import type { BucketReading } from "../probes/bucket";

/** @param recorded lifecycle rules in the stack's state, as `id Enabled`; undefined where it records none */
export function cloudFindings(
    bucket: string,
    reading: BucketReading,
    recorded: readonly string[] | undefined,
): Finding[] {
    if (!reading.exists) return [finding("cloud/bucket-gone", `bucket ${bucket} does not exist`)];
    const found: Finding[] = [];
    const { lifecycle, publicAccessBlocked, unfinished, accelerated, unread } = reading;
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
    if (accelerated)
        found.push(finding("cloud/accelerated", `bucket ${bucket} takes uploads by Transfer Acceleration`));
    if (unread.length > 0) found.push(finding("cloud/not-looked", `of bucket ${bucket}: ${unread.join("; ")}`));
    return found;
}

/** An inline policy of a user or a role. */
export interface RecordedPolicy {
    kind: "user" | "role";
    /** Name of the user or role. */
    identity: string;
    name: string;
    /** The document, JSON. */
    policy: string;
}

/** @param standing the document that AWS has; undefined for none */
export function policyFindings(
    { kind, identity, name, policy }: RecordedPolicy,
    standing: string | undefined,
): Finding[] {
    const whose = `policy ${name} of ${kind} ${identity}`;
    if (standing === undefined) return [finding("cloud/policy-changed", `${whose} is gone`)];
    if (isDeepStrictEqual(JSON.parse(standing), JSON.parse(policy))) return [];
    return [finding("cloud/policy-changed", `${whose} is not the stack's`)];
}
