/** A bucket that stands already: what it holds, and what of that stands in the way of ours. Pure. */
import { createHash } from "node:crypto";

import type { PolicyDocument, PolicyStatement } from "./policy";
import { bucketPolicySids } from "./policy";
import type { ArchiveSettings, LifecycleRule } from "./settings";
import { minimumObjectSize, ruleIds } from "./settings";

/** Properties of `AWS::S3::Bucket` that are looked at, in CloudFormation's spelling. */
export interface FoundBucket {
    LifecycleConfiguration?: { Rules?: FoundRule[]; TransitionDefaultMinimumObjectSize?: string };
    BucketEncryption?: {
        ServerSideEncryptionConfiguration?: {
            ServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string };
        }[];
    };
    OwnershipControls?: { Rules?: { ObjectOwnership?: string }[] };
    ObjectLockConfiguration?: { Rule?: { DefaultRetention?: { Mode?: string; Days?: number; Years?: number } } };
}

interface FoundRule {
    Id?: string;
    Status: "Enabled" | "Disabled";
    Prefix?: string;
    TagFilters?: { Key: string; Value: string }[];
    ObjectSizeGreaterThan?: string | number;
    ObjectSizeLessThan?: string | number;
    ExpirationDate?: string;
    ExpirationInDays?: number;
    ExpiredObjectDeleteMarker?: boolean;
    AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number };
    NoncurrentVersionExpiration?: { NoncurrentDays: number; NewerNoncurrentVersions?: number };
    NoncurrentVersionExpirationInDays?: number;
    NoncurrentVersionTransition?: FoundNoncurrentTransition;
    NoncurrentVersionTransitions?: FoundNoncurrentTransition[];
    Transition?: FoundTransition;
    Transitions?: FoundTransition[];
}

interface FoundTransition {
    StorageClass: string;
    TransitionDate?: string;
    TransitionInDays?: number;
}

interface FoundNoncurrentTransition {
    StorageClass: string;
    TransitionInDays: number;
    NewerNoncurrentVersions?: number;
}

export interface Existing {
    bucket: FoundBucket;
    /** The bucket's policy, if it has one. */
    policy?: PolicyDocument;
}

/** What of an existing bucket is to be kept beside ours. */
export interface Kept {
    rules: LifecycleRule[];
    statements: PolicyStatement[];
    /** Why the bucket cannot be taken as asked, one line each. */
    problems: string[];
    /** What a person should know, one line each. */
    warnings: string[];
}

/** Compares what stands with what is wanted. With `keepExisting`, rules and statements of others are kept. */
export function keepOrRefuse(existing: Existing, settings: ArchiveSettings, keepExisting: boolean): Kept {
    const name = settings.existingBucket ?? "";
    const kept: Kept = { rules: [], statements: [], problems: [], warnings: [] };
    const ours: string[] = Object.values(ruleIds);
    const rules = (existing.bucket.LifecycleConfiguration?.Rules ?? []).filter((rule) => !ours.includes(rule.Id ?? ""));
    const statements = statementsOf(existing.policy).filter(
        (statement) => !(bucketPolicySids as readonly string[]).includes(statement.Sid ?? ""),
    );
    if (keepExisting) {
        keepRules(kept, rules, existing.bucket, settings, name);
        keepStatements(kept, statements, name);
    } else {
        const advice = "set keepExisting to true to keep them beside ours, or remove them first";
        if (rules.length > 0) {
            const ids = rules.map((rule) => rule.Id ?? "(without id)").join(", ");
            kept.problems.push(`existingBucket "${name}" has lifecycle rules of others: ${ids}; ${advice}`);
        }
        if (statements.length > 0) {
            const sids = statements.map((statement, index) => statement.Sid ?? `(number ${index + 1})`).join(", ");
            kept.problems.push(`existingBucket "${name}" has a policy with statements of others: ${sids}; ${advice}`);
        }
    }
    compareSettings(kept, existing.bucket, settings, name);
    return kept;
}

function keepRules(kept: Kept, rules: FoundRule[], bucket: FoundBucket, settings: ArchiveSettings, name: string): void {
    kept.rules = rules.map(toLifecycleRule);
    for (const rule of kept.rules.filter(({ status }) => status === "Enabled")) {
        const deeds = deletions(rule);
        if (deeds.length === 0) continue;
        kept.warnings.push(
            `existingBucket "${name}": the rule "${rule.id}", which is kept, deletes ${deeds.join(" and ")}${whereOf(rule)}`,
        );
    }
    const size = bucket.LifecycleConfiguration?.TransitionDefaultMinimumObjectSize;
    if (rules.length > 0 && size !== undefined && size !== minimumObjectSize(settings)) {
        kept.problems.push(
            `existingBucket "${name}" moves small objects by ${size}, which holds for all its rules; set moveSmallObjects to ` +
                `${size === "varies_by_storage_class"}`,
        );
    }
}

/** What a rule deletes, in whichever of the forms it says so. */
function deletions({ expiration, noncurrentVersionExpiration: versions }: LifecycleRule): string[] {
    const newer = versions?.newerNoncurrentVersions;
    const spared = newer === undefined ? "" : `, all but the newest ${newer}`;
    return [
        ...(expiration?.days === undefined ? [] : [`objects after ${expiration.days} days`]),
        ...(expiration?.date === undefined ? [] : [`objects from ${expiration.date.slice(0, 10)} on`]),
        ...(versions ? [`overwritten and deleted versions after ${versions.noncurrentDays} days${spared}`] : []),
    ];
}

function whereOf({ filter }: LifecycleRule): string {
    const prefix = filter?.prefix ?? filter?.and?.prefix ?? "";
    return prefix === "" ? "" : ` under "${prefix}"`;
}

function keepStatements(kept: Kept, statements: PolicyStatement[], name: string): void {
    kept.statements = statements;
    for (const statement of statements) {
        const open =
            statement.Principal === "*" || (typeof statement.Principal === "object" && isAnybody(statement.Principal));
        if (statement.Effect === "Allow" && open && statement.Condition === undefined) {
            kept.problems.push(
                `existingBucket "${name}": the policy's statement ${statement.Sid ?? JSON.stringify(statement.Action)} allows everybody, ` +
                    "which the public access block refuses; remove the statement, or take another bucket for the archive",
            );
        }
    }
}

function compareSettings(kept: Kept, bucket: FoundBucket, settings: ArchiveSettings, name: string): void {
    const byDefault = bucket.BucketEncryption?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault;
    if (byDefault?.SSEAlgorithm?.startsWith("aws:kms") && settings.kmsKeyArn === undefined) {
        kept.problems.push(
            `existingBucket "${name}" encrypts with ${byDefault.KMSMasterKeyID ?? "a KMS key"}, and kmsKeyArn is not set, which would ` +
                "change that to S3's own key; set kmsKeyArn to the key",
        );
    }
    const ownership = bucket.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    if (ownership !== undefined && ownership !== "BucketOwnerEnforced") {
        kept.warnings.push(
            `existingBucket "${name}" has ownership ${ownership}; with BucketOwnerEnforced its access control lists stop counting`,
        );
    }
    const lock = bucket.ObjectLockConfiguration?.Rule?.DefaultRetention;
    const wanted = settings.objectLock;
    if (lock && wanted && (lock.Mode !== wanted.mode || lock.Days !== wanted.days || lock.Years !== wanted.years)) {
        const time = lock.Days === undefined ? `${lock.Years} years` : `${lock.Days} days`;
        kept.problems.push(
            `existingBucket "${name}" locks new versions already (${lock.Mode}, ${time}), other than objectLock says; leave objectLock ` +
                "out, or set it to the same",
        );
    }
}

/** CloudFormation's form of a rule in the provider's. */
export function toLifecycleRule(rule: FoundRule): LifecycleRule {
    const expiration = {
        days: rule.ExpirationInDays,
        date: timestampOf(rule.ExpirationDate),
        expiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
    };
    const transitions = [...(rule.Transitions ?? []), ...(rule.Transition ? [rule.Transition] : [])];
    const noncurrent = [
        ...(rule.NoncurrentVersionTransitions ?? []),
        ...(rule.NoncurrentVersionTransition ? [rule.NoncurrentVersionTransition] : []),
    ];
    const gone =
        rule.NoncurrentVersionExpiration ??
        (rule.NoncurrentVersionExpirationInDays === undefined
            ? undefined
            : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays, NewerNoncurrentVersions: undefined });
    return compact({
        id: rule.Id || generatedId(rule),
        status: rule.Status,
        filter: filterOf(rule),
        transitions: transitions.map(({ StorageClass, TransitionDate, TransitionInDays }) =>
            compact({ storageClass: StorageClass, days: TransitionInDays, date: timestampOf(TransitionDate) }),
        ),
        expiration: compact(expiration),
        noncurrentVersionExpiration:
            gone &&
            compact({ noncurrentDays: gone.NoncurrentDays, newerNoncurrentVersions: gone.NewerNoncurrentVersions }),
        noncurrentVersionTransitions: noncurrent.map(({ StorageClass, TransitionInDays, NewerNoncurrentVersions }) =>
            compact({
                storageClass: StorageClass,
                noncurrentDays: TransitionInDays,
                newerNoncurrentVersions: NewerNoncurrentVersions,
            }),
        ),
        abortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && {
            daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
        },
    });
}

/** The provider wants an id. Made of what the rule says, it is the same in every run. */
function generatedId(rule: FoundRule): string {
    return `kept-${createHash("sha256").update(JSON.stringify(rule)).digest("hex").slice(0, 8)}`;
}

/** RFC 3339, as the provider's schema has it; S3 takes midnight alone. */
function timestampOf(date: string | undefined): string | undefined {
    return date === undefined ? undefined : new Date(date).toISOString().replace(".000Z", "Z");
}

function filterOf(rule: FoundRule): LifecycleRule["filter"] {
    const tags = Object.fromEntries((rule.TagFilters ?? []).map(({ Key, Value }) => [Key, Value]));
    const sizes = compact({
        objectSizeGreaterThan: numberOf(rule.ObjectSizeGreaterThan),
        objectSizeLessThan: numberOf(rule.ObjectSizeLessThan),
    });
    const conditions = Object.keys(tags).length + Object.keys(sizes).length + (rule.Prefix ? 1 : 0);
    const [tag] = Object.entries(tags);
    if (conditions > 1) {
        return { and: compact({ prefix: rule.Prefix, ...sizes, tags: tag === undefined ? undefined : tags }) };
    }
    if (tag) return { tag: { key: tag[0], value: tag[1] } };
    return Object.keys(sizes).length > 0 ? sizes : { prefix: rule.Prefix ?? "" };
}

/** A policy's statements; IAM also writes a single one without a list. */
function statementsOf(policy: PolicyDocument | undefined): PolicyStatement[] {
    const statements: PolicyStatement | PolicyStatement[] = policy?.Statement ?? [];
    return Array.isArray(statements) ? statements : [statements];
}

function isAnybody(principal: Record<string, string | string[]>): boolean {
    return Object.values(principal).flat().includes("*");
}

function numberOf(value: string | number | undefined): number | undefined {
    return value === undefined ? undefined : Number(value);
}

/** Without what is absent or empty. */
function compact<T extends object>(value: T): T {
    const isEmpty = (entry: unknown) =>
        entry === undefined || (typeof entry === "object" && entry !== null && Object.keys(entry).length === 0);
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => !isEmpty(entry))) as T;
}
