/** What `read` tells of our rows, the same for every kind. */
import { RouterError } from "../router/errors";
import type { Menu } from "../rows/fields";
import { markedComment } from "../rows/ownership";
import type { Conflict, Matched } from "../rows/reconcile";
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

const obstacles = [
    ["another-job", "ownership/another-job", "has the name of one of ours and does another job: it is left as it is"],
    ["bytes", "ownership/bytes", "has a comment that is no UTF-8 and could not be given back as it is"],
    ["leave", "ownership/exists", "stands there already and is not ours"],
] as const;

/** Rows that are not ours stand where desired ones would; one that was ours is named as that, with the way back. */
export function conflictError(
    router: string,
    title: string,
    conflicts: readonly Pick<Conflict, "row" | "relabelled" | "desired" | "obstacle" | "otherJob">[],
    menu: Menu,
    { owner }: { owner: string },
): RouterError {
    const once = conflicts.find(({ relabelled }) => relabelled);
    if (once) {
        const { key, text } = once.desired;
        const comment = markedComment(text, { owner, key, adopted: false }).replace(/[\\"$]/g, "\\$&");
        return new RouterError({
            code: "ownership/exists",
            summary: `${title} on ${router}: ${once.row.label} was ours and has another comment by now`,
            remediation: `To mark it again, run \`${menu.path} set ${once.row.id} comment="${comment}"\` on the router`,
        });
    }
    // What adopt would not help against comes first.
    for (const [obstacle, code, what] of obstacles) {
        const found = conflicts.filter((one) => one.obstacle === obstacle);
        if (found.length === 0) continue;
        const named = found
            .slice(0, 3)
            .map(({ row, otherJob }) => row.label + (otherJob ? `, which ${otherJob},` : ""));
        const more = found.length > 3 ? ` and ${found.length - 3} more` : "";
        const other = found.find(({ row }) => row.marker)?.row.marker?.owner;
        return new RouterError({
            code,
            summary: `${title} on ${router}: ${named.join(", ")}${more} ${what}`,
            // Not even adopt takes what another stack manages.
            ...(other === undefined
                ? {}
                : { remediation: `${other} manages it: take it out there, or name ours otherwise` }),
        });
    }
    throw new TypeError("no conflict");
}
