/** Carries operations out on one menu, one after the other, and believes no answer that is not about its request. */
import type { Scope } from "../kinds/kind";
import { mayPass } from "../router/client";
import { RouterError } from "../router/errors";
import type { Look } from "../router/look";
import { Outdated, unlessOutdated } from "../router/look";
import { removeRow } from "../router/remove";
import type { Session } from "../router/session";
import type { Difference, Menu, Values } from "../rows/fields";
import { inverse, patchBody, valueOf } from "../rows/fields";
import { markerOf } from "../rows/ownership";
import type { Addition, Change, Move, Operation } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";
import type { Batched } from "./batch";
import { batchAt, goesByPlace, nameOf, stands } from "./batch";
import { progress } from "./progress";

/** What reached the router. */
export interface Written {
    /** Whether a write may have reached it at all. */
    wrote: boolean;
    /** Ids of rows that were added, by key; empty where one was sent and its answer never came. */
    ids?: Map<string, string>;
    /** Ids of rows that were removed. */
    gone?: Set<string>;
}

/** What became of a series of operations. */
export interface Series {
    /** Rows as they are known to be after it. */
    rows: Row[];
    /** Whether they must be read again: an answer did not tell the whole row. */
    verify: boolean;
    /** How many operations were carried out: all of them, unless the look grew too old to go on by its ids. */
    done: number;
}

export class Writer {
    /** The operation under way, for who wants to know which one failed. */
    current?: Operation;
    private readonly session: Session;
    private readonly scope: Scope;
    private readonly menu: Menu;
    private readonly title: string;
    /** Rows carry no marker: one whose answer was lost is told by having been sent. */
    private readonly unmarked: boolean;
    private lookedAt = -Infinity;
    private reading = 0;
    /** The rows seen by id, with what was written since. */
    private known = new Map<string, Row>();
    /** Operations that failed in a script: one by one the router says why. */
    private readonly failed = new Set<string>();

    constructor(session: Session, scope: Scope, title: string, unmarked: boolean) {
        this.session = session;
        this.scope = scope;
        this.menu = scope.menu;
        this.title = title;
        this.unmarked = unmarked;
    }

    /** Where every answer told the whole row, the rows need not be read again. */
    async all(operations: readonly Operation[], look: Look, written: Written): Promise<Series> {
        const line = progress(`${this.title} on ${this.session.client.router}`, operations.length);
        this.lookedAt = look.at;
        this.reading = look.took;
        this.known = new Map(look.rows.map((row) => [row.id, row]));
        let verify = false;
        let done = 0;
        const forget = this.forgetting(look.rows);
        while (done < operations.length) {
            const operation = operations[done] as Operation;
            const batch = this.batchAt(operations, done);
            this.current = operation;
            await this.session.engine.check();
            written.wrote = true;
            forget();
            try {
                const outcome = batch && (await this.together(batch, written));
                if (outcome) {
                    verify = true;
                    done += outcome.done;
                    line.step(outcome.done);
                    if (outcome.done < batch.length) break;
                } else {
                    verify = (await this.single(operation, written)) || verify;
                    done += 1;
                    line.step();
                }
            } catch (error) {
                if (error instanceof Outdated) return { rows: [...this.known.values()], verify: true, done };
                // Refused, and not without an answer: there is nothing of ours.
                if (this.unmarked && !mayPass(error)) written.ids = new Map();
                throw error;
            } finally {
                forget();
            }
        }
        return { rows: [...this.known.values()], verify, done };
    }

    /** One operation in one request. Returns whether the rows must be read again: its answer does not tell the whole. */
    private async single(operation: Operation, written: Written): Promise<boolean> {
        switch (operation.kind) {
            case "add": {
                written.ids ??= new Map();
                if (this.unmarked) written.ids.set(operation.key, "");
                const row = await this.add(operation);
                this.known.set(row.id, row);
                written.ids.set(operation.key, row.id);
                return operation.before !== undefined;
            }
            case "change": {
                const answer = await this.change(operation);
                this.known.set(operation.id, answer);
                // Rows that refer to one that got another name show that, too.
                const { set, clear } = operation.difference;
                return clear.length > 0 || this.menu.label.some((wire) => set[wire] !== undefined);
            }
            case "move":
                await this.move(operation);
                return true;
            case "remove":
                await removeRow(this.session.client, this.menu, operation.id, this.known.get(operation.id), this.still);
                this.gone(operation.id, written);
                return false;
        }
    }

    /** The operations from there on that go in one script; `undefined` where the next one goes singly. */
    private batchAt(operations: readonly Operation[], from: number): Batched[] | undefined {
        const { scripts } = this.session;
        if (this.unmarked || !scripts.takes(operations.length, this.reading)) return undefined;
        return batchAt(operations, from, { menu: this.menu, scripts, known: this.known, failed: this.failed });
    }

    /**
     * Several operations in one request. Returns how many of them are done, the rest having to be looked up; `undefined`
     * where nothing was done, and nothing will be by scripts.
     */
    private async together(batch: readonly Batched[], written: Written): Promise<{ done: number } | undefined> {
        const { scripts } = this.session;
        const ordered = this.menu.isSet !== true;
        const added = batch.flatMap(({ operation }) => (operation.kind === "add" ? [operation.key] : []));
        if (added.length > 0) written.ids ??= new Map();
        for (const key of added) written.ids?.set(key, "");
        const steps = batch.map(({ step }) => step);
        const isTrial = scripts.isTrial;
        const outcomes = await scripts.run(steps, ordered, batch.some(goesByPlace) ? this.still : undefined);
        if (!outcomes) return undefined;
        let done = 0;
        for (const [index, { operation }] of batch.entries()) {
            const outcome = outcomes.get(index);
            if (outcome === undefined || outcome === "failed") {
                if (outcome !== undefined || (ordered && index === done)) this.failed.add(nameOf(operation));
                continue;
            }
            done += 1;
            if (operation.kind === "add") written.ids?.set(operation.key, outcome);
            if (isTrial) {
                const asMeant = await stands(this.session.client, this.menu, operation, outcome, this.known);
                scripts.tried(asMeant);
                if (!asMeant) return { done: 0 };
            }
            if (operation.kind === "remove") this.gone(operation.id, written);
        }
        return { done };
    }

    private gone(removed: string, written: Written): void {
        this.known.delete(removed);
        written.gone ??= new Set();
        written.gone.add(removed);
    }

    /** What goes by an id goes only as long as the look says which row that is. */
    private get still(): () => void {
        return unlessOutdated(this.lookedAt, () => this.session.now());
    }

    /** A row that was moved to another part of the menu by hand changes what is known of that one, too. */
    private forgetting(rows: readonly Row[]): () => void {
        const { part } = this.menu;
        const all = [...this.scope.queries, ...rows.map(({ values }) => values)];
        const parts = new Set(part === undefined ? [] : all.flatMap((values) => values[part] ?? []));
        return () => this.session.snapshot.drop(this.menu, parts);
    }

    private async add({ values, before, key }: Addition): Promise<Row> {
        const { client } = this.session;
        const answer = (await client.request("PUT", this.menu.path, {
            ...(before === undefined
                ? { body: values }
                : { body: { ...values, "place-before": before }, still: this.still }),
            expect: (row) => this.wrongRow(row, values),
        })) as Values;
        const row = readRow(this.menu, answer);
        if (values["comment"] !== undefined && row.comment !== values["comment"]) {
            await client.request("DELETE", `${this.menu.path}/${row.id}`);
            throw new RouterError({
                code: "ownership/marker-not-kept",
                summary: `${this.title} on ${client.router}: the row for ${key} reads back with comment "${row.comment}"`,
            });
        }
        return row;
    }

    /** Whether an answer to an addition is about the row that was sent. */
    private wrongRow(answer: unknown, sent: Values): string | undefined {
        if (!isAnswer(answer)) return "no row";
        const named = this.menu.identity.filter((wire) => sent[wire] !== undefined);
        const other = named.find((wire) => this.value(wire, answer) !== sent[wire]);
        if (other !== undefined) return `another ${other}`;
        // Some rows are told apart by their marker alone.
        const marker = markerOf(answer["comment"]);
        return marker !== undefined && marker !== markerOf(sent["comment"]) ? "another row of ours" : undefined;
    }

    private value(wire: string, answer: Values): string {
        const field = this.menu.table.get(wire);
        return field ? valueOf(field, answer) : (answer[wire] ?? "");
    }

    private async change({ id, difference }: Change): Promise<Row> {
        const { client } = this.session;
        const answer = (await client.request("PATCH", `${this.menu.path}/${id}`, {
            body: patchBody(difference),
            still: this.still,
            expect: (row) => {
                if (!isAnswer(row)) return "no row";
                if (row[".id"] !== id) return "another row";
                const kept = Object.entries(difference.set).every(([wire, value]) => this.value(wire, row) === value);
                return kept ? undefined : "other values than were sent";
            },
        })) as Values;
        const row = readRow(this.menu, answer);
        const meant = this.known.get(id);
        if (meant && !this.isThat(row, meant, difference)) await this.undo(row, meant, difference);
        return row;
    }

    /** Whether the row that was changed is the one that was seen: by its list, its address or name, and its marker. */
    private isThat(row: Row, meant: Row, { set, clear }: Difference): boolean {
        const { part, label } = this.menu;
        const called = part === undefined ? label : [part, ...label];
        const kept = called.filter((wire) => set[wire] === undefined && !clear.includes(wire));
        const named = kept.every((wire) => row.values[wire] === meant.values[wire]);
        return set["comment"] === undefined ? named && markerOf(row.comment) === markerOf(meant.comment) : named;
    }

    /**
     * The id went to another row between look and write. What was sent is taken back as far as it is known: a comment is
     * left without our marker.
     */
    private async undo(row: Row, meant: Row, difference: Difference): Promise<never> {
        const { client } = this.session;
        const seen = await client.row(`${this.menu.path}/${row.id}`);
        const now = seen && readRow(this.menu, { ".id": row.id, ...seen });
        if (!now || this.isThat(now, meant, difference)) {
            const summary = `PATCH ${this.menu.path}/${row.id} on ${client.router} was answered with another row`;
            throw new RouterError({ code: "connection/wrong-answer", summary });
        }
        const back = inverse(this.menu.table, { ...meant.values, comment: "" }, difference);
        await client.request("PATCH", `${this.menu.path}/${row.id}`, { body: patchBody(back) });
        throw new RouterError({
            code: "ownership/another-row",
            summary:
                `${this.title} on ${client.router}: ${meant.label} became ${now.label} while it was changed; what was ` +
                `sent is taken back, but what it had in ${[...Object.keys(difference.set), ...difference.clear].join(", ")} ` +
                "is not known",
        });
    }

    private async move({ ids, before }: Move): Promise<void> {
        await this.session.client.request("POST", `${this.menu.path}/move`, {
            body: { numbers: ids.join(","), ...(before === undefined ? {} : { destination: before }) },
            still: this.still,
        });
    }
}

function isAnswer(answer: unknown): answer is Values {
    return typeof answer === "object" && answer !== null && typeof (answer as Values)[".id"] === "string";
}
