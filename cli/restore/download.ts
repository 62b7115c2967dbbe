import { createWriteStream } from "node:fs";
import { link, mkdir, rename, rm, stat, statfs, utimes } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { ArchiveError, type Bucket, explain } from "../s3/bucket";
import type { Known } from "../s3/checksum";
import { judge, knownOf } from "../s3/checksum";
import type { ArchivedObject, Selection } from "../s3/objects";
import { selected } from "../s3/objects";
import { forEach } from "../s3/progress";

export interface Fetched {
    /** Fetched now, and compared with S3's checksum. */
    fetched: number;
    bytes: number;
    /** There already, and the same. */
    already: number;
    /** Of those two, compared by size alone, as S3 tells no checksum that can be worked out. */
    bySize: number;
    /** Not fetched, each with the reason. */
    problems: number;
}

export interface FetchOptions {
    folder: string;
    /** Part of every key that the files' names leave out. */
    strip: string;
    overwrite: boolean;
    fetched: Fetched;
    /** Told of each object that was not fetched. */
    problem(key: string, reason: string): void;
    signal: AbortSignal;
}

/** Brings what can be read into a folder. What is there and the same stays; what is there and differs, unless told, too. */
export async function fetchAll(bucket: Bucket, selection: Selection, options: FetchOptions): Promise<void> {
    const refuse = (key: string, reason: string) => {
        options.fetched.problems++;
        options.problem(key, reason);
    };
    await forEach(selected(bucket, selection), { atOnce: 4, signal: options.signal }, async ({ key, object }) => {
        const file = fileOf(key, options.strip);
        if (object === undefined) refuse(key, "is not in the bucket");
        else if (object.state === "archived") refuse(key, "is archived, and was not asked for");
        else if (object.state === "going") refuse(key, "is still being restored");
        else if (file === undefined) refuse(key, "is no name that a file can have");
        else if (key.endsWith("/")) await mkdir(path.join(options.folder, file), { recursive: true });
        else {
            const reason = await fetchOne(bucket, object, path.join(options.folder, file), options).catch(skipped);
            if (reason !== undefined) refuse(key, reason);
        }
    });
}

/** Why one object alone cannot be fetched. */
class Skipped extends Error {}

function skipped(error: unknown): string {
    if (error instanceof Skipped) return error.message;
    throw error;
}

/** Where a key goes below the folder; undefined for one that would leave it. */
export function fileOf(key: string, strip: string): string | undefined {
    const name = key.startsWith(strip) ? key.slice(strip.length) : key;
    const steps = name.replace(/\/$/, "").split("/");
    const isWrong = (step: string) => step === "" || step === "." || step === ".." || /[\0\\]/.test(step);
    return steps.some(isWrong) ? undefined : steps.join(path.sep);
}

/** Why it was not fetched, or nothing. */
async function fetchOne(
    bucket: Bucket,
    object: ArchivedObject,
    file: string,
    { overwrite, fetched, signal }: FetchOptions,
): Promise<string | undefined> {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) return `would be the file ${file}, where a folder stands`;
    if (there?.size === object.bytes) {
        const known = await head(bucket, object);
        const judgement = await judge(file, known, signal);
        if (judgement !== "different") {
            fetched.already++;
            if (judgement === "undecided") fetched.bySize++;
            return undefined;
        }
    }
    if (there && !overwrite) return `would overwrite ${file}, which has other content; --overwrite does it`;
    try {
        await mkdir(path.dirname(file), { recursive: true });
    } catch (error) {
        return `cannot have its folder: ${(error as Error).message}`;
    }
    const part = path.join(
        path.dirname(file),
        `.${path.basename(file).slice(0, 200)}.${object.etag.slice(0, 12)}.part`,
    );
    const known = await download(bucket, object, part, signal);
    if (signal.aborted) return undefined;
    const judgement = await judge(part, known, signal);
    if (judgement === "different") {
        await rm(part);
        return "arrived damaged: its checksum differs from S3's; run the same command again";
    }
    if (object.modified) await utimes(part, object.modified, object.modified);
    if (!(await put(part, file, overwrite)))
        return `would overwrite ${file}, which has come meanwhile; --overwrite does it`;
    fetched.fetched++;
    fetched.bytes += object.bytes;
    if (judgement === "undecided") fetched.bySize++;
    return undefined;
}

/** Gives a file its name; without `overwrite` never over another, not even one that has come meanwhile. */
async function put(part: string, file: string, overwrite: boolean): Promise<boolean> {
    if (overwrite) {
        await rename(part, file);
        return true;
    }
    try {
        await link(part, file);
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EEXIST") return false;
        // A file system without links: look, then rename.
        if (await stat(file).catch(() => undefined)) return false;
        await rename(part, file);
        return true;
    }
    await rm(part);
    return true;
}

/** Fetches what is not there yet of a part file; one that belongs to another version of the object has another name. */
async function download(bucket: Bucket, object: ArchivedObject, part: string, signal: AbortSignal): Promise<Known> {
    const { client, api, name: Bucket } = bucket;
    const { key: Key, etag, bytes } = object;
    const have = (await stat(part).catch(() => undefined))?.size ?? 0;
    if (have > bytes) await rm(part);
    const start = have > bytes ? 0 : have;
    await room(part, bytes - start);
    if (start === bytes && bytes > 0) return head(bucket, object);
    const Range = start > 0 ? `bytes=${start}-` : undefined;
    try {
        const answer = await client.send(
            new api.GetObjectCommand({ Bucket, Key, IfMatch: `"${etag}"`, Range, ChecksumMode: "ENABLED" }),
            { abortSignal: signal },
        );
        await pipeline(answer.Body as Readable, createWriteStream(part, { flags: start > 0 ? "a" : "w" }), { signal });
        return { bytes, etag, ...knownOf(answer) };
    } catch (error) {
        if (signal.aborted) return { bytes, etag };
        throw spaceProblem(error, part) ?? readProblem(error, bucket);
    }
}

async function head(bucket: Bucket, { key: Key, bytes, etag }: ArchivedObject): Promise<Known> {
    const { client, api, name: Bucket } = bucket;
    const command = new api.HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" });
    const answer = await client.send(command).catch((error: unknown) => {
        throw readProblem(error, bucket);
    });
    return { bytes, etag, ...knownOf(answer) };
}

function readProblem(error: unknown, bucket: Bucket): Error {
    const { name } = error as Error;
    if (name === "PreconditionFailed") return new Skipped("was changed in S3 meanwhile; run the same command again");
    if (name === "InvalidObjectState")
        return new Skipped("is archived again: its restored copy is gone; ask for it again");
    if (name === "NoSuchKey" || name === "NotFound") return new Skipped("was deleted in S3 meanwhile");
    return explain(error, bucket, "s3:GetObject, and kms:Decrypt where the bucket has a KMS key");
}

/** What is left of the disk is looked at before each file, so that none is cut short that could be known to be. */
async function room(part: string, wanted: number): Promise<void> {
    const { bavail, bsize } = await statfs(path.dirname(part));
    const free = bavail * bsize;
    if (wanted <= free) return;
    throw new ArchiveError(
        `no space on the disk for ${part}: it takes ${wanted.toLocaleString("en-US")} bytes, and ${free.toLocaleString("en-US")} are free; ` +
            "make room, then run the same command again",
    );
}

function spaceProblem(error: unknown, part: string): Error | undefined {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") return undefined;
    return new ArchiveError(
        `no space on the disk for ${part}: make room, then run the same command again, which goes on from there`,
    );
}
