import {
    archiveProblems,
    archiveWarnings,
    bucketNameProblem,
    type KnownSettings,
} from "../../components/archive/problems";
import { archiveDefaults, lifecycleRules, type StorageClass } from "../../components/archive/settings";
import { credentialSteps, uploadCommands } from "../../components/archive/upload-commands";
import { isRegion, partitionOf } from "../../providers/aws-ip-ranges/region";
import { fc } from "../../testing/random";

const settings = (change: KnownSettings = {}): KnownSettings => ({ ...archiveDefaults, ...change });

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
