import * as v from "valibot";

import { key, optional, wholeNumber } from "../site/key";
import { bucketNameProblem } from "./problems";
import { archiveDefaults, storageClasses } from "./settings";

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
} as const;
