import type { Row } from "../api";
import type { Device } from "../device/device";
import { readId, showId, type StoredRow } from "../device/table";
import { splitList } from "../device/values";
import { Refusal, refuse } from "../errors";
import { menusOf } from "../menus";
import { menusBelow } from "../menus/console";
import type { Menu } from "../menus/definition";
import { currentRate, rowById, rowsOf, showRow } from "../menus/rows";
import * as commands from "./commands";
import { filterOf, pick, queryOf, type Test } from "./query";

export interface Command {
    method: string;
    /** Segments below `/rest`, decoded. */
    segments: string[];
    /** In the order given; a name may come twice. */
    query: [string, string][];
    body: unknown;
}

export interface Answer {
    status: number;
    /** Undefined: no body at all (204). */
    body?: unknown;
    rowsScanned: number;
    rowsReturned: number;
    /** How long the command took of itself (`:delay` in a script). */
    seconds?: number;
    /** How many commands a script carried out. */
    commands?: number;
    /** Nothing is ever sent (recorded of `listen`). */
    silent?: boolean;
}

/** Carries out one REST request on a menu. Throws {@link Refusal}. */
export function executeOnMenu(device: Device, command: Command): Answer {
    const { menu, tail } = route(device, command.segments);
    switch (command.method) {
        case "GET":
            return get(device, menu, tail, command.query);
        case "PUT":
            return put(device, needs(device, menu, "add"), tail, command.body);
        case "PATCH":
            return patch(device, menu, tail, command.body);
        case "DELETE":
            return erase(device, menu, tail);
        case "POST":
            return post(device, menu, tail, command.body);
        default:
            throw refuse.head();
    }
}

/** The longest menu path, and what follows it: nothing, an id, a name or a command. */
function route(device: Device, segments: readonly string[]): { menu: Menu | undefined; tail: string | undefined } {
    for (let length = segments.length; length > 0; length--) {
        const path = `/${segments.slice(0, length).join("/")}`;
        const menu = menusOf(device.version).get(path);
        if (!menu) continue;
        // A menu of RouterOS that is not modelled is no name of a row.
        const next = segments[length];
        if (next !== undefined && menusBelow(path)?.includes(next)) throw refuse.unknownMenu(next);
        if (segments.length - length > 1) throw refuse.unknownMenu(segments[length]!);
        return { menu, tail: segments[length] };
    }
    // No menu with rows: a directory on the way to one, or nothing known.
    let known = 0;
    const paths = [...menusOf(device.version).keys(), "/execute", "/export"];
    while (
        known < segments.length &&
        paths.some((path) => `${path}/`.startsWith(`/${segments.slice(0, known + 1).join("/")}/`))
    ) {
        known++;
    }
    const unknown = segments[known];
    if (unknown !== undefined) throw refuse.unknownMenu(unknown);
    throw refuse.noSuchCommand();
}

function needs(device: Device, menu: Menu | undefined, command: string): Menu {
    if (!menu) throw refuse.noSuchCommand();
    if (menu.commands.has(command)) return menu;
    // assumed(absent-verb)
    throw device.behaviour.absentVerbStatus === 406 ? refuse.verbAbsent(command) : refuse.unknownMenu(command);
}

const answer = (status: number, body: unknown, rowsScanned: number, rowsReturned: number): Answer => ({
    status,
    body,
    rowsScanned,
    rowsReturned,
});

function get(device: Device, menu: Menu | undefined, tail: string | undefined, query: [string, string][]): Answer {
    if (!menu) throw refuse.noSuchCommand();
    if (tail === "listen") return listen(menu);
    const conditions = query.filter(([name]) => !name.startsWith(".") || name === ".id");
    const names = query.filter(([name]) => name === ".proplist").flatMap(([, value]) => splitList(value));
    const proplist = names.length === 0 ? undefined : names;
    // assumed(proplist-id)
    if (proplist && device.behaviour.proplistAddsId && !proplist.includes(".id")) proplist.unshift(".id");
    if (tail !== undefined || menu.singleton) {
        const row = menu.singleton ? singleton(device, menu, tail) : rowFor(device, menu, tail!);
        const shown = showRow(device, menu, row);
        return answer(200, proplist ? pick(shown, proplist) : shown, 1, 1);
    }
    const words = query.filter(([name]) => name === ".query").flatMap(([, value]) => splitList(value));
    return list(device, menu, conditions, words.length > 0 ? queryOf(words) : undefined, proplist);
}

function list(
    device: Device,
    menu: Menu,
    conditions: [string, string][],
    test: Test | undefined,
    proplist?: string[],
): Answer {
    if (menu.computed) {
        const rows = menu
            .computed(device)
            .filter(filterOf(conditions))
            .filter(test ?? (() => true));
        return answer(
            200,
            rows.map((row) => (proplist ? pick(row, proplist) : row)),
            rows.length,
            rows.length,
        );
    }
    const rows = rowsOf(device, menu);
    const filter = filterOf(conditions);
    const found: Row[] = [];
    for (const row of candidates(device, menu, rows, conditions)) {
        if (!mayFit(menu, row, conditions)) continue;
        const shown = showRow(device, menu, row);
        if (filter(shown) && (!test || test(shown))) found.push(proplist ? pick(shown, proplist) : shown);
    }
    for (const row of menu.passing?.(device) ?? []) {
        if (filter(row) && (!test || test(row))) found.push(proplist ? pick(row, proplist) : row);
    }
    return answer(200, found, rows.length, found.length);
}

/** Our own shortcut for a filter on an indexed field; the router looks at every row, and so the log says. */
function candidates(
    device: Device,
    menu: Menu,
    rows: readonly StoredRow[],
    conditions: [string, string][],
): Iterable<StoredRow> {
    for (const [name, value] of conditions) {
        if (menu.fields[name]?.menu !== undefined || menu.ordered) continue;
        const set = menu.viewOf ? undefined : device.table(menu.path).indexedBy(name, value);
        if (set) return set;
    }
    return rows;
}

/** A row whose stored value is another one need not be shown: no menu shows a plain value otherwise than it is stored. */
function mayFit(menu: Menu, row: StoredRow, conditions: [string, string][]): boolean {
    return conditions.every(([name, value]) => {
        const stored = row.values[name];
        return stored === undefined || stored === value || menu.fields[name]?.menu !== undefined;
    });
}

export function singleton(device: Device, menu: Menu, tail?: string): StoredRow {
    if (tail !== undefined) throw menu.commands.has(tail) ? refuse.noSuchCommand() : refuse.noSuchCommandPrefix();
    const table = device.table(menu.path);
    return table.all()[0] ?? table.insert({ values: {}, builtin: true }, false);
}

/** The row a URL means by id or name. */
function rowFor(device: Device, menu: Menu, tail: string): StoredRow {
    const id = readId(tail);
    const row =
        id !== undefined ? rowById(device, menu, id) : menu.named ? device.findByName(menu.path, tail) : undefined;
    if (row) return row;
    if (id !== undefined) throw refuse.unknownId();
    if (menu.commands.has(tail)) throw refuse.noSuchCommand();
    throw menu.named ? refuse.unknownId() /* assumed(unknown-name) */ : refuse.noSuchCommandPrefix();
}

function put(device: Device, menu: Menu, tail: string | undefined, body: unknown): Answer {
    if (tail !== undefined) throw refuse.badIdentifier();
    const row = commands.add(device, menu, argumentsOf(body));
    return answer(201, showRow(device, menu, row), 1, 1);
}

function patch(device: Device, menu: Menu | undefined, tail: string | undefined, body: unknown): Answer {
    needs(device, menu, "set");
    if (tail === undefined) throw refuse.badIdentifier();
    const row = rowFor(device, menu!, tail);
    try {
        commands.set(device, menu!, [row], argumentsOf(body));
    } catch (error) {
        // Recorded: by name, an unknown parameter is reported as a bad identifier.
        const byName = readId(tail) === undefined;
        if (byName && error instanceof Refusal && error.detail?.startsWith("unknown parameter"))
            throw refuse.badIdentifier();
        throw error;
    }
    return answer(200, showRow(device, menu!, row), 1, 1);
}

function erase(device: Device, menu: Menu | undefined, tail: string | undefined): Answer {
    needs(device, menu, "remove");
    if (tail === undefined) throw refuse.badIdentifier();
    commands.remove(device, menu!, [rowFor(device, menu!, tail)]);
    return answer(204, undefined, 1, 0);
}

function post(device: Device, menu: Menu | undefined, tail: string | undefined, body: unknown): Answer {
    if (!menu || tail === undefined) throw refuse.noSuchCommand();
    if (tail === "listen") return listen(menu);
    return runOnMenu(device, menu, tail, argumentsOf(body));
}

/** Recorded: accepted where `print` can follow, and then not a byte comes; refused elsewhere. */
function listen(menu: Menu): Answer {
    if (!menu.printArguments.has("follow-only")) throw refuse.unknownParameter("follow-only");
    return { ...answer(200, [], 0, 0), silent: true };
}

/** `monitor-traffic`: one row for each interface named. Without an end it runs until the session is closed. */
function monitorTraffic(device: Device, given: Row): Answer {
    const { interface: names, once, duration, count } = given;
    if (names === undefined) throw refuse.missing("interface");
    const rows = splitList(names).map((name) => {
        const row = device.findByName("/interface", name);
        if (!row) throw refuse.noMatch("interface");
        const rate = currentRate(device, row);
        return {
            name,
            "rx-packets-per-second": "0",
            "rx-bits-per-second": "0",
            "tx-packets-per-second": String(rate?.packetRate ?? 0),
            "tx-bits-per-second": String(rate?.rate ?? 0),
        };
    });
    const ends = [once, duration, count].some((value) => value !== undefined);
    return { ...answer(200, rows, rows.length, rows.length), ...(ends ? {} : { seconds: Infinity }) };
}

/** A command by its name, as POST and scripts give it. */
export function runOnMenu(device: Device, menu: Menu, command: string, given: Row): Answer {
    if (!menu.commands.has(command)) throw refuse.noSuchCommand();
    const rows = () => {
        const numbers = given["numbers"] ?? given[".id"];
        if (numbers === undefined) throw refuse.missing(".id");
        return commands.selectRows(device, menu, numbers);
    };
    const done = answer(200, [], 1, 0);
    switch (command) {
        case "add":
            return answer(200, { ret: showId(commands.add(device, menu, given).id) }, 1, 0);
        case "set":
            commands.set(device, menu, menu.singleton ? [singleton(device, menu)] : rows(), given);
            return done;
        case "remove":
            commands.remove(device, menu, rows());
            return done;
        case "enable":
        case "disable":
            commands.set(device, menu, rows(), { disabled: command === "disable" ? "yes" : "no" });
            return done;
        case "comment":
            commands.set(device, menu, rows(), { comment: given["comment"] ?? "" });
            return done;
        case "move":
            commands.move(device, menu, rows(), given["destination"]);
            return done;
        case "unset": {
            const selected = rows();
            const name = given["value-name"];
            if (name === undefined) throw refuse.missing("value-name");
            commands.unset(device, menu, selected, splitList(name));
            return done;
        }
        case "reset":
            commands.reset(device, menu, menu.singleton ? [singleton(device, menu)] : rows(), propertiesOf(given));
            return done;
        case "reset-counters":
            commands.resetCounters(device, rows());
            return done;
        case "reset-counters-all":
            commands.resetCounters(device, rowsOf(device, menu));
            return done;
        case "monitor-traffic":
            return monitorTraffic(device, given);
        case "print":
            return print(device, menu, given);
        case "get":
            return getValue(
                device,
                menu,
                menu.singleton ? singleton(device, menu) : numberedRow(device, menu, given),
                given,
            );
        default:
            return done;
    }
}

function propertiesOf(given: Row): string[] {
    return Object.keys(given).filter((name) => name !== "numbers" && name !== ".id");
}

function numberedRow(device: Device, menu: Menu, given: Row): StoredRow {
    const number = given["number"] ?? given[".id"];
    if (number === undefined) throw refuse.missing("number");
    return commands.selectRows(device, menu, number)[0]!;
}

function getValue(device: Device, menu: Menu, row: StoredRow, given: Row): Answer {
    const shown = showRow(device, menu, row);
    const name = given["value-name"];
    return answer(200, { ret: name === undefined ? JSON.stringify(shown) : (shown[name] ?? "") }, 1, 1);
}

/** POST print: `.proplist` gives exactly what it names, `.query` filters, `count-only` counts. */
function print(device: Device, menu: Menu, given: Row): Answer {
    for (const name of Object.keys(given)) {
        if (name !== ".proplist" && name !== ".query" && !menu.printArguments.has(name))
            throw refuse.unknownParameter(name);
    }
    const query = given[".query"] ?? "";
    const words = query === "" ? [] : query.includes(queryBreak) ? query.split(queryBreak) : [query];
    const proplist = given[".proplist"] === undefined ? undefined : splitList(given[".proplist"]);
    if (menu.singleton) {
        const shown = showRow(device, menu, singleton(device, menu));
        return answer(200, [proplist ? pick(shown, proplist) : shown], 1, 1);
    }
    const result = list(device, menu, [], queryOf(words), proplist);
    return given["count-only"] === undefined ? result : { ...result, body: { ret: String(result.rowsReturned) } };
}

/** Between the words of a `.query`, whose values may hold commas. */
const queryBreak = "\0";

/** A body's members as text: numbers and booleans are taken as they are written, lists joined with commas. */
export function argumentsOf(body: unknown): Row {
    if (body === undefined) return {}; // assumed(empty-body)
    if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse.notAnObject();
    const given: Row = {};
    for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
        // Recorded: null clears a comment; a typed field checks it as a value.
        given[name] =
            value === null
                ? ""
                : Array.isArray(value)
                  ? value.map(String).join(name === ".query" ? queryBreak : ",")
                  : asText(name, value);
    }
    return given;
}

/** assumed(empty-mandatory): an object in place of a value is refused. */
function asText(name: string, value: unknown): string {
    if (typeof value === "object") throw refuse.badValue(name);
    return typeof value === "string" ? value : JSON.stringify(value);
}
