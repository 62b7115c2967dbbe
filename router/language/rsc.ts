import { fromBytes, toBytes } from "../device/bytes";
import { menusOf } from "../menus";
import { commonCommands, complete, wordIn } from "../menus/console";
import { versions } from "../menus/definition";

/**
 * RouterOS's command language as far as an `/export` and simple scripts use it: comments, continued lines, quoted strings
 * with escapes, `/path` lines, commands with `name=value`, `[ find … ]`, `{ … }` blocks. As on the console, a menu, a
 * command or an argument may be shortened to any beginning that no other has.
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
    /** The same as they were written: between quotation marks a bracket is text. */
    raw: Record<string, string>;
    /** All that follows the command, as it was written. */
    tokens: string[];
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

export interface Listener {
    /** A line that only changes the menu. */
    entered?: (path: string, line: number) => void;
    /** A line that is no command: a banner, a prompt. Without it such lines are statements with an unknown command. */
    foreign?: (text: string, line: number) => void;
}

/** All statements of a text, read in the menu `path`. Throws {@link RscError} on a string or bracket that does not end. */
export function parseRsc(text: string, path = "", { entered, foreign }: Listener = {}): Statement[] {
    const statements: Statement[] = [];
    const passOver = (line: string, number: number): boolean => {
        if (!foreign || !isForeign(line, path)) return false;
        foreign(line.trim(), number);
        return true;
    };
    for (const { line, tokens } of splitStatements(text, passOver)) {
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

/** The newest version's: names are only shortened by it, never refused. */
const newest = menusOf(versions.at(-1)!);
const rootCommands = ["export", "import", "quit", "ping"];

function wordAt(path: string, word: string) {
    return wordIn(path, word, path === "/" ? rootCommands : newest.get(path)?.commands);
}

function isForeign(line: string, path: string): boolean {
    const word = /^\s*(\S+)/.exec(line)?.[1] ?? "";
    if (/^\[[^\]\s]*@[^\]]*\]/.test(word)) return true; // a prompt, and what was typed there
    if (/^[/:#{}["($]/.test(word) || word === "") return false;
    return wordAt(path === "" ? "/" : path, word) === undefined && wordIn("", word) === undefined;
}

function readStatement(line: number, tokens: string[], current: string): Statement {
    const statement: Statement = { line, path: current, command: "", words: [], args: {}, raw: {}, tokens: [] };
    const absolute = tokens[0]!.startsWith("/");
    if (absolute) statement.path = "/";
    let index = 0;
    while (statement.command === "" && index < tokens.length && !isArgument(tokens[index]!)) {
        const token = tokens[index]!;
        if (index > 0 && /^["[{(:$]/.test(token)) break;
        index++;
        if (/^["[{(:$]/.test(token)) statement.command = token;
        else for (const word of token.split("/").filter(Boolean)) step(statement, word, absolute, tokens[index]);
    }
    statement.tokens = tokens.slice(index);
    const named = statement.command === "set" ? "setArguments" : "addArguments";
    const known = newest.get(statement.path)?.[named];
    for (const token of statement.tokens) {
        const argument = isArgument(token) ? /^(!?)([!\w.-]+)=(.*)$/s.exec(token) : undefined;
        if (argument) {
            const [, not, name, value] = argument;
            const whole = `${not}${complete(name!, known ?? []) ?? name}`;
            statement.args[whole] = unquote(value!);
            statement.raw[whole] = value!;
        } else statement.words.push(token);
    }
    return statement;
}

/** One word on the way to the command; `next` is what follows its token. */
function step(statement: Statement, word: string, absolute: boolean, next?: string): void {
    let found = word === ".." ? undefined : wordAt(statement.path === "" ? "/" : statement.path, word);
    if (found && "menu" in found && isCommand(word, found.menu, next)) found = { command: word };
    if (word === "..") statement.path = statement.path.replace(/\/[^/]*$/, "") || "/";
    else if (found && "menu" in found) statement.path = found.menu;
    else if (found && statement.command === "") statement.command = found.command;
    else if (absolute) statement.path = `${statement.path === "/" ? "" : statement.path}/${word}`;
    else statement.command = word;
}

/** Whether a command that is a beginning of a menu's name, too (`set`, `settings`), is meant: what follows is no word there. */
function isCommand(word: string, menu: string, next: string | undefined): boolean {
    const isName = menu.endsWith(`/${word}`);
    return !isName && commonCommands.includes(word) && next !== undefined && wordAt(menu, next) === undefined;
}

function isArgument(token: string): boolean {
    return /^[!\w.-]+=/.test(token);
}

/** Tokens by statement; a statement ends with its line or with `;`. `passOver` says which lines are none. */
export function* splitStatements(
    text: string,
    passOver?: (line: string, number: number) => boolean,
): Generator<{ line: number; tokens: string[] }> {
    let tokens: string[] = [];
    let token = "";
    let line = 1;
    let start = 1;
    let atLineStart = true;
    const endToken = () => {
        if (token !== "") tokens.push(token);
        token = "";
    };
    function* endStatement() {
        endToken();
        if (tokens.length > 0) yield { line: start, tokens };
        tokens = [];
    }
    for (let index = 0; index < text.length; index++) {
        const character = text[index]!;
        const isFresh = token === "" && tokens.length === 0;
        if (isFresh) start = line;
        if (isFresh && atLineStart && passOver) {
            const end = text.indexOf("\n", index);
            const whole = text.slice(index, end < 0 ? text.length : end);
            if (passOver(whole, line)) {
                index += whole.length;
                line++;
                continue;
            }
        }
        atLineStart = character === "\n";
        const continued = /^\\\r?\n[ \t]*/.exec(text.slice(index, index + 200));
        if (continued) {
            // The next line goes on, without its indent; outside strings it may also end a word.
            line++;
            index += continued[0].length - 1;
        } else if (character === "\n") {
            yield* endStatement();
            line++;
        } else if (character === ";") {
            yield* endStatement();
        } else if (character === "#" && isFresh) {
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
    yield* endStatement();
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

/** The text of a quoted string, `\D0\BF` being two bytes of it; anything else as it is. */
export function unquote(token: string): string {
    if (!token.startsWith('"') || !token.endsWith('"') || token.length < 2) return token;
    const parts = token
        .slice(1, -1)
        .split(/(\\(?:[0-9A-F]{2}|.))/s)
        .map((part, index) => {
            if (index % 2 === 0) return toBytes(part);
            const code = part.slice(1);
            return code.length === 2 ? Buffer.from([parseInt(code, 16)]) : toBytes(escapes[code] ?? code);
        });
    return fromBytes(Buffer.concat(parts));
}

/** A value as an export writes it: bare where that is safe, else quoted, every byte beyond ASCII as `\D0`. */
export function quote(value: string): string {
    if (/^[\w.:/*!,@%+-]+$/.test(value)) return value;
    const escaped = [...toBytes(value)]
        .map((byte) => {
            const character = String.fromCharCode(byte);
            if (/["\\$?]/.test(character)) return `\\${character}`;
            const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
            if (named !== undefined) return named;
            return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(16).toUpperCase().padStart(2, "0")}` : character;
        })
        .join("");
    return `"${escaped}"`;
}
