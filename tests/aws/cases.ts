import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { Json, Values } from "../../sandbox/aws/plugin/schema";
import type { Hand } from "./hand";

/** What stands before the resource is made: a bucket with versions and locks, a user, a role. */
export interface Ground {
    bucket: string;
    user: string;
    role: string;
}

/** A resource type with what is tried on it. */
export interface Case {
    type: string;
    /** Every property the type knows, but the names that it can generate. */
    inputs(ground: Ground): Values;
    /** Changed in place. */
    changed: Values;
    /** Changed only by a new resource. */
    replaced: Values;
    /** Somebody changes it without Pulumi: all that AWS holds of it, but what it is found by. */
    byHand(hand: Hand, id: string): Promise<unknown>;
    /** The properties found after `byHand`. */
    found: Values;
    removedByHand(hand: Hand, id: string): Promise<unknown>;
    /** Gone from AWS even after its bucket's setting is only back at AWS's own: it is never absent. */
    neverAbsent?: true;
}

const open = {
    BlockPublicAcls: false,
    BlockPublicPolicy: false,
    IgnorePublicAcls: false,
    RestrictPublicBuckets: false,
};
const document = (action: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });
const trust = (service: string) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });
const denial = (bucket: string, action: string) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Deny", Principal: "*", Action: action, Resource: `arn:aws:s3:::${bucket}/*` }],
    });
const boundary = (name: string) => `arn:aws:iam::123456789012:policy/${name}`;
const inline = (id: string) => ({ owner: id.split(":")[0]!, PolicyName: id.split(":")[1]! });

const everyRule: Values = {
    id: "everything",
    status: "Enabled",
    filter: { and: { prefix: "raw/", tags: { kind: "photo" }, objectSizeGreaterThan: 10, objectSizeLessThan: 5000 } },
    transitions: [
        { days: 0, storageClass: "GLACIER" },
        { days: 90, storageClass: "DEEP_ARCHIVE" },
    ],
    expiration: { days: 900 },
    noncurrentVersionExpiration: { noncurrentDays: 180, newerNoncurrentVersions: 3 },
    noncurrentVersionTransitions: [{ noncurrentDays: 30, newerNoncurrentVersions: 2, storageClass: "GLACIER" }],
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

const everyKindOfRule: Json[] = [
    everyRule,
    { id: "all", status: "Enabled", expiration: { expiredObjectDeleteMarker: true } },
    {
        id: "dated",
        status: "Disabled",
        filter: { tag: { key: "a", value: "b" } },
        expiration: { date: "2030-01-01T00:00:00Z" },
        transitions: [{ date: "2029-01-01T00:00:00Z", storageClass: "GLACIER" }],
    },
    { id: "big", status: "Enabled", filter: { objectSizeGreaterThan: 1 }, expiration: { days: 9 } },
    { id: "small", status: "Enabled", filter: { objectSizeLessThan: 9 }, expiration: { days: 9 } },
    { id: "prefix", status: "Enabled", filter: { prefix: "p/" }, expiration: { days: 9 } },
];

export const cases: Case[] = [
    {
        type: "aws:s3/bucket:Bucket",
        inputs: () => ({ forceDestroy: true, objectLockEnabled: false, region: "eu-west-1", tags: { a: "1", b: "2" } }),
        changed: { tags: { a: "other", c: "3" } },
        replaced: { bucket: "another-name", objectLockEnabled: true, region: "us-west-2" },
        byHand: async ({ s3: client }, Bucket) => {
            await client.send(
                new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "by", Value: "hand" }] } }),
            );
            await client.send(
                new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
            );
            await client.send(
                new s3.PutObjectLockConfigurationCommand({
                    Bucket,
                    ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
                }),
            );
        },
        found: { tags: { by: "hand" }, objectLockEnabled: true },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketCommand({ Bucket })),
    },
    {
        type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        inputs: ({ bucket }) => ({
            bucket,
            rules: everyKindOfRule,
            transitionDefaultMinimumObjectSize: "varies_by_storage_class",
        }),
        changed: { rules: [{ id: "one", status: "Enabled", expiration: { days: 5 } }] },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(
                new s3.PutBucketLifecycleConfigurationCommand({
                    Bucket,
                    LifecycleConfiguration: {
                        Rules: [{ ID: "gone-tomorrow", Status: "Enabled", Filter: {}, Expiration: { Days: 1 } }],
                    },
                }),
            ),
        found: {
            rules: [{ id: "gone-tomorrow", status: "Enabled", filter: { prefix: "" }, expiration: { days: 1 } }],
            transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
        },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketLifecycleCommand({ Bucket })),
    },
    {
        type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs: ({ bucket }) => ({
            bucket,
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        }),
        changed: { restrictPublicBuckets: false },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: open })),
        found: {
            blockPublicAcls: false,
            blockPublicPolicy: false,
            ignorePublicAcls: false,
            restrictPublicBuckets: false,
        },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
    },
    {
        type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs: ({ bucket }) => ({ bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }),
        changed: { rule: { objectOwnership: "BucketOwnerPreferred" } },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(
                new s3.PutBucketOwnershipControlsCommand({
                    Bucket,
                    OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
                }),
            ),
        found: { rule: { objectOwnership: "ObjectWriter" } },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket })),
    },
    {
        type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        inputs: ({ bucket }) => ({
            bucket,
            rules: [
                {
                    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/archive" },
                    blockedEncryptionTypes: ["NONE"],
                    bucketKeyEnabled: true,
                },
            ],
        }),
        changed: {
            rules: [
                { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, blockedEncryptionTypes: ["SSE-C"] },
            ],
        },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(
                new s3.PutBucketEncryptionCommand({
                    Bucket,
                    ServerSideEncryptionConfiguration: {
                        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms:dsse" } }],
                    },
                }),
            ),
        found: {
            rules: [
                {
                    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms:dsse" },
                    blockedEncryptionTypes: ["SSE-C"],
                    bucketKeyEnabled: false,
                },
            ],
        },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketCommand({ Bucket })),
        neverAbsent: true,
    },
    {
        type: "aws:s3/bucketVersioning:BucketVersioning",
        inputs: ({ bucket }) => ({ bucket, versioningConfiguration: { status: "Enabled" } }),
        changed: { versioningConfiguration: { status: "Suspended" } },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(
                new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
            ),
        found: { versioningConfiguration: { status: "Suspended" } },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketCommand({ Bucket })),
        neverAbsent: true,
    },
    {
        type: "aws:s3/bucketPolicy:BucketPolicy",
        inputs: ({ bucket }) => ({ bucket, policy: denial(bucket, "s3:GetObject") }),
        changed: { policy: denial("kept", "s3:DeleteObject") },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: denial(Bucket, "s3:PutObjectAcl") })),
        found: { policy: denial("BUCKET", "s3:PutObjectAcl") },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
    },
    {
        type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        inputs: ({ bucket }) => ({
            bucket,
            objectLockEnabled: "Enabled",
            rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } },
        }),
        changed: { rule: { defaultRetention: { mode: "COMPLIANCE", years: 1 } } },
        replaced: { bucket: "another-bucket" },
        byHand: ({ s3: client }, Bucket) =>
            client.send(
                new s3.PutObjectLockConfigurationCommand({
                    Bucket,
                    ObjectLockConfiguration: {
                        ObjectLockEnabled: "Enabled",
                        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
                    },
                }),
            ),
        found: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } },
        removedByHand: ({ s3: client }, Bucket) => client.send(new s3.DeleteBucketCommand({ Bucket })),
        neverAbsent: true,
    },
    {
        type: "aws:iam/user:User",
        inputs: () => ({
            path: "/people/",
            permissionsBoundary: boundary("one"),
            forceDestroy: true,
            tags: { a: "1" },
        }),
        changed: { path: "/machines/", permissionsBoundary: boundary("two"), tags: { b: "2" } },
        replaced: { name: "another" },
        byHand: async ({ iam: client }, UserName) => {
            await client.send(new iam.UpdateUserCommand({ UserName, NewPath: "/by-hand/" }));
            await client.send(new iam.DeleteUserPermissionsBoundaryCommand({ UserName }));
            await client.send(new iam.TagUserCommand({ UserName, Tags: [{ Key: "by", Value: "hand" }] }));
        },
        found: { path: "/by-hand/", permissionsBoundary: null, tags: { a: "1", by: "hand" } },
        removedByHand: ({ iam: client }, UserName) => client.send(new iam.DeleteUserCommand({ UserName })),
    },
    {
        type: "aws:iam/userPolicy:UserPolicy",
        inputs: ({ user }) => ({ user, policy: document("s3:PutObject") }),
        changed: { policy: document("s3:ListBucket") },
        replaced: { user: "another", name: "another" },
        byHand: ({ iam: client }, id) => {
            const { owner, PolicyName } = inline(id);
            return client.send(
                new iam.PutUserPolicyCommand({ UserName: owner, PolicyName, PolicyDocument: document("*") }),
            );
        },
        found: { policy: document("*") },
        removedByHand: ({ iam: client }, id) => {
            const { owner, PolicyName } = inline(id);
            return client.send(new iam.DeleteUserPolicyCommand({ UserName: owner, PolicyName }));
        },
    },
    {
        type: "aws:iam/role:Role",
        inputs: () => ({
            assumeRolePolicy: trust("ec2.amazonaws.com"),
            description: "uploads",
            forceDetachPolicies: true,
            maxSessionDuration: 7200,
            path: "/",
            permissionsBoundary: boundary("one"),
            tags: { a: "1" },
        }),
        changed: {
            assumeRolePolicy: trust("lambda.amazonaws.com"),
            description: "still uploads",
            maxSessionDuration: 3600,
            permissionsBoundary: boundary("two"),
            tags: { b: "2" },
        },
        replaced: { name: "another", path: "/other/" },
        byHand: async ({ iam: client }, RoleName) => {
            const PolicyDocument = trust("everything.amazonaws.com");
            await client.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
            await client.send(
                new iam.UpdateRoleCommand({ RoleName, Description: "by hand", MaxSessionDuration: 43200 }),
            );
            await client.send(new iam.DeleteRolePermissionsBoundaryCommand({ RoleName }));
            await client.send(new iam.UntagRoleCommand({ RoleName, TagKeys: ["a"] }));
        },
        found: {
            assumeRolePolicy: trust("everything.amazonaws.com"),
            description: "by hand",
            maxSessionDuration: 43200,
            permissionsBoundary: null,
            tags: null,
        },
        removedByHand: ({ iam: client }, RoleName) => client.send(new iam.DeleteRoleCommand({ RoleName })),
    },
    {
        type: "aws:iam/rolePolicy:RolePolicy",
        inputs: ({ role }) => ({ role, policy: document("s3:PutObject") }),
        changed: { policy: document("s3:ListBucket") },
        replaced: { role: "another", name: "another" },
        byHand: ({ iam: client }, id) => {
            const { owner, PolicyName } = inline(id);
            return client.send(
                new iam.PutRolePolicyCommand({ RoleName: owner, PolicyName, PolicyDocument: document("*") }),
            );
        },
        found: { policy: document("*") },
        removedByHand: ({ iam: client }, id) => {
            const { owner, PolicyName } = inline(id);
            return client.send(new iam.DeleteRolePolicyCommand({ RoleName: owner, PolicyName }));
        },
    },
];
