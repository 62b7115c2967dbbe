import * as v from "valibot";

const price = v.object({ value: v.pipe(v.number(), v.minValue(0)), source: v.string() });
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const storageClass = v.object({
    storagePerGbMonth: price,
    putPer1000: price,
    /** Moving one object there by a lifecycle rule; absent for the class that uploads go to by default. */
    transitionPer1000: v.optional(price),
    /** Getting objects back the cheapest way: bulk, which takes up to 12 (GLACIER) or 48 hours (DEEP_ARCHIVE). */
    retrievalPerGb: v.optional(price),
    retrievalPer1000: v.optional(price),
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

/** Checks a price table; `origin` names it in the error. */
export function parsePrices(json: unknown, origin: string): Prices {
    const result = v.safeParse(schema, json);
    if (result.success) return result.output;
    const [issue] = result.issues;
    throw new Error(`the price table ${origin} is not one: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** Prices that no list confirms, by their path, so that they can be marked. */
export function unconfirmed(prices: Prices): string[] {
    const isGuess = ({ source }: { source: string }) => prices.sources[source]?.startsWith("assumed") ?? true;
    const found = Object.entries(prices.classes).flatMap(([name, entries]) =>
        Object.entries(entries)
            .filter(([, entry]) => typeof entry === "object" && isGuess(entry))
            .map(([key]) => `${name}.${key}`),
    );
    return isGuess(prices.transferOutPerGb) ? [...found, "transferOutPerGb"] : found;
}
