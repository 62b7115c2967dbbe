import * as cloudcontrol from "@pulumi/aws/cloudcontrol";
import type * as pulumi from "@pulumi/pulumi";

import type { Existing, FoundBucket } from "./existing-bucket";
import type { PolicyDocument } from "./policy";
import { refusal } from "./resolve";

/** How the provider and AWS say that there is none. */
const absent = /couldn't find|could not be found|not ?found|NoSuchBucketPolicy|does not exist/i;

/**
 * Reads a bucket that stands already, by Cloud Control: the one reading of a lifecycle that the AWS provider has.
 * Its resource for a lifecycle writes over whatever stands there without asking.
 */
export async function readExisting(
    name: string,
    region: string | undefined,
    parent: pulumi.Resource,
): Promise<Existing> {
    const look = async (typeName: string) => {
        const { properties } = await cloudcontrol.getResource({ typeName, identifier: name, region }, { parent });
        return properties;
    };
    try {
        const bucket = JSON.parse(await look("AWS::S3::Bucket")) as FoundBucket;
        const policy = await look("AWS::S3::BucketPolicy").catch((error: unknown) => {
            if (absent.test(String(error))) return undefined;
            throw error;
        });
        return { bucket, policy: policy === undefined ? undefined : policyOf(policy) };
    } catch (error) {
        throw refusal(
            `existingBucket "${name}" cannot be read: ${textOf(error)}; check its name, its region and the permissions ` +
                "cloudformation:GetResource, s3:GetBucket*, s3:GetLifecycleConfiguration, s3:GetEncryptionConfiguration",
            parent,
        );
    }
}

/** The provider's own words, without Pulumi's around them. */
function textOf(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text
        .replace(/^invocation of \S+ returned an error: /i, "")
        .replace(/\s+/g, " ")
        .trim();
}

/** CloudFormation's `PolicyDocument` is an object, and was a text once. */
function policyOf(properties: string): PolicyDocument {
    const { PolicyDocument: document } = JSON.parse(properties) as { PolicyDocument: PolicyDocument | string };
    return typeof document === "string" ? (JSON.parse(document) as PolicyDocument) : document;
}
