/**
 * What is read, as plain types: they are part of the package's declarations, which name no schema library. The
 * schemas in `document.ts` and `lock.ts` are checked against them.
 */

/** AWS's published format (https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html). */
export interface RangesDocument {
    /** Seconds since 1970 as AWS writes them; grows with every publication. */
    syncToken: string;
    /** `2026-11-20-21-13-04`, in UTC. */
    createDate: string;
    prefixes: (Row & { ip_prefix: string })[];
    ipv6_prefixes: (Row & { ipv6_prefix: string })[];
}

interface Row {
    region: string;
    service: string;
}

/** What a lock file holds: one selection of one document. */
export interface Lock {
    source: string;
    region: string;
    services: string[];
    syncToken: string;
    createDate: string;
    ipv4: string[];
    ipv6: string[];
}
