import type { Field } from "./values";

/** What the tables need to know of a menu; what a menu does is in `menus/`. */
export interface Shape {
    path: string;
    /** One object instead of rows (`/system/identity`). */
    singleton?: boolean;
    /** Rows can be addressed by `name`, and refused as duplicates by it. */
    named?: boolean;
    /** Rows of another menu's table, seen with other arguments (`/interface/vlan`). */
    viewOf?: { path: string; where: Record<string, string> };
    /** Id of the first row. @default 1 */
    firstId?: number;
    /** Fields looked up by value. */
    indexed?: readonly string[];
    fields: Record<string, Field>;
}
