import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import type { Hand } from "./hand";
import { handOf } from "./hand";

const region = "ap-southeast-2";
const Bucket = "rights";
const lists = "with-lists";
const Key = "one";
const made = { CreateBucketConfiguration: { LocationConstraint: region } } as const;

let aws: Aws;
let root: Hand;
let user: Hand;
let VersionId: string | undefined;

jest.setTimeout(60_000);
beforeAll(async () => {
    aws = await startAws({ region });
    root = handOf(aws, { region });
    await root.s3.send(new s3.CreateBucketCommand({ Bucket, ...made }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await root.s3.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    ({ VersionId } = await root.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "x" })));
    await root.s3.send(new s3.PutObjectCommand({ Bucket, Key: "frozen", Body: "x", StorageClass: "GLACIER" }));
    await root.s3.send(new s3.CreateBucketCommand({ Bucket: lists, ObjectOwnership: "ObjectWriter", ...made }));
    await root.iam.send(new iam.CreateUserCommand({ UserName: "u" }));
    const { AccessKey } = await root.iam.send(new iam.CreateAccessKeyCommand({ UserName: "u" }));
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    user = handOf(aws, { region, credentials });
});
afterAll(async () => {
    root?.close();
    user?.close();
    await aws?.stop();
});

/** What a request needs, after S3's user guide: with all of it the request works, and with any part missing it does not. */
const requests: [string, string[], () => Promise<unknown>][] = [
    ["HeadBucket", ["s3:ListBucket"], () => user.s3.send(new s3.HeadBucketCommand({ Bucket }))],
    ["an object", ["s3:PutObject"], () => user.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "y" }))],
    [
        "an object with tags",
        ["s3:PutObject", "s3:PutObjectTagging"],
        () => user.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "y", Tagging: "a=b" })),
    ],
    [
        "an object with an access control list",
        ["s3:PutObject", "s3:PutObjectAcl"],
        () => user.s3.send(new s3.PutObjectCommand({ Bucket: lists, Key, Body: "y", ACL: "public-read" })),
    ],
    [
        "an object for somebody else",
        ["s3:PutObject", "s3:PutObjectAcl"],
        () => user.s3.send(new s3.PutObjectCommand({ Bucket: lists, Key, Body: "y", GrantRead: "id=abc" })),
    ],
    [
        "a multipart upload with tags",
        ["s3:PutObject", "s3:PutObjectTagging"],
        () => user.s3.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "m", Tagging: "a=b" })),
    ],
    ["tags", ["s3:GetObjectTagging"], () => user.s3.send(new s3.GetObjectTaggingCommand({ Bucket, Key }))],
    [
        "tags of a version",
        ["s3:GetObjectVersionTagging"],
        () => user.s3.send(new s3.GetObjectTaggingCommand({ Bucket, Key, VersionId })),
    ],
    [
        "new tags",
        ["s3:PutObjectTagging"],
        () =>
            user.s3.send(
                new s3.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }),
            ),
    ],
    ["an access control list", ["s3:GetObjectAcl"], () => user.s3.send(new s3.GetObjectAclCommand({ Bucket, Key }))],
    ["reading", ["s3:GetObject"], () => user.s3.send(new s3.HeadObjectCommand({ Bucket, Key }))],
    [
        "reading a version",
        ["s3:GetObjectVersion"],
        () => user.s3.send(new s3.HeadObjectCommand({ Bucket, Key, VersionId })),
    ],
    [
        "attributes",
        ["s3:GetObject", "s3:GetObjectAttributes"],
        () => user.s3.send(new s3.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ObjectSize"] })),
    ],
    [
        "a copy",
        ["s3:PutObject", "s3:GetObject"],
        () => user.s3.send(new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` })),
    ],
    ["versions", ["s3:ListBucketVersions"], () => user.s3.send(new s3.ListObjectVersionsCommand({ Bucket }))],
    [
        "a restore",
        ["s3:RestoreObject"],
        () => user.s3.send(new s3.RestoreObjectCommand({ Bucket, Key: "frozen", RestoreRequest: { Days: 1 } })),
    ],
];

test.each(requests)("%s needs exactly %j", async (_what, needed, request) => {
    const refused = (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
        if (error.$metadata?.httpStatusCode === 403) return "refused";
        throw error;
    };
    const attempt = async (Action: string[]) => {
        await allow(Action);
        return request().then(() => "works", refused);
    };
    for (const missing of needed) {
        expect([missing, await attempt(["s3:None", ...needed.filter((one) => one !== missing)])]).toEqual([
            missing,
            "refused",
        ]);
    }
    expect(await attempt(needed)).toBe("works");
});

async function allow(Action: string[]): Promise<void> {
    const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action, Resource: "*" }],
    });
    await root.iam.send(new iam.PutUserPolicyCommand({ UserName: "u", PolicyName: "p", PolicyDocument }));
}

describe("a new bucket", () => {
    test("is closed, has lists off, and is encrypted", async () => {
        const { PublicAccessBlockConfiguration } = await root.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
        expect(new Set(Object.values(PublicAccessBlockConfiguration!))).toEqual(new Set([true]));
        const { OwnershipControls } = await root.s3.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
        expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: "BucketOwnerEnforced" }]);
        const encryption = async () =>
            (await root.s3.send(new s3.GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration
                ?.Rules;
        const own = {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
            BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
            BucketKeyEnabled: false,
        };
        expect(await encryption()).toEqual([own]);
        await root.s3.send(new s3.DeleteBucketEncryptionCommand({ Bucket }));
        expect(await encryption()).toEqual([own]);
    });

    test("refuses every access control list but the owner's", async () => {
        const put = (ACL: s3.ObjectCannedACL) =>
            root.s3.send(new s3.PutObjectCommand({ Bucket, Key: "listed", Body: "x", ACL }));
        await expect(put("public-read")).rejects.toThrow("The bucket does not allow ACLs");
        await put("bucket-owner-full-control");
        await expect(
            root.s3.send(new s3.CreateBucketCommand({ Bucket: "listed", ACL: "public-read", ...made })),
        ).rejects.toThrow("The bucket does not allow ACLs");
        await expect(root.s3.send(new s3.HeadBucketCommand({ Bucket: "listed" }))).rejects.toThrow();
    });
});

describe("a restore", () => {
    const ask = (Tier: s3.Tier, key: string) =>
        root.s3.send(
            new s3.RestoreObjectCommand({
                Bucket,
                Key: key,
                RestoreRequest: { Days: 2, GlacierJobParameters: { Tier } },
            }),
        );
    test("is refused of what was never archived, and in a tier that the class has not", async () => {
        await expect(ask("Bulk", Key)).rejects.toThrow("Restore is not allowed for the object's current storage class");
        await root.s3.send(new s3.PutObjectCommand({ Bucket, Key: "deep", Body: "x", StorageClass: "DEEP_ARCHIVE" }));
        await expect(ask("Expedited", "deep")).rejects.toThrow("Expedited is not available for DEEP_ARCHIVE");
        await ask("Bulk", "deep");
    });

    test("shows in a listing that is asked for it", async () => {
        const page = new s3.ListObjectsV2Command({
            Bucket,
            Prefix: "deep",
            OptionalObjectAttributes: ["RestoreStatus"],
        });
        const [found] = (await root.s3.send(page)).Contents!;
        expect(found!.RestoreStatus).toMatchObject({ IsRestoreInProgress: false });
        expect(found!.RestoreStatus!.RestoreExpiryDate!.getTime()).toBeGreaterThan(Date.now());
        const [plain] = (await root.s3.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "deep" }))).Contents!;
        expect(plain!.RestoreStatus).toBeUndefined();
    });
});
