import { readFileSync } from "node:fs";

import * as v from "valibot";

import sydney from "./data/prices.ap-southeast-2.json";
import frankfurt from "./data/prices.eu-central-1.json";
import northVirginia from "./data/prices.json";

const ownTables = [northVirginia, frankfurt, sydney];

/** Regions whose prices come with this. */
export const priceRegions = ownTables.map(({ region }) => region);

/** `source` names one of the table's sources, or several with commas between them. */
const price = v.object({ value: v.pipe(v.number(), v.minValue(0)), source: v.string() });
const tier = v.object({ perGb: price, per1000: price });
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const storageClass = v.object({
    storagePerGbMonth: price,
    putPer1000: price,
    /** Moving one object there by a lifecycle rule; absent for the class that uploads go to by default. */
    transitionPer1000: v.optional(price),
    /** Getting objects back the cheapest way: bulk, which takes up to 12 (GLACIER) or 48 hours (DEEP_ARCHIVE). */
    retrievalPerGb: v.optional(price),
    retrievalPer1000: v.optional(price),
    /** The same, faster. */
    tiers: v.optional(v.object({ standard: v.optional(tier), expedited: v.optional(tier) })),
    /** Reading an object, or asking for what S3 knows of it. */
    getPer1000: v.optional(price),
    minimumDays: count,
    /** A smaller object is billed as this large. */
    minimumObjectKb: count,
    /** Billed beside each object, at STANDARD's rate and at the class's own. */
    overheadStandardKb: count,
    overheadClassKb: count,
});

export const classNames = ["STANDARD", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const;
export type ClassName = (typeof classNames)[number];

const schema = v.object({
    region: v.string(),
    currency: v.string(),
    date: v.pipe(v.string(), v.isoDate()),
    note: v.string(),
    sources: v.record(v.string(), v.string()),
    classes: v.object({
        STANDARD: storageClass,
        GLACIER_IR: storageClass,
        GLACIER: storageClass,
        DEEP_ARCHIVE: storageClass,
    }),
    transferOutPerGb: price,
});

/** A dated price table of one region. */
export type Prices = v.InferOutput<typeof schema>;
export type ClassPrices = v.InferOutput<typeof storageClass>;

/** How fast archived objects come back. */
export type Tier = "bulk" | "standard" | "expedited";

/** The table that comes with this for a region; that of us-east-1 where there is none. */
export function regionPrices(region: string | undefined): Prices {
    const table = ownTables.find((one) => one.region === region) ?? ownTables[0]!;
    return parsePrices(table, `of ${table.region}`);
}

export function readPrices(file: string): Prices {
    let json: unknown;
    try {
        json = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
        throw new Error(
            `the price table ${file} cannot be read: ${(error as Error).message}; its form is that of cli/data/prices.json`,
            { cause: error },
        );
    }
    return parsePrices(json, file);
}

/** How old a table is, in words, and from three months on with a warning. */
export function ageText({ date }: Prices, today = new Date()): string {
    const days = Math.floor((today.getTime() - Date.parse(date)) / 86_400_000);
    if (days < 1) return "of today";
    const age = `${days} ${days === 1 ? "day" : "days"} old`;
    return days > 90 ? `${age}: AWS may have changed them since` : age;
}

/** Checks a price table; `origin` names it in the error. */
export function parsePrices(json: unknown, origin: string): Prices {
    const result = v.safeParse(schema, json);
    if (result.success) return result.output;
    const [issue] = result.issues;
    throw new Error(`the price table ${origin} is not one: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** Prices that fewer than two lists confirm, by their path, so that they can be marked. */
export function unconfirmed(prices: Prices): string[] {
    const isGuess = ({ source }: { source: string }) => {
        const texts = source.split(/,\s*/).map((name) => prices.sources[name]);
        return texts.filter((text) => text !== undefined && !text.startsWith("assumed")).length < 2;
    };
    return [...walk(prices.classes, ""), ...walk({ transferOutPerGb: prices.transferOutPerGb }, "")]
        .filter(([, one]) => isGuess(one))
        .map(([path]) => path);
}

function* walk(values: object, path: string): Generator<[string, { source: string }]> {
    for (const [name, value] of Object.entries(values) as [string, unknown][]) {
        if (typeof value !== "object" || value === null) continue;
        if ("source" in value) yield [path + name, value as { source: string }];
        else yield* walk(value, `${path}${name}.`);
    }
}
