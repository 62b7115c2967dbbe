/** What there is to do with rows that are ours by their markers, when there is no state. */
import type { Menu, Values } from "../rows/fields";
import type { Row } from "../rows/row";

export interface RemovalStep {
    what: "disable" | "remove" | "give back";
    menu: Menu;
    /** As it was seen. */
    row: Row;
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
export function stepFor(menu: Menu, row: Row): RemovalStep {
    return { what: row.marker?.adopted ? "give back" : "remove", menu, row };
}
