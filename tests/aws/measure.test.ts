import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { S3Client } from "@aws-sdk/client-s3";
import { CreateBucketCommand, ListMultipartUploadsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import { openBucket } from "../../cli/s3/bucket";
import type { MeasureOptions } from "../../line/measure";
import { measure } from "../../line/measure";
import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import { build } from "../lab/support";

const Bucket = "measured";
const saved = { ...process.env };

let aws: Aws;
let client: S3Client;

beforeAll(async () => {
    build();
    aws = await startAws();
    Object.assign(process.env, aws.env);
    ({ client } = await openBucket({ bucket: Bucket, region: "ap-southeast-2" }));
    const CreateBucketConfiguration = { LocationConstraint: "ap-southeast-2" as const };
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
});

afterAll(async () => {
    client?.destroy();
    process.env = saved;
    await aws?.stop();
});

async function left(): Promise<number> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    return Uploads.length + Contents.length;
}

async function measured(more: Partial<MeasureOptions>) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
        const { port } = server.address() as AddressInfo;
        return await measure({
            target: { client, bucket: Bucket, key: "measure", storageClass: "GLACIER" },
            targets: { tcp: { host: "127.0.0.1", port } },
            seconds: 5,
            connections: 3,
            say: () => undefined,
            ...more,
        });
    } finally {
        server.close();
    }
}

test("measures a rate and latency, counts its requests, and leaves nothing in the bucket", async () => {
    const { rate, parts, bytes, connections, tcp, udp } = await measured({});
    expect(rate.bitsPerSecond).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(0);
    expect(connections).toBeGreaterThanOrEqual(2);
    expect(connections).toBeLessThanOrEqual(3);
    expect(tcp?.idle.sent).toBeGreaterThan(0);
    expect(udp).toBeUndefined();
    const sent = aws.requests().filter(({ method, path }) => method === "PUT" && path.includes("partNumber"));
    expect(sent).toHaveLength(parts);
    expect(await left()).toBe(0);
});

test("given up in the middle it leaves nothing either, and says why", async () => {
    const interrupt = new AbortController();
    const say = (line: string): void => {
        if (line.includes("connections")) interrupt.abort(new Error("interrupted"));
    };
    await expect(measured({ say, signal: interrupt.signal })).rejects.toThrow(/aborted/i);
    expect(await left()).toBe(0);
});

test("a bucket that is not there is S3's own word, and ends at once", async () => {
    const target = { client, bucket: "no-such-bucket-here", key: "measure", storageClass: "GLACIER" };
    await expect(measured({ target })).rejects.toMatchObject({ name: "NoSuchBucket" });
});
