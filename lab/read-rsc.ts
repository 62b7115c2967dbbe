import { readFileSync } from "node:fs";

import { labMenus, type RouterState, type Row } from "./router-state";

/** Reads the menus the lab needs from the text of an `/export`. */
export function readRsc(file: string): RouterState {
    return parseExport(readFileSync(file, "utf8"));
}

/**
 * An `/export` as rows, in order. Only `add` lines of the lab's menus are read; a line the lab cannot read is an
 * error, since leaving it out would change what the packets meet. Names and texts stay as they are written.
 */
export function parseExport(text: string): RouterState {
    const state: RouterState = {};
    let menu = "";
    for (const line of joined(text)) {
        if (line === "" || line.startsWith("#")) continue;
        let rest = line;
        if (line.startsWith("/")) {
            const command = /^(.*?)(?:\s+((?:add|set|remove|print|move|disable|enable)\b.*))?$/.exec(line);
            menu = `/${(command?.[1] ?? "")
                .slice(1)
                .trim()
                .split(/[\s/]+/)
                .join("/")}`;
            rest = command?.[2] ?? "";
        }
        const known = labMenus.find((candidate) => candidate === menu);
        if (!known || rest === "") continue;
        if (rest.startsWith("add ") || rest === "add") (state[known] ??= []).push(argumentsOf(rest.slice(4), line));
        else if (rest.startsWith("set ") && menu === "/queue/type") changeBuiltIn(state, rest.slice(4), line);
        else if (rest.startsWith("set "))
            continue; // `set [ find default=yes ]` of menus whose rows the lab does not use
        else throw new Error(`The lab cannot read this line of the export: ${line}`);
    }
    return state;
}

/** `set 1 pfifo-limit=20` or `set [ find name=x ] …`: a type every router has, with other numbers. */
function changeBuiltIn(state: RouterState, text: string, line: string): void {
    const name =
        /^\[?\s*find\s+(?:default-)?name="?([^\]"]+?)"?\s*\]/.exec(text)?.[1] ?? /^([a-z][a-z-]*)\s/.exec(text)?.[1];
    if (name === undefined) throw new Error(`The lab cannot tell which queue type this line changes: ${line}`);
    const values = argumentsOf(text.replace(/^(\[[^\]]*\]|\S+)\s*/, ""), line);
    (state["/queue/type"] ??= []).push({ name, ...values });
}

/** Lines end in `\` where they go on in the next one. */
function joined(text: string): string[] {
    return text
        .replace(/\\\r?\n\s*/g, "")
        .split(/\r?\n/)
        .map((line) => line.trim());
}

/** `name=value`, values with spaces in quotes, `!name` and `name` alone. */
function argumentsOf(text: string, line: string): Row {
    const row: Row = {};
    const argument = /\s*([a-z0-9-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/gy;
    let end = 0;
    for (let match = argument.exec(text); match; match = argument.exec(text)) {
        row[match[1] ?? ""] = match[2] !== undefined ? match[2].replace(/\\(.)/g, "$1") : (match[3] ?? "");
        end = argument.lastIndex;
    }
    if (text.slice(end).trim() !== "") throw new Error(`The lab cannot read this line of the export: ${line}`);
    return row;
}
