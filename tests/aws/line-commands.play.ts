/** `measure` and `verify` as a person calls them: a real S3 client, the embedded S3, and an embedded router. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import type { S3Client } from "@aws-sdk/client-s3";
import {
    AbortMultipartUploadCommand,
    CreateBucketCommand,
    ListMultipartUploadsCommand,
    ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import * as v from "valibot";

import { openBucket } from "../../cli/s3/bucket";
import { uploaderPolicy } from "../../components/archive/policy";
import { measurementSchema, verificationSchema } from "../../line/output";
import { readBucket } from "../../line/probes/bucket";
import { readPolicies } from "../../line/probes/policies";
import type { Router } from "../../router";
import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import * as command from "../../testing/command";
import { helpExamples } from "../../testing/printed-commands";
import { quietAndQuick } from "../../testing/quiet";
import { recordStack } from "../../testing/recorded-stack";
import { broughtUp } from "../../testing/stages";
import { build, root } from "../lab/support";

quietAndQuick();
build();
jest.setTimeout(180_000);

const Bucket = "proved";
const saved = { ...process.env };
const short = "--seconds 5 --connections 1 --udp none";

let folder: string;
let aws: Aws;
let client: S3Client;
let router: Router;
let environment: Record<string, string>;
/** Takes whatever is sent, and is where round trips are timed. */
const sink = createServer((socket) => void socket.on("error", () => undefined).resume());
let there: string;

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "line-proof-"));
    sink.listen(0, "127.0.0.1");
    await once(sink, "listening");
    there = `127.0.0.1:${(sink.address() as AddressInfo).port}`;
    aws = await startAws();
    Object.assign(process.env, aws.env);
    ({ client } = await openBucket({ bucket: Bucket, region: "ap-southeast-2" }));
    const CreateBucketConfiguration = { LocationConstraint: "ap-southeast-2" as const };
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const site = await broughtUp();
    ({ router } = site);
    const config = {
        "aws:region": "ap-southeast-2",
        "routeros-s3:wanInterface": "ether5",
        "routeros-s3:uplink": "20M",
        "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
    };
    environment = { ...aws.env, ...recordStack(folder, site.carrier, { config, outputs: { bucket: Bucket } }) };
});
afterAll(async () => {
    client?.destroy();
    process.env = saved;
    sink.close();
    await router?.stop();
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
});

const where = (env: Record<string, string> = {}) => ({
    folder,
    env: { PATH: "", HOME: folder, ...environment, ...env },
});
const launch = (line: string, env?: Record<string, string>) => command.launch(line, where(env));
const run = (line: string, env?: Record<string, string>) => command.run(line, where(env));

/** Resolves when the command has said something like that. */
async function says({ child, said }: ReturnType<typeof launch>, text: RegExp): Promise<void> {
    const ended = once(child, "close").then(() => {
        if (!text.test(said.errors)) throw new Error(`it ended and said: ${said.errors}${said.out}`);
    });
    while (!text.test(said.errors)) await Promise.race([once(child.stderr, "data"), ended]);
    ended.catch(() => undefined);
}

async function left(): Promise<{ Key?: string; UploadId?: string }[]> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    return [...Uploads, ...Contents];
}

const isOut = (): boolean => router.rows("/queue/tree").some(({ disabled }) => disabled === "true");

/** Resolves when the parent queue is in use after a request. */
function inUse(): Promise<void> {
    return new Promise((resolve) => {
        const off = router.onRequest(({ when, method }) => {
            if (when !== "after" || method !== "PATCH" || isOut()) return;
            off();
            resolve();
        });
    });
}

async function newKey(UserName: string, policy?: object): Promise<Record<string, string>> {
    const httpsAgent = new Agent({ ca: readFileSync(aws.caFile) });
    const iam = new IAMClient({ region: "us-east-1", requestHandler: { httpsAgent } });
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify(policy ?? { Version: "2012-10-17", Statement: [] });
    if (policy) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "upload", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    iam.destroy();
    return { AWS_ACCESS_KEY_ID: AccessKey!.AccessKeyId!, AWS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey! };
}

/** What stands in for what a person has, and makes it short. */
const here = (line: string): string =>
    `${line.replace(/^npx routeros-s3 /, "").replace("vps.example.net:9000", there)} ${short} --tcp ${there}`;

test.each(helpExamples("measure"))("as its help shows it: %s", async (line) => {
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" as const };
    if (line.includes("photos")) {
        const { client: s3 } = await openBucket({ bucket: "photos", region: "eu-central-1" });
        await s3.send(new CreateBucketCommand({ Bucket: "photos", CreateBucketConfiguration }));
        s3.destroy();
    }
    const { code, out, errors } = await run(here(line));
    expect([code, isOut(), await left()]).toEqual([0, false, []]);
    if (line.includes("--json")) {
        expect(v.parse(measurementSchema, JSON.parse(out)).parts).toBeGreaterThan(0);
        expect(errors).toBe("");
    } else expect(out).toMatch(/^[\d.]+ Mbit\/s on the wire as the router counts it, over 1 connections\n/);
});

test.each(helpExamples("verify"))("as its help shows it: %s", async (line) => {
    const { code, out } = await run(here(line));
    expect(out).toMatch(/^not shaped, because .*: 0 % of \d/);
    expect([code, await left()]).toEqual([1, []]);
    const page = /--page (\S+)/.exec(line)?.[1] ?? "routeros-s3-verify.html";
    expect(readFileSync(path.join(folder, page), "utf8")).toContain("not shaped, because");
    v.parse(verificationSchema, JSON.parse(readFileSync(path.join(folder, page.replace("html", "json")), "utf8")));
});

test("the bucket and the policies are read as they stand, and what is gone is told", async () => {
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "*" }] };
    await newKey("changed", policy);
    const recorded = { kind: "user" as const, name: "upload", policy: JSON.stringify(policy) };
    expect(await readPolicies([{ ...recorded, identity: "changed" }], "us-east-1")).toEqual([]);
    const found = await readPolicies(
        [
            { ...recorded, identity: "changed", policy: "{}" },
            { ...recorded, identity: "gone" },
        ],
        "us-east-1",
    );
    expect(found.map(({ seen }) => seen)).toEqual([
        "policy upload of user changed is not the stack's",
        "policy upload of user gone is gone",
    ]);
    const { api, client: s3 } = await openBucket({ bucket: Bucket, region: "ap-southeast-2" });
    await s3.send(
        new api.PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status: "Enabled" } }),
    );
    expect(await readBucket(s3, Bucket)).toMatchObject({
        exists: true,
        lifecycle: [],
        accelerated: true,
        unfinished: 0,
    });
    expect(await readBucket(s3, "no-such-bucket-here")).toMatchObject({ exists: false });
    s3.destroy();
});

test("measure with the uploader's own rights, and the parent queue lifted meanwhile", async () => {
    const policy = uploaderPolicy({
        bucketArn: `arn:aws:s3:::${Bucket}`,
        prefix: "",
        storageClasses: ["GLACIER"],
        storageClassCondition: "required",
    });
    const launched = launch(`measure --lift ${short} --tcp ${there}`, await newKey("uploader", policy));
    await says(launched, /parent queue is out of use/);
    expect(isOut()).toBe(true);
    const [code] = (await once(launched.child, "close")) as [number];
    expect(launched.said.errors).toMatch(
        /at most some 20 PUT requests of GLACIER, by the price list of ap-southeast-2 0\.00 USD; nothing is stored/,
    );
    expect(launched.said.out).toMatch(/Mbit\/s on the wire.*\n.*\n.*\n.*grade A/);
    expect(launched.said.out).toMatch(/\npulumi config set routeros-s3:uplink \d+(\.\d+)?[Mk]\n$/);
    expect([code, isOut(), await left()]).toEqual([0, false, []]);
});

test("measure says that our own parent queue holds the line", async () => {
    const launched = launch(`measure ${short} --tcp ${there}`);
    await says(launched, /parent queue upload holds the line to 19 Mbit\/s: --lift measures without it/);
    launched.child.kill("SIGTERM");
    await once(launched.child, "close");
});

test.each<[string, RegExp]>([
    ["the idle line", /the idle line/],
    ["the upload", /Mbit\/s over/],
])("measure interrupted during %s ends with 130, all put back, nothing in the bucket", async (_phase, when) => {
    const launched = launch(`measure --lift ${short} --tcp ${there}`);
    await says(launched, when);
    launched.child.kill("SIGINT");
    const [code] = (await once(launched.child, "close")) as [number];
    expect(launched.said.errors).toMatch(/stopping: the upload is aborted, nothing stays\n/);
    expect([code, isOut(), await left()]).toEqual([130, false, []]);
});

test("measure killed in the middle of a lift: the parent queue is in use again all the same", async () => {
    const launched = launch(`measure --lift ${short} --tcp ${there}`);
    await says(launched, /parent queue is out of use/);
    const back = inUse();
    launched.child.kill("SIGKILL");
    await back;
    // Its parts are the lifecycle's to give up, as it said.
    for (const { Key, UploadId } of await left()) {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
});

test.each<[string, string, () => Promise<Record<string, string>>, RegExp]>([
    [
        "a bucket that is not there",
        "measure --bucket no-such-bucket",
        () => Promise.resolve({}),
        /there is no bucket no-such-bucket: look at --bucket/,
    ],
    [
        "no right to upload",
        "measure",
        () => newKey("nobody"),
        /no right to do that in the bucket proved: it needs s3:PutObject/,
    ],
    [
        "a key that AWS does not know",
        "verify",
        () => Promise.resolve({ AWS_ACCESS_KEY_ID: "AKIA0000000000000000" }),
        /AWS does not know these credentials|no right to do that/,
    ],
])("%s is one clear line", async (_name, line, env, says) => {
    const { code, out, errors } = await run(`${line} ${short} --tcp ${there}`, await env());
    const last = errors.trimEnd().split("\n").at(-1) ?? "";
    expect(last).toMatch(says);
    expect([out, code]).toEqual(["", line.startsWith("verify") ? 2 : 1]);
});

test.each<[string, RegExp]>([
    ["the idle line", /idle: uploads/],
    ["the upload", /upload: uploads/],
    ["the load", /beside: uploads/],
    ["what comes after it", /after: uploads/],
])("verify interrupted during %s ends with 130, no page, nothing in the bucket", async (_phase, when) => {
    const launched = launch(`verify ${short} --tcp ${there} --load ${there} --page broken.html`);
    await says(launched, when);
    launched.child.kill("SIGINT");
    const [code] = (await once(launched.child, "close")) as [number];
    expect([code, existsSync(path.join(folder, "broken.html")), await left()]).toEqual([130, false, []]);
});

test("verify interrupted while it waits for a load ends likewise", async () => {
    const launched = launch(`verify ${short} --tcp ${there} --page broken.html`);
    await says(launched, /start another upload/);
    launched.child.kill("SIGINT");
    const [code] = (await once(launched.child, "close")) as [number];
    expect([code, existsSync(path.join(folder, "broken.html")), await left()]).toEqual([130, false, []]);
});

const nowhere = {
    ROUTEROS_URL: "http://127.0.0.1:1",
    ROUTEROS_ALLOW_PLAINTEXT: "true",
    ROUTEROS_USERNAME: "a",
    ROUTEROS_PASSWORD: "b",
};
test.each<[string, string, Record<string, string>, RegExp, number]>([
    ["verify", "a wrong password", { ROUTEROS_PASSWORD: "wrong" }, /\[login\/refused\]$/, 2],
    ["verify", "no router", nowhere, /127\.0\.0\.1:1.*\[/, 2],
    ["measure --lift", "a wrong password", { ROUTEROS_PASSWORD: "wrong" }, /\[login\/refused\]$/, 1],
    ["measure --lift", "no router", nowhere, /127\.0\.0\.1:1.*\[/, 1],
])("%s with %s: one clear line, and nothing in the bucket", async (line, _what, env, says, ends) => {
    const { code, out, errors } = await run(`${line} ${short} --tcp ${there}`, env);
    expect(errors.trimEnd().split("\n").at(-1)).toMatch(says);
    expect([code, out, isOut(), await left()]).toEqual([ends, "", false, []]);
});

test("a router that goes away while verify looks at it ends it with 2, and nothing in the bucket", async () => {
    const launched = launch(`verify ${short} --tcp ${there} --page broken.html`);
    await says(launched, /upload: uploads/);
    router.addFault({ kind: "drop", when: "before", at: 1, times: 1000 });
    const [code] = (await once(launched.child, "close")) as [number];
    router.clearFaults();
    expect(launched.said.errors.trimEnd().split("\n").at(-1)).toMatch(/^verify: .*\[connection\//);
    expect([code, existsSync(path.join(folder, "broken.html")), await left()]).toEqual([2, false, []]);
});

test("a line that breaks in the middle is told with what is left to do", async () => {
    const launched = ["measure --lift", "verify"].map((line) => launch(`${line} ${short} --tcp ${there}`));
    const ended = launched.map(({ child }) => once(child, "close") as Promise<[number]>);
    await Promise.all([says(launched[0]!, /Mbit\/s over/), says(launched[1]!, /upload: uploads/)]);
    await aws.stop();
    expect((await Promise.all(ended)).flatMap(([code]) => code)).toEqual([1, 2]);
    for (const { said } of launched) {
        expect(said.errors.trimEnd().split("\n").at(-1)).toMatch(
            /the upload could not be aborted .*aws s3api abort-multipart-upload --bucket proved --key .* --upload-id \S+`$/,
        );
    }
    expect(isOut()).toBe(false);
});
