/**
 * Operations as a script in RouterOS's language, and what such a script answers. Pure.
 *
 * Only forms that every RouterOS 7 knows: `add`, `set`, `remove`, `move`, `get`, `:if`, `:error`, `:put`, and
 * `:do {…} on-error={…}`, which tells that a command failed and not why: a row that failed is sent singly afterwards.
 */
import type { Menu, Values } from "./fields";
import type { Operation } from "./reconcile";
import type { Row } from "./row";

/** One operation as commands. */
export interface Step {
    /** What must hold of the rows that it goes by; an error where it does not. */
    guards: string[];
    command: string;
    /** The command returns the new row's id. */
    adds: boolean;
}

/**
 * A value as a script holds it: bare as an export writes it, else between quotation marks. `undefined` for one with a
 * character that may mean something there: what cannot be misread needs no escapes.
 */
export function quoted(value: string): string | undefined {
    if (/^[A-Za-z0-9][A-Za-z0-9._:/,-]*$/.test(value)) return value;
    return /^[A-Za-z0-9 ._:/,~+*@%#=()[\]-]*$/.test(value) ? `"${value}"` : undefined;
}

/**
 * The operation as a step of a script; `undefined` where it is to be sent singly. Rows are named by their ids, and each
 * says in the script that it is still the one that was seen: by its comment, which holds the marker, and where it has
 * none of ours also by what it is called.
 */
export function stepOf(menu: Menu, operation: Operation, seen: (id: string) => Row | undefined): Step | undefined {
    switch (operation.kind) {
        case "add": {
            const { before, values } = operation;
            const place = before === undefined ? "" : ` place-before=${before}`;
            return step(
                menu,
                seen,
                before === undefined ? [] : [before],
                ["add", argumentsOf(menu, values), place],
                true,
            );
        }
        case "change": {
            const { id, difference } = operation;
            if (difference.clear.length > 0) return undefined;
            return step(menu, seen, [id], ["set", ` ${id}`, argumentsOf(menu, difference.set)]);
        }
        case "move": {
            const { ids, before } = operation;
            if (before === undefined) return undefined;
            return step(menu, seen, [...ids, before], ["move", ` ${ids.join(",")} destination=${before}`]);
        }
        case "remove":
            return step(menu, seen, [operation.id], ["remove", ` ${operation.id}`]);
    }
}

function step(
    menu: Menu,
    seen: (id: string) => Row | undefined,
    ids: readonly string[],
    words: readonly (string | undefined)[],
    adds = false,
): Step | undefined {
    const guards = ids.flatMap((id) => guard(menu, id, seen(id)) ?? []);
    if (guards.length < ids.length || words.includes(undefined)) return undefined;
    return { guards, command: `${menu.path}/${words.join("")}`, adds };
}

function guard(menu: Menu, id: string, row: Row | undefined): string | undefined {
    if (!row || !menu.table.has("comment")) return undefined;
    const called = row.marker ? [] : [...new Set([...(menu.part === undefined ? [] : [menu.part]), ...menu.label])];
    const expected = quoted([...called.map((wire) => row.values[wire] ?? ""), row.comment].join(" "));
    if (expected === undefined) return undefined;
    // Put together, whatever the type of a value is: text compares with text.
    const read = [...called, "comment"].map((wire) => `[${menu.path}/get ${id} ${wire}]`).join('." ".');
    const text = expected.startsWith('"') ? expected : `"${expected}"`;
    return `:if ((${read}."") != ${text}) do={:error "another row"}`;
}

function argumentsOf(menu: Menu, values: Values): string | undefined {
    const words = Object.entries(values).map(([wire, value]) => {
        const text = quoted(menu.table.get(wire)?.kind === "boolean" ? (value === "true" ? "yes" : "no") : value);
        return text === undefined ? undefined : ` ${wire}=${text}`;
    });
    return words.includes(undefined) ? undefined : words.join("");
}

/**
 * The script. It says its name first and then a line for each step: `<name> <number> <id>` or `done`, or `failed`.
 *
 * `ordered`: what comes after a step that failed would not stand where it should, so the script ends there. Of a set, the
 * rest is carried out.
 */
export function scriptOf(name: string, steps: readonly Step[], ordered: boolean): string {
    const lines = steps.map(({ guards, command, adds }, index) => {
        const does = adds ? [`:put ("${name} ${index} ".[${command}])`] : [command, `:put "${name} ${index} done"`];
        const line = [...guards, ...does].join("; ");
        return ordered ? line : `:do {${line}} on-error={:put "${name} ${index} failed"}`;
    });
    return [`:put "${name} begins"`, ...lines].join("\n");
}

/** What became of the steps, by number: a new row's id, `done` or `failed`. Those of which nothing is said are not in it. */
export function outcomesOf(name: string, answer: string): Map<number, string> {
    const lines = answer.matchAll(new RegExp(`\\b${name} (\\d+) (\\*[0-9A-F]+|done|failed)(?![^\\s])`, "g"));
    return new Map([...lines].map(([, index, outcome = ""]) => [Number(index), outcome]));
}

/** Whether an answer of `/execute` is that of the script with this name. */
export function isAnswerOf(name: string, answer: unknown): answer is { ret: string } {
    const text: unknown = typeof answer === "object" && answer !== null ? (answer as { ret?: unknown }).ret : undefined;
    return typeof text === "string" && text.includes(`${name} begins`);
}
