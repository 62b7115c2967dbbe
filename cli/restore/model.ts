/** What bringing objects back takes: time and money. Pure. */
import type { Prices, Tier } from "../cost/prices";

export const tiers = ["bulk", "standard", "expedited"] as const;

/** The classes that have to be restored, and how long that takes after S3's user guide. */
export const restoreTimes = {
    GLACIER: { expedited: "1 to 5 minutes", standard: "3 to 5 hours", bulk: "5 to 12 hours" },
    DEEP_ARCHIVE: { expedited: undefined, standard: "up to 12 hours", bulk: "up to 48 hours" },
} as const;

export type FrozenClass = keyof typeof restoreTimes;

export interface Amount {
    objects: number;
    bytes: number;
}

export interface RestorePlan {
    /** What has to be asked for, by class. */
    frozen: Record<FrozenClass, Amount>;
    /** Everything that is meant, whether it has to be asked for or not. */
    all: Amount;
    tier: Tier;
    /** How long the copies stay. */
    days: number;
}

export interface RestoreCost {
    requests: number;
    retrieval: number;
    /** Storage of the copies, at STANDARD's rate, beside the archived objects. */
    copies: number;
    /** The way out of AWS, of everything that is meant. */
    out: number;
    total: number;
    /** Prices that fewer than two sources confirm, or that are not known. */
    marked: string[];
}

const GB = 1024 ** 3;

/** Why a tier cannot be had, or nothing. */
export function tierProblem({ frozen, tier }: RestorePlan): string | undefined {
    return tier === "expedited" && frozen.DEEP_ARCHIVE.objects > 0
        ? `${frozen.DEEP_ARCHIVE.objects} of the objects are in DEEP_ARCHIVE, which has no expedited retrieval; use --tier standard or bulk`
        : undefined;
}

export function restoreCost(
    { frozen, all, tier, days }: RestorePlan,
    prices: Prices,
    marked: readonly string[],
): RestoreCost {
    const used = new Set<string>();
    const cost = { requests: 0, retrieval: 0 };
    const price = (path: string, value: number | undefined) => {
        if (value === undefined || marked.includes(path)) used.add(path);
        return value ?? 0;
    };
    for (const [name, { objects, bytes }] of Object.entries(frozen) as [FrozenClass, Amount][]) {
        if (objects === 0) continue;
        const row = prices.classes[name];
        const [perGb, per1000] =
            tier === "bulk"
                ? [row.retrievalPerGb, row.retrievalPer1000]
                : [row.tiers?.[tier]?.perGb, row.tiers?.[tier]?.per1000];
        const path =
            tier === "bulk"
                ? [`${name}.retrievalPerGb`, `${name}.retrievalPer1000`]
                : [`${name}.tiers.${tier}.perGb`, `${name}.tiers.${tier}.per1000`];
        cost.retrieval += (bytes / GB) * price(path[0]!, perGb?.value);
        cost.requests += (objects / 1000) * price(path[1]!, per1000?.value);
    }
    const copied = frozen.GLACIER.bytes + frozen.DEEP_ARCHIVE.bytes;
    const copies =
        (copied / GB) *
        (days / 30) *
        price("STANDARD.storagePerGbMonth", prices.classes.STANDARD.storagePerGbMonth.value);
    const out = (all.bytes / GB) * price("transferOutPerGb", prices.transferOutPerGb.value);
    return { ...cost, copies, out, total: cost.requests + cost.retrieval + copies + out, marked: [...used] };
}
