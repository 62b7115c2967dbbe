import { stat } from "node:fs/promises";

import { Command } from "commander";

import { regionPrices } from "../cost/prices";
import type { Bucket, BucketFlags } from "../s3/bucket";
import { explain, openBucket, withBucketOptions } from "../s3/bucket";
import type { Judgement, Known } from "../s3/checksum";
import { judge, knownOf } from "../s3/checksum";
import { confirmed, interruptible, Progress } from "../s3/progress";
import type { Version } from "./bucket";
import { unfinishedUploads, versions } from "./bucket";
import type { Finding, Verdict } from "./compare";
import { compare } from "./compare";
import type { LocalFile } from "./folder";
import { filesOf } from "./folder";
import { findingText, priceText, type Totals, totalsText, uploadText } from "./view";

interface AuditFlags extends BucketFlags {
    folder: string;
    prefix: string;
    sizeOnly?: boolean;
    checksums?: boolean;
    yes?: boolean;
    json?: boolean;
}

/** What it ends with when something of the folder is not in the archive; 0 is all of it, 1 an error. */
const incomplete = 2;

/** `routeros-s3 audit`: what of a folder is in the archive. */
export function auditCommand(): Command {
    const command = new Command("audit")
        .description(
            "Compare a folder with the archive: what is there with the same content, what is there as an older version, what " +
                "is not, and which uploads were never finished. Ends with 0 when all of the folder is there, 2 when not, 1 on " +
                "an error. A file is read once to be compared with S3's ETag; nothing is restored or fetched.",
        )
        .requiredOption("--folder <folder>", "the folder that was uploaded")
        .option("--prefix <text>", "where it was uploaded to, such as photos/", "")
        .option("--size-only", "do not read the files: the same name and size will do")
        .option("--checksums", "also ask object by object for S3's checksum; says first how many requests that is")
        .option("--yes", "do not ask")
        .option("--json", "print a line of JSON for each file and one for the whole, and nothing else");
    return withBucketOptions(command).action(run);
}

async function run(flags: AuditFlags): Promise<void> {
    if (flags.sizeOnly && flags.checksums)
        throw new Error("--size-only and --checksums exclude each other; give one of them");
    const isFolder = await stat(flags.folder).then(
        (found) => found.isDirectory(),
        () => false,
    );
    if (!isFolder) throw new Error(`--folder is "${flags.folder}", which is no folder`);
    const bucket = await openBucket(flags);
    try {
        await interruptible((signal) => audit(bucket, flags, signal));
    } finally {
        bucket.client.destroy();
    }
}

async function audit(bucket: Bucket, flags: AuditFlags, signal: AbortSignal): Promise<void> {
    const { folder, prefix, json } = flags;
    if (flags.checksums && !(await agreed(bucket, flags, signal))) return;
    const totals: Totals = {
        verdicts: { archived: 0, older: 0, different: 0, missing: 0 },
        bytes: 0,
        bySize: 0,
        passedOver: 0,
        classes: {},
        onlyInArchive: 0,
        uploads: 0,
        withoutVersions: false,
    };
    const print = (value: object, text: string) => process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
    const notes = {
        passedOver: (name: string, reason: string) => {
            totals.passedOver++;
            print({ passedOver: name, reason }, `passed over  ${name} ${reason}`);
        },
    };
    const objects = () => Object.values(totals.classes).reduce((sum, row) => sum + row.objects, 0);
    const progress = new Progress(
        () =>
            `compared ${count(totals.verdicts).toLocaleString("en-US")} files with ${objects().toLocaleString("en-US")} objects`,
    );
    try {
        const found = compare(
            filesOf(folder, notes),
            versions(bucket, prefix, () => (totals.withoutVersions = true)),
            {
                prefix,
                judge: (file, version) => contentOf(bucket, file, version, flags, signal),
                seen: (version, isLocal) => note(totals, version, isLocal),
            },
        );
        for await (const finding of found) {
            if (signal.aborted) return;
            add(totals, finding);
            if (finding.verdict !== "archived" || json) print(jsonOf(finding), findingText(finding));
        }
        for await (const upload of unfinishedUploads(bucket, prefix)) {
            totals.uploads++;
            print({ unfinishedUpload: upload }, uploadText(upload));
        }
    } finally {
        progress.end();
    }
    print({ totals }, totalsText(totals, bucket));
    const { older, different, missing } = totals.verdicts;
    if (older + different + missing + totals.passedOver > 0) process.exitCode = incomplete;
}

/** A file's content against what S3 tells of a version of its size. */
async function contentOf(
    bucket: Bucket,
    file: LocalFile,
    version: Version,
    { sizeOnly, checksums }: AuditFlags,
    signal: AbortSignal,
): Promise<Judgement> {
    if (sizeOnly) return "undecided";
    const known: Known = { bytes: version.bytes, etag: version.etag };
    try {
        if (checksums) return await judge(file.file, { ...known, ...(await ask(bucket, version)) }, signal);
        const judgement = await judge(file.file, known, signal);
        if (judgement !== "different") return judgement;
        // With a KMS key an ETag is no MD5. Whoever may ask can tell.
        const told = await ask(bucket, version).catch(() => undefined);
        return told?.kms ? await judge(file.file, { ...known, ...told }, signal) : "different";
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Gone or changed while it was read: this time it is not there as it was.
        if (code === "ENOENT" || code === "ABORT_ERR") return "different";
        throw error;
    }
}

async function ask({ client, api, name: Bucket, region }: Bucket, { key: Key, versionId: VersionId }: Version) {
    const command = new api.HeadObjectCommand({ Bucket, Key, VersionId, ChecksumMode: "ENABLED" });
    const answer = await client.send(command).catch((error: unknown) => {
        throw explain(error, { name: Bucket, region }, "s3:GetObject and s3:GetObjectVersion");
    });
    return knownOf(answer);
}

/** Tells how many requests `--checksums` may take, and what they cost, and asks. */
async function agreed(bucket: Bucket, { folder, yes, json }: AuditFlags, signal: AbortSignal): Promise<boolean> {
    let files = 0;
    const progress = new Progress(() => `counting: ${files.toLocaleString("en-US")} files`);
    try {
        const found = filesOf(folder, { passedOver: () => undefined });
        while (!(await found.next()).done) {
            files++;
            if (signal.aborted) return false;
        }
    } finally {
        progress.end();
    }
    const text = priceText(files, regionPrices(bucket.region));
    if (!json) process.stdout.write(`${text}\n`);
    return confirmed("Ask S3 for the checksums?", yes);
}

function note(totals: Totals, version: Version, isLocal: boolean): void {
    const row = (totals.classes[version.storageClass] ??= { objects: 0, bytes: 0 });
    row.objects++;
    row.bytes += version.bytes;
    if (!isLocal) totals.onlyInArchive++;
}

function add(totals: Totals, { verdict, file, bySize }: Finding): void {
    totals.verdicts[verdict]++;
    if (verdict === "archived") totals.bytes += file.bytes;
    if (bySize) totals.bySize++;
}

function count(verdicts: Record<Verdict, number>): number {
    return Object.values(verdicts).reduce((sum, one) => sum + one, 0);
}

function jsonOf({ file, key, verdict, version, bySize }: Finding): object {
    const { storageClass, etag, versionId, modified } = version ?? {};
    return { file: file.name, key, bytes: file.bytes, verdict, bySize, storageClass, etag, versionId, modified };
}
