/** What `read` tells of our rows, the same for every kind. */
import { RouterError } from "../router/errors";
import { markedComment } from "../rows/ownership";
import type { Matched } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { plainText } from "../rows/values";

/**
 * A row's comment as its resource words it: without the marker where the marker is whole and in its place, otherwise as
 * it stands, so that it shows as a difference.
 */
export function commentText({ comment, text, marker }: Row, key: string, owner: string, adopted: boolean): string {
    const raw = plainText(comment);
    if (!marker) return `${raw} (marker missing)`.trim();
    const plain = plainText(text);
    return raw === markedComment(plain, { owner, key, adopted }) ? plain : raw;
}

/** The owner to report: an old one where a row still carries its marker, so that the change shows. */
export function ownerOf(matched: Matched, owner: string): string {
    const other = [...matched.mine.values()].find(({ marker }) => marker && marker.owner !== owner);
    return other?.marker?.owner ?? owner;
}

/** Rows that are not ours stand where desired ones would. */
export function conflictError(router: string, title: string, rows: readonly Row[]): RouterError {
    const named = rows
        .slice(0, 3)
        .map(({ label }) => label)
        .join(", ");
    const more = rows.length > 3 ? ` and ${rows.length - 3} more` : "";
    return new RouterError({
        code: "ownership/exists",
        summary: `${title} on ${router}: ${named}${more} stands there already and is not ours`,
    });
}
