/** A row, read once where it comes in: everything behind works on this. */
import type { Menu, Values } from "./fields";
import { valueOf } from "./fields";
import type { Marker } from "./ownership";
import { readComment } from "./ownership";
import { oneLine } from "./text";

export interface Row {
    id: string;
    /** Known fields in canonical form, defaults filled in; what is not set is not there. */
    values: Values;
    /** To the letter. */
    comment: string;
    /** The comment without our marker. */
    text: string;
    /** Whose row it is, and for which key; absent where no stack of ours says so. */
    marker?: Marker;
    disabled: boolean;
    /** Made by the router. */
    dynamic: boolean;
    /** There before anybody configured anything, and not to be removed. */
    builtIn: boolean;
    /** How the row is called in messages. */
    label: string;
}

export function readRow(menu: Menu, answer: Values): Row {
    const id = answer[".id"] ?? "";
    const values: Values = {};
    for (const field of menu.table.values()) {
        const value = valueOf(field, answer);
        if (value !== "") values[field.wire] = value;
    }
    const comment = answer["comment"] ?? "";
    const { text, marker } = readComment(comment);
    const called = menu.label.flatMap((wire) => values[wire] ?? []).join(" ");
    return {
        id,
        values,
        comment,
        text,
        ...(marker ? { marker } : {}),
        disabled: answer["disabled"] === "true",
        dynamic: answer["dynamic"] === "true",
        builtIn: answer["default"] === "true" || answer["builtin"] === "true",
        label: oneLine(text === "" ? `${called} (${id})` : `${called} "${text}" (${id})`),
    };
}
