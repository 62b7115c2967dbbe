/**
 * RouterOS's command language as far as an `/export` and simple scripts use it: comments, continued lines, quoted strings
 * with escapes, `/path` lines, commands with `name=value`, `[ find … ]`, `{ … }` blocks.
 */
export interface Statement {
    /** Line the statement starts on, from 1. */
    line: number;
    /** `/ip/firewall/filter`; that of the last path line where the statement names none. */
    path: string;
    /** `add`, `set`, `:put`, …; empty for a line that only changes the path. */
    command: string;
    /** Words without a name, in order; brackets and blocks keep their brackets. */
    words: string[];
    args: Record<string, string>;
}

export class RscError extends Error {
    constructor(
        readonly line: number,
        text: string,
    ) {
        super(`line ${line}: ${text}`);
        this.name = "RscError";
    }
}

const commands = new Set([
    ...["add", "set", "remove", "move", "unset", "enable", "disable", "comment", "print", "find", "get", "export"],
    ...["reset-counters", "reset-counters-all", "reset", "run", "edit"],
]);

/**
 * All statements of a text, read in the menu `path`; `entered` hears of every line that only changes the menu. Throws
 * {@link RscError} on a string or bracket that does not end.
 */
export function parseRsc(text: string, path = "", entered?: (path: string, line: number) => void): Statement[] {
    const statements: Statement[] = [];
    for (const { line, tokens } of splitStatements(text)) {
        const statement = readStatement(line, tokens, path);
        if (statement.command === "") {
            // It stays in force; a path before a command counts for that command alone.
            path = statement.path;
            entered?.(path, line);
        } else {
            statements.push(statement);
        }
    }
    return statements;
}

function readStatement(line: number, tokens: string[], current: string): Statement {
    const statement: Statement = { line, path: current, command: "", words: [], args: {} };
    let index = 0;
    if (tokens[0]!.startsWith("/")) {
        const segments: string[] = [];
        for (; index < tokens.length && !isArgument(tokens[index]!) && !/^["[{:]/.test(tokens[index]!); index++) {
            const parts = tokens[index]!.split("/").filter(Boolean);
            const last = parts.at(-1);
            if (last !== undefined && commands.has(last) && segments.length + parts.length > 1) {
                segments.push(...parts.slice(0, -1));
                break;
            }
            segments.push(...parts);
        }
        statement.path = `/${segments.join("/")}`;
        if (index === tokens.length) return statement;
        statement.command = tokens[index]!.split("/").at(-1)!;
        index++;
    } else {
        statement.command = tokens[index++]!;
    }
    for (; index < tokens.length; index++) {
        const token = tokens[index]!;
        const argument = isArgument(token) ? /^([!\w.-]+)=(.*)$/s.exec(token) : undefined;
        if (argument) statement.args[argument[1]!] = unquote(argument[2]!);
        else statement.words.push(token);
    }
    return statement;
}

function isArgument(token: string): boolean {
    return /^[!\w.-]+=/.test(token);
}

/** Tokens by statement; a statement ends with its line or with `;`. */
export function splitStatements(text: string): { line: number; tokens: string[] }[] {
    const result: { line: number; tokens: string[] }[] = [];
    let tokens: string[] = [];
    let token = "";
    let line = 1;
    let start = 1;
    const endToken = () => {
        if (token !== "") tokens.push(token);
        token = "";
    };
    const endStatement = () => {
        endToken();
        if (tokens.length > 0) result.push({ line: start, tokens });
        tokens = [];
    };
    for (let index = 0; index < text.length; index++) {
        const character = text[index]!;
        if (token === "" && tokens.length === 0) start = line;
        const continued = /^\\\r?\n[ \t]*/.exec(text.slice(index, index + 200));
        if (continued) {
            // The next line goes on, without its indent; outside strings it may also end a word.
            line++;
            index += continued[0].length - 1;
        } else if (character === "\n") {
            endStatement();
            line++;
        } else if (character === ";") {
            endStatement();
        } else if (character === "#" && token === "" && tokens.length === 0) {
            while (index + 1 < text.length && text[index + 1] !== "\n") index++;
        } else if (/\s/.test(character)) {
            endToken();
        } else if (character === '"' || character === "[" || character === "{" || character === "(") {
            const end = closing(text, index);
            if (end < 0)
                throw new RscError(line, character === '"' ? "a string does not end" : `a ${character} is not closed`);
            const part = text.slice(index, end + 1);
            token += part.replace(/\\\r?\n[ \t]*/g, "");
            line += part.split("\n").length - 1;
            index = end;
        } else {
            token += character;
        }
    }
    endStatement();
    return result;
}

/** Where the string or bracket that starts at `from` ends; -1 when it does not. */
function closing(text: string, from: number): number {
    const pairs: Record<string, string> = { "[": "]", "{": "}", "(": ")" };
    if (text[from] === '"') {
        for (let index = from + 1; index < text.length; index++) {
            if (text[index] === "\\") index++;
            else if (text[index] === '"') return index;
        }
        return -1;
    }
    const open = [pairs[text[from]!]!];
    for (let index = from + 1; index < text.length; index++) {
        const character = text[index]!;
        if (character === '"') {
            const end = closing(text, index);
            if (end < 0) return -1;
            index = end;
        } else if (pairs[character] !== undefined) open.push(pairs[character]);
        else if (character === open.at(-1)) {
            open.pop();
            if (open.length === 0) return index;
        }
    }
    return -1;
}

const escapes: Record<string, string> = {
    n: "\n",
    r: "\r",
    t: "\t",
    a: "\x07",
    b: "\b",
    f: "\f",
    v: "\v",
    _: " ",
    '"': '"',
    "\\": "\\",
    $: "$",
    "?": "?",
};

/** The text of a quoted string; anything else as it is. */
export function unquote(token: string): string {
    if (!token.startsWith('"') || !token.endsWith('"') || token.length < 2) return token;
    return token.slice(1, -1).replace(/\\([0-9A-F]{2}|.)/gs, (_whole, code: string) => {
        return code.length === 2 ? String.fromCharCode(parseInt(code, 16)) : (escapes[code] ?? code);
    });
}

/** A value as an export writes it: bare where that is safe, else quoted. */
export function quote(value: string): string {
    if (/^[\w.:/*!,@%+-]+$/.test(value)) return value;
    const escaped = value
        .replace(/[\\"$?]/g, "\\$&")
        .replace(/\n/g, "\\n")
        .replace(/\r/g, "\\r")
        .replace(/\t/g, "\\t");
    return `"${escaped}"`;
}
