/** What there is to do with rows that are ours by their markers, when there is no state. */
import type { Menu, Values } from "../rows/fields";
import type { Row } from "../rows/row";

export interface RemovalStep {
    what: "disable" | "remove" | "give back";
    menu: string;
    id: string;
    /** How the row is called. */
    label: string;
    /** Comment of a row that is given back. */
    comment?: string;
}

/** What stands on the router. */
export interface StandingRows {
    /** Rows of a menu that carry a marker of the owner. */
    ours: (menu: Menu) => readonly Row[];
    /** Owners of all of them, in every menu. */
    owners: readonly string[];
    /** Queue types that a person named. */
    named: readonly string[];
    read: (menu: Menu, query: Values) => Promise<Row[]>;
}

/** The one step for a row: it goes, or is its owner's again where it stood before us. */
export function stepFor(menu: Menu, { id, label, text, marker }: Row): RemovalStep {
    const step = { menu: menu.path, id, label };
    return marker?.adopted ? { what: "give back", ...step, comment: text } : { what: "remove", ...step };
}
