/** Counters of a rule or a queue; lost when the router restarts. */
export interface Counters {
    bytes: number;
    packets: number;
    /** Rates in bit/s and packets/s while traffic is simulated. */
    rate?: number;
    packetRate?: number;
    /** Router's time until which the rates are shown. */
    rateUntil?: number;
    dropped?: number;
    /** What an interface received. */
    received?: { bytes: number; packets: number };
    queuedBytes?: number;
    queuedPackets?: number;
}

export interface StoredRow {
    id: number;
    /** What was written, in canonical form; references as ids (`*1`). */
    values: Record<string, string>;
    /** Arguments of an export that this menu does not model, with their values; null for a bare word. */
    kept?: Record<string, string | null>;
    /** Arguments that somebody wrote in an export: they are exported again, the defaults too. */
    explicit?: string[];
    /** Made by the router, or kept in memory only: gone after a restart. */
    dynamic?: boolean;
    /** Shipped with the router: cannot be removed. */
    builtin?: boolean;
    /** When it runs out (router's time, milliseconds). */
    expires?: number;
    /** When it was made (router's time, milliseconds); address-list entries show it. */
    created?: number;
    /** Id of the row it was made for (the DNS name's entry). */
    parent?: number;
    counters?: Counters;
}

export const showId = (id: number): string => `*${id.toString(16).toUpperCase()}`;

/** `*1A` to 26; undefined when it is no id in RouterOS's form. Leading zeros and lower case are taken too: assumed(id-forms). */
export function readId(text: string): number | undefined {
    return /^\*[0-9A-Fa-f]{1,8}$/.test(text) ? parseInt(text.slice(1), 16) : undefined;
}

/** The rows of one menu in order, by id, and by value of the indexed fields. */
export class Table {
    private rows: StoredRow[] = [];
    private byId = new Map<number, StoredRow>();
    private indexes = new Map<string, Map<string, Set<StoredRow>>>();
    private freed: number[] = [];
    private next: number;

    constructor(
        readonly path: string,
        private readonly firstId: number,
        indexed: readonly string[] = [],
    ) {
        this.next = firstId;
        for (const field of indexed) this.indexes.set(field, new Map());
    }

    get size(): number {
        return this.rows.length;
    }

    all(): readonly StoredRow[] {
        return this.rows;
    }

    get(id: number): StoredRow | undefined {
        return this.byId.get(id);
    }

    /** Rows with that value, when the field is indexed; in no order. */
    indexedBy(field: string, value: string): ReadonlySet<StoredRow> | undefined {
        const index = this.indexes.get(field);
        return index && (index.get(value) ?? new Set());
    }

    insert(row: Omit<StoredRow, "id"> & { id?: number }, reuseIds: boolean, before?: StoredRow): StoredRow {
        const stored = row as StoredRow;
        if (row.id === undefined) stored.id = this.allocate(reuseIds);
        else if (row.id >= this.next && row.id < 0xf0000000) this.next = row.id + 1;
        const position = before ? this.rows.indexOf(before) : this.rows.length;
        if (position === this.rows.length) this.rows.push(stored);
        else this.rows.splice(position, 0, stored);
        this.byId.set(stored.id, stored);
        this.addToIndexes(stored);
        return stored;
    }

    /** Replaces the written values and keeps place and id. */
    replace(row: StoredRow, values: Record<string, string>): void {
        const moved = [...this.indexes.keys()].some((field) => row.values[field] !== values[field]);
        if (moved) this.removeFromIndexes(row);
        row.values = values;
        if (moved) this.addToIndexes(row);
    }

    remove(gone: readonly StoredRow[]): void {
        if (gone.length === 1) {
            const position = this.rows.indexOf(gone[0]!);
            if (position >= 0) this.rows.splice(position, 1);
        } else {
            const set = new Set(gone);
            this.rows = this.rows.filter((row) => !set.has(row));
        }
        for (const row of gone) {
            if (!this.byId.delete(row.id)) continue;
            this.removeFromIndexes(row);
            if (row.id < 0xf0000000) this.freed.push(row.id);
        }
    }

    /** Puts rows, in the order given, before another one or at the end. */
    move(moved: readonly StoredRow[], before?: StoredRow): void {
        const set = new Set(moved);
        const rest = this.rows.filter((row) => !set.has(row));
        const position = before ? rest.indexOf(before) : rest.length;
        this.rows = [...rest.slice(0, position), ...moved, ...rest.slice(position)];
    }

    /** Gives every ordinary row a new id, where a restart is told to: assumed(ids-over-restart). Returns old to new. */
    renumber(): Map<number, number> {
        const changes = new Map<number, number>();
        let next = this.next + 1;
        for (const row of this.rows) {
            if (row.id >= 0xf0000000) continue; // built in
            changes.set(row.id, next);
            row.id = next++;
        }
        for (const row of this.rows) if (row.parent !== undefined) row.parent = changes.get(row.parent);
        this.next = next;
        this.freed = [];
        this.byId = new Map(this.rows.map((row) => [row.id, row]));
        return changes;
    }

    clear(): void {
        this.rows = [];
        this.byId.clear();
        this.freed = [];
        this.next = this.firstId;
        for (const index of this.indexes.values()) index.clear();
    }

    allocation(): { next: number; freed: number[] } {
        return { next: this.next, freed: this.freed };
    }

    setAllocation(next: number, freed: number[]): void {
        this.next = Math.max(next, this.firstId);
        this.freed = [...freed];
    }

    /** The latest freed first: assumed(id-reuse). */
    private allocate(reuse: boolean): number {
        const id = reuse ? this.freed.pop() : undefined;
        return id ?? this.next++;
    }

    private addToIndexes(row: StoredRow): void {
        for (const [field, index] of this.indexes) {
            const value = row.values[field];
            if (value === undefined) continue;
            let set = index.get(value);
            if (!set) index.set(value, (set = new Set()));
            set.add(row);
        }
    }

    private removeFromIndexes(row: StoredRow): void {
        for (const [field, index] of this.indexes) {
            const value = row.values[field];
            if (value === undefined) continue;
            const set = index.get(value);
            set?.delete(row);
            if (set?.size === 0) index.delete(value);
        }
    }
}
