/** What `read` tells of rows, the same for every kind. */
import type { Values } from "../rows/fields";
import { markedComment, readComment } from "../rows/ownership";
import type { Matched } from "../rows/reconcile";
import { plainText } from "../rows/values";

/** Rows of ours by key: those found, and those taken over. */
export function standing(matched: Matched): Map<string, Values> {
    return new Map([...matched.mine, ...matched.adopted]);
}

/**
 * A row's comment as its resource words it: without the marker where the marker is whole and in its place, otherwise as
 * it stands, so that it shows as a difference.
 */
export function commentText(row: Values, key: string, owner: string, adopted: boolean): string {
    const raw = plainText(row["comment"] ?? "");
    const { text, marker } = readComment(raw);
    if (!marker) return `${raw} (marker missing)`.trim();
    return raw === markedComment(text, { owner, key, adopted }) ? text : raw;
}

/** The owner to report: an old one where a row still carries its marker, so that the change shows. */
export function ownerOf(matched: Matched, owner: string): string {
    for (const row of matched.mine.values()) {
        const { marker } = readComment(row["comment"]);
        if (marker && marker.owner !== owner) return marker.owner;
    }
    return owner;
}

export function isDisabled(row: Values): boolean {
    return row["disabled"] === "true";
}
