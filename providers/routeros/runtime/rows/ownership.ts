/**
 * Whose row is it? A row of ours carries a marker as the last part of its comment:
 * ` [pulumi:<project>/<stack>/<resource>#<key>]`, with `,adopted` before the bracket where the row stood before us.
 */
import { createHash } from "node:crypto";

/** Longest marker in bytes (assumed of the router; what it kept is read back). */
export const markerLimit = 120;

export interface Marker {
    owner: string;
    key: string;
    adopted: boolean;
}

/** The marker's text, ASCII only: anything else in owner and key is written in percent form. */
export function markerText({ owner, key, adopted }: Marker): string {
    return `[pulumi:${escaped(owner)}#${escaped(key)}${adopted ? ",adopted" : ""}]`;
}

/** A comment with its marker as the last part. */
export function markedComment(text: string, marker: Marker): string {
    return text === "" ? markerText(marker) : `${text} ${markerText(marker)}`;
}

const start = "[pulumi:";
const pattern = /^\[pulumi:([^#\]\s]+)#([^\]\s,]+)(,adopted)?\]$/;

/** The marker at the end of a comment, where alone it counts, and the text before it. */
export function readComment(comment: string | undefined = ""): { text: string; marker?: Marker } {
    const at = comment.lastIndexOf(start);
    const match = at < 0 ? null : pattern.exec(comment.slice(at).trimEnd());
    if (!match) return { text: comment };
    const [, owner = "", key = "", adopted] = match;
    return {
        text: comment.slice(0, at).trimEnd(),
        marker: { owner: unescaped(owner), key: unescaped(key), adopted: adopted !== undefined },
    };
}

/** Whether a comment quotes a marker of these owners, wherever it stands. */
export function quotes(comment: string, owners: readonly string[]): boolean {
    return owners.some((owner) => comment.includes(`${start}${escaped(owner)}#`));
}

/** The text of the marker in a comment. */
export function markerOf(comment: string | undefined): string | undefined {
    const { marker } = readComment(comment);
    return marker && markerText(marker);
}

/** The part of an owner that all resources of one stack share: `<project>/<stack>/`. */
export function stackOf(owner: string): string {
    return owner.split("/").slice(0, 2).join("/") + "/";
}

/**
 * Queue types have no comment. Ours are named `<kind>-<stack>-<hash>`, or that and `-uploads`, to the letter: the first
 * six digits of a hash of `<project>/<stack>/<name>`, where the name is the resource's or starts it (a component names its
 * queue types by itself).
 */
export function ownsTypeName(owner: string, { name, kind }: { name: string; kind: string }): boolean {
    const fixed = stackOf(owner);
    const start = `${kind}-${fixed.split("/")[1]}-`;
    if (!name.startsWith(start)) return false;
    const resource = owner.slice(fixed.length);
    const hash = name.slice(start.length).replace(/-uploads$/, "");
    return [...resource].some((_, end) => hash === shortHash(fixed + resource.slice(0, end + 1)));
}

function shortHash(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** As owner and key stand in a marker: ASCII, everything else in percent form. */
export function escaped(text: string): string {
    return text.replace(/[^A-Za-z0-9._:/~+*@-]/gu, (letter) =>
        [...Buffer.from(letter, "utf8")].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
    );
}

function unescaped(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

interface Owned {
    owner: string;
    owners?: readonly string[];
}

/** Whose markers may stand on a resource's rows: its owner's, and those it had before, as recorded. */
export function ownersOf(inputs: Owned, olds: Owned | undefined): string[] {
    return [...new Set([inputs.owner, ...(olds ? [olds.owner, ...(olds.owners ?? [])] : [])])];
}
