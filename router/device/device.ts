import { randomInt } from "node:crypto";

import type { Row } from "../api";
import { type Behaviour, checkedBehaviour, defaultBehaviour } from "../assumed";
import { refuse } from "../errors";
import { menusOf } from "../menus";
import { isName, resolveNames } from "../menus/address-lists";
import type { Menu } from "../menus/definition";
import { addFastTrackDummies, hasFastTrack } from "../menus/firewall-state";
import { formatTimestamp } from "./durations";
import { hashPassword } from "./passwords";
import { type Counters, readId, showId, type StoredRow, Table } from "./table";
import type { Field, Resolve } from "./values";

export interface DeviceOptions {
    version: string;
    behaviour?: Partial<Behaviour>;
    /** Addresses that a DNS name has; a name not in here has one of TEST-NET-2 (`2001:db8:2::/48`) made from its letters. */
    names?: Record<string, string[]>;
    serial?: string;
}

interface Session {
    user: string;
    address: string;
    since: string;
    group: string;
}

/** The router's state: tables, clock, identity. What commands do to it is in `commands.ts`. */
export class Device {
    readonly version: string;
    readonly behaviour: Behaviour;
    readonly menus: ReadonlyMap<string, Menu>;
    /** Users seen since the last restart. */
    readonly sessions: Session[] = [];
    serial: string;
    softwareId: string;
    /** Name of the first user; owns scripts and jobs. */
    administrator = "admin";
    private readonly tables = new Map<string, Table>();
    private readonly names: Record<string, string[]>;
    private namesIn = new Set<4 | 6>();
    private clockOffset = 0;
    private bootedAt: number;
    private fastTracked = { 4: { bytes: 0, packets: 0 }, 6: { bytes: 0, packets: 0 } };
    private listeners = new Set<() => void>();
    private jobs = 0x17;
    /** Open connections to the web server, as `/ip/service` lists them; the server says which. */
    connectionsOfServices: () => Row[] = () => [];

    constructor(options: DeviceOptions) {
        this.version = options.version;
        const usual = defaultBehaviour(options.version);
        this.behaviour = { ...usual, ...checkedBehaviour(options.behaviour ?? {}, usual) };
        this.menus = menusOf(options.version);
        this.names = options.names ?? {};
        this.serial = options.serial ?? newSerial();
        this.softwareId = softwareIdOf(this.serial);
        this.bootedAt = this.now();
        for (const menu of this.menus.values()) {
            if (menu.viewOf) continue;
            const indexed = [...(menu.named ? ["name"] : []), ...(menu.indexed ?? [])];
            this.tables.set(menu.path, new Table(menu.path, menu.firstId ?? 1, indexed));
        }
    }

    /** Milliseconds since 1970 on the router's clock. */
    now(): number {
        return Date.now() + this.clockOffset;
    }

    /** Moves the router's clock on: timeouts run out, the uptime grows. */
    advance(seconds: number): void {
        this.clockOffset += seconds * 1000;
    }

    uptime(): number {
        return this.now() - this.bootedAt;
    }

    setSerial(serial: string): void {
        this.serial = serial;
        this.softwareId = softwareIdOf(serial);
    }

    /** Tells whoever keeps the state that it has changed. */
    onChange(listener: () => void): void {
        this.listeners.add(listener);
    }

    touch(): void {
        for (const listener of this.listeners) listener();
    }

    menu(path: string): Menu {
        const menu = this.menus.get(path);
        if (!menu) throw refuse.unknownMenu(path.split("/").at(-1)!);
        return menu;
    }

    table(path: string): Table {
        const menu = this.menu(path);
        return this.tables.get(menu.viewOf?.path ?? path)!;
    }

    allTables(): ReadonlyMap<string, Table> {
        return this.tables;
    }

    /** Rows of a menu, in order, after what has run out is gone. */
    rowsOf(menu: Menu): readonly StoredRow[] {
        this.expire(menu.path);
        const rows = this.table(menu.path).all();
        const where = menu.viewOf?.where;
        return where ? rows.filter((row) => matches(row, where)) : rows;
    }

    rowById(menu: Menu, id: number): StoredRow | undefined {
        this.expire(menu.path);
        const row = this.table(menu.path).get(id);
        return row && (!menu.viewOf || matches(row, menu.viewOf.where)) ? row : undefined;
    }

    findByName(path: string, name: string): StoredRow | undefined {
        const where = this.menu(path).viewOf?.where;
        for (const row of this.table(path).indexedBy("name", name) ?? []) if (!where || matches(row, where)) return row;
        return undefined;
    }

    /** The row that a stored reference (`*1`, with or without `!`) means. */
    rowOf(path: string, reference: string): StoredRow | undefined {
        const id = readId(reference.replace(/^!/, ""));
        return id === undefined ? undefined : this.table(path).get(id);
    }

    /** Id of the row with that name. A queue's parent is a queue of the tree or an interface. */
    readonly resolve: Resolve = (menu, name) => {
        const paths = menu === "tree-parent" ? ["/queue/tree", "/interface"] : [menu];
        for (const path of paths) {
            const row = this.findByName(path, name);
            if (row) return showId(row.id);
            const id = readId(name);
            if (id !== undefined && this.table(path).get(id)) return showId(id);
        }
        return undefined;
    };

    /** Name of the row with that id, as a reference reads. */
    nameOf(menu: string, reference: string): string | undefined {
        if (menu === "tree-parent")
            return this.nameOf("/queue/tree", reference) ?? this.nameOf("/interface", reference);
        return this.rowOf(menu, reference)?.values["name"];
    }

    /** The row as REST returns it: names for references (the raw id when what they meant is gone), read-only properties. */
    show(menu: Menu, row: StoredRow): Row {
        const shown: Row = {};
        for (const name in row.values) {
            if (menu.hidden?.includes(name)) continue;
            const value = row.values[name]!;
            const field = menu.fields[name];
            shown[name] = field?.menu === undefined ? value : this.showReference(field, value);
        }
        const complete = menu.show ? menu.show(shown, row, this) : shown;
        return menu.singleton ? complete : { ".id": showId(row.id), ...complete };
    }

    showReference(field: Field, value: string): string {
        const one = (part: string): string => {
            const negated = part.startsWith("!") ? "!" : "";
            const id = part.slice(negated.length);
            return id.startsWith("*") ? negated + (this.nameOf(field.menu!, id) ?? id) : part;
        };
        if (field.kind === "reference-pair") return value.split("/").map(one).join("/");
        return field.kind === "references" ? value.split(",").map(one).join(",") : one(value);
    }

    /** After rows of a menu were made, changed or removed. */
    afterChange(menu: Menu): void {
        menu.changed?.(this);
        this.touch();
    }

    expire(path: string): void {
        if (!path.endsWith("/address-list")) return;
        const now = this.now();
        const table = this.table(path);
        if (this.nextExpiry(path) > now) return;
        table.remove(table.all().filter((row) => row.expires !== undefined && row.expires <= now));
        this.expiries.delete(path);
        this.touch();
    }

    private readonly expiries = new Map<string, number>();

    /** An entry's timeout was set: the next look at the list considers it. */
    noteExpiry(path: string): void {
        this.expiries.delete(path);
    }

    private nextExpiry(path: string): number {
        let next = this.expiries.get(path);
        if (next === undefined) {
            next = Infinity;
            for (const row of this.table(path).all()) next = Math.min(next, row.expires ?? Infinity);
            this.expiries.set(path, next);
        }
        return next;
    }

    noteNames(family: 4 | 6, has: boolean): void {
        if (has) this.namesIn.add(family);
        else this.namesIn.delete(family);
    }

    hasNames(family: 4 | 6): boolean {
        return this.namesIn.has(family);
    }

    /** What DNS says, without asking anybody: addresses given at the start, else one made from the name. */
    lookUp(name: string, family: 4 | 6): string[] {
        const known = this.names[name.replace(/\.$/, "").toLowerCase()];
        if (known) return known.filter((address) => address.includes(":") === (family === 6));
        const number = [...name.toLowerCase()].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65521, 7);
        return [family === 4 ? `198.51.100.${(number % 254) + 1}` : `2001:db8:2::${number.toString(16)}`];
    }

    /** Counters with a rate, while it is shown. */
    currentRate(row: StoredRow): Counters | undefined {
        return (row.counters?.rateUntil ?? 0) > this.now() ? row.counters : undefined;
    }

    hashPassword(password: string): string {
        return hashPassword(password);
    }

    /** Id of a script's job. */
    newJob(): string {
        return showId(++this.jobs);
    }

    noteSession(user: string, address: string, group: string): void {
        if (this.sessions.some((session) => session.user === user && session.address === address)) return;
        this.sessions.push({ user, address, group, since: formatTimestamp(this.now()) });
    }

    countFastTracked(family: 4 | 6, bytes: number, packets: number): void {
        this.fastTracked[family].bytes += bytes;
        this.fastTracked[family].packets += packets;
    }

    fastTrackStatus(family: 4 | 6): Row {
        const { bytes, packets } = this.fastTracked[family];
        return {
            [`ipv${family}-fasttrack-active`]: String(hasFastTrack(this, family)),
            [`ipv${family}-fasttrack-bytes`]: String(bytes),
            [`ipv${family}-fasttrack-packets`]: String(packets),
        };
    }

    /** What a restart loses: dynamic rows, counters, connections, sessions; with `renumber`, every id changes. */
    restart(renumber = false): void {
        for (const [path, table] of this.tables) {
            const keepsDummy = path.includes("/firewall/") && hasFastTrack(this, path.startsWith("/ipv6") ? 6 : 4);
            const isLost = (row: StoredRow) => row.dynamic === true && !(row.builtin && keepsDummy);
            table.remove(path.endsWith("/connection") ? [...table.all()] : table.all().filter(isLost));
            for (const row of table.all()) delete row.counters;
        }
        if (renumber) this.renumber();
        this.sessions.length = 0;
        this.fastTracked = { 4: { bytes: 0, packets: 0 }, 6: { bytes: 0, packets: 0 } };
        this.bootedAt = this.now();
        this.settle();
    }

    /** Makes the dynamic rows that the configuration asks for. */
    settle(): void {
        addFastTrackDummies(this);
        for (const family of [4, 6] as const) {
            const entries = this.table(`/${family === 4 ? "ip" : "ipv6"}/firewall/address-list`).all();
            this.noteNames(
                family,
                entries.some((row) => isName(row.values["address"]!)),
            );
            resolveNames(this, family);
        }
        this.expiries.clear();
        this.touch();
    }

    private renumber(): void {
        const changes = new Map<string, Map<number, number>>();
        for (const [path, table] of this.tables) changes.set(path, table.renumber());
        const renamed = (menu: string, id: string): string => {
            const number = readId(id);
            const paths = menu === "tree-parent" ? ["/queue/tree", "/interface"] : [menu];
            const next = paths.map((path) => changes.get(path)?.get(number!)).find((value) => value !== undefined);
            return next === undefined ? id : showId(next);
        };
        for (const menu of this.menus.values()) {
            const references = Object.entries(menu.fields).filter(([, field]) => field.menu !== undefined);
            if (references.length === 0) continue;
            const table = this.table(menu.path);
            for (const row of this.rowsOf(menu)) {
                const values = { ...row.values };
                for (const [name, field] of references) {
                    if (values[name] === undefined) continue;
                    values[name] = values[name].replace(/\*[0-9A-F]+/g, (id) => renamed(field.menu!, id));
                }
                table.replace(row, values);
            }
        }
        for (const path of ["/ip/firewall/address-list", "/ipv6/firewall/address-list"]) {
            for (const row of this.table(path).all()) {
                if (row.parent !== undefined) row.parent = changes.get(path)!.get(row.parent);
            }
        }
    }
}

function matches(row: StoredRow, where: Row): boolean {
    return Object.entries(where).every(([name, value]) => row.values[name] === value);
}

function newSerial(): string {
    return `HE${Array.from({ length: 9 }, () => randomInt(36).toString(36).toUpperCase()).join("")}`;
}

/** `ABCD-EFGH`, made from the serial number so that another device has another one. */
function softwareIdOf(serial: string): string {
    let state = [...serial].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) % 2147483647, 5381);
    let text = "";
    for (let index = 0; index < 8; index++) {
        state = (state * 48271 + 11) % 2147483647;
        text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[state % 36];
        if (index === 3) text += "-";
    }
    return text;
}
