/** What was read of a router, shared by all resources of the process. A cache, never the truth. */
import type { Values } from "../rows/fields";
import type { Client } from "./client";

/** How long an answer may be used again, in milliseconds. */
export const defaultMaximumAge = 30_000;

interface Entry {
    menu: string;
    query: Record<string, string>;
    at: number;
    rows: Promise<Values[]>;
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
    rows(menu: string, query: Record<string, string>, options: { fresh?: boolean } = {}): Promise<Values[]> {
        const key = `${menu}?${JSON.stringify(query)}`;
        const known = this.entries.get(key);
        if (known && !options.fresh && performance.now() - known.at < this.maximumAge) return known.rows;
        const entry: Entry = { menu, query, at: performance.now(), rows: this.client.rows(menu, query) };
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

    /** Forgets a menu. With `lists`, what is known of other address lists in it is kept. */
    drop(menu: string, lists: readonly string[] = []): void {
        for (const [key, entry] of this.entries) {
            const { list } = entry.query;
            const other = lists.length > 0 && list !== undefined && !lists.includes(list);
            if (entry.menu === menu && !other) this.entries.delete(key);
        }
    }
}
