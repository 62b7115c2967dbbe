import type * as aws from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { ArchiveBucketArgs, ArchiveOverrides } from "./args";
import { archiveProblems, archiveWarnings, type KnownSettings } from "./problems";
import { archiveDefaults, type ArchiveSettings } from "./settings";

/** Fills in the defaults, and refuses what is wrong: at once what is known, the rest when it becomes known. */
export function resolveSettings(args: ArchiveBucketArgs, component: pulumi.Resource): pulumi.Output<ArchiveSettings> {
    const given = {
        bucketName: args.bucketName,
        existingBucket: args.existingBucket,
        region: args.region,
        storageClass: args.storageClass,
        transitionDays: args.transitionDays,
        furtherTransitions: args.furtherTransitions,
        prefix: args.prefix,
        abortIncompleteDays: args.abortIncompleteDays,
        noncurrentDays: args.noncurrentDays,
        moveSmallObjects: args.moveSmallObjects,
        versioning: args.versioning,
        objectLock: args.objectLock,
        kmsKeyArn: args.kmsKeyArn,
        forceDestroy: args.forceDestroy,
    };
    const known: KnownSettings = withoutUndefined(
        Object.fromEntries(Object.entries(given).filter(([, value]) => !isLate(value))),
    );
    const isWhole = !Object.values(given).some(isLate);
    judge({ ...(isWhole ? archiveDefaults : {}), ...known }, component);
    return pulumi.output(given).apply((values) => {
        const settings = { ...archiveDefaults, ...withoutUndefined(values) } as ArchiveSettings;
        if (!isWhole) judge(settings, component);
        return settings;
    });
}

/** Ends the program with the mistakes and no stack trace. */
export function refuse(problems: string[], component: pulumi.Resource): void {
    if (problems.length === 0) return;
    const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
    throw refusal(
        `the archive bucket has ${count}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
        component,
    );
}

/**
 * An error whose text stays as it is. Pulumi writes "error serializing property …" before the text of an error, on
 * its way through each resource that waits for a value, and a person would have to look for the end of that.
 */
export function refusal(text: string, component: pulumi.Resource): pulumi.ResourceError {
    const error = new pulumi.ResourceError(text, component, true);
    return Object.defineProperty(error, "message", { get: () => text, set: () => undefined });
}

/**
 * Old ways of saying on the bucket what has a resource of its own: two hands on one setting never agree. The provider
 * reads them with the bucket, and releases of it took away what the bucket's own arguments do not give
 * (https://github.com/pulumi/pulumi-aws/issues/6244), so they are refused as arguments and ignored as differences.
 */
export const inlineArgs: readonly (keyof aws.BucketArgs)[] = [
    "accelerationStatus",
    "acl",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
];

export function refuseInlineArgs({ bucket = {} }: ArchiveOverrides, component: pulumi.Resource): void {
    const found = inlineArgs.filter((key) => bucket[key] !== undefined);
    refuse(
        found.map(
            (key) =>
                `overrides.bucket.${key} is deprecated and works against the resource that does the same; ` +
                "use the component's argument, that resource's override, or a resource of its own",
        ),
        component,
    );
}

function judge(settings: KnownSettings, component: pulumi.Resource): void {
    refuse(archiveProblems(settings), component);
    for (const warning of archiveWarnings(settings)) void pulumi.log.warn(warning, component);
}

/** Whether a value is known only later. */
function isLate(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<T>;
}
