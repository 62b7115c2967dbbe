import type { Row } from "../api";
import { splitStatements, unquote } from "./rsc";

/**
 * `[ find … ]`: which rows a selector means. Conditions `name=value`, `name!=value`, `name~"pattern"`, `!name` (lacks it or
 * is no), `name` (has it, and is not no), joined by nothing, `and` or `&&`; `or` or `||` weaker; brackets. Values compare
 * as RouterOS shows them, yes and true being the same.
 */
export function selectorOf(text: string): (row: Row) => boolean {
    const inner = text.replace(/^\[\s*/, "").replace(/\s*\]$/, "");
    const words = tokensOf(inner.replace(/;/g, " "));
    while (words[0] === "find" || words[0] === "where" || words[0]?.startsWith("/") || isPathWord(words)) words.shift();
    return conditionOf(words);
}

const tokensOf = (text: string): string[] => [...splitStatements(text)].flatMap(({ tokens }) => tokens);

/** `[ /ip firewall filter find … ]`: the path before `find`. */
function isPathWord(words: readonly string[]): boolean {
    const find = words.indexOf("find");
    return find > 0 && words.slice(0, find).every((word) => /^\/?[\w/-]+$/.test(word));
}

function conditionOf(words: readonly string[]): (row: Row) => boolean {
    const branches: string[][] = [[]];
    for (const word of words) {
        if (word === "or" || word === "||") branches.push([]);
        else if (word !== "and" && word !== "&&") branches.at(-1)!.push(word);
    }
    const tests = branches.map((branch) => branch.map(testOf));
    return (row) => tests.some((all) => all.every((test) => test(row)));
}

function testOf(word: string): (row: Row) => boolean {
    if (word.startsWith("(")) return conditionOf(tokensOf(word.slice(1, -1)));
    const match = /^(!?)([.\w-]+)(?:(=|!=|~)(.*))?$/s.exec(word);
    if (!match) throw new Error(`syntax error (${word})`);
    const [, negated, name, operator, raw] = match;
    if (operator === undefined) {
        return (row) => (row[name!] !== undefined && row[name!] !== "false") === (negated === "");
    }
    const value = unquote(raw!);
    if (operator === "~") {
        const pattern = new RegExp(value);
        return (row) => pattern.test(row[name!] ?? "");
    }
    return (row) => {
        const has = row[name!];
        const equal =
            has === value || (has !== undefined && asBoolean(has) !== undefined && asBoolean(has) === asBoolean(value));
        return operator === "=" ? equal || (value === "" && has === undefined) : !equal;
    };
}

function asBoolean(value: string): boolean | undefined {
    return value === "true" || value === "yes" ? true : value === "false" || value === "no" ? false : undefined;
}
