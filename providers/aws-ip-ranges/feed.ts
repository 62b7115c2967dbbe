import { readFile, stat } from "node:fs/promises";

import { keep, type Kept, readKept } from "./cache";
import { parseDocument } from "./document";
import { download, type DownloadOptions } from "./download";
import { RangesError } from "./errors";
import { judgeDocument } from "./plausibility";
import type { RangesDocument } from "./shapes";

export interface FeedOptions {
    /** An https address, or the path of a file in AWS's format. */
    source: string;
    /** Folder for downloads, made when missing. */
    cacheFolder: string;
    /** A download this young is used again without asking, in minutes. @default 15 */
    reuseMinutes?: number;
    /** The last good document may stand in for one that cannot be had for so long, in days. @default 30 */
    offlineDays?: number;
    /** How a download is made; for tests. */
    download?: DownloadOptions;
    /** @default the clock */
    now?: Date;
}

export interface FeedResult {
    document: RangesDocument;
    /** What a person should know before it is applied, one line each. */
    warnings: string[];
}

/** The document at an address or in a file, judged; or the last good one with a warning that says why and how old. */
export async function readFeed(options: FeedOptions): Promise<FeedResult> {
    const { source, now = new Date() } = options;
    if (/^[a-z][a-z+.-]*:\/\/[^/?#]*@/i.test(source)) {
        throw new RangesError(
            "ranges/login-in-address",
            "the ranges address holds a user or a password, which outputs and messages would show",
            "use an address without one in routeros-s3:awsIpRanges",
        );
    }
    if (/^https:/i.test(source)) return readAddress({ ...options, now });
    if (/^[a-z][a-z+.-]*:\/\//i.test(source)) {
        throw new RangesError(
            "ranges/not-https",
            `the ranges address ${source} is not https`,
            "use an https address or the path of a file in routeros-s3:awsIpRanges",
        );
    }
    const document = parseDocument(await readText(source), source);
    judgeDocument(document, source, now);
    return { document, warnings: [] };
}

async function readAddress(options: FeedOptions & { now: Date }): Promise<FeedResult> {
    const { source, cacheFolder, reuseMinutes = 15, now } = options;
    const kept = await readKept(cacheFolder, source);
    const age = kept === undefined ? Infinity : now.getTime() - kept.checkedAt;
    if (kept && age >= 0 && age <= reuseMinutes * 60_000) return { document: kept.document, warnings: [] };
    try {
        const { document, etag } = await ask(options, kept);
        await keep(cacheFolder, { url: source, etag, checkedAt: now.getTime(), document });
        return { document, warnings: [] };
    } catch (error) {
        if (!(error instanceof RangesError)) throw error;
        return standIn(error, kept, options);
    }
}

async function ask({ source, now, download: how }: FeedOptions & { now: Date }, kept: Kept | undefined) {
    const answer = await download(source, { ...how, etag: kept?.etag });
    if (!answer.changed && kept) return { document: kept.document, etag: kept.etag };
    if (!answer.changed) throw new RangesError("ranges/download", `${source} sent nothing`, "try again later");
    const document = parseDocument(answer.text, source);
    judgeDocument(document, source, now, kept?.document);
    return { document, etag: answer.etag };
}

function standIn(error: RangesError, kept: Kept | undefined, options: FeedOptions & { now: Date }): FeedResult {
    if (kept === undefined) throw error;
    const { offlineDays = 30, now } = options;
    const days = (now.getTime() - kept.checkedAt) / 86_400_000;
    const age = `the last good document (token ${kept.document.syncToken}, read ${ageText(days)} ago)`;
    if (days > offlineDays) {
        throw new RangesError(
            "ranges/too-old",
            `${error.summary}, and ${age} is older than the ${offlineDays} days allowed`,
            error.remediation,
            { cause: error },
        );
    }
    return { document: kept.document, warnings: [`${error.summary}; ${age} is used instead [${error.code}]`] };
}

/** A file's text; a folder, a device or something huge is refused before it is read. */
async function readText(file: string): Promise<string> {
    try {
        const found = await stat(file);
        if (!found.isFile()) throw new Error("it is not a file");
        if (found.size > 16 * 1024 * 1024) throw new Error("it is larger than 16 MiB");
        return await readFile(file, "utf8");
    } catch (error) {
        throw new RangesError(
            "ranges/unreadable",
            `the ranges file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
            "correct the path in routeros-s3:awsIpRanges (paths are relative to the project's folder)",
            { cause: error },
        );
    }
}

/** `3 days`, `5 hours`, `1 minute`. */
export function ageText(days: number): string {
    const [count, unit] =
        days >= 1 ? [days, "day"] : days * 24 >= 1 ? [days * 24, "hour"] : [Math.max(1, days * 24 * 60), "minute"];
    const whole = Math.floor(count);
    return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}
