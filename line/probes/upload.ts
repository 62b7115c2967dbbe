/**
 * A load that stores nothing: random bytes as parts of a multipart upload that is aborted in the end. The uploader's own
 * rights are enough for it.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

import type { S3Client } from "@aws-sdk/client-s3";

import type { Part } from "../findings/rate";

export interface UploadTarget {
    client: S3Client;
    bucket: string;
    key: string;
    storageClass: string;
}

/** A part shall take about this long on its connection: short enough to see the rate, long enough to fill the line. */
const partMilliseconds = 2000;
const smallestPart = 16 * 1024;
const largestPart = 8 * 1024 * 1024;

/** What opening and closing a connection sends (TLS 1.3 with X25519MLKEM768, measured), bytes. */
const handshake = 2000;

/** S3 counts a multipart upload's parts up to here. */
const mostParts = 10_000;

export class Upload {
    /** Parts that have arrived. */
    readonly parts: Part[] = [];
    /** Requests that the aws client had to send again. */
    retries = 0;
    private readonly connections: Promise<void>[] = [];
    /** When the part began that each connection sends at the moment. */
    private readonly begun: number[] = [];
    /** Bytes that each connection was given when its last part had arrived. */
    private readonly written = new WeakMap<Socket, number>();
    private readonly abort = new AbortController();
    private readonly data = randomBytes(largestPart);
    private ending = false;
    private number = 0;
    private failure: unknown;

    private constructor(
        private readonly target: UploadTarget,
        private readonly id: string,
        private readonly signal: AbortSignal | undefined,
    ) {
        signal?.addEventListener("abort", this.giveUp);
    }

    private readonly giveUp = (): void => this.abort.abort();

    /** Given up by the signal it sends nothing more; {@link discard} is still to be called. */
    static async start(target: UploadTarget, signal?: AbortSignal): Promise<Upload> {
        const { CreateMultipartUploadCommand } = await import("@aws-sdk/client-s3");
        const { client, bucket, key, storageClass } = target;
        const answer = await client.send(
            new CreateMultipartUploadCommand({
                Bucket: bucket,
                Key: key,
                StorageClass: storageClass as "GLACIER",
            }),
        );
        return new Upload(target, answer.UploadId ?? "", signal);
    }

    /** How many connections send at once. */
    get width(): number {
        return this.connections.length;
    }

    /** Of what was sent until then all has arrived that will, and is in `parts`. */
    get knownUntil(): number {
        return Math.min(performance.now(), ...this.begun);
    }

    /** Opens connections until there are so many. */
    widen(count: number): void {
        while (this.connections.length < count && !this.ending) {
            const connection = this.run(this.connections.length).catch((error: unknown) => {
                this.failure ??= error;
            });
            this.connections.push(connection);
        }
    }

    /** Throws what ended a connection, where one ended before it was told to. */
    check(): void {
        if (this.failure !== undefined && !this.ending) throw this.failure as Error;
    }

    /** Begins no more parts, and lets those under way arrive. */
    async finish(): Promise<void> {
        this.ending = true;
        await Promise.all(this.connections);
        this.signal?.throwIfAborted();
        if (this.failure !== undefined) throw this.failure as Error;
    }

    /** Throws away all that was sent. Ends what is under way first; may be called at any time, and again. */
    async discard(): Promise<void> {
        this.ending = true;
        this.abort.abort();
        this.signal?.removeEventListener("abort", this.giveUp);
        await Promise.all(this.connections);
        const { AbortMultipartUploadCommand } = await import("@aws-sdk/client-s3");
        const { client, bucket, key } = this.target;
        try {
            await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: this.id }));
        } catch (error) {
            throw new Error(
                `the upload could not be aborted (${(error as Error).name}); its parts cost storage until the lifecycle rule ` +
                    `or this gives them up: \`aws s3api abort-multipart-upload --bucket ${bucket} --key ${key} --upload-id ${this.id}\``,
                { cause: error },
            );
        }
    }

    private async run(connection: number): Promise<void> {
        const { UploadPartCommand } = await import("@aws-sdk/client-s3");
        const { client, bucket, key } = this.target;
        let bytes = smallestPart;
        while (!this.ending && this.number < mostParts) {
            const from = (this.begun[connection] = performance.now());
            const part = new UploadPartCommand({
                Bucket: bucket,
                Key: key,
                UploadId: this.id,
                PartNumber: (this.number += 1),
                Body: this.data.subarray(0, bytes),
            });
            let given = 0;
            part.middlewareStack.add(
                (next) => async (args) => {
                    const result = await next(args);
                    given += this.givenTo(result.response);
                    return result;
                },
                { step: "deserialize" },
            );
            const { $metadata } = await client.send(part, { abortSignal: this.abort.signal });
            const to = performance.now();
            this.retries += ($metadata.attempts ?? 1) - 1;
            this.parts.push({ from, to, bytes, more: Math.max(0, given - bytes) });
            const wanted = (bytes * partMilliseconds) / Math.max(to - from, 1);
            bytes = Math.round(Math.min(Math.max(wanted, smallestPart), largestPart, bytes * 4));
        }
    }

    /** Bytes that went out for a request that was answered so: the request, and where it was made for it, its connection. */
    private givenTo(response: unknown): number {
        const { socket } = (response as { body: IncomingMessage }).body;
        const before = this.written.get(socket);
        this.written.set(socket, socket.bytesWritten);
        return socket.bytesWritten - (before ?? -handshake);
    }
}
