import * as v from "valibot";

import { key, optional, type Problem, readKeys, type ReadOptions, type ValuesOf, wholeNumber } from "../site/key";
import { storageClassConditions } from "./policy";
import { bucketNameProblem, kmsKeyProblem, prefixProblem } from "./problems";
import { archiveDefaults, lockModes, storageClasses } from "./settings";

const days = wholeNumber(1, 36_500);

/** The bucket of a site. */
export const archiveKeys = {
    bucketName: key({
        type: "string",
        default: "",
        defaultText: "generated",
        expected: "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
        description: "Name of the archive bucket.",
        schema: optional(v.string()),
        problem: bucketNameProblem,
    }),
    existingBucket: key({
        type: "string",
        default: "",
        defaultText: "none",
        expected: "the name of a bucket that stands already, or nothing",
        description:
            "Take this bucket instead of making one: its lifecycle and settings are managed, and it stays when the stack goes.",
        schema: optional(v.string()),
        problem: bucketNameProblem,
    }),
    keepExisting: key({
        type: "boolean",
        default: false,
        expected: "true or false",
        description:
            "Keep the lifecycle rules and policy statements of others in existingBucket beside ours; otherwise it is refused.",
        schema: v.boolean(),
    }),
    prefix: key({
        type: "string",
        default: archiveDefaults.prefix,
        defaultText: "all keys",
        expected: "the beginning of the keys of this archive, such as photos/, or nothing",
        description: "Only keys that begin with this are moved, expire, and may be uploaded.",
        schema: v.string(),
        problem: prefixProblem,
    }),
    storageClass: key({
        type: "string",
        default: archiveDefaults.storageClass,
        expected: "GLACIER, DEEP_ARCHIVE or GLACIER_IR",
        description: "Storage class of what is uploaded: GLACIER, DEEP_ARCHIVE, GLACIER_IR.",
        schema: v.picklist(storageClasses),
    }),
    transitionDays: key({
        type: "integer",
        default: archiveDefaults.transitionDays,
        expected: "a whole number of days, 0 or more",
        description: "Days after which an object that was uploaded in another class moves to the storage class.",
        schema: wholeNumber(0, 36_500),
    }),
    furtherTransitions: key({
        default: "",
        defaultText: "none",
        expected: "a list of {storageClass: …, days: …}, each to a colder class after more days",
        description: "Later moves to a colder class: [{storageClass: DEEP_ARCHIVE, days: 200}].",
        schema: optional(v.array(v.strictObject({ storageClass: v.picklist(storageClasses), days }))),
    }),
    moveSmallObjects: key({
        type: "boolean",
        default: archiveDefaults.moveSmallObjects,
        expected: "true or false",
        description: "Also move objects under 128 KB: archived, each is billed 40 KB more.",
        schema: v.boolean(),
    }),
    abortIncompleteDays: key({
        type: "integer",
        default: archiveDefaults.abortIncompleteDays,
        expected: "a whole number of days, 1 or more",
        description: "Days after which the parts of an upload that was never finished are deleted.",
        schema: wholeNumber(1, 36_500),
    }),
    noncurrentDays: key({
        type: "integer",
        default: archiveDefaults.noncurrentDays,
        expected: "a whole number of days, 1 or more",
        description: "Days that an overwritten or deleted version is kept.",
        schema: wholeNumber(1, 36_500),
    }),
    kmsKeyArn: key({
        type: "string",
        default: "",
        defaultText: "S3's own key",
        expected: "the ARN of a KMS key, or nothing",
        description: "KMS key that new objects are encrypted with.",
        schema: optional(v.string()),
        problem: kmsKeyProblem,
    }),
    objectLock: key({
        default: "",
        defaultText: "none",
        expected: "{mode: GOVERNANCE or COMPLIANCE, days: … or years: …}, or nothing",
        description:
            "Lock every new version for a time. GOVERNANCE: privileged users may lift it. COMPLIANCE: nobody can, see complianceYears.",
        schema: optional(
            v.strictObject({
                mode: v.picklist(lockModes),
                days: v.optional(days),
                years: v.optional(wholeNumber(1, 100)),
            }),
        ),
    }),
    complianceYears: key({
        default: "",
        defaultText: "none",
        expected: "the years of objectLock once more, or nothing",
        description:
            "Repeats the years of an objectLock in mode COMPLIANCE, which nobody can undo: not you, and not AWS's support.",
        // Without a type of its own the key reaches the program as text.
        schema: optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), wholeNumber(1, 100))),
    }),
    protectBucket: key({
        type: "boolean",
        default: true,
        expected: "true or false",
        description:
            "Pulumi refuses to delete the bucket, what guards it and the uploader; the rest goes with `pulumi destroy --exclude-protected`.",
        schema: v.boolean(),
    }),
} as const;

/** Who uploads to it. */
export const uploaderKeys = {
    uploader: key({
        type: "string",
        default: "user",
        expected: "user or none",
        description:
            "user: an IAM user that may upload and nothing else, without an access key. none: make no identity.",
        schema: v.picklist(["user", "none"]),
    }),
    storageClassCondition: key({
        type: "string",
        default: "required",
        expected: "required, declared or none",
        description:
            "required: an upload has to name the storage class. declared: one that names another is refused. none: any class.",
        schema: v.picklist(storageClassConditions),
    }),
    restorer: key({
        type: "string",
        default: "none",
        expected: "user or none",
        description:
            "user: an IAM user that may bring archived objects back and read them, without an access key. none: make none.",
        schema: v.picklist(["user", "none"]),
    }),
} as const;

/** What the keys of the bucket come to. */
export type ArchiveValues = Omit<ValuesOf<typeof archiveKeys>, "complianceYears">;

/** Reads the keys of the bucket, with the rule between two of them. */
export function readArchive(
    given: Readonly<Record<string, unknown>>,
    options: ReadOptions = {},
): { values: Partial<ArchiveValues>; problems: Problem[] } {
    const { values: read, problems } = readKeys(archiveKeys, given, options);
    const { prefix = "" } = options;
    const { complianceYears, ...values } = read;
    const { objectLock } = values;
    if (objectLock?.mode === "COMPLIANCE" && (objectLock.years === undefined || objectLock.years !== complianceYears)) {
        const repeat =
            objectLock.years === undefined
                ? "write it in years, and repeat them"
                : "if that is meant, repeat the years";
        problems.push(
            `${prefix}objectLock holds ${JSON.stringify(objectLock)}: nobody can undo that or delete what it locks, not even ` +
                `AWS's support, and all of it is billed until then; ${repeat}: ${prefix}complianceYears ${objectLock.years ?? 1}`,
        );
    } else if (complianceYears !== undefined && objectLock?.mode !== "COMPLIANCE") {
        problems.push(
            `${prefix}complianceYears holds ${complianceYears}, but ${prefix}objectLock is not of mode COMPLIANCE; take it out`,
        );
    }
    return { values, problems };
}
