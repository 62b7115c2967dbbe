/** Rows of a router, as the judge looks at them. */
import type { Router, Row } from "../../router/api";
import { type Menu, menus } from "./case";
import { tangible } from "./hand";
import { shownOnly } from "./pool";

export type Rows = Record<Menu, Row[]>;

export const rowsOf = (router: Router): Rows =>
    Object.fromEntries(menus.map((menu) => [menu, tangible(router, menu)])) as Rows;

export interface Marker {
    owner: string;
    key: string;
    adopted: boolean;
    text: string;
}

export function markerOf(row: Row): Marker | undefined {
    const found = /\s*\[pulumi:([^#\]\s]+)#([^\]\s,]+)(,adopted)?\]\s*$/.exec(row["comment"] ?? "");
    if (!found) return undefined;
    const [whole, owner = "", key = "", adopted] = found;
    const text = (row["comment"] ?? "").replace(whole, " ").trim();
    return { owner, key: decodeURIComponent(key), adopted: adopted !== undefined, text };
}

export const idOf = (row: Row): string => row[".id"] ?? "";
export const enabled = (row: Row): boolean => (row["disabled"] ?? "false") === "false";

/** A row's configuration, what has its default left out. */
export function settings(row: Row): Row {
    const plain = (name: string, value: string) =>
        (name === "disabled" && value === "false") ||
        (name === "log" && value === "false") ||
        (name === "passthrough" && value === "true") ||
        value === "";
    return Object.fromEntries(
        Object.entries(row)
            .filter(([name, value]) => !shownOnly.includes(name) && !plain(name, value))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
}

export const alike = (a: Row, b: Row): boolean => JSON.stringify(settings(a)) === JSON.stringify(settings(b));
/** The same without the comment. */
export const job = (row: Row): Row => omit(settings(row), "comment");
export const omit = (row: Row, left: string): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name !== left));
export const sameJob = (a: Row, b: Row): boolean => JSON.stringify(job(a)) === JSON.stringify(job(b));

export const text = (row: Row): string => JSON.stringify({ ".id": row[".id"], ...settings(row) });
