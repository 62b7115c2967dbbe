/** What an archive costs. Pure. AWS counts a GB as 2^30 bytes, and so does everything here. */
import type { ClassName, ClassPrices, Prices } from "./prices";

const KB = 1024;
const GB = 1024 ** 3;

export interface Archive {
    /** All objects together, in bytes. */
    bytes: number;
    files: number;
    /** Size of a part of a multipart upload, in bytes; the aws command has 8 MB. Larger files go in parts. */
    partBytes: number;
    /** Days until the lifecycle rule moves what was uploaded as STANDARD. */
    transitionDays: number;
}

export interface Cost {
    storageClass: ClassName;
    /** `direct`: uploaded in the class. `rule`: uploaded as STANDARD and moved by the lifecycle. */
    way: "direct" | "rule";
    /** The requests that make the objects, once. */
    puts: number;
    /** The requests for parts of large files, once. */
    parts: number;
    /** The moves by the lifecycle rule, once. */
    moves: number;
    /** STANDARD storage until the rule moves the objects, once. */
    waiting: number;
    /** Objects that the rule leaves in STANDARD, being smaller than 128 KB. */
    left: boolean;
    /** Storage of one month, with what is billed beside each object. */
    month: number;
    /** All of the first year. */
    year: number;
    minimumDays: number;
    /** Storage that is billed at least, even if everything is deleted the next day. */
    least: number;
    /** Getting everything back once, the cheapest way, and out of AWS. */
    back: number;
}

/** Each class both ways; STANDARD to compare. */
export function costs(archive: Archive, prices: Prices): Cost[] {
    const archives = (["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const).flatMap((name) => [
        costOf(archive, prices, name, "direct"),
        costOf(archive, prices, name, "rule"),
    ]);
    return [costOf(archive, prices, "STANDARD", "direct"), ...archives];
}

export function costOf(archive: Archive, prices: Prices, storageClass: ClassName, way: Cost["way"]): Cost {
    const { bytes, files, transitionDays } = archive;
    const { STANDARD } = prices.classes;
    const average = files === 0 ? 0 : bytes / files;
    // By default the rule leaves objects under 128 KB where they are.
    const left = way === "rule" && average < 128 * KB;
    const goal = prices.classes[left ? "STANDARD" : storageClass];
    const month = storagePerMonth(archive, goal, STANDARD);
    const uploadClass = prices.classes[way === "direct" ? storageClass : "STANDARD"];
    const puts = requests(files, uploadClass.putPer1000.value);
    // Assumed, after S3's user guide: into GLACIER and DEEP_ARCHIVE only the completing request has the class's price.
    const partPrice = storageClass === "GLACIER_IR" ? uploadClass : STANDARD;
    const parts = requests(files * partRequests(average, archive.partBytes), partPrice.putPer1000.value);
    const moves = way === "rule" && !left ? requests(files, goal.transitionPer1000?.value ?? 0) : 0;
    const waiting =
        way === "rule" && !left ? (bytes / GB) * STANDARD.storagePerGbMonth.value * (transitionDays / 30) : 0;
    const once = puts + parts + moves + waiting;
    const monthsStored = way === "rule" && !left ? Math.max(0, 12 - transitionDays / 30) : 12;
    return {
        storageClass,
        way,
        puts,
        parts,
        moves,
        waiting,
        left,
        month,
        year: once + month * monthsStored,
        minimumDays: goal.minimumDays,
        least: (month * goal.minimumDays) / 30,
        back:
            (bytes / GB) * ((goal.retrievalPerGb?.value ?? 0) + prices.transferOutPerGb.value) +
            requests(files, goal.retrievalPer1000?.value ?? 0),
    };
}

/** Requests beside the one that completes an upload: one to begin it, and one for each part. */
export function partRequests(average: number, partBytes: number): number {
    return average > partBytes ? Math.ceil(average / partBytes) + 1 : 0;
}

function storagePerMonth({ bytes, files }: Archive, goal: ClassPrices, standard: ClassPrices): number {
    const billed = Math.max(bytes, files * goal.minimumObjectKb * KB) + files * goal.overheadClassKb * KB;
    const beside = files * goal.overheadStandardKb * KB;
    return (billed / GB) * goal.storagePerGbMonth.value + (beside / GB) * standard.storagePerGbMonth.value;
}

function requests(count: number, per1000: number): number {
    return (count / 1000) * per1000;
}

/** `1TB`, `630 GB`, `25MB`, `8KB`, `1TiB`: a size in bytes, by 1024 as AWS counts; undefined for anything else. */
export function parseSize(text: string): number | undefined {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([KMGTP]?)i?B?\s*$/i.exec(text);
    if (!match) return undefined;
    const [, number = "", unit = ""] = match;
    const bytes = Number(number) * 1024 ** ["", "K", "M", "G", "T", "P"].indexOf(unit.toUpperCase());
    return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : undefined;
}
