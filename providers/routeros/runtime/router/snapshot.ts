/** What was read of a router, shared by all resources of the process. A cache, never the truth. */
import type { Menu, Values } from "../rows/fields";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";
import type { Client } from "./client";

/** How long an answer may be used again, in milliseconds. */
export const defaultMaximumAge = 30_000;

interface Entry {
    menu: Menu;
    query: Values;
    at: number;
    rows: Promise<Row[]>;
}

export class Snapshot {
    private readonly entries = new Map<string, Entry>();
    private readonly client: Client;
    private readonly maximumAge: number;

    constructor(client: Client, maximumAge = defaultMaximumAge) {
        this.client = client;
        this.maximumAge = maximumAge;
    }

    /** Rows of a menu by query; the same question asked twice at a time is one request. */
    rows(menu: Menu, query: Values, options: { fresh?: boolean } = {}): Promise<Row[]> {
        const key = `${menu.path}?${JSON.stringify(query)}`;
        const known = this.entries.get(key);
        if (known && !options.fresh && performance.now() - known.at < this.maximumAge) return known.rows;
        const entry: Entry = { menu, query, at: performance.now(), rows: this.read(menu, query) };
        this.entries.set(key, entry);
        entry.rows.then(
            () => {
                entry.at = performance.now();
            },
            () => {
                if (this.entries.get(key) === entry) this.entries.delete(key);
            },
        );
        return entry.rows;
    }

    /** Forgets a menu. With `parts`, what is known of its other parts is kept. */
    drop({ path }: Menu, parts: ReadonlySet<string> = new Set()): void {
        for (const [key, { menu, query }] of this.entries) {
            const part = menu.part === undefined ? undefined : query[menu.part];
            const other = parts.size > 0 && part !== undefined && !parts.has(part);
            if (menu.path === path && !other) this.entries.delete(key);
        }
    }

    private async read(menu: Menu, query: Values): Promise<Row[]> {
        const answer = await this.client.rows(menu.path, query, menu.identity);
        return answer.map((row) => readRow(menu, row));
    }
}
