import type { Tier } from "../cost/prices";
import { ArchiveError, type Bucket, explain } from "../s3/bucket";
import type { ArchivedObject, Selection, State } from "../s3/objects";
import { selected } from "../s3/objects";
import { forEach } from "../s3/progress";
import type { Amount, FrozenClass } from "./model";

/** What is meant, counted. */
export interface Count {
    states: Record<State, Amount>;
    frozen: Record<FrozenClass, Amount>;
    all: Amount;
    /** Keys that are not in the bucket; the first of them by name. */
    missing: number;
    missingKeys: string[];
    /** When the first restored copy goes away. */
    firstUntil?: Date;
}

/** How many names are kept to be shown: a list may be long. */
const shownNames = 20;

export function emptyCount(): Count {
    const none = (): Amount => ({ objects: 0, bytes: 0 });
    return {
        states: { readable: none(), archived: none(), going: none(), ready: none() },
        frozen: { GLACIER: none(), DEEP_ARCHIVE: none() },
        all: none(),
        missing: 0,
        missingKeys: [],
    };
}

/** Counts what is meant, in memory that does not grow with it. */
export async function count(bucket: Bucket, selection: Selection, into: Count, signal: AbortSignal): Promise<void> {
    for await (const { key, object } of selected(bucket, selection)) {
        if (signal.aborted) return;
        if (object) add(into, object);
        else if (++into.missing <= shownNames) into.missingKeys.push(key);
    }
}

function add(into: Count, { bytes, state, storageClass, until }: ArchivedObject): void {
    const frozen = state === "archived" ? [into.frozen[storageClass as FrozenClass]] : [];
    for (const amount of [into.all, into.states[state], ...frozen]) {
        amount.objects++;
        amount.bytes += bytes;
    }
    if (until && (!into.firstUntil || until < into.firstUntil)) into.firstUntil = until;
}

export interface Asked {
    asked: number;
    /** Somebody else asked meanwhile, or an earlier run did. */
    before: number;
    gone: number;
}

/** Asks S3 for every archived object that is meant and not asked for yet: what an earlier run asked for is passed over. */
export async function askFor(
    bucket: Bucket,
    selection: Selection,
    { tier, days, asked, signal }: { tier: Tier; days: number; asked: Asked; signal: AbortSignal },
): Promise<void> {
    const { client, api, name: Bucket } = bucket;
    const Tier = { bulk: "Bulk", standard: "Standard", expedited: "Expedited" }[tier] as "Bulk";
    const RestoreRequest = { Days: days, GlacierJobParameters: { Tier } };
    await forEach(selected(bucket, selection), { atOnce: 16, signal }, async ({ key: Key, object }) => {
        if (object?.state !== "archived") return;
        try {
            await client.send(new api.RestoreObjectCommand({ Bucket, Key, RestoreRequest }));
            asked.asked++;
        } catch (error) {
            const { name } = error as Error;
            if (name === "RestoreAlreadyInProgress") asked.before++;
            else if (name === "NoSuchKey") asked.gone++;
            else if (name === "GlacierExpeditedRetrievalNotAvailable") {
                throw new ArchiveError(
                    "S3 has no expedited retrieval to give at the moment: run it again later, or with --tier standard",
                );
            } else throw explain(error, bucket, "s3:RestoreObject");
        }
    });
}
