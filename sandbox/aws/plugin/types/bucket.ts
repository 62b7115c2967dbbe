import type { BucketLocationConstraint } from "@aws-sdk/client-s3";

import { partitionOf } from "../../../../providers/aws-ip-ranges/region";
import type { AwsClients, S3 } from "../clients";
import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import type { Values } from "../schema";
import { boolean, fromTags, map, string, toTags } from "../schema";
import { bucketInline, inlineSettings } from "./bucket-inline";

/** `aws:s3/bucket:Bucket`: the settings that have a resource of their own are read with it, and taken by those alone. */
export const bucket: ResourceType = {
    fields: {
        bucket: string({ computed: true, replaces: true }),
        forceDestroy: boolean({ fallback: false }),
        objectLockEnabled: boolean({ computed: true, fallback: false, replaces: true }),
        region: string({ computed: true, replaces: true }),
        tags: map(),
    },
    outputs: [
        "accelerationStatus",
        "arn",
        "bucketDomainName",
        "bucketNamespace",
        "bucketPrefix",
        "bucketRegion",
        "bucketRegionalDomainName",
        "corsRules",
        "grants",
        "hostedZoneId",
        "lifecycleRules",
        "policy",
        "requestPayer",
        "serverSideEncryptionConfiguration",
        "tagsAll",
        "versioning",
    ],
    inline: bucketInline,
    named: { property: "bucket", longest: 63, lowerCase: true },
    instructions: ["forceDestroy"],

    async create(values, clients) {
        const { client, api } = await clients.s3(values["region"] as string);
        const Bucket = values["bucket"] as string;
        if (await orAbsent(client.send(new api.HeadBucketCommand({ Bucket })))) {
            throw new Error(`the bucket ${Bucket} exists already`);
        }
        const region = values["region"] as BucketLocationConstraint | "us-east-1";
        await client.send(
            new api.CreateBucketCommand({
                Bucket,
                ObjectLockEnabledForBucket: values["objectLockEnabled"] as boolean,
                ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region } }),
            }),
        );
        try {
            await putTags(Bucket, values, clients);
        } catch (error) {
            await client.send(new api.DeleteBucketCommand({ Bucket }));
            throw error;
        }
        return Bucket;
    },

    async read(id, values, clients) {
        const { client, api } = await clients.s3(values["region"] as string | undefined);
        const head = await orAbsent(client.send(new api.HeadBucketCommand({ Bucket: id })));
        if (!head) return undefined;
        const region = head.BucketRegion ?? clients.region;
        const tagging = await orAbsent(client.send(new api.GetBucketTaggingCommand({ Bucket: id })));
        const lock = await orAbsent(client.send(new api.GetObjectLockConfigurationCommand({ Bucket: id })));
        const tags = fromTags(tagging?.TagSet);
        return {
            inputs: {
                bucket: id,
                objectLockEnabled: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
                region,
                tags,
            },
            outputs: {
                ...(await inlineSettings({ client, api }, id)),
                arn: `arn:${partitionOf(region)}:s3:::${id}`,
                bucketDomainName: `${id}.s3.amazonaws.com`,
                bucketNamespace: "global",
                bucketPrefix: "",
                bucketRegion: region,
                bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
                hostedZoneId: "",
                tagsAll: tags,
            },
        };
    },

    async update(id, values, clients, changed) {
        if (changed.has("tags")) await putTags(id, values, clients);
    },

    async remove(id, values, clients) {
        const { client, api } = await clients.s3(values["region"] as string);
        if (values["forceDestroy"]) await empty(id, { client, api });
        await client.send(new api.DeleteBucketCommand({ Bucket: id }));
    },
};

async function putTags(Bucket: string, values: Values, clients: AwsClients): Promise<void> {
    const { client, api } = await clients.s3(values["region"] as string);
    const TagSet = toTags((values["tags"] ?? {}) as Record<string, string>);
    if (TagSet.length > 0) await client.send(new api.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    else await client.send(new api.DeleteBucketTaggingCommand({ Bucket }));
}

/** Removes every version of every object, and the parts of uploads that were not completed. */
async function empty(Bucket: string, { client, api }: S3): Promise<void> {
    for (;;) {
        const page = await client.send(new api.ListObjectVersionsCommand({ Bucket }));
        const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        if (found.length === 0) break;
        const Objects = found.map(({ Key, VersionId }) => ({ Key, VersionId }));
        const answer = await client.send(
            new api.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true }, BypassGovernanceRetention: true }),
        );
        const first = answer.Errors?.[0];
        if (first) throw new Error(`${first.Key} of the bucket ${Bucket} cannot be removed: ${first.Message}`);
    }
    const uploads = await client.send(new api.ListMultipartUploadsCommand({ Bucket }));
    for (const { Key, UploadId } of uploads.Uploads ?? []) {
        await client.send(new api.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
}
