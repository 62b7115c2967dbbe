import * as commands from "../commands/commands";
import { runOnMenu } from "../commands/protocol";
import type { Device } from "../device/device";
import { durationMilliseconds } from "../device/durations";
import { showId } from "../device/table";
import { Refusal } from "../errors";
import { menuOf, menusOf } from "../menus";
import { rowsOf, showRow } from "../menus/rows";
import { exportText } from "./export";
import { selectorOf } from "./find";
import { parseRsc, RscError, type Statement, unquote } from "./rsc";

type Value = string | string[];

/** A script that stopped, with RouterOS's text as `/execute` shows it. */
export class ScriptError extends Error {}

/**
 * Runs the part of RouterOS's language that batches of changes need: commands of menus, `[ find … ]`, `:put`, `:foreach`,
 * `:if`, `:do … on-error`, `:local`, `:set`, `:len`, `:error`, `:log`, `:delay` (which only counts the time). Anything else
 * is a syntax error. `each` is called after every command of a menu, and where it says so the rest is not run.
 */
export function runScript(device: Device, text: string, each: EachCommand = () => true): Ran {
    const run = new Run(device, each);
    try {
        run.block(text, "");
    } catch (error) {
        if (error instanceof ScriptError) run.lines.push(error.message);
        else if (!(error instanceof CutOff)) throw error;
    }
    const { lines, seconds, commands, rowsScanned } = run;
    return { output: lines.join("\n"), seconds, commands, rowsScanned };
}

/** Called with how many commands were carried out; false to go no further. */
export type EachCommand = (carriedOut: number) => boolean;

interface Ran {
    /** What was put, a line each. */
    output: string;
    /** What it would have waited. */
    seconds: number;
    /** Commands of menus that were carried out, `get` and `find` among them. */
    commands: number;
    /** Rows that `find` looked at. */
    rowsScanned: number;
}

class CutOff extends Error {}

class Run {
    readonly lines: string[] = [];
    seconds = 0;
    commands = 0;
    rowsScanned = 0;
    private readonly variables = new Map<string, Value>();

    constructor(
        private readonly device: Device,
        private readonly each: EachCommand,
    ) {}

    block(text: string, path: string): Value {
        let statements: Statement[];
        try {
            statements = parseRsc(text, path, { entered: (menu, line) => this.checkPath(menu, line) });
        } catch (error) {
            if (error instanceof RscError) throw new ScriptError(`syntax error (${error.message})`);
            throw error;
        }
        let last: Value = "";
        for (const statement of statements) last = this.statement(statement);
        return last;
    }

    private checkPath(path: string, line: number): void {
        const paths = [...menusOf(this.device.version).keys()];
        if (paths.some((known) => `${known}/`.startsWith(`${path}/`)) || path === "/") return;
        throw new ScriptError(`bad command name ${path.split("/").at(-1) ?? ""} (line ${line} column 1)`);
    }

    private statement(statement: Statement): Value {
        try {
            if (statement.command.startsWith(":")) return this.control(statement);
            const value = this.command(statement);
            if (!this.each(++this.commands)) throw new CutOff();
            return value;
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            const argument = /^input does not match any value of (\S+)/.exec(error.message)?.[1];
            const where = `${statement.path}/${statement.command}${argument === undefined ? "" : ` (${argument})`}`;
            const text = error.detail ?? (error.status === 404 ? "no such item" : error.message);
            throw new ScriptError(`${text} (${where}; line ${statement.line})`);
        }
    }

    private control({ command, words, args, path, line }: Statement): Value {
        switch (command) {
            case ":put":
                this.lines.push(show(this.value(words.join(" "), path)));
                return "";
            case ":log":
                return "";
            case ":error":
                throw new ScriptError(show(this.value(words.join(" "), path)));
            case ":delay":
                this.seconds += (durationMilliseconds(words[0] ?? "1s") ?? 1000) / 1000;
                return "";
            case ":len": {
                const value = this.value(words.join(" "), path);
                return String(value.length);
            }
            case ":local":
            case ":global":
            case ":set":
                this.variables.set(words[0]!, words.length > 1 ? this.value(words.slice(1).join(" "), path) : "");
                return "";
            case ":do":
                return this.attempt(words[0] ?? "", args["on-error"], path);
            case ":if": {
                const holds = show(this.value(words[0] ?? "", path)) === "true";
                return this.block(inner((holds ? args["do"] : args["else"]) ?? ""), path);
            }
            case ":foreach": {
                const values = this.value(args["in"] ?? "", path);
                for (const value of Array.isArray(values) ? values : values === "" ? [] : [values]) {
                    this.variables.set(words[0]!, value);
                    this.block(inner(args["do"] ?? ""), path);
                }
                return "";
            }
            default:
                throw new ScriptError(`bad command name ${command.slice(1)} (line ${line} column 2)`);
        }
    }

    private attempt(block: string, onError: string | undefined, path: string): Value {
        try {
            return this.block(inner(block), path);
        } catch (error) {
            if (!(error instanceof ScriptError) || onError === undefined) throw error;
            return this.block(inner(onError), path);
        }
    }

    private command(statement: Statement): Value {
        const { path, command, words, line } = statement;
        if (command === "export") {
            this.lines.push(exportText(this.device).trimEnd());
            return "";
        }
        const menu = menusOf(this.device.version).get(path);
        if (!menu)
            throw new ScriptError(`bad command name ${path.split("/").at(-1) || command} (line ${line} column 1)`);
        if (!menu.commands.has(command)) throw new ScriptError(`bad command name ${command} (line ${line} column 1)`);
        if (command === "find") return this.find(path, words.join(" "), statement.args);
        const args: Record<string, string> = {};
        for (const [name, raw] of Object.entries(statement.raw)) args[name] = show(this.value(raw, path));
        const values = words.map((word) => this.value(word, path));
        if (command === "add") return showId(commands.add(this.device, menu, args).id);
        const numbers = args["numbers"] ?? (menu.singleton ? undefined : values.shift());
        if (command === "get") return this.get(path, numbers, args["value-name"] ?? show(values[0] ?? ""));
        if (command === "print") {
            const rows = rowsOf(this.device, menu).map((row) => showRow(this.device, menu, row));
            this.lines.push(
                values.includes("count-only") || numbers === "count-only" ? String(rows.length) : JSON.stringify(rows),
            );
            return "";
        }
        // Nothing found is nothing to do.
        if (Array.isArray(numbers) && numbers.length === 0) return "";
        if (numbers !== undefined) args["numbers"] = Array.isArray(numbers) ? numbers.join(",") : numbers;
        if (command === "move" && values[0] !== undefined) args["destination"] ??= show(values[0]);
        if (command === "unset" && values[0] !== undefined) args["value-name"] ??= show(values[0]);
        if (command === "comment" && values[0] !== undefined) args["comment"] ??= show(values[0]);
        runOnMenu(this.device, menu, command, args);
        return "";
    }

    private find(path: string, condition: string, args: Record<string, string>): string[] {
        const menu = menuOf(this.device, path);
        const named = Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
        const selects = this.selector([condition, ...named].join(" "));
        const rows = rowsOf(this.device, menu);
        this.rowsScanned += rows.length;
        return rows.filter((row) => selects(showRow(this.device, menu, row))).map((row) => showId(row.id));
    }

    private selector(text: string) {
        const known = text.replace(/\$(\w+)/g, (_whole, name: string) =>
            JSON.stringify(show(this.variables.get(name) ?? "")),
        );
        try {
            return selectorOf(`[find ${known}]`);
        } catch (error) {
            throw new ScriptError((error as Error).message);
        }
    }

    private get(path: string, numbers: Value | undefined, name: string): Value {
        const menu = menuOf(this.device, path);
        const row = menu.singleton
            ? this.device.table(path).all()[0]
            : commands.selectRows(this.device, menu, show(numbers ?? ""))[0];
        return row ? (showRow(this.device, menu, row)[name] ?? "") : "";
    }

    /** A word's value: text, a variable, what a bracket gives, an expression in round brackets. */
    private value(word: string, path: string): Value {
        const trimmed = word.trim();
        if (trimmed.startsWith('"')) return this.interpolate(trimmed);
        if (/^\$\w+$/.test(trimmed)) return this.variables.get(trimmed.slice(1)) ?? "";
        if (trimmed.startsWith("[")) return this.bracket(trimmed.slice(1, -1).trim(), path);
        if (trimmed.startsWith("(")) return this.expression(trimmed.slice(1, -1).trim(), path);
        return trimmed;
    }

    private bracket(text: string, path: string): Value {
        // The condition of a find is no list of arguments.
        const find = /^((?:\/[\w/ -]*?)?)[ /]?find\b(.*)$/s.exec(text);
        if (find && !text.startsWith(":")) {
            const menu = find[1] ? `/${find[1].split(/[/ ]+/).filter(Boolean).join("/")}` : path;
            if (!menusOf(this.device.version).has(menu))
                throw new ScriptError(`bad command name ${menu.split("/").at(-1) ?? ""}`);
            return this.find(menu, find[2]!, {});
        }
        return this.block(text, path);
    }

    private expression(text: string, path: string): Value {
        const parts = splitOperator(text);
        if (parts === undefined) return this.value(text, path);
        const [left, operator, right] = parts;
        const [a, b] = [show(this.expression(left, path)), show(this.value(right, path))];
        switch (operator) {
            case ".":
                return a + b;
            case "=":
                return String(a === b);
            case "!=":
                return String(a !== b);
            case ">":
                return String(Number(a) > Number(b));
            default:
                return String(Number(a) < Number(b));
        }
    }

    private interpolate(quoted: string): string {
        const marked = quoted
            .replace(/\\\$/g, "\u0001")
            .replace(/\$(\w+)/g, (_whole, name: string) => show(this.variables.get(name) ?? ""));
        return unquote(marked.replace(/\u0001/g, "\\$"));
    }
}

function show(value: Value): string {
    return Array.isArray(value) ? value.join(";") : value;
}

/** The text between the braces of a block. */
function inner(block: string): string {
    return block.startsWith("{") ? block.slice(1, -1) : block;
}

/** The last operator outside strings and brackets. */
function splitOperator(text: string): [string, string, string] | undefined {
    let depth = 0;
    let quoted = false;
    for (let index = text.length - 1; index > 0; index--) {
        const character = text[index]!;
        if (character === '"' && text[index - 1] !== "\\") quoted = !quoted;
        if (quoted) continue;
        if (character === "]" || character === ")") depth++;
        if (character === "[" || character === "(") depth--;
        const operator =
            text.slice(index - 1, index + 1) === "!=" ? "!=" : /[.=<>]/.test(character) ? character : undefined;
        if (depth === 0 && operator !== undefined) {
            return [text.slice(0, index - (operator === "!=" ? 1 : 0)), operator, text.slice(index + 1)];
        }
    }
    return undefined;
}
