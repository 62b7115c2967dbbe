/** What `destroy` takes of a protected site, on the real engine. The tests build on each other. */
import path from "node:path";

import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import type { Row } from "../../router/api";
import { root } from "../../sandbox/places";
import { handOf } from "../aws/hand";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

let session: ScratchStack;
let before: Record<string, Row[]>;
let hand: ReturnType<typeof handOf>;
let key: iam.AccessKey | undefined;

beforeAll(async () => {
    session = await startEngine({
        config: {
            "aws:region": "ap-southeast-2",
            "routeros-s3:wanInterface": "ether5",
            "routeros-s3:uplink": "20M",
            "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
        },
    });
    before = session.router.configuration();
    hand = handOf(session.aws);
    expect(await session.up()).toMatchObject({ code: 0 });
    const { Users: users = [] } = await hand.iam.send(new iam.ListUsersCommand({}));
    ({ AccessKey: key } = await hand.iam.send(new iam.CreateAccessKeyCommand({ UserName: users[0]?.UserName })));
});
afterAll(async () => {
    hand.close();
    await session.stop();
});

/** Uploads as the person does who keeps the key. */
async function upload(): Promise<void> {
    const { stdout } = await session.pulumi(["stack", "output", "bucket"]);
    const credentials = { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
    const uploader = handOf(session.aws, { credentials });
    try {
        const photo = { Bucket: stdout.trim(), Key: "photo", Body: "photo", StorageClass: "GLACIER" } as const;
        await uploader.s3.send(new s3.PutObjectCommand(photo));
    } finally {
        uploader.close();
    }
}

it("stops at planning without more words, and deletes nothing", async () => {
    const standing = session.router.configuration();
    const resources = await session.resources();
    const writes = session.router.log.filter(({ method }) => method !== "GET").length;
    const destroy = await session.pulumi(["destroy", "--yes"]);
    expect(destroy.code).not.toBe(0);
    expect(destroy.output).toMatch(/protect/);
    expect(session.router.log.filter(({ method }) => method !== "GET")).toHaveLength(writes);
    expect(session.router.configuration()).toEqual(standing);
    expect((await session.resources()).map(({ urn }) => urn)).toEqual(resources.map(({ urn }) => urn));
    await upload();
});

it("takes the router side alone with --exclude-protected: the uploader's key still uploads", async () => {
    expect(await session.destroy(["--exclude-protected"])).toMatchObject({ code: 0 });
    expect(session.router.configuration()).toEqual(before);
    const left = (await session.resources()).filter(({ type }) => /^(aws|pulumi-nodejs):/.test(type));
    expect(left.map(({ type }) => type)).toEqual(
        expect.arrayContaining(["aws:s3/bucket:Bucket", "aws:iam/user:User", "aws:iam/userPolicy:UserPolicy"]),
    );
    expect(left.filter(({ type }) => type.startsWith("pulumi-nodejs:"))).toEqual([]);
    await upload();
});

it("is put back by up, with the same uploader and the same key", async () => {
    const user = (await session.resources()).find(({ type }) => type === "aws:iam/user:User");
    const up = await session.up();
    expect(up).toMatchObject({ code: 0 });
    expect((await session.resources()).find(({ type }) => type === "aws:iam/user:User")).toMatchObject({
        id: user?.id,
    });
    expect(session.router.rows("/queue/tree")).toHaveLength(3);
    expect(await session.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
    await upload();
});
