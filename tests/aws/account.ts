/** Run by `account.mjs`, never by `npm test`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { python, sandboxFolder } from "../../sandbox/places";
import type { Outcome, ScratchStack } from "../engine/harness";
import { startEngine } from "../engine/harness";

const minutes = 60_000;
const region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "ap-southeast-2";
const program = {
    "index.js": `
        const { ArchiveBucket } = require("./bin/components/archive/archive-bucket");
        const { Uploader } = require("./bin/components/archive/uploader");
        const tags = { made: "by-test-of-routeros-s3" };
        const archive = new ArchiveBucket("routeros-s3-test", { protect: false, forceDestroy: true, tags });
        const { bucketName, bucketArn, storageClass } = archive;
        const uploader = new Uploader("routeros-s3-test", { bucketName, bucketArn, storageClass, tags });
        exports.bucket = bucketName;
        exports.user = uploader.identityName;
    `,
};

let stack: ScratchStack;
let folder: string;
let bucket = "";
let user = "";

jest.setTimeout(15 * minutes);

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-account-"));
    // Pulumi's own plugin is fetched once, into a folder where the sandbox's stand-in is not.
    const home = path.join(sandboxFolder, "pulumi-account");
    mkdirSync(home, { recursive: true });
    const own = Object.entries(process.env).filter(([name, value]) => name.startsWith("AWS_") && value !== undefined);
    stack = await startEngine({
        program,
        router: false,
        config: { "aws:region": region, "aws:allowedAccountIds": [process.env["ROUTEROS_S3_AWS_ACCOUNT"]] },
        env: {
            ...(Object.fromEntries(own) as Record<string, string>),
            AWS_REGION: region,
            AWS_PAGER: "",
            PULUMI_HOME: home,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false",
        },
    });
    const { Account } = JSON.parse((await aws("sts", "get-caller-identity")).stdout) as { Account: string };
    if (Account !== process.env["ROUTEROS_S3_AWS_ACCOUNT"]) {
        throw new Error(`the credentials belong to account ${Account}, not to the one in ROUTEROS_S3_AWS_ACCOUNT`);
    }
});

afterAll(async () => {
    const destroyed = await stack?.destroy();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
    if (destroyed && destroyed.code !== 0) {
        throw new Error(`remove the bucket ${bucket} and the user ${user} by hand: ${destroyed.output}`);
    }
});

test("brings the archive and the uploader up, and then finds nothing to do", async () => {
    succeed(await stack.up());
    const outputs = JSON.parse(succeed(await stack.pulumi(["stack", "output", "--json"])).stdout) as {
        bucket: string;
        user: string;
    };
    ({ bucket, user } = outputs);
    succeed(await stack.preview(["--refresh", "--expect-no-changes"]));
});

test("shows a lifecycle changed by hand, and repairs it", async () => {
    const Rules = [{ ID: "by-hand", Status: "Enabled", Filter: { Prefix: "nothing/" }, Expiration: { Days: 9 } }];
    const lifecycle = ["--bucket", bucket, "--lifecycle-configuration", JSON.stringify({ Rules })];
    await aws("s3api", "put-bucket-lifecycle-configuration", ...lifecycle);
    const { output } = succeed(await stack.preview(["--refresh", "--diff"]));
    expect(output).toContain("by-hand");
    succeed(await stack.up(["--refresh"]));
    const found = await aws("s3api", "get-bucket-lifecycle-configuration", "--bucket", bucket);
    expect(found.stdout).not.toContain("by-hand");
    succeed(await stack.preview(["--refresh", "--expect-no-changes"]));
});

test("lets the uploader upload in its class, by multipart, and do nothing else", async () => {
    const made = await aws("iam", "create-access-key", "--user-name", user);
    const { AccessKey } = JSON.parse(made.stdout) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
    const file = path.join(folder, "nine-megabytes");
    writeFileSync(file, Buffer.alloc(9 * 1024 * 1024));
    const upload = (...args: string[]) =>
        stack.run(command, args, {
            AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
            AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
            AWS_SESSION_TOKEN: "",
        });
    const copy = ["s3", "cp", "--no-progress", file, `s3://${bucket}/test`];
    const glacier = ["--storage-class", "GLACIER"];

    // A new key is known everywhere in AWS only after some seconds.
    let first = await upload(...copy, ...glacier);
    for (
        let tries = 0;
        first.code !== 0 && /InvalidAccessKeyId|AccessDenied/.test(first.output) && tries < 12;
        tries++
    ) {
        await wait(5_000);
        first = await upload(...copy, ...glacier);
    }
    succeed(first);
    succeed(await upload("s3", "ls", `s3://${bucket}/`));
    const plain = ["--endpoint-url", `http://s3.${region}.amazonaws.com`];
    for (const refused of [
        copy,
        [...copy, "--storage-class", "STANDARD_IA"],
        [...copy, ...glacier, ...plain],
        ["s3api", "get-object", "--bucket", bucket, "--key", "test", path.join(folder, "read")],
        ["s3", "rm", `s3://${bucket}/test`],
    ]) {
        const { code, output } = await upload(...refused);
        expect([refused, code === 0, /AccessDenied|Forbidden/.test(output)]).toEqual([refused, false, true]);
    }
});

test("takes everything down", async () => {
    succeed(await stack.destroy());
    const gone = await stack.run(command, ["s3api", "head-bucket", "--bucket", bucket]);
    expect(gone.output).toMatch(/404|Not Found/);
    const nobody = await stack.run(command, ["iam", "get-user", "--user-name", user]);
    expect(nobody.output).toContain("NoSuchEntity");
});

const command = path.join(path.dirname(python), "aws");

async function aws(...args: string[]): Promise<Outcome> {
    return succeed(await stack.run(command, args));
}

function succeed(outcome: Outcome): Outcome {
    if (outcome.code !== 0) throw new Error(`exit ${outcome.code}: ${outcome.output}`);
    return outcome;
}
