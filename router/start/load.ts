import type { LoadedLine } from "../api";
import { compareVersions } from "../assumed";
import * as commands from "../commands/commands";
import { singleton } from "../commands/protocol";
import { settle } from "../commands/restart";
import type { Device } from "../device/device";
import type { StoredRow } from "../device/table";
import { Refusal } from "../errors";
import { selectorOf } from "../language/find";
import { parseRsc, RscError, type Statement } from "../language/rsc";
import { menusOf } from "../menus";
import type { Menu } from "../menus/definition";
import { keptLines } from "../menus/kept";
import { rowsOf, showRow } from "../menus/rows";
import { makeInterface, makePorts } from "./ports";

/** `7.19.4` of an export's first lines, if it has them. */
export function versionOfExport(text: string): string | undefined {
    return /^#.* by RouterOS (\d+(?:\.\d+)+)/m.exec(text)?.[1];
}

/** What became of an export, line by line, and what of that a person should be told. */
export interface Loaded {
    lines: LoadedLine[];
    warnings: string[];
}

/**
 * Reads an `/export` into the router. A menu that is not modelled is kept as text, an argument that is not as it is
 * written; both are exported again. What the router refuses is left out. Physical interfaces that are only referred to
 * are made: an export does not name those that nobody changed. Throws RscError for a text that is none.
 */
export function loadRsc(device: Device, text: string): Loaded {
    const lines: LoadedLine[] = [];
    const note = (line: number, outcome: LoadedLine["outcome"], what: string) => lines.push({ line, outcome, what });
    const statements = parseRsc(text, "", { foreign: (line, number) => note(number, "passed over", line) });
    // What an export sets stands in menus.
    if (statements.length > 0 && statements.every(({ path }) => path === "")) {
        const [first] = statements[0]!.command.split("\n");
        throw new RscError(statements[0]!.line, `this is no export: "${first}" stands in no menu`);
    }
    if (statements.length === 0 && lines.length > 0)
        throw new RscError(lines[0]!.line, `this is no export: "${lines[0]!.what}" is no command`);
    const version = versionOfExport(text);
    device.importing = true;
    try {
        makePorts(device, statements);
        let before = "";
        for (const statement of statements) {
            const menu = menusOf(device.version).get(statement.path);
            const command = `${statement.path} ${statement.command}`;
            try {
                const kept = menu ? apply(device, menu, statement) : keep(device, statement, before);
                for (const name of kept) note(statement.line, "kept", `${command}: ${name}`);
                if (kept.length === 0) note(statement.line, "modelled", command);
            } catch (error) {
                if (!(error instanceof Refusal)) throw error;
                const why = error.status === 404 ? "no such item" : error.message;
                note(statement.line, "refused", `${command}: ${why}`);
            }
            before = statement.path;
        }
    } finally {
        device.importing = false;
    }
    settle(device);
    return { lines, warnings: [...aboutVersion(version), ...warningsOf(lines)] };
}

function aboutVersion(version: string | undefined): string[] {
    if (version === undefined || compareVersions(version, "7.1") >= 0) return [];
    return [`RouterOS ${version} has no REST: served are the menus of the oldest version known here`];
}

function warningsOf(lines: readonly LoadedLine[]): string[] {
    const kept = new Map<string, number>();
    const warnings: string[] = [];
    for (const { line, outcome, what } of lines) {
        if (outcome === "refused") warnings.push(`line ${line}: ${what}`);
        else if (outcome === "passed over") warnings.push(`line ${line}: passed over, it is no command: "${what}"`);
        else if (outcome === "kept") {
            const about = what.replace(/^(\S+) \S+: (.*)$/, (_all, path: string, name: string) => `${path}: ${name}`);
            kept.set(about, (kept.get(about) ?? 0) + 1);
        }
    }
    for (const [about, count] of kept)
        warnings.push(`${about}, ${count === 1 ? "1 line" : `${count} lines`} kept as written`);
    return warnings;
}

/** A statement of a menu that is not modelled. A kind of interface without a menu here is an interface all the same. */
function keep(device: Device, { path, command, args, tokens }: Statement, after: string): string[] {
    if (path === "" || path === "/" || command.startsWith(":")) throw new Refusal(400, "scripts are not run here");
    const kind = /^\/interface\/([^/]+)$/.exec(path)?.[1] ?? /^\/(zerotier|caps-man)\/interface$/.exec(path)?.[1];
    if (kind !== undefined && command === "add" && args["name"] !== undefined)
        makeInterface(device, args["name"], kind);
    keptLines.of(device).push({ path, text: [command, ...tokens].join(" "), after });
    return ["not modelled"];
}

/** Carries a statement out; returns the arguments that were kept because the menu does not model them. */
function apply(device: Device, menu: Menu, statement: Statement): string[] {
    const { command } = statement;
    if (command === "add") {
        const { args, kept } = sortOut(menu, menu.addArguments, statement.args, statement.words);
        remember(commands.add(device, menu, args), args, kept);
        return Object.keys(kept);
    }
    if (command === "set") {
        const words = [...statement.words];
        const rows = menu.singleton
            ? [singleton(device, menu)]
            : selectWord(device, menu, words.shift() ?? "", statement);
        const { args, kept } = sortOut(menu, menu.setArguments, statement.args, words);
        commands.set(device, menu, rows, args);
        for (const row of rows) remember(row, args, kept);
        return Object.keys(kept);
    }
    if (!["remove", "disable", "enable"].includes(command)) throw new Refusal(400, `no such command (${command})`);
    const rows = statement.words.flatMap((word) => selectWord(device, menu, word, statement));
    if (command === "remove") commands.remove(device, menu, rows);
    else commands.set(device, menu, rows, { disabled: command === "disable" ? "yes" : "no" });
    return [];
}

/** Arguments that the menu takes, and those that it does not know; a bare word is a flag. */
function sortOut(menu: Menu, known: ReadonlySet<string>, given: Record<string, string>, words: readonly string[]) {
    const args: Record<string, string> = {};
    const kept: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(given)) {
        if (known.has(name.replace(/^!/, "")) && !menu.fields[name]?.elsewhere) args[name] = value;
        else kept[name] = value;
    }
    for (const word of words) {
        if (menu.fields[word]?.kind === "flag") args[word] = "";
        else kept[word] = null;
    }
    return { args, kept };
}

/** An export names what somebody wrote, the defaults too. */
function remember(row: StoredRow, args: Record<string, string>, kept: Record<string, string | null>): void {
    row.explicit = [...new Set([...(row.explicit ?? []), ...Object.keys(args)])];
    if (Object.keys(kept).length > 0) row.kept = { ...row.kept, ...kept };
}

function selectWord(device: Device, menu: Menu, word: string, { args }: Statement): readonly StoredRow[] {
    if (word.startsWith("[")) {
        const selects = selectorOf(word);
        const rows = rowsOf(device, menu).filter((row) => selects(showRow(device, menu, row)));
        if (rows.length === 0) throw new Refusal(404);
        return rows;
    }
    // A number is a place in a list of rows that another router has more or fewer of.
    const named = /^\d+$/.test(word) && args["name"] !== undefined && device.findByName(menu.path, args["name"]);
    return named ? [named] : commands.selectRows(device, menu, word);
}
