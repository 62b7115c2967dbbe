import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";

import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { PolicyDocument } from "../../components/archive/policy";
import { restorerPolicy, uploaderPolicy } from "../../components/archive/policy";
import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import type { Key, Run } from "./command-line";
import type { Hand } from "./hand";
import { handOf } from "./hand";

const root = path.resolve(__dirname, "../..");

/** A bucket with an uploader and a restorer, and the project's own commands to run on it. */
export interface Ground {
    aws: Aws;
    hand: Hand;
    /** A folder of its own, in which commands run. */
    folder: string;
    /** While this file is there, restores go on. */
    hold: string;
    uploader: Key;
    restorer: Key;
    /** `routeros-s3 …` as somebody. */
    command(args: string[], options?: CommandOptions): Promise<Run & { stdout: string }>;
    put(Key: string, Body: string | Buffer, StorageClass?: s3.StorageClass): Promise<unknown>;
    file(name: string, content: string | Buffer): string;
    stop(): Promise<void>;
}

export interface CommandOptions {
    /** @default the restorer's */
    key?: Key;
    env?: Record<string, string>;
    /** Told of all that was printed, whenever there is more. */
    seen?: (stdout: string, child: ChildProcess) => void;
}

export const bucket = "family-archive";

export async function archiveGround(prefix = ""): Promise<Ground> {
    // The commands run compiled, as they are shipped.
    (createRequire(__filename)(path.join(root, "tools/build.cjs")) as { ensureBuilt(): unknown }).ensureBuilt();
    const folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-archive-"));
    const hold = path.join(folder, "hold");
    const aws = await startAws({ holdRestores: hold, region: "ap-southeast-2" });
    const hand = handOf(aws);
    await hand.s3.send(
        new s3.CreateBucketCommand({
            Bucket: bucket,
            CreateBucketConfiguration: { LocationConstraint: "ap-southeast-2" },
        }),
    );
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await hand.s3.send(new s3.PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    const bucketArn = `arn:aws:s3:::${bucket}`;
    const storageClasses = ["GLACIER", "DEEP_ARCHIVE"];
    const uploads = uploaderPolicy({ bucketArn, prefix, storageClasses, storageClassCondition: "required" });
    const uploader = await user(hand, "uploader", uploads);
    const restorer = await user(hand, "restorer", restorerPolicy({ bucketArn, prefix }));
    return {
        aws,
        hand,
        folder,
        hold,
        uploader,
        restorer,
        async command(args, { key = restorer, env = {}, seen } = {}) {
            const child = spawn(process.execPath, [path.join(root, "cli/routeros-s3.cjs"), ...args], {
                cwd: folder,
                env: {
                    PATH: process.env["PATH"],
                    ...aws.env,
                    AWS_ACCESS_KEY_ID: key.id,
                    AWS_SECRET_ACCESS_KEY: key.secret,
                    ...env,
                },
                stdio: ["ignore", "pipe", "pipe"],
            });
            const out = { stdout: "", text: "" };
            child.stdout.setEncoding("utf8").on("data", (text: string) => {
                out.stdout += text;
                out.text += text;
                seen?.(out.stdout, child);
            });
            child.stderr.setEncoding("utf8").on("data", (text: string) => (out.text += text));
            const code = await new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 1)));
            return { code, ...out };
        },
        put: (Key, Body, StorageClass = "GLACIER") =>
            hand.s3.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body, StorageClass })),
        file(name, content) {
            const file = path.join(folder, name);
            mkdirSync(path.dirname(file), { recursive: true });
            writeFileSync(file, content);
            return file;
        },
        async stop() {
            hand.close();
            await aws.stop();
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

async function user({ iam: client }: Hand, UserName: string, policy: PolicyDocument): Promise<Key> {
    await client.send(new iam.CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify(policy);
    await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument }));
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }));
    return { id: AccessKey!.AccessKeyId!, secret: AccessKey!.SecretAccessKey! };
}
