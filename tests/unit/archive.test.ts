import fc from "fast-check";

import { type Existing, keepOrRefuse, toLifecycleRule } from "../../components/archive/existing-bucket";
import { bucketPolicy, withoutRepeated } from "../../components/archive/policy";
import {
    archiveProblems,
    archiveWarnings,
    bucketNameProblem,
    type KnownSettings,
} from "../../components/archive/problems";
import { archiveDefaults, lifecycleRules, ruleIds, type StorageClass } from "../../components/archive/settings";
import { credentialSteps, uploadCommands } from "../../components/archive/upload-commands";
import { isRegion, partitionOf } from "../../providers/aws-ip-ranges/region";

const settings = (change: KnownSettings = {}): KnownSettings => ({ ...archiveDefaults, ...change });
const whole = { ...archiveDefaults, existingBucket: "family" };

describe("what AWS would refuse", () => {
    it("is nothing in the defaults, in every class, and in what is not known yet", () => {
        expect(archiveProblems(settings())).toEqual([]);
        expect(archiveProblems(settings({ storageClass: "GLACIER_IR" }))).toEqual([]);
        expect(archiveProblems(settings({ storageClass: "DEEP_ARCHIVE", transitionDays: 30 }))).toEqual([]);
        expect(archiveProblems({})).toEqual([]);
    });

    it.each<[string, KnownSettings, RegExp]>([
        [
            "a class that is no archive",
            { storageClass: "STANDARD_IA" },
            /^storageClass "STANDARD_IA" is no archive class: S3 moves objects there after 30 days/,
        ],
        ["a prefix that a policy takes for a pattern", { prefix: "photos/*" }, /^prefix "photos\/\*" cannot be used/],
        ["a prefix that begins with a slash", { prefix: "/photos/" }, /write "photos\/"$/],
        ["a class by its name in the console", { storageClass: "GLACIER_DEEP_ARCHIVE" }, /S3 writes it DEEP_ARCHIVE/],
        [
            "a class that does not exist",
            { storageClass: "COLD" },
            /^storageClass "COLD" is no archive class; use GLACIER, DEEP_ARCHIVE or GLACIER_IR$/,
        ],
        ["days below zero", { transitionDays: -1 }, /^transitionDays is -1: .*0 or more/],
        ["half a day", { transitionDays: 0.5 }, /^transitionDays is 0\.5/],
        ["unfinished uploads dropped at once", { abortIncompleteDays: 0 }, /^abortIncompleteDays is 0: .*1 or more/],
        ["versions dropped at once", { noncurrentDays: 0 }, /^noncurrentDays is 0/],
        [
            "a move to a warmer class",
            { storageClass: "DEEP_ARCHIVE", furtherTransitions: [{ storageClass: "GLACIER", days: 90 }] },
            /goes from DEEP_ARCHIVE to GLACIER: S3 moves objects only to a colder class/,
        ],
        [
            "a move to the same class",
            { furtherTransitions: [{ storageClass: "GLACIER", days: 90 }] },
            /goes from GLACIER to GLACIER/,
        ],
        [
            "a later move that is not later",
            { transitionDays: 30, furtherTransitions: [{ storageClass: "DEEP_ARCHIVE", days: 30 }] },
            /furtherTransitions\[0\]\.days is 30: it has to be more than the 30 days/,
        ],
        [
            "Object Lock without versions",
            { versioning: false, objectLock: { mode: "GOVERNANCE", days: 1 } },
            /S3 locks versions/,
        ],
        ["Object Lock without a time", { objectLock: { mode: "GOVERNANCE" } }, /neither days nor years/],
        ["Object Lock with two times", { objectLock: { mode: "GOVERNANCE", days: 1, years: 1 } }, /days and years/],
        ["Object Lock for no time", { objectLock: { mode: "GOVERNANCE", days: 0 } }, /objectLock\.days is 0/],
        [
            "Object Lock in a mode that does not exist",
            { objectLock: { mode: "FOREVER" as "COMPLIANCE", days: 1 } },
            /mode is "FOREVER"/,
        ],
        [
            "small objects in GLACIER_IR",
            { storageClass: "GLACIER_IR", moveSmallObjects: true },
            /bills every object as 128 KB/,
        ],
        [
            "deleting what nobody can delete",
            { forceDestroy: true, objectLock: { mode: "COMPLIANCE", days: 1 } },
            /nobody can delete a locked version/,
        ],
        [
            "deleting the objects of a bucket that stays",
            { existingBucket: "family", forceDestroy: true },
            /never destroyed by this stack/,
        ],
        ["a new and an old bucket", { bucketName: "one", existingBucket: "two" }, /are both given/],
        ["a region that is none", { region: "sydney" }, /^region "sydney" is no region of AWS/],
        ["a key that is no ARN", { kmsKeyArn: "alias/mine" }, /^kmsKeyArn "alias\/mine" is no ARN/],
    ])("%s is refused with the reason", (_name, change, text) => {
        const problems = archiveProblems(settings(change));
        expect(problems).toEqual([expect.stringMatching(text)]);
    });

    it("is all said at once", () => {
        const mistakes = {
            bucketName: "A",
            storageClass: "COLD",
            transitionDays: -1,
            noncurrentDays: 0,
            region: "mars",
        };
        expect(archiveProblems(settings(mistakes))).toHaveLength(5);
    });
});

describe("a bucket's name", () => {
    it.each(["photos", "a1b", "photos.2018", "my-bucket-1", "x".repeat(63)])("%s is taken", (name) => {
        expect(bucketNameProblem(name)).toBeUndefined();
    });

    it.each([
        ["ab", "3 to 63"],
        ["x".repeat(64), "3 to 63"],
        ["Photos", 'write "photos"'],
        ["my_photos", 'the character "_"'],
        ["photos/raw", 'the character "/"'],
        ["-photos", "begin and end"],
        ["photos-", "begin and end"],
        [".photos", "begin and end"],
        ["photos..raw", "two dots"],
        ["192.168.88.1", "IP address"],
        ["xn--photos", "xn--"],
        ["sthree-photos", "sthree-"],
        ["amzn-s3-demo-photos", "amzn-s3-demo-"],
        ["photos-s3alias", "-s3alias"],
        ["photos--ol-s3", "--ol-s3"],
        ["photos--x-s3", "--x-s3"],
    ])("%s is refused with the rule it breaks", (name, text) => {
        expect(bucketNameProblem(name)).toContain(text);
    });
});

describe("what costs more than it seems", () => {
    it("is nothing in the defaults", () => {
        expect(archiveWarnings(settings())).toEqual([]);
    });

    it.each<[string, KnownSettings, string]>([
        [
            "versions kept shorter than the class bills",
            { noncurrentDays: 89 },
            "GLACIER bills every object for at least 90 days",
        ],
        [
            "versions kept shorter than the last class bills",
            { furtherTransitions: [{ storageClass: "DEEP_ARCHIVE", days: 90 }], noncurrentDays: 100 },
            "at least 180 days",
        ],
        [
            "a class left before its time",
            { furtherTransitions: [{ storageClass: "DEEP_ARCHIVE", days: 30 }] },
            "objects leave GLACIER for DEEP_ARCHIVE after 30 days",
        ],
        ["days in STANDARD", { transitionDays: 30 }, "dearer STANDARD"],
        ["a dot in the name", { bucketName: "photos.2018" }, "has a dot"],
        [
            "a lock longer than versions are kept",
            { objectLock: { mode: "GOVERNANCE", years: 1 } },
            "keeps every version for 365 days",
        ],
    ])("%s is said", (_name, change, text) => {
        expect(archiveWarnings(settings(change))).toEqual([expect.stringContaining(text)]);
    });
});

it("makes rules that move each object once, to colder classes, whatever the valid settings", () => {
    const order: StorageClass[] = ["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];
    const steps = fc
        .tuple(
            fc.subarray(order, { minLength: 1 }),
            fc.array(fc.integer({ min: 0, max: 3650 }), { minLength: 3, maxLength: 3 }),
        )
        .map(([classes, days]) =>
            classes.map((storageClass, index) => ({ storageClass, days: (days[index] ?? 0) + 4000 * index })),
        );
    fc.assert(
        fc.property(steps, ([first, ...furtherTransitions]) => {
            const valid = {
                ...archiveDefaults,
                storageClass: first!.storageClass,
                transitionDays: first!.days,
                furtherTransitions,
            };
            expect(archiveProblems(valid)).toEqual([]);
            const [archive] = lifecycleRules(valid);
            expect(archive?.transitions).toEqual([first, ...furtherTransitions]);
        }),
    );
});

it.each([
    ["ap-southeast-2", "aws"],
    ["us-south-1", "aws"],
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
    ["eusc-de-east-1", "aws-eusc"],
    ["us-iso-east-1", "aws-iso"],
    ["us-isob-east-1", "aws-iso-b"],
    ["eu-isoe-west-1", "aws-iso-e"],
    ["us-isof-south-1", "aws-iso-f"],
])("knows the region %s, of the partition %s", (region, partition) => {
    expect(isRegion(region)).toBe(true);
    expect(partitionOf(region)).toBe(partition);
    expect(archiveProblems({ ...archiveDefaults, region })).toEqual([]);
});

it.each(["Sydney", "ap-southeast-2a", "ap_southeast_2", "GLOBAL", "", "us-east-1 "])("knows no region %j", (text) =>
    expect(isRegion(text)).toBe(false),
);

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

describe("commands to paste", () => {
    const options = { bucketName: "photos", region: "eu-west-1", storageClass: "DEEP_ARCHIVE" };

    it("ask for the class directly", () => {
        expect(uploadCommands(options)).toEqual({
            copy: "aws s3 cp FILE s3://photos/ --storage-class DEEP_ARCHIVE --region eu-west-1",
            sync: "aws s3 sync FOLDER s3://photos/ --storage-class DEEP_ARCHIVE --region eu-west-1",
            list: "aws s3 ls s3://photos/ --recursive --region eu-west-1",
        });
    });

    it("use the endpoint with IPv6 where it is shaped, and not beside an endpoint of the environment", () => {
        expect(uploadCommands({ ...options, dualStack: true }).copy).toMatch(
            /^AWS_USE_DUALSTACK_ENDPOINT=true aws s3 cp /,
        );
        expect(uploadCommands({ ...options, dualStack: true, customEndpoint: true }).copy).toMatch(/^aws s3 cp /);
    });

    it("quote what a shell would take apart", () => {
        const { copy } = uploadCommands({ ...options, prefix: "my photos/it's/", profile: "a b" });
        expect(copy).toContain(`'s3://photos/my photos/it'\\''s/'`);
        expect(copy).toContain("--profile 'a b'");
    });

    it("say how to get credentials, and hold none", () => {
        expect(credentialSteps({ kind: "user", name: "up" })).toContain("aws iam create-access-key --user-name up");
        expect(credentialSteps({ kind: "role", name: "up", arn: "arn:aws:iam::1:role/up" })).toContain(
            "role_arn arn:aws:iam::1:role/up",
        );
        expect(credentialSteps({ kind: "existing", name: "nas" })).toContain("nas uses the credentials it has");
        const anywhere = { trustAnchorArn: "arn:anchor", profileArn: "arn:profile" };
        expect(credentialSteps({ kind: "rolesAnywhere", name: "up", arn: "arn:role", anywhere })).toContain(
            "--trust-anchor-arn arn:anchor --profile-arn arn:profile --role-arn arn:role",
        );
    });
});
