/** What `routeros-s3 ranges` prints. Pure. */
import type { S3Ranges } from "../../providers/aws-ip-ranges";
import { lossPercent, sizeOf } from "../../providers/routeros/runtime/rows/prefixes";
import { table } from "../table";

interface RangesChange {
    family: "ipv4" | "ipv6";
    prefix: string;
    /** `+` new in the feed, `-` gone from it. */
    sign: "+" | "-";
}

export interface RangesDifference {
    changes: RangesChange[];
    /** Percent of what is locked that the feed no longer has, by family. */
    lost: { ipv4: number; ipv6: number };
}

const families = ["ipv4", "ipv6"] as const;

/** What a new document changes in a selection, in the order of the addresses. */
export function compareRanges(before: S3Ranges, now: S3Ranges): RangesDifference {
    const changes = families.flatMap((family) => {
        const old = new Set(before[family]);
        const fresh = new Set(now[family]);
        return [
            ...before[family]
                .filter((prefix) => !fresh.has(prefix))
                .map((prefix) => ({ family, prefix, sign: "-" as const })),
            ...now[family]
                .filter((prefix) => !old.has(prefix))
                .map((prefix) => ({ family, prefix, sign: "+" as const })),
        ];
    });
    return {
        changes,
        lost: { ipv4: lossPercent(before.ipv4, now.ipv4), ipv6: lossPercent(before.ipv6, now.ipv6) },
    };
}

export function showRanges(ranges: S3Ranges): string {
    const rows = families.flatMap((family) =>
        ranges[family].map((prefix) => [family, prefix, addresses(family, prefix)]),
    );
    return [
        table(["source", "published (UTC)", "token", "selection"], [origin(ranges)], ""),
        "",
        table(["family", "prefix", "addresses"], rows),
        "",
        `${ranges.ipv4.length} prefixes of IPv4, ${ranges.ipv6.length} of IPv6`,
    ].join("\n");
}

export function showDifference(before: S3Ranges, now: S3Ranges, { changes, lost }: RangesDifference): string {
    const origins = table(
        ["", "source", "published (UTC)", "token", "selection"],
        [
            ["lock", ...origin(before)],
            ["feed", ...origin(now)],
        ],
        "",
    );
    if (changes.length === 0) return `${origins}\n\nno difference`;
    const rows = changes.map(({ sign, family, prefix }) => [sign, family, prefix, addresses(family, prefix)]);
    const count = (sign: string) => changes.filter((change) => change.sign === sign).length;
    const losses = families.map((family) => `${percent(lost[family])} of IPv${family.slice(3)}`).join(", ");
    return [
        origins,
        "",
        table(["", "family", "prefix", "addresses"], rows),
        "",
        `${count("+")} new, ${count("-")} gone; of what is locked the feed lost ${losses}`,
    ].join("\n");
}

function origin({ source, createDate, syncToken, services }: S3Ranges): string[] {
    return [source, createDate.slice(0, 16).replace("T", " "), syncToken, services.join(", ")];
}

/** IPv6 prefixes are told apart by their length; how many addresses they hold says nothing. */
function addresses(family: "ipv4" | "ipv6", prefix: string): number | string {
    return family === "ipv4" ? Number(sizeOf([prefix])) : "";
}

function percent(value: number): string {
    return `${value === 0 || value >= 1 ? Math.round(value) : "less than 1"} %`;
}
