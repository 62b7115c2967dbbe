/** What `destroy` takes of a protected site, on the real engine. The tests build on each other. */
import path from "node:path";

import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { Row } from "../../router/api";
import { root } from "../../sandbox/places";
import { handOf } from "../aws/hand";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

let stack: ScratchStack;
let before: Record<string, Row[]>;
let hand: ReturnType<typeof handOf>;
let key: iam.AccessKey | undefined;

beforeAll(async () => {
    stack = await startEngine({
        config: {
            "aws:region": "ap-southeast-2",
            "routeros-s3:wanInterface": "ether5",
            "routeros-s3:uplink": "20M",
            "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
        },
    });
    before = stack.router.configuration();
    hand = handOf(stack.aws);
    expect(await stack.up()).toMatchObject({ code: 0 });
    const { Users: users = [] } = await hand.iam.send(new iam.ListUsersCommand({}));
    ({ AccessKey: key } = await hand.iam.send(new iam.CreateAccessKeyCommand({ UserName: users[0]?.UserName })));
});
afterAll(async () => {
    hand.close();
    await stack.stop();
});

/** Uploads as the person does who keeps the key. */
async function upload(): Promise<void> {
    const { stdout } = await stack.pulumi(["stack", "output", "bucket"]);
    const credentials = { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
    const uploader = handOf(stack.aws, { credentials });
    try {
        const photo = { Bucket: stdout.trim(), Key: "photo", Body: "photo", StorageClass: "GLACIER" } as const;
        await uploader.s3.send(new s3.PutObjectCommand(photo));
    } finally {
        uploader.close();
    }
}

it("stops at planning without more words, and deletes nothing", async () => {
    const standing = stack.router.configuration();
    const resources = await stack.resources();
    const writes = stack.router.log.filter(({ method }) => method !== "GET").length;
    const destroy = await stack.pulumi(["destroy", "--yes"]);
    expect(destroy.code).not.toBe(0);
    expect(destroy.output).toMatch(/protect/);
    expect(stack.router.log.filter(({ method }) => method !== "GET")).toHaveLength(writes);
    expect(stack.router.configuration()).toEqual(standing);
    expect((await stack.resources()).map(({ urn }) => urn)).toEqual(resources.map(({ urn }) => urn));
    await upload();
});

it("takes the router side alone with --exclude-protected: the uploader's key still uploads", async () => {
    expect(await stack.destroy(["--exclude-protected"])).toMatchObject({ code: 0 });
    expect(stack.router.configuration()).toEqual(before);
    const left = (await stack.resources()).filter(({ type }) => /^(aws|pulumi-nodejs):/.test(type));
    expect(left.map(({ type }) => type)).toEqual(
        expect.arrayContaining(["aws:s3/bucket:Bucket", "aws:iam/user:User", "aws:iam/userPolicy:UserPolicy"]),
    );
    expect(left.filter(({ type }) => type.startsWith("pulumi-nodejs:"))).toEqual([]);
    await upload();
});

it("is put back by up, with the same uploader and the same key", async () => {
    const user = (await stack.resources()).find(({ type }) => type === "aws:iam/user:User");
    const up = await stack.up();
    expect(up).toMatchObject({ code: 0 });
    expect((await stack.resources()).find(({ type }) => type === "aws:iam/user:User")).toMatchObject({
        id: user?.id,
    });
    expect(stack.router.rows("/queue/tree")).toHaveLength(3);
    expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
    await upload();
});
