import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { PolicyDocument, PolicyStatement } from "../../components/archive/policy";
import { bucketPolicy, trustPolicy, uploaderPolicy } from "../../components/archive/policy";
import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import type { Key, Run } from "./command-line";
import { awsCommand } from "./command-line";

/** A multipart upload of 25 parts of 8 MB, the command line's own size. */
const megabytes = 200;
const bucket = "photo-archive";
const other = "somebody-elses";
const big = "holiday.tar";

let aws: Aws;
let folder: string;
let root: (...args: string[]) => Promise<Run>;
let uploader: (...args: string[]) => Promise<Run>;

jest.setTimeout(120_000);

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-uploader-"));
    aws = await startAws();
    root = awsCommand(aws, folder);
    for (const name of [bucket, other]) await succeed(root("s3", "mb", `s3://${name}`));
    await succeed(
        root(
            "s3api",
            "put-bucket-policy",
            "--bucket",
            bucket,
            "--policy",
            file(bucketPolicy(`arn:aws:s3:::${bucket}`)),
        ),
    );
    writeFileSync(path.join(folder, "nine-megabytes"), Buffer.alloc(9 * 1024 * 1024));
    uploader = awsCommand(aws, folder, await newUploader("uploader", ""));
    await succeed(root("s3", "cp", "--storage-class", "GLACIER", file({ kept: true }, "plain"), `s3://${bucket}/kept`));
});

afterAll(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
});

describe("the uploader, with the real command line", () => {
    test("uploads a large file by multipart, straight into its class, and it arrives whole", async () => {
        const content = Buffer.alloc(megabytes * 1024 * 1024);
        for (let offset = 0; offset < content.length; offset += 1024 * 1024) randomBytes(64).copy(content, offset);
        writeFileSync(path.join(folder, big), content);
        const before = aws.requests().length;
        await succeed(uploader("s3", "cp", "--no-progress", big, `s3://${bucket}/2026/${big}`, ...glacier));

        const parts = aws
            .requests()
            .slice(before)
            .filter(({ path }) => /partNumber=/.test(path));
        expect(parts).toHaveLength(megabytes / 8);
        expect(parts.every(({ scheme, status }) => scheme === "https" && status === 200)).toBe(true);
        const head = JSON.parse(
            (await succeed(root("s3api", "head-object", "--bucket", bucket, "--key", `2026/${big}`))).text,
        ) as { ContentLength: number; StorageClass: string };
        expect(head).toMatchObject({ ContentLength: content.length, StorageClass: "GLACIER" });
        // An archived object is restored before it can be read, on AWS within hours.
        await succeed(root("s3api", "restore-object", "--bucket", bucket, "--key", `2026/${big}`, ...oneDay));
        await succeed(
            root("s3", "cp", "--no-progress", "--force-glacier-transfer", `s3://${bucket}/2026/${big}`, "back"),
        );
        expect(sha256(readFileSync(path.join(folder, "back")))).toBe(sha256(content));
    });

    test("synchronises a folder, and a second time finds nothing to do", async () => {
        mkdirSync(path.join(folder, "photos/2026"), { recursive: true });
        for (const name of ["a.raw", "b.raw", "2026/c d+é.raw"]) {
            const file = path.join(folder, "photos", name);
            writeFileSync(file, randomBytes(100_000));
            // S3 keeps whole seconds: a file of this very second would look newer than its own upload.
            utimesSync(file, 1_500_000_000, 1_500_000_000);
        }
        const sync = () => uploader("s3", "sync", "--no-progress", "photos", `s3://${bucket}/photos`, ...glacier);
        expect((await succeed(sync())).text.match(/^upload: /gm)).toHaveLength(3);
        const before = aws.requests().length;
        expect((await succeed(sync())).text).toBe("");
        expect(
            aws
                .requests()
                .slice(before)
                .map(({ method }) => method),
        ).toEqual(["GET"]);

        writeFileSync(path.join(folder, "photos/a.raw"), randomBytes(100_001));
        expect((await succeed(sync())).text.match(/^upload: .*$/gm)).toEqual([expect.stringContaining("photos/a.raw")]);
    });

    test("lists what is there, with its class", async () => {
        expect((await succeed(uploader("s3", "ls", `s3://${bucket}/`))).text).toMatch(/\d kept$/m);
        const { text } = await succeed(uploader("s3api", "list-objects-v2", "--bucket", bucket));
        const { Contents } = JSON.parse(text) as { Contents: { StorageClass: string }[] };
        expect(new Set(Contents.map(({ StorageClass }) => StorageClass))).toEqual(new Set(["GLACIER"]));
    });

    test("lists and abandons an upload that broke off", async () => {
        const upload = ["--bucket", bucket, "--key", "broken"];
        const begun = await succeed(uploader("s3api", "create-multipart-upload", ...upload, ...glacier));
        const { UploadId } = JSON.parse(begun.text) as { UploadId: string };
        const part = [...upload, "--upload-id", UploadId];
        await succeed(uploader("s3api", "upload-part", ...part, "--part-number", "1", "--body", "plain"));
        expect((await succeed(uploader("s3api", "list-parts", ...part))).text).toContain('"PartNumber": 1');
        const listed = await succeed(uploader("s3api", "list-multipart-uploads", "--bucket", bucket));
        expect(listed.text).toContain(UploadId);
        await succeed(uploader("s3api", "abort-multipart-upload", ...part));
        expect((await uploader("s3api", "list-parts", ...part)).text).toContain("NoSuchUpload");
    });
});

describe("the uploader is refused", () => {
    const put = ["s3api", "put-object", "--bucket", bucket, "--key", "new", "--body", "plain"];
    const refused: [string, string[]][] = [
        ["reading", ["s3", "cp", `s3://${bucket}/kept`, "read"]],
        ["reading's head", ["s3api", "head-object", "--bucket", bucket, "--key", "kept"]],
        ["deleting", ["s3", "rm", `s3://${bucket}/kept`]],
        [
            "what sync would delete",
            ["s3", "sync", "--delete", "empty", `s3://${bucket}/`, "--storage-class", "GLACIER"],
        ],
        ["another class", [...put, "--storage-class", "STANDARD_IA"]],
        ["no class, which is the dearest", put],
        [
            "a multipart upload in another class",
            ["s3", "cp", "nine-megabytes", `s3://${bucket}/x`, "--storage-class", "STANDARD"],
        ],
        ["another bucket", ["s3", "cp", "plain", `s3://${other}/new`, "--storage-class", "GLACIER"]],
        ["listing another bucket", ["s3", "ls", `s3://${other}`]],
        ["listing all buckets", ["s3", "ls"]],
        ["a public object", ["s3api", "put-object-acl", "--bucket", bucket, "--key", "kept", "--acl", "public-read"]],
        ["the lifecycle", ["s3api", "get-bucket-lifecycle-configuration", "--bucket", bucket]],
        ["the bucket's policy", ["s3api", "delete-bucket-policy", "--bucket", bucket]],
        [
            "the versioning",
            ["s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Suspended"],
        ],
        ["the encryption", ["s3api", "delete-bucket-encryption", "--bucket", bucket]],
        ["the bucket", ["s3", "rb", `s3://${bucket}`]],
        ["a key of its own", ["iam", "create-access-key", "--user-name", "uploader"]],
    ];

    test.each(refused)("%s", async (_what, args) => {
        mkdirSync(path.join(folder, "empty"), { recursive: true });
        const { code, text } = await uploader(...args);
        expect(code).not.toBe(0);
        expect(text).toMatch(/AccessDenied|Forbidden|Access Denied/);
    });

    test("deleting many at once, key by key", async () => {
        const { text } = await uploader(
            "s3api",
            "delete-objects",
            "--bucket",
            bucket,
            "--delete",
            "Objects=[{Key=kept}]",
        );
        const { Errors } = JSON.parse(text) as { Errors: { Key: string; Code: string }[] };
        expect(Errors).toEqual([expect.objectContaining({ Key: "kept", Code: "AccessDenied" })]);
    });

    test("plain HTTP, and so is the account's root", async () => {
        const plain = ["--endpoint-url", aws.plainUrl, ...glacier];
        for (const run of [uploader, root]) {
            const { code, text } = await run("s3", "cp", "plain", `s3://${bucket}/new`, ...plain);
            expect(code).toBe(1);
            expect(text).toContain("AccessDenied");
        }
        expect((await root("s3", "ls", `s3://${bucket}`, "--endpoint-url", aws.plainUrl)).text).toContain(
            "AccessDenied",
        );
    });

    test("and nothing of all that happened", async () => {
        const { text } = await succeed(root("s3", "ls", `s3://${bucket}/`));
        expect(text).toMatch(/ kept$/m);
        expect(text).not.toMatch(/ (new|x)$/m);
        expect((await root("s3", "ls", `s3://${other}`)).text).toBe("");
    });

    test("everything with a wrong secret, or an unknown key", async () => {
        const wrong = awsCommand(aws, folder, { id: (await newUploader("second", "")).id, secret: "wrong" });
        expect((await wrong("s3", "ls", `s3://${bucket}`)).text).toContain("SignatureDoesNotMatch");
        const unknown = awsCommand(aws, folder, { id: "AKIA0000000000000000", secret: "any" });
        expect((await unknown("s3", "ls", `s3://${bucket}`)).text).toContain("InvalidAccessKeyId");
    });
});

test("an uploader held to a prefix uploads and lists there alone", async () => {
    const held = awsCommand(aws, folder, await newUploader("held", "camera/"));
    await succeed(held("s3", "cp", "plain", `s3://${bucket}/camera/one`, ...glacier));
    expect((await succeed(held("s3", "ls", `s3://${bucket}/camera/`))).text).toMatch(/ one$/m);
    for (const args of [
        ["s3", "cp", "plain", `s3://${bucket}/elsewhere`, ...glacier],
        ["s3", "ls", `s3://${bucket}/`],
        ["s3", "ls", `s3://${bucket}/other/`],
    ]) {
        expect((await held(...args)).text).toContain("AccessDenied");
    }
});

test("a role is taken on by those it trusts alone, and may do what the user may", async () => {
    const assume: PolicyStatement = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
    const keys: Record<string, Key> = {};
    for (const name of ["trusted", "stranger"]) {
        keys[name] = await newUser(name, { Version: "2012-10-17", Statement: [assume] });
    }
    const trust = trustPolicy(["arn:aws:iam::123456789012:user/trusted"]);
    const role = ["--role-name", "uploads"];
    await succeed(root("iam", "create-role", ...role, "--assume-role-policy-document", file(trust)));
    const policy = ["--policy-name", "upload", "--policy-document", file(uploads(""))];
    await succeed(root("iam", "put-role-policy", ...role, ...policy));

    const take = ["sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/uploads"];
    const session = ["--role-session-name", "nas"];
    expect((await awsCommand(aws, folder, keys["stranger"])(...take, ...session)).text).toContain("AccessDenied");
    const { text } = await succeed(awsCommand(aws, folder, keys["trusted"])(...take, ...session));
    const { Credentials } = JSON.parse(text) as { Credentials: Record<string, string> };
    const taken = awsCommand(aws, folder, {
        id: Credentials["AccessKeyId"]!,
        secret: Credentials["SecretAccessKey"]!,
        token: Credentials["SessionToken"]!,
    });
    await succeed(taken("s3", "cp", "nine-megabytes", `s3://${bucket}/by-role`, ...glacier));
    for (const refused of [
        ["s3", "cp", "plain", `s3://${bucket}/by-role`],
        ["s3", "rm", `s3://${bucket}/by-role`],
        ["s3", "ls", `s3://${other}`],
    ]) {
        expect((await taken(...refused)).text).toContain("AccessDenied");
    }
});

const glacier = ["--storage-class", "GLACIER"];
const oneDay = ["--restore-request", "Days=1"];

function uploads(prefix: string): PolicyDocument {
    return uploaderPolicy({
        bucketArn: `arn:aws:s3:::${bucket}`,
        prefix,
        storageClasses: ["GLACIER"],
        storageClassCondition: "required",
    });
}

function newUploader(name: string, prefix: string): Promise<Key> {
    return newUser(name, uploads(prefix));
}

/** Makes a user and a key, as the account's administrator would. */
async function newUser(name: string, policy: PolicyDocument): Promise<Key> {
    await succeed(root("iam", "create-user", "--user-name", name));
    const named = ["--user-name", name, "--policy-name", "all", "--policy-document", file(policy)];
    await succeed(root("iam", "put-user-policy", ...named));
    const { text } = await succeed(root("iam", "create-access-key", "--user-name", name));
    const { AccessKey } = JSON.parse(text) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
    return { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey };
}

/** Puts it into a file, and returns how the command line is told to read it. */
function file(content: object, name?: string): string {
    const text = JSON.stringify(content);
    writeFileSync(path.join(folder, name ?? "document.json"), text);
    return name ?? "file://document.json";
}

async function succeed(run: Promise<Run>): Promise<Run> {
    const result = await run;
    if (result.code !== 0) throw new Error(`exit ${result.code}: ${result.text}`);
    return result;
}

function sha256(content: Buffer): string {
    return createHash("sha256").update(content).digest("hex");
}
