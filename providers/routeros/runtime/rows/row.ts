/** A row, read once where it comes in: everything behind works on this. */
import type { Menu, Values } from "./fields";
import { asPrinted, valueOf } from "./fields";
import type { Marker } from "./ownership";
import { readComment } from "./ownership";
import { oneLine } from "./text";

/** What a row of any menu has. */
export interface Common {
    id: string;
    /** What it is called, its comment aside. */
    name: string;
    /** To the letter. */
    comment: string;
    /** The comment without our marker. */
    text: string;
    /** Whose row it is, and for which key; absent where no stack of ours says so. */
    marker?: Marker;
    disabled: boolean;
    /** Made by the router. */
    dynamic: boolean;
    /** How the row is called in messages. */
    label: string;
}

export interface Row extends Common {
    /** Known fields in canonical form, defaults filled in; what is not set is not there. */
    values: Values;
    /** There before anybody configured anything, and not to be removed. */
    builtIn: boolean;
}

export function readRow(menu: Menu, answer: Values): Row {
    const values: Values = menu.table === asPrinted ? { ...answer } : {};
    for (const field of menu.table.values()) {
        const value = valueOf(field, answer);
        if (value !== "") values[field.wire] = value;
    }
    return {
        ...commonOf(answer, menu.label.flatMap((wire) => values[wire] ?? []).join(" ")),
        values,
        builtIn: answer["default"] === "true" || answer["builtin"] === "true",
    };
}

export function commonOf(answer: Values, name = nameOf(answer)): Common {
    const { ".id": id = "", comment = "", disabled, dynamic } = answer;
    const { text, marker } = readComment(comment);
    return {
        id,
        name,
        comment,
        text,
        ...(marker ? { marker } : {}),
        disabled: disabled === "true",
        dynamic: dynamic === "true",
        label: oneLine(text === "" ? `${name} (${id})` : `${name} "${text}" (${id})`),
    };
}

const nameOf = ({ name, chain = "", action = "accept" }: Values): string => name ?? `${chain} ${action}`.trim();
