/**
 * Pure rules of the archive bucket: what is refused and why, and the lifecycle made of the settings. AWS's rules are
 * those of its user guide's pages "Transitioning objects using Amazon S3 Lifecycle" and "Bucket naming rules".
 */

/** Classes an archive may live in, as S3 names them, warm to cold: objects move down this list and never up. */
export const storageClasses = ["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const;

export type StorageClass = (typeof storageClasses)[number];

/** What AWS bills at least, in days, for an object of the class: removed earlier, the rest is charged all the same. */
export const minimumDays: Record<StorageClass, number> = { GLACIER_IR: 90, GLACIER: 90, DEEP_ARCHIVE: 180 };

/** A later step of the lifecycle. */
export interface Transition {
    storageClass: StorageClass;
    /** Days after the upload. */
    days: number;
}

export const lockModes = ["GOVERNANCE", "COMPLIANCE"] as const;

export interface ObjectLock {
    /** `GOVERNANCE`: privileged users may lift it. `COMPLIANCE`: nobody can, the account's root included. */
    mode: (typeof lockModes)[number];
    /** How long each new version is locked; either days or years. */
    days?: number;
    years?: number;
}

/** The settings with their defaults filled in. */
export interface ArchiveSettings {
    bucketName?: string;
    existingBucket?: string;
    region?: string;
    storageClass: StorageClass;
    transitionDays: number;
    furtherTransitions: Transition[];
    prefix: string;
    abortIncompleteDays: number;
    noncurrentDays: number;
    moveSmallObjects: boolean;
    versioning: boolean;
    objectLock?: ObjectLock;
    kmsKeyArn?: string;
    forceDestroy: boolean;
}

export const archiveDefaults = {
    storageClass: "GLACIER",
    transitionDays: 0,
    furtherTransitions: [],
    prefix: "",
    abortIncompleteDays: 7,
    noncurrentDays: 180,
    moveSmallObjects: false,
    versioning: true,
    forceDestroy: false,
} as const satisfies Partial<ArchiveSettings>;

/** Ids of the rules we make; every other rule of a bucket is somebody else's. */
export const ruleIds = {
    archive: "routeros-s3-archive",
    abort: "routeros-s3-abort-incomplete",
    noncurrent: "routeros-s3-noncurrent",
} as const;

/** A rule as `@pulumi/aws` takes it, of the properties used here. */
export interface LifecycleRule {
    id: string;
    status: "Enabled" | "Disabled";
    filter?: {
        prefix?: string;
        objectSizeGreaterThan?: number;
        objectSizeLessThan?: number;
        tag?: { key: string; value: string };
        and?: {
            prefix?: string;
            objectSizeGreaterThan?: number;
            objectSizeLessThan?: number;
            tags?: Record<string, string>;
        };
    };
    transitions?: { storageClass: string; days?: number; date?: string }[];
    expiration?: { days?: number; date?: string; expiredObjectDeleteMarker?: boolean };
    noncurrentVersionExpiration?: { noncurrentDays: number; newerNoncurrentVersions?: number };
    noncurrentVersionTransitions?: { storageClass: string; noncurrentDays: number; newerNoncurrentVersions?: number }[];
    abortIncompleteMultipartUpload?: { daysAfterInitiation: number };
}

/** Our rules, one for each purpose, so that a person reading them in the console sees what each is for. */
export function lifecycleRules(settings: ArchiveSettings): LifecycleRule[] {
    const rules: LifecycleRule[] = [
        {
            id: ruleIds.archive,
            status: "Enabled",
            filter: { prefix: settings.prefix },
            transitions: [
                { storageClass: settings.storageClass, days: settings.transitionDays },
                ...settings.furtherTransitions.map(({ storageClass, days }) => ({ storageClass, days })),
            ],
        },
        {
            id: ruleIds.abort,
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: settings.abortIncompleteDays },
        },
    ];
    if (settings.versioning) {
        rules.push({
            id: ruleIds.noncurrent,
            status: "Enabled",
            filter: { prefix: settings.prefix },
            noncurrentVersionExpiration: { noncurrentDays: settings.noncurrentDays },
            expiration: { expiredObjectDeleteMarker: true },
        });
    }
    return rules;
}

/** The value S3's API takes; the SDK's own documentation spells the second one wrong (`variesByStorageClass`). */
export function minimumObjectSize(settings: ArchiveSettings): "all_storage_classes_128K" | "varies_by_storage_class" {
    return settings.moveSmallObjects ? "varies_by_storage_class" : "all_storage_classes_128K";
}
