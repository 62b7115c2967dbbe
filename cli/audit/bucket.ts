import { type Bucket, explain } from "../s3/bucket";
import type { ArchivedObject } from "../s3/objects";
import { listed, objectOf } from "../s3/objects";

/** A version of an object, or the mark that says it was deleted. */
export interface Version extends ArchivedObject {
    newest: boolean;
    deleted: boolean;
    versionId?: string;
}

/**
 * Every version in S3's order: by key, of each the newest first. Without the right to see versions, the objects alone;
 * `withoutVersions` is told then.
 */
export async function* versions(bucket: Bucket, prefix: string, withoutVersions: () => void): AsyncGenerator<Version> {
    const { client, api, name: Bucket } = bucket;
    let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (marker) {
        const command: InstanceType<typeof api.ListObjectVersionsCommand> = new api.ListObjectVersionsCommand({
            Bucket,
            Prefix: prefix,
            ...marker,
        });
        let answer;
        try {
            answer = await client.send(command);
        } catch (error) {
            if ((error as Error).name !== "AccessDenied" || marker.KeyMarker !== undefined) {
                throw explain(error, bucket, "s3:ListBucketVersions");
            }
            withoutVersions();
            for await (const object of listed(bucket, prefix)) yield { ...object, newest: true, deleted: false };
            return;
        }
        const found: Version[] = [
            ...(answer.Versions ?? []).map((one) => ({
                ...objectOf(one),
                newest: one.IsLatest ?? false,
                deleted: false,
                versionId: one.VersionId,
            })),
            ...(answer.DeleteMarkers ?? []).map((one) => ({
                ...objectOf({ Key: one.Key, LastModified: one.LastModified }),
                newest: one.IsLatest ?? false,
                deleted: true,
                versionId: one.VersionId,
            })),
        ];
        // The two lists of a page are each in order; together they are put in order again.
        yield* found.sort((one, other) => byKey(one.key, other.key) || Number(other.newest) - Number(one.newest));
        marker = answer.IsTruncated
            ? { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker }
            : undefined;
    }
}

export interface UnfinishedUpload {
    key: string;
    started: Date | undefined;
    storageClass: string;
}

/** Uploads whose parts are kept, and billed, without being an object. */
export async function* unfinishedUploads(bucket: Bucket, prefix: string): AsyncGenerator<UnfinishedUpload> {
    const { client, api, name: Bucket } = bucket;
    let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (marker) {
        const command: InstanceType<typeof api.ListMultipartUploadsCommand> = new api.ListMultipartUploadsCommand({
            Bucket,
            Prefix: prefix,
            ...marker,
        });
        const answer = await client.send(command).catch((error: unknown) => {
            throw explain(error, bucket, "s3:ListBucketMultipartUploads");
        });
        for (const { Key = "", Initiated, StorageClass = "STANDARD" } of answer.Uploads ?? []) {
            yield { key: Key, started: Initiated, storageClass: StorageClass };
        }
        marker = answer.IsTruncated
            ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
            : undefined;
    }
}

/** By the bytes of the names, as S3 lists them. */
export function byKey(one: string, other: string): number {
    return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}
