import { readFileSync } from "node:fs";

import { parseRsc, type Statement } from "../router/language/rsc";
import { type LabMenu, labMenus, type RouterState } from "./router-state";

/** Reads the menus the lab needs from a file that holds the text of an `/export`. */
export function readRsc(file: string): RouterState {
    return stateOfExport(readFileSync(file, "utf8"));
}

/**
 * An `/export` as rows, in order. A line of the lab's menus that the lab cannot read is an error: leaving it out would
 * change what the packets meet. Types of queues that every router has are in the export only where they were changed.
 */
export function stateOfExport(text: string): RouterState {
    const state: RouterState = {};
    for (const statement of parseRsc(text)) {
        const menu = labMenus.find((known) => known === statement.path);
        if (!menu) continue;
        const rows = (state[menu] ??= []);
        if (statement.command === "add") rows.push(statement.args);
        else if (menu === "/queue/type" && statement.command === "set")
            rows.push({ ...statement.args, name: changedType(statement) });
        else throw unreadable(menu, statement);
    }
    return state;
}

/** `set [ find default-name=default-small ] pfifo-limit=20`, or by name. */
function changedType(statement: Statement): string {
    const word = statement.words.join(" ");
    const name =
        /^\[\s*find\s+(?:default-)?name="?([^"\]]+?)"?\s*\]$/.exec(word)?.[1] ?? /^[a-z][a-z-]*$/.exec(word)?.[0];
    if (name === undefined) throw unreadable("/queue/type", statement);
    return name;
}

function unreadable(menu: LabMenu, { line, command, words }: Statement): Error {
    return new Error(`The lab cannot read line ${line} of the export: ${[menu, command, ...words].join(" ")}`);
}
