/** What stands in S3 of a bucket, read with whatever rights the machine's credentials have. */
import type { S3Client } from "@aws-sdk/client-s3";

/** Ids and states of lifecycle rules, as `id Enabled`. */
export interface BucketReading {
    exists: boolean;
    /** Absent where it could not be read. */
    lifecycle?: string[];
    publicAccessBlocked?: boolean;
    unfinished?: number;
    /** Uploads may go to addresses that are in no region's prefixes. */
    accelerated?: boolean;
    /** What could not be read, and why. */
    unread: string[];
}

export async function readBucket(client: S3Client, bucket: string): Promise<BucketReading> {
    const api = await import("@aws-sdk/client-s3");
    const input = { Bucket: bucket };
    const reading: BucketReading = { exists: true, unread: [] };
    /** `missing`: S3's name for "there is none", and what that means. */
    const ask = async (what: string, work: () => Promise<void>, missing: Record<string, () => void>): Promise<void> => {
        try {
            await work();
        } catch (error) {
            const name = (error as Error).name;
            const none = missing[name];
            if (none) none();
            else reading.unread.push(`${what}: ${name}`);
        }
    };
    const gone = (): void => void (reading.exists = false);
    await ask(
        "lifecycle",
        async () => {
            const { Rules = [] } = await client.send(new api.GetBucketLifecycleConfigurationCommand(input));
            reading.lifecycle = Rules.map(({ ID = "", Status = "" }) => `${ID} ${Status}`).sort();
        },
        { NoSuchLifecycleConfiguration: () => (reading.lifecycle = []), NoSuchBucket: gone },
    );
    if (!reading.exists) return reading;
    await ask(
        "public access block",
        async () => {
            const { PublicAccessBlockConfiguration: block = {} } = await client.send(
                new api.GetPublicAccessBlockCommand(input),
            );
            const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = block;
            const all = [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets];
            reading.publicAccessBlocked = all.every((one) => one === true);
        },
        { NoSuchPublicAccessBlockConfiguration: () => (reading.publicAccessBlocked = false) },
    );
    await ask(
        "unfinished uploads",
        async () => {
            const { Uploads = [] } = await client.send(new api.ListMultipartUploadsCommand(input));
            reading.unfinished = Uploads.length;
        },
        {},
    );
    await ask(
        "acceleration",
        async () => {
            const { Status } = await client.send(new api.GetBucketAccelerateConfigurationCommand(input));
            reading.accelerated = Status === "Enabled";
        },
        {},
    );
    return reading;
}
