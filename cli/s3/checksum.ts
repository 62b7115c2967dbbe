/**
 * Whether a file is what S3 holds, by what S3 tells of it. An ETag is the MD5 of an object that was put in one piece; of
 * one that came in parts it is the MD5 of the parts' MD5s, and the number of parts, so that the size of a part has to be
 * guessed from those that programs use. With KMS it is neither.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { crc32 } from "node:zlib";

import type { Crc64Nvme } from "@aws-sdk/checksums/crc";

export type Judgement = "same" | "different" | "undecided";

/** S3's own checksums of a whole object, base64. CRC64NVME is what it has of an upload that named none. */
export type Checksums = Partial<Record<"CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256", string>>;

/** What S3 tells of an object. */
export interface Known {
    bytes: number;
    etag: string;
    /** Encrypted with a KMS key: its ETag is no MD5. @default false */
    kms?: boolean;
    checksums?: Checksums;
}

const MB = 1024 ** 2;
/** The aws command has 8 MB, rclone and most backup programs 5, others a power of two; some count by 1000. */
const partSizes = [
    5, 6, 7, 8, 10, 12, 15, 16, 20, 24, 25, 32, 48, 50, 64, 96, 100, 128, 200, 250, 256, 500, 512, 1000, 1024,
];
const knownPartSizes = [
    ...new Set([...partSizes.map((size) => size * MB), ...partSizes.map((size) => size * 1_000_000)]),
];

/** Of an answer about an object, what a file can be compared with. A checksum of checksums ends in `-` and a number. */
export function knownOf(answer: {
    ServerSideEncryption?: string;
    ChecksumCRC32?: string;
    ChecksumCRC32C?: string;
    ChecksumCRC64NVME?: string;
    ChecksumSHA1?: string;
    ChecksumSHA256?: string;
}): Pick<Known, "kms" | "checksums"> {
    const whole = (text: string | undefined) => (text === undefined || /-\d+$/.test(text) ? undefined : text);
    return {
        kms: answer.ServerSideEncryption?.startsWith("aws:kms") ?? false,
        checksums: {
            CRC32: whole(answer.ChecksumCRC32),
            CRC32C: whole(answer.ChecksumCRC32C),
            CRC64NVME: whole(answer.ChecksumCRC64NVME),
            SHA1: whole(answer.ChecksumSHA1),
            SHA256: whole(answer.ChecksumSHA256),
        },
    };
}

/** Reads a file once and compares it with the ETag and with the checksums that are known. */
export async function judge(
    file: string,
    { bytes, etag, kms = false, checksums = {} }: Known,
    signal?: AbortSignal,
): Promise<Judgement> {
    const judges = [...(kms ? [] : etagJudges(etag, bytes)), ...(await checksumJudges(checksums))];
    if (judges.length === 0) return "undecided";
    let read = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024, signal })) {
        read += (chunk as Buffer).length;
        for (const one of judges) one.add(chunk as Buffer);
    }
    if (read !== bytes) return "different";
    const found = await Promise.all(judges.map(async (one) => ({ certain: one.certain, same: await one.end() })));
    if (found.some(({ certain, same }) => certain && !same)) return "different";
    return found.some(({ same }) => same) ? "same" : "undecided";
}

interface Judge {
    /** Whether its no is a no: not so where the size of a part is a guess, or where the ETag is no MD5. */
    certain: boolean;
    add(chunk: Buffer): void;
    end(): boolean | Promise<boolean>;
}

function etagJudges(etag: string, bytes: number): Judge[] {
    const match = /^([0-9a-f]{32})(?:-(\d+))?$/.exec(etag);
    if (!match) return [];
    const [, digest = "", parts] = match;
    if (parts === undefined) return [{ certain: true, ...whole(createHash("md5"), "hex", digest) }];
    const count = Number(parts);
    const fitting = knownPartSizes.filter((size) => Math.ceil(bytes / size) === count);
    return fitting.map((size) => ({ certain: false, ...inParts(size, digest) }));
}

async function checksumJudges(known: Checksums): Promise<Judge[]> {
    // What Node itself can work out is much faster, and one of them decides.
    if (known.SHA256 !== undefined) return [{ certain: true, ...whole(createHash("sha256"), "base64", known.SHA256) }];
    if (known.SHA1 !== undefined) return [{ certain: true, ...whole(createHash("sha1"), "base64", known.SHA1) }];
    if (known.CRC32 !== undefined) return [{ certain: true, ...cyclic(known.CRC32) }];
    if (known.CRC64NVME === undefined && known.CRC32C === undefined) return [];
    const { Crc32c, Crc64Nvme } = await import("@aws-sdk/checksums/crc");
    const [sum, wanted] = known.CRC64NVME ? [new Crc64Nvme(), known.CRC64NVME] : [new Crc32c(), known.CRC32C];
    return [{ certain: true, ...ofTheSdk(sum, wanted) }];
}

function ofTheSdk(sum: Pick<Crc64Nvme, "update" | "digest">, wanted: string | undefined) {
    const end = async () => Buffer.from(await sum.digest()).toString("base64") === wanted;
    return { add: (chunk: Buffer) => sum.update(chunk), end };
}

function whole(hash: Hash, encoding: "hex" | "base64", wanted: string) {
    return { add: (chunk: Buffer) => void hash.update(chunk), end: () => hash.digest(encoding) === wanted };
}

function cyclic(wanted: string) {
    let value = 0;
    const text = () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString("base64");
    };
    return { add: (chunk: Buffer) => void (value = crc32(chunk, value)), end: () => text() === wanted };
}

function inParts(size: number, wanted: string) {
    const all = createHash("md5");
    let part = createHash("md5");
    let left = size;
    const add = (chunk: Buffer): void => {
        const now = chunk.subarray(0, left);
        part.update(now);
        left -= now.length;
        if (left > 0) return;
        all.update(part.digest());
        part = createHash("md5");
        left = size;
        if (now.length < chunk.length) add(chunk.subarray(now.length));
    };
    const end = () => {
        if (left < size) all.update(part.digest());
        return all.digest("hex") === wanted;
    };
    return { add, end };
}
