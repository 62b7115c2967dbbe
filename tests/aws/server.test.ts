import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { connect } from "node:tls";

import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import type { Hand, HandOptions } from "./hand";
import { handOf } from "./hand";

const region = "ap-southeast-2";
let folder: string;

jest.setTimeout(30_000);
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-server-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("keeps buckets, their settings, objects, unfinished uploads, users and keys between runs", async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, "x");
    const key = await withAws(async (aws) => {
        const { s3: client, iam: identities } = clientsOf(aws);
        await client.send(new s3.CreateBucketCommand({ Bucket: "kept", ObjectLockEnabledForBucket: true }));
        await client.send(new s3.PutBucketPolicyCommand({ Bucket: "kept", Policy: tlsOnly("kept") }));
        await client.send(
            new s3.PutBucketLifecycleConfigurationCommand({
                Bucket: "kept",
                TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
                LifecycleConfiguration: {
                    Rules: [{ ID: "a", Status: "Enabled", Filter: {}, Expiration: { Days: 3 } }],
                },
            }),
        );
        for (const Body of ["first", "second"]) {
            await client.send(new s3.PutObjectCommand({ Bucket: "kept", Key: "small", Body }));
        }
        await client.send(
            new s3.PutObjectCommand({ Bucket: "kept", Key: "large", Body: large, StorageClass: "GLACIER_IR" }),
        );
        await client.send(new s3.CreateMultipartUploadCommand({ Bucket: "kept", Key: "unfinished" }));
        await identities.send(new iam.CreateUserCommand({ UserName: "kept", Tags: [{ Key: "a", Value: "b" }] }));
        const { AccessKey } = await identities.send(new iam.CreateAccessKeyCommand({ UserName: "kept" }));
        return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    });

    await withAws(async (aws) => {
        const { s3: client, iam: identities } = clientsOf(aws);
        const versions = await client.send(new s3.ListObjectVersionsCommand({ Bucket: "kept" }));
        expect(versions.Versions).toHaveLength(3);
        const [newest, older] = versions.Versions!.filter(({ Key }) => Key === "small");
        const get = async (Key: string, VersionId?: string) => {
            const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: "kept", Key, VersionId }));
            return Buffer.from(await Body!.transformToByteArray());
        };
        expect((await get("small", newest!.VersionId)).toString()).toBe("second");
        expect((await get("small", older!.VersionId)).toString()).toBe("first");
        expect((await get("large")).equals(large)).toBe(true);
        const lifecycle = await client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: "kept" }));
        expect(lifecycle.Rules?.[0]?.Expiration?.Days).toBe(3);
        expect(lifecycle.TransitionDefaultMinimumObjectSize).toBe("varies_by_storage_class");
        expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket: "kept" }))).Policy).toBe(tlsOnly("kept"));
        const uploads = await client.send(new s3.ListMultipartUploadsCommand({ Bucket: "kept" }));
        expect(uploads.Uploads?.map(({ Key }) => Key)).toEqual(["unfinished"]);
        const { User } = await identities.send(new iam.GetUserCommand({ UserName: "kept" }));
        expect(User?.Tags).toEqual([{ Key: "a", Value: "b" }]);
        const own = clientsOf(aws, key);
        await expect(own.s3.send(new s3.ListObjectsV2Command({ Bucket: "kept" }))).rejects.toThrow(/Access Denied/);
    });
});

test("writes each content once, apart from the rest, and forgets what is deleted", async () => {
    const objects = path.join(folder, "objects");
    await withAws(async (aws) => {
        const { s3: client } = clientsOf(aws);
        await client.send(new s3.CreateBucketCommand({ Bucket: "many" }));
        const Body = Buffer.alloc(3_000_000, "y");
        for (const Key of ["one", "two"]) await client.send(new s3.PutObjectCommand({ Bucket: "many", Key, Body }));
    });
    expect(readdirSync(objects)).toHaveLength(1);
    expect(statSync(path.join(folder, "state")).size).toBeLessThan(100_000);
    await withAws(async (aws) => {
        const { s3: client } = clientsOf(aws);
        for (const Key of ["one", "two"]) await client.send(new s3.DeleteObjectCommand({ Bucket: "many", Key }));
    });
    expect(readdirSync(objects)).toEqual([]);
});

test("starts empty, and says so, where the kept state cannot be read", async () => {
    writeFileSync(path.join(folder, "state"), "not a state");
    await withAws(async (aws) => {
        const { Buckets } = await clientsOf(aws).s3.send(new s3.ListBucketsCommand({}));
        expect(Buckets ?? []).toEqual([]);
    });
    expect(readFileSync(path.join(folder, "state.unreadable"), "utf8")).toBe("not a state");
});

test("its private key is for its owner alone, and its certificate holds for clients that verify", async () => {
    await withAws(async (aws) => {
        expect(statSync(path.join(folder, "tls/server.key")).mode & 0o077).toBe(0);
        expect(await unsigned(aws.url, readFileSync(aws.caFile))).toBe(403);
        await expect(unsigned(aws.url)).rejects.toThrow(/certificate/);
    });
});

test("stops when whoever started it is gone, without being told", async () => {
    const server = path.resolve(__dirname, "../../sandbox/aws/server.py");
    const python = path.resolve(__dirname, "../../.sandbox/python/bin/python");
    const child = spawn(python, [server, "--tls", folder, "--until-stdin-closes"], {
        stdio: ["pipe", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    child.stdin.end();
    expect(await once(child, "close")).toEqual([0, null]);
});

test("says in one line why it does not start", async () => {
    await expect(startAws({ python: "/nowhere/python" })).rejects.toThrow(/^the sandbox's AWS did not start: .*ENOENT/);
    writeFileSync(path.join(folder, "tls"), "a file where a folder should be");
    await expect(startAws({ state: folder })).rejects.toThrow(/^the sandbox's AWS did not start \(exit 1\): .+$/);
});

describe("a policy's conditions", () => {
    const cases: [string, object, { https: boolean; http: boolean }][] = [
        ["TLS wanted", { Bool: { "aws:SecureTransport": "false" } }, { https: true, http: false }],
        ["plain HTTP wanted", { Bool: { "aws:SecureTransport": true } }, { https: false, http: true }],
        ["a class left out", { Null: { "s3:x-amz-storage-class": "true" } }, { https: false, http: false }],
        ["another class", { StringNotEquals: { "s3:x-amz-storage-class": "GLACIER" } }, { https: false, http: false }],
        [
            "another class, if any",
            { StringNotEqualsIfExists: { "s3:x-amz-storage-class": "GLACIER" } },
            { https: false, http: false },
        ],
        [
            "both of two conditions",
            { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "s3:x-amz-storage-class": "GLACIER" } },
            { https: true, http: true },
        ],
        [
            "an operator that is not known here",
            { DateLessThan: { "aws:CurrentTime": "2020-01-01" } },
            { https: false, http: false },
        ],
        ["a key that is not known here", { StringEquals: { "aws:UserAgent": "x" } }, { https: false, http: false }],
    ];

    let aws: Aws;
    beforeAll(async () => (aws = await startAws({ region })));
    afterAll(() => aws.stop());

    afterEach(() => {
        for (const client of opened.splice(0)) client.close();
    });

    test.each(cases)("%s: a refusal holds where it is met or cannot be told", async (name, Condition, allowed) => {
        const Bucket = `conditions-${cases.findIndex(([other]) => other === name)}`;
        const { s3: client } = clientsOf(aws);
        await client.send(new s3.CreateBucketCommand({ Bucket }));
        const Resource = `arn:aws:s3:::${Bucket}/*`;
        const Statement = [{ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource, Condition }];
        const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
        await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
        const put = async (endpoint: string) => {
            const own = clientsOf(aws, undefined, endpoint).s3;
            return own.send(new s3.PutObjectCommand({ Bucket, Key: "a", Body: "b" })).then(
                () => true,
                (error: Error) => (error.name === "AccessDenied" ? false : Promise.reject(error)),
            );
        };
        expect({ https: await put(aws.url), http: await put(aws.plainUrl) }).toEqual(allowed);
    });

    test("a public policy is refused, or has no effect, where the bucket is closed to the public", async () => {
        const { s3: client } = clientsOf(aws);
        const Bucket = "closed";
        await client.send(new s3.CreateBucketCommand({ Bucket }));
        await client.send(new s3.PutObjectCommand({ Bucket, Key: "a", Body: "b" }));
        const Statement = [
            { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::closed/*" },
        ];
        const open = new s3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement }) });
        const close = (part: object) =>
            client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: part }));
        const ask = () => unsigned(`${aws.url}/closed/a`, readFileSync(aws.caFile));

        await close({ BlockPublicPolicy: true });
        await expect(client.send(open)).rejects.toThrow(/Access Denied/);
        await close({ BlockPublicPolicy: false });
        await client.send(open);
        expect(await ask()).toBe(200);
        await close({ RestrictPublicBuckets: true });
        expect(await ask()).toBe(403);
    });

    test("a permission does not hold where a condition cannot be told", async () => {
        const { s3: client, iam: identities } = clientsOf(aws);
        await client.send(new s3.CreateBucketCommand({ Bucket: "permissions" }));
        await identities.send(new iam.CreateUserCommand({ UserName: "u" }));
        const { AccessKey } = await identities.send(new iam.CreateAccessKeyCommand({ UserName: "u" }));
        const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
        const list = async (Condition?: object) => {
            const Statement = [{ Effect: "Allow", Action: "s3:ListBucket", Resource: "*", Condition }];
            const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
            await identities.send(new iam.PutUserPolicyCommand({ UserName: "u", PolicyName: "p", PolicyDocument }));
            return clientsOf(aws, key)
                .s3.send(new s3.ListObjectsV2Command({ Bucket: "permissions" }))
                .then(
                    () => "allowed",
                    (error: Error) => error.name,
                );
        };
        expect(await list()).toBe("allowed");
        expect(await list({ StringEquals: { "aws:UserAgent": "x" } })).toBe("AccessDenied");
        expect(await list({ Bool: { "aws:SecureTransport": "true" } })).toBe("allowed");
        expect(await list({ Bool: { "aws:SecureTransport": "false" } })).toBe("AccessDenied");
    });
});

test("keeps a connection for the next request, whatever was asked before, and forgets one that broke off", async () => {
    const requests = await withAws(async (aws) => {
        const agent = new Agent({ ca: readFileSync(aws.caFile), keepAlive: true, maxSockets: 1 });
        let connections = 0;
        agent.on("keylog", (line: Buffer) => (connections += Number(line.includes("CLIENT_HANDSHAKE"))));
        const ask = (method: string, body?: string) =>
            new Promise<number>((resolve, reject) => {
                request(`${aws.url}/nobodys/key`, { agent, method }, (answer) => {
                    answer.resume().on("end", () => resolve(answer.statusCode!));
                })
                    .on("error", reject)
                    .end(body);
            });
        // Refused unread, without a body, and nothing at all behind the headers.
        expect([await ask("PUT", "a".repeat(100_000)), await ask("GET"), await ask("HEAD")]).toEqual([403, 403, 403]);
        expect(connections).toBe(1);
        agent.destroy();
        const broken = connect({ ...portOf(aws.url), ca: readFileSync(aws.caFile) });
        broken.write("PUT /nobodys/broken HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
        broken.end();
        await once(broken.resume(), "close");
        return aws.requests();
    });
    expect(requests.map(({ method }) => method)).toEqual(["PUT", "GET", "HEAD"]);
});

function portOf(url: string): { host: string; port: number } {
    const { hostname, port } = new URL(url);
    return { host: hostname, port: Number(port) };
}

/** The status of a request that says nothing of who asks. */
function unsigned(url: string, ca?: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
        request(url, { agent: new Agent({ ca }) }, (answer) => {
            answer.resume().on("end", () => resolve(answer.statusCode!));
        })
            .on("error", reject)
            .end();
    });
}

/** Runs something with a server that keeps its state in the test's folder. */
async function withAws<T>(act: (aws: Aws) => Promise<T>): Promise<T> {
    const aws = await startAws({ state: folder, region });
    try {
        return await act(aws);
    } finally {
        for (const client of opened.splice(0)) client.close();
        await aws.stop();
    }
}

const opened: Hand[] = [];

/** In the one region where a bucket is made without being told where. */
function clientsOf(aws: Aws, credentials?: HandOptions["credentials"], endpoint?: string): Hand {
    const hand = handOf(aws, { region: "us-east-1", credentials, endpoint });
    opened.push(hand);
    return hand;
}

function tlsOnly(bucket: string): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
        ],
    });
}
