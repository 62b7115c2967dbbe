/** What was read of a router, shared by all resources of the process. A cache, never the truth. */
import type { Menu, Values } from "../rows/fields";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";
import type { Client } from "./client";
import type { Look } from "./look";
import { lookLasts } from "./look";

/** How long an answer may be used again, in milliseconds; one that took long, for so many times as long. */
export const defaultMaximumAge = 30_000;
const worth = 10;

interface Entry {
    menu: Menu;
    query: Values;
    at: number;
    /** Until when it is used again. */
    until: number;
    look: Promise<Look>;
}

export class Snapshot {
    private readonly entries = new Map<string, Entry>();
    private readonly client: Client;
    private readonly maximumAge: number;
    private readonly now: () => number;

    constructor(client: Client, maximumAge = defaultMaximumAge, now = () => performance.now()) {
        this.client = client;
        this.maximumAge = maximumAge;
        this.now = now;
    }

    async rows(menu: Menu, query: Values, options: { fresh?: boolean } = {}): Promise<Row[]> {
        return (await this.look(menu, query, options)).rows;
    }

    /** Rows of a menu by query; the same question asked twice at a time is one request. */
    look(menu: Menu, query: Values, options: { fresh?: boolean } = {}): Promise<Look> {
        const key = `${menu.path}?${JSON.stringify(query)}`;
        const known = this.entries.get(key);
        const asked = this.now();
        if (known && !options.fresh && asked < known.until) return known.look;
        const entry: Entry = { menu, query, at: asked, until: Infinity, look: this.read(menu, query) };
        this.entries.set(key, entry);
        entry.look.then(
            ({ at, took }) => {
                entry.at = at;
                entry.until = at + Math.max(this.maximumAge, worth * took);
            },
            () => {
                if (this.entries.get(key) === entry) this.entries.delete(key);
            },
        );
        return entry.look;
    }

    /** Forgets a menu. With `parts`, what is known of its other parts is kept. */
    drop({ path }: Menu, parts: ReadonlySet<string> = new Set()): void {
        for (const [key, { menu, query }] of this.entries) {
            const part = menu.part === undefined ? undefined : query[menu.part];
            const other = parts.size > 0 && part !== undefined && !parts.has(part);
            if (menu.path === path && !other) this.entries.delete(key);
        }
    }

    /** Forgets what is older than a look lasts, but for parts of a menu: one may take the router long to find. */
    forgetOutdated(): void {
        for (const [key, { menu, at }] of this.entries) {
            if (menu.part === undefined && this.now() - at > lookLasts) this.entries.delete(key);
        }
    }

    private async read(menu: Menu, query: Values): Promise<Look> {
        const asked = this.now();
        const answer = await this.client.rows(menu.path, query, menu.identity);
        const at = this.now();
        return { rows: answer.map((row) => readRow(menu, row)), at, took: at - asked };
    }
}
