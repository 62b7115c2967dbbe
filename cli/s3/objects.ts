import type { _Object } from "@aws-sdk/client-s3";

import { type Bucket, explain } from "./bucket";

/** How an object can be read: at once, after a restore, not before a running one ends, or from its restored copy. */
export type State = "readable" | "archived" | "going" | "ready";

export interface ArchivedObject {
    key: string;
    bytes: number;
    /** Without quotation marks. */
    etag: string;
    storageClass: string;
    modified: Date | undefined;
    state: State;
    /** When a restored copy goes away. */
    until?: Date;
}

/** Which objects are meant. */
export interface Selection {
    /** Every key that begins with this; "" is all of them. */
    prefix?: string;
    keys?: AsyncIterable<string> | Iterable<string>;
}

/** Classes that are read only after a restore. */
const frozen = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** The objects that are meant, in S3's order, page by page; a key that is not there as `undefined` with its name. */
export async function* selected(
    bucket: Bucket,
    { prefix, keys }: Selection,
): AsyncGenerator<{ key: string; object?: ArchivedObject }> {
    if (prefix !== undefined) for await (const object of listed(bucket, prefix)) yield { key: object.key, object };
    for await (const key of keys ?? []) {
        // Of all keys that begin with it, a key itself is the first.
        const [object] = (await page(bucket, key, undefined, 1)).objects;
        yield object?.key === key ? { key, object } : { key };
    }
}

/** Every object whose key begins with the prefix. */
export async function* listed(bucket: Bucket, prefix: string): AsyncGenerator<ArchivedObject> {
    let token: string | undefined;
    do {
        const { objects, next } = await page(bucket, prefix, token);
        yield* objects;
        token = next;
    } while (token !== undefined);
}

async function page(
    bucket: Bucket,
    Prefix: string,
    ContinuationToken?: string,
    MaxKeys?: number,
): Promise<{ objects: ArchivedObject[]; next: string | undefined }> {
    const { name: Bucket, client, api } = bucket;
    const command = new api.ListObjectsV2Command({
        Bucket,
        Prefix,
        ContinuationToken,
        MaxKeys,
        OptionalObjectAttributes: ["RestoreStatus"],
    });
    const answer = await client.send(command).catch((error: unknown) => {
        throw explain(error, bucket, "s3:ListBucket");
    });
    return { objects: (answer.Contents ?? []).map(objectOf), next: answer.NextContinuationToken };
}

export function objectOf(found: Omit<_Object, "StorageClass"> & { StorageClass?: string }): ArchivedObject {
    const storageClass = found.StorageClass ?? "STANDARD";
    const { IsRestoreInProgress: going, RestoreExpiryDate: until } = found.RestoreStatus ?? {};
    const state = !frozen.has(storageClass) ? "readable" : going ? "going" : until ? "ready" : "archived";
    return {
        key: found.Key ?? "",
        bytes: found.Size ?? 0,
        etag: (found.ETag ?? "").replaceAll('"', ""),
        storageClass,
        modified: found.LastModified,
        state,
        ...(until ? { until } : {}),
    };
}
