import type { Row } from "../router-state";

/** A part of the router's state that has no exact twin here and is carried by something near it, by name. */
export interface StandIn {
    /** The row, as a person finds it: `/queue/tree s3-upload`. */
    where: string;
    /** What the router has: `fq-codel, limit 1000`. */
    router: string;
    /** What stands for it in the lab: `pfifo, limit 1000`. */
    lab: string;
}

/** Collects what cannot be carried over, so that one message names all of it. */
export class Findings {
    readonly refusals: string[] = [];
    readonly standIns: StandIn[] = [];
    readonly notes: string[] = [];

    refuse(where: string, why: string): void {
        this.refusals.push(`${where}: ${why}`);
    }

    standIn(where: string, router: string, lab: string): void {
        this.standIns.push({ where, router, lab });
    }

    note(where: string, what: string): void {
        this.notes.push(`${where}: ${what}`);
    }
}

/** Thrown when something on the router has no translation; names every such row and property. */
export class TranslationError extends Error {
    override readonly name = "TranslationError";

    constructor(readonly refusals: readonly string[]) {
        super(`The lab cannot carry over ${refusals.length} thing(s) on this router:\n  ${refusals.join("\n  ")}`);
    }
}

/** A row as a person finds it: by name, comment (without an ownership marker) or id. */
export function nameOf(menu: string, row: Row, index: number): string {
    const comment = row["comment"]?.replace(/ ?\[pulumi:[^\]]*\]$/, "");
    const name = row["name"] ?? (comment ? `"${comment}"` : (row[".id"] ?? ""));
    return `${menu} ${name ? `${name} ` : ""}(row ${index + 1})`;
}
