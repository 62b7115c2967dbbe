import * as v from "valibot";

import { isRegion } from "../../providers/aws-ip-ranges/region";
import { archiveKeys, uploaderKeys } from "../archive/keys";
import { shapingKeys } from "../shaping/keys";
import { key, optional, wholeNumber } from "./key";

/** AWS's published prefixes. */
export const feedKeys = {
    awsIpRanges: key({
        type: "string",
        default: "https://ip-ranges.amazonaws.com/ip-ranges.json",
        expected: "an https address, or the path of a file in AWS's format",
        description: "Where AWS's IP ranges are read: an https address, or the path of a file in AWS's format.",
        schema: v.pipe(
            v.string(),
            v.nonEmpty(),
            v.check((text) => !/^[a-z]+:\/\//i.test(text) || /^https:\/\/./i.test(text)),
        ),
    }),
    ipRangesLock: key({
        type: "string",
        default: "",
        defaultText: "none",
        expected: "the path of a lock file, or nothing",
        description: "Lock file: preview and up use exactly the prefixes it holds until it is updated on purpose.",
        schema: optional(v.string()),
    }),
    ipRangesMaxShrinkPercent: key({
        type: "integer",
        default: 40,
        expected: "a whole number from 0 to 100",
        description: "A feed that lost more than this share of the applied prefixes is refused.",
        schema: wholeNumber(0, 100),
    }),
} as const;

/** Of the AWS provider: the bucket's region, and that of the prefixes. */
export const regionKey = {
    region: key({
        type: "string",
        default: "",
        required: true,
        expected: "an AWS region, such as ap-southeast-2",
        description: "AWS region of the bucket and of the S3 prefixes.",
        schema: v.pipe(v.string(), v.check(isRegion)),
    }),
} as const;

/**
 * Every key of the project's namespace: what the program accepts, what `Pulumi.yaml` declares, and what
 * `docs/configuration.md` says all come from here. Tests compare the three.
 */
export const siteKeys = { ...shapingKeys, ...archiveKeys, ...uploaderKeys, ...feedKeys } as const;
