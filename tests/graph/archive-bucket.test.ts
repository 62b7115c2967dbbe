import type * as module from "../../components/archive/archive-bucket";
import type { ArchiveBucketArgs } from "../../components/archive/archive-bucket";
import { type Functions, graphOf, type Registration, useMocks } from "./support";

const load = () => jest.requireActual<typeof module>("../../components/archive/archive-bucket");

const types = {
    bucket: "aws:s3/bucket:Bucket",
    block: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    versioning: "aws:s3/bucketVersioning:BucketVersioning",
    lock: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    policy: "aws:s3/bucketPolicy:BucketPolicy",
};

/** A program with one archive bucket. */
async function archive(args: ArchiveBucketArgs = {}, functions: Functions = {}) {
    const graph = await graphOf(
        () => {
            const { ArchiveBucket } = load();
            const { bucketName, bucketArn, storageClass } = new ArchiveBucket("photos", args);
            return Promise.resolve({ bucketName, bucketArn, storageClass });
        },
        {},
        functions,
    );
    const of = (type: string): Registration => {
        const found = graph.registrations.filter((one) => one.type === type);
        if (found.length === 1 && found[0]) return found[0];
        throw new Error(`${found.length} of ${type}`);
    };
    return { ...graph, of, children: graph.registrations.filter((one) => one.type.startsWith("aws:")) };
}
const rulesOf = (graph: { of(type: string): Registration }) =>
    graph.of(types.lifecycle).inputs["rules"] as { id: string; [key: string]: unknown }[];
const policyOf = (graph: { of(type: string): Registration }) =>
    JSON.parse(graph.of(types.policy).inputs["policy"] as string) as { Statement: Record<string, unknown>[] };

describe("a new bucket", () => {
    it("has its lifecycle and every setting as children, and no other resource", async () => {
        const graph = await archive();
        expect(graph.children.map(({ type }) => type).sort()).toEqual(
            [
                types.bucket,
                types.block,
                types.ownership,
                types.encryption,
                types.versioning,
                types.lifecycle,
                types.policy,
            ].sort(),
        );
        expect(graph.children.every(({ parent, name }) => parent === "photos" && name.startsWith("photos-"))).toBe(
            true,
        );
        expect(graph.outputs).toEqual({
            bucketName: "photos-bucket",
            bucketArn: "arn:mock:photos-bucket",
            storageClass: "GLACIER",
        });
    });

    it("moves objects at once, drops unfinished uploads after 7 days and old versions after 180", async () => {
        expect(rulesOf(await archive())).toEqual([
            {
                id: "routeros-s3-archive",
                status: "Enabled",
                filter: { prefix: "" },
                transitions: [{ storageClass: "GLACIER", days: 0 }],
            },
            {
                id: "routeros-s3-abort-incomplete",
                status: "Enabled",
                filter: { prefix: "" },
                abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
            {
                id: "routeros-s3-noncurrent",
                status: "Enabled",
                filter: { prefix: "" },
                noncurrentVersionExpiration: { noncurrentDays: 180 },
                expiration: { expiredObjectDeleteMarker: true },
            },
        ]);
    });

    it("is closed to the public, and refuses plain HTTP", async () => {
        const graph = await archive();
        expect(graph.of(types.block).inputs).toMatchObject({
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(graph.of(types.ownership).inputs["rule"]).toEqual({ objectOwnership: "BucketOwnerEnforced" });
        expect(graph.of(types.encryption).inputs["rules"]).toEqual([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" },
                blockedEncryptionTypes: ["SSE-C"],
                bucketKeyEnabled: false,
            },
        ]);
        expect(policyOf(graph).Statement).toEqual([
            {
                Sid: "RefusePlainHttp",
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: ["arn:mock:photos-bucket", "arn:mock:photos-bucket/*"],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
        ]);
    });

    it("is protected with all that guards it, unless told otherwise", async () => {
        expect((await archive()).children.every(({ protect, retainOnDelete }) => protect && !retainOnDelete)).toBe(
            true,
        );
        const { children } = await archive({ protect: false, retainOnDelete: true });
        expect(children.every(({ protect, retainOnDelete }) => !protect && retainOnDelete)).toBe(true);
    });

    it("never deletes objects with itself unless told to", async () => {
        expect((await archive()).of(types.bucket).inputs["forceDestroy"]).toBe(false);
        expect((await archive({ forceDestroy: true })).of(types.bucket).inputs["forceDestroy"]).toBe(true);
    });

    it("leaves small objects in STANDARD, and moves them on request, in the API's own words", async () => {
        const key = "transitionDefaultMinimumObjectSize";
        expect((await archive()).of(types.lifecycle).inputs[key]).toBe("all_storage_classes_128K");
        const graph = await archive({ moveSmallObjects: true });
        expect(graph.of(types.lifecycle).inputs[key]).toBe("varies_by_storage_class");
    });

    it("puts changes of access and of versions one after the other", async () => {
        const graph = await archive({ objectLock: { mode: "GOVERNANCE", days: 30 } });
        expect(graph.of(types.ownership).dependsOn).toContain("photos-public-access-block");
        expect(graph.of(types.policy).dependsOn).toContain("photos-public-access-block");
        expect(graph.of(types.lifecycle).dependsOn).toContain("photos-versioning");
        expect(graph.of(types.lock).dependsOn).toContain("photos-versioning");
    });

    it("takes class, days, prefix, tags, region and later moves", async () => {
        const graph = await archive({
            bucketName: "photos-2018",
            region: "eu-west-1",
            storageClass: "GLACIER_IR",
            transitionDays: 1,
            furtherTransitions: [{ storageClass: "DEEP_ARCHIVE", days: 91 }],
            prefix: "raw/",
            abortIncompleteDays: 3,
            noncurrentDays: 200,
            tags: { owner: "me" },
        });
        const [move, abort, old] = rulesOf(graph);
        expect(move).toMatchObject({
            filter: { prefix: "raw/" },
            transitions: [
                { storageClass: "GLACIER_IR", days: 1 },
                { storageClass: "DEEP_ARCHIVE", days: 91 },
            ],
        });
        expect(abort).toMatchObject({
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
        });
        expect(old).toMatchObject({ noncurrentVersionExpiration: { noncurrentDays: 200 } });
        expect(graph.of(types.bucket).inputs).toMatchObject({ bucket: "photos-2018", tags: { owner: "me" } });
        expect(graph.children.every(({ inputs }) => inputs["region"] === "eu-west-1")).toBe(true);
    });

    it("locks versions where that is asked for, from its first day", async () => {
        const graph = await archive({ objectLock: { mode: "COMPLIANCE", years: 1 }, noncurrentDays: 365 });
        expect(graph.of(types.bucket).inputs["objectLockEnabled"]).toBe(true);
        expect(graph.of(types.lock).inputs["rule"]).toEqual({ defaultRetention: { mode: "COMPLIANCE", years: 1 } });
        expect((await archive()).of(types.bucket).inputs).not.toHaveProperty("objectLockEnabled");
    });

    it("keeps no versions where that is asked for, and has no rule for them", async () => {
        const graph = await archive({ versioning: false });
        expect(graph.children.map(({ type }) => type)).not.toContain(types.versioning);
        expect(rulesOf(graph).map(({ id }) => id)).toEqual(["routeros-s3-archive", "routeros-s3-abort-incomplete"]);
    });

    it("encrypts with a given key, and spares it a request for each object", async () => {
        const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/1234";
        expect((await archive({ kmsKeyArn })).of(types.encryption).inputs["rules"]).toEqual([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
                blockedEncryptionTypes: ["SSE-C"],
                bucketKeyEnabled: true,
            },
        ]);
    });

    it("has an escape hatch for each child", async () => {
        const graph = await archive({
            objectLock: { mode: "GOVERNANCE", days: 1 },
            overrides: {
                bucket: { bucketNamespace: "account-regional" },
                lifecycle: { transitionDefaultMinimumObjectSize: "varies_by_storage_class" },
                publicAccessBlock: { skipDestroy: true },
                ownershipControls: { rule: { objectOwnership: "BucketOwnerPreferred" } },
                encryption: { rules: [{ blockedEncryptionTypes: ["SSE-C"] }] },
                versioning: { mfa: "x 1" },
                objectLock: { objectLockEnabled: "Enabled" },
                policy: { policy: "{}" },
            },
        });
        expect(graph.of(types.bucket).inputs["bucketNamespace"]).toBe("account-regional");
        expect(graph.of(types.lifecycle).inputs["transitionDefaultMinimumObjectSize"]).toBe("varies_by_storage_class");
        expect(graph.of(types.block).inputs["skipDestroy"]).toBe(true);
        expect(graph.of(types.ownership).inputs["rule"]).toEqual({ objectOwnership: "BucketOwnerPreferred" });
        expect(graph.of(types.encryption).inputs["rules"]).toEqual([{ blockedEncryptionTypes: ["SSE-C"] }]);
        expect(graph.of(types.versioning).inputs["mfa"]).toBe("x 1");
        expect(graph.of(types.lock).inputs["objectLockEnabled"]).toBe("Enabled");
        expect(graph.of(types.policy).inputs["policy"]).toBe("{}");
    });

    it("adds statements to the one policy that a bucket can have", async () => {
        const further = {
            Sid: "Mine",
            Effect: "Deny" as const,
            Principal: "*" as const,
            Action: "s3:DeleteObject",
            Resource: "x",
        };
        expect(policyOf(await archive({ policyStatements: [further] })).Statement.map(({ Sid }) => Sid)).toEqual([
            "RefusePlainHttp",
            "Mine",
        ]);
    });

    it("refuses all mistakes at once, before it registers a resource of AWS", async () => {
        const registered = await useMocks();
        const mistakes = {
            bucketName: "Photos",
            storageClass: "STANDARD_IA",
            transitionDays: -1,
            objectLock: { mode: "GOVERNANCE" },
            versioning: false,
        } as unknown as ArchiveBucketArgs;
        expect(() => new (load().ArchiveBucket)("photos", mistakes)).toThrow(
            /has 5 mistakes:\n {2}bucketName "Photos".*\n {2}storageClass "STANDARD_IA"/,
        );
        expect(registered.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    });

    it("refuses old ways of saying on the bucket what has a resource of its own", async () => {
        await useMocks();
        const old = { overrides: { bucket: { lifecycleRules: [{ enabled: true }] } } };
        expect(() => new (load().ArchiveBucket)("photos", old)).toThrow(
            /overrides\.bucket\.lifecycleRules is deprecated/,
        );
    });
});

describe("warnings", () => {
    it("name what costs more than it seems, once", async () => {
        const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
        try {
            await archive({ storageClass: "DEEP_ARCHIVE", noncurrentDays: 30 });
            expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
                expect.stringContaining(
                    "noncurrentDays is 30, but DEEP_ARCHIVE bills every object for at least 180 days",
                ),
            ]);
        } finally {
            warn.mockRestore();
        }
    });
});

describe("a bucket that stands already", () => {
    const foreignRule = {
        Id: "theirs",
        Status: "Enabled",
        Prefix: "logs/",
        Transitions: [{ StorageClass: "STANDARD_IA", TransitionInDays: 30 }],
    };
    const foreignStatement = {
        Sid: "Theirs",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::1:root" },
        Action: "s3:GetObject",
        Resource: "*",
    };
    const bucket = { LifecycleConfiguration: { Rules: [foreignRule] } };
    const functions = (policy?: object): Functions => ({
        "aws:cloudcontrol/getResource:getResource": ({ typeName, identifier, region }) => {
            expect({ identifier, region }).toEqual({ identifier: "family-archive", region: "ap-southeast-2" });
            if (typeName === "AWS::S3::Bucket") return { properties: JSON.stringify(bucket) };
            if (policy) return { properties: JSON.stringify({ Bucket: identifier, PolicyDocument: policy }) };
            throw Object.assign(new Error(), {
                details: "reading Cloud Control API (family-archive): couldn't find resource",
            });
        },
    });
    const taken = { existingBucket: "family-archive", region: "ap-southeast-2", keepExisting: true };

    it("gets a lifecycle and settings, which stay when the stack goes, and no bucket is made", async () => {
        const graph = await archive(taken, functions());
        expect(graph.children.map(({ type }) => type)).not.toContain(types.bucket);
        expect(graph.children).toHaveLength(6);
        expect(
            graph.children.every(
                ({ inputs, retainOnDelete }) => inputs["bucket"] === "family-archive" && retainOnDelete,
            ),
        ).toBe(true);
        expect(graph.outputs).toMatchObject({ bucketName: "family-archive", bucketArn: "arn:aws:s3:::family-archive" });
    });

    it("keeps the rules and statements of others beside ours", async () => {
        const graph = await archive(taken, functions({ Version: "2012-10-17", Statement: [foreignStatement] }));
        expect(rulesOf(graph).map(({ id }) => id)).toEqual([
            "routeros-s3-archive",
            "routeros-s3-abort-incomplete",
            "routeros-s3-noncurrent",
            "theirs",
        ]);
        expect(policyOf(graph).Statement.map(({ Sid }) => Sid)).toEqual(["RefusePlainHttp", "Theirs"]);
    });
});
