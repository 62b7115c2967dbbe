import { type Existing, keepOrRefuse, toLifecycleRule } from "../../components/archive/existing-bucket";
import { bucketPolicy, withoutRepeated } from "../../components/archive/policy";
import { archiveDefaults, ruleIds } from "../../components/archive/settings";

const whole = { ...archiveDefaults, existingBucket: "family" };

describe("a bucket that stands already", () => {
    const theirs = { Id: "theirs", Status: "Enabled" as const, Prefix: "logs/", ExpirationInDays: 30 };
    const ours = {
        Id: ruleIds.archive,
        Status: "Enabled" as const,
        Transitions: [{ StorageClass: "GLACIER", TransitionInDays: 0 }],
    };
    const open = {
        Sid: "Public",
        Effect: "Allow" as const,
        Principal: "*" as const,
        Action: "s3:GetObject",
        Resource: "*",
    };
    /** As Cloud Control shows one from the field: an old-style prefix, a date long past, no id, a size of zero. */
    const backupProgram: Existing["bucket"] = {
        LifecycleConfiguration: {
            TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
            Rules: [
                {
                    Id: "backup program: to glacier",
                    Status: "Enabled",
                    Prefix: "glacier/",
                    Transitions: [{ StorageClass: "GLACIER", TransitionDate: "1970-01-01T00:00:00.000Z" }],
                },
                { Id: "old logs", Status: "Disabled", Prefix: "logs/", ExpirationDate: "2027-01-01T00:00:00Z" },
                { Status: "Enabled", Prefix: "tmp/", ExpirationInDays: 1 },
                {
                    Id: "small",
                    Status: "Enabled",
                    ObjectSizeGreaterThan: "0",
                    TagFilters: [{ Key: "a", Value: "b" }],
                    ExpirationInDays: 400,
                },
            ],
        },
    };
    const existing = (bucket: Existing["bucket"] = {}, statements: object[] = []): Existing => ({
        bucket,
        policy: { Version: "2012-10-17", Statement: statements as [] },
    });

    it("without rules, statements or settings of its own is taken", () => {
        expect(keepOrRefuse(existing(), whole, false)).toEqual({
            rules: [],
            statements: [],
            problems: [],
            warnings: [],
        });
    });

    it("that we manage already is taken again", () => {
        const managed = existing({ LifecycleConfiguration: { Rules: [ours] } }, bucketPolicy("arn").Statement);
        expect(keepOrRefuse(managed, whole, false)).toMatchObject({ problems: [], rules: [], statements: [] });
    });

    it("with rules or statements of others is refused, naming them", () => {
        const foreign = existing({ LifecycleConfiguration: { Rules: [ours, theirs] } }, [{ ...open, Effect: "Deny" }]);
        expect(keepOrRefuse(foreign, whole, false).problems).toEqual([
            'existingBucket "family" has lifecycle rules of others: theirs; set keepExisting to true to keep them beside ours, or remove them first',
            'existingBucket "family" has a policy with statements of others: Public; set keepExisting to true to keep them beside ours, or remove them first',
        ]);
    });

    it("keeps them on request, and says which of them deletes objects", () => {
        const deny = { ...open, Effect: "Deny" as const };
        const kept = keepOrRefuse(existing({ LifecycleConfiguration: { Rules: [ours, theirs] } }, [deny]), whole, true);
        expect(kept.problems).toEqual([]);
        expect(kept.rules).toEqual([
            { id: "theirs", status: "Enabled", filter: { prefix: "logs/" }, expiration: { days: 30 } },
        ]);
        expect(kept.statements).toEqual([deny]);
        expect(kept.warnings).toEqual([
            expect.stringContaining('the rule "theirs", which is kept, deletes objects after 30 days'),
        ]);
    });

    it("is refused with a statement that allows everybody, which the public access block would refuse", () => {
        expect(keepOrRefuse(existing({}, [open]), whole, true).problems).toEqual([
            expect.stringContaining("statement Public allows everybody"),
        ]);
        const anybody = { ...open, Principal: { AWS: ["*"] } };
        expect(keepOrRefuse(existing({}, [anybody]), whole, true).problems).toHaveLength(1);
    });

    it("is refused when our settings would weaken its encryption or its lock, or change its rules' smallest size", () => {
        const key = { ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "arn:aws:kms:x" } };
        const kms = existing({ BucketEncryption: { ServerSideEncryptionConfiguration: [key] } });
        expect(keepOrRefuse(kms, whole, false).problems).toEqual([
            expect.stringContaining("encrypts with arn:aws:kms:x"),
        ]);
        expect(keepOrRefuse(kms, { ...whole, kmsKeyArn: "arn:aws:kms:x" }, false).problems).toEqual([]);

        const lock = existing({
            ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 400 } } },
        });
        const weaker = { ...whole, objectLock: { mode: "GOVERNANCE" as const, days: 1 } };
        expect(keepOrRefuse(lock, weaker, false).problems).toEqual([expect.stringContaining("COMPLIANCE, 400 days")]);
        expect(keepOrRefuse(lock, whole, false).problems).toEqual([]);

        const sizes = existing({
            LifecycleConfiguration: { Rules: [theirs], TransitionDefaultMinimumObjectSize: "varies_by_storage_class" },
        });
        expect(keepOrRefuse(sizes, whole, true).problems).toEqual([
            expect.stringContaining("set moveSmallObjects to true"),
        ]);
    });

    it("says that access control lists stop counting", () => {
        const lists = existing({ OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] } });
        expect(keepOrRefuse(lists, whole, false).warnings).toEqual([expect.stringContaining("ObjectWriter")]);
    });

    it("has each property of its rules kept, in the provider's form", () => {
        expect(
            toLifecycleRule({
                Id: "all",
                Status: "Disabled",
                Prefix: "a/",
                TagFilters: [{ Key: "k", Value: "v" }],
                ObjectSizeGreaterThan: "1024",
                ExpirationDate: "2030-01-01T00:00:00Z",
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
                NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 2 },
                NoncurrentVersionTransitions: [{ StorageClass: "GLACIER", TransitionInDays: 1 }],
                Transitions: [{ StorageClass: "GLACIER", TransitionDate: "2030-01-01" }],
            }),
        ).toEqual({
            id: "all",
            status: "Disabled",
            filter: { and: { prefix: "a/", objectSizeGreaterThan: 1024, tags: { k: "v" } } },
            expiration: { date: "2030-01-01T00:00:00Z" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
            noncurrentVersionExpiration: { noncurrentDays: 5, newerNoncurrentVersions: 2 },
            noncurrentVersionTransitions: [{ storageClass: "GLACIER", noncurrentDays: 1 }],
            transitions: [{ storageClass: "GLACIER", date: "2030-01-01T00:00:00Z" }],
        });
        expect(toLifecycleRule({ Status: "Enabled", TagFilters: [{ Key: "k", Value: "v" }] }).filter).toEqual({
            tag: { key: "k", value: "v" },
        });
        expect(toLifecycleRule({ Status: "Enabled" }).filter).toEqual({ prefix: "" });
        expect(toLifecycleRule({ Status: "Enabled", ObjectSizeLessThan: 5 }).filter).toEqual({ objectSizeLessThan: 5 });
    });

    it("that a backup program set up years ago is kept as it is, and every rule of its that deletes is named", () => {
        const kept = keepOrRefuse(existing(backupProgram), { ...whole, moveSmallObjects: true }, true);
        expect(kept.problems).toEqual([]);
        const unnamed = expect.stringMatching(/^kept-[0-9a-f]{8}$/) as string;
        expect(kept.rules).toEqual([
            {
                id: "backup program: to glacier",
                status: "Enabled",
                filter: { prefix: "glacier/" },
                transitions: [{ storageClass: "GLACIER", date: "1970-01-01T00:00:00Z" }],
            },
            {
                id: "old logs",
                status: "Disabled",
                filter: { prefix: "logs/" },
                expiration: { date: "2027-01-01T00:00:00Z" },
            },
            { id: unnamed, status: "Enabled", filter: { prefix: "tmp/" }, expiration: { days: 1 } },
            {
                id: "small",
                status: "Enabled",
                filter: { and: { objectSizeGreaterThan: 0, tags: { a: "b" } } },
                expiration: { days: 400 },
            },
        ]);
        expect(kept.warnings).toEqual([
            expect.stringMatching(/the rule "kept-\w+", which is kept, deletes objects after 1 days under "tmp\/"$/),
            expect.stringMatching(/the rule "small", which is kept, deletes objects after 400 days$/),
        ]);
        expect(keepOrRefuse(existing(backupProgram), { ...whole, moveSmallObjects: true }, true).rules).toEqual(
            kept.rules,
        );
    });

    it.each<[string, object, string]>([
        ["by days", { ExpirationInDays: 30 }, "deletes objects after 30 days"],
        ["by date", { ExpirationDate: "2027-01-01T00:00:00Z" }, "deletes objects from 2027-01-01 on"],
        [
            "of versions",
            { NoncurrentVersionExpirationInDays: 5 },
            "deletes overwritten and deleted versions after 5 days",
        ],
        [
            "of versions but the newest",
            { NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 2 } },
            "after 5 days, all but the newest 2",
        ],
    ])("says that a rule it keeps deletes %s, unless it is switched off", (_name, form, text) => {
        const warnings = (Status: "Enabled" | "Disabled") => {
            const rule = { Id: "theirs", Status, ...form };
            return keepOrRefuse(existing({ LifecycleConfiguration: { Rules: [rule] } }), whole, true).warnings;
        };
        expect(warnings("Enabled")).toEqual([expect.stringContaining(text)]);
        expect(warnings("Disabled")).toEqual([]);
    });

    it("keeps a statement once where it is also given", () => {
        const statement = { Effect: "Deny" as const, Action: "s3:*", Resource: "x" };
        expect(withoutRepeated([statement, { ...statement, Sid: "A" }], [{ ...statement, Sid: "A" }])).toEqual([
            statement,
        ]);
        expect(withoutRepeated([statement], [{ ...statement }])).toEqual([]);
    });
});
