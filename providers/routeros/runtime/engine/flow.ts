/**
 * The one flow behind create, update and delete: observe, compare, write only the difference, read back. Every step can
 * be repeated after a crash; a write whose answer was lost is looked up before anything is sent again.
 */
import type { CommonInputs, Kind, PlanContext, Scope, State } from "../kinds/kind";
import { mayPass } from "../router/client";
import { isRouterError, RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Values } from "../rows/fields";
import { patchBody, valueOf } from "../rows/fields";
import type { Operation, Wanted } from "../rows/reconcile";
import { labelOf, match } from "../rows/reconcile";
import { claimFor, observe } from "./observe";
import { progress } from "./progress";

/** How often rows are compared before the router counts as not settling. */
const rounds = 6;

export interface Job<I extends CommonInputs> {
    kind: Kind<I>;
    session: Session;
    /** What shall be; with `remove`, what was. */
    inputs: I;
    olds?: I & Partial<State>;
    /** Take everything of ours away. */
    remove?: boolean;
    /** Former values that cannot be given back as they are, by key, with what can. */
    amend?(context: PlanContext<I>): Promise<Record<string, Values>>;
    /** Work that must be done on the router before the operations, such as on another menu. */
    prepare?(operations: readonly Operation[], context: PlanContext<I>): Promise<void>;
}

/** What the flow knows so far; the caller records it when the flow fails. */
export interface Ledger<I extends CommonInputs> {
    /** Whether a write may have reached the router. */
    wrote: boolean;
    former: Record<string, Values>;
    /** Ids of rows that were added, by key; empty where one was sent and its answer never came. */
    ids?: Record<string, string>;
    /** Ids of rows that were removed. */
    gone?: Set<string>;
    context?: PlanContext<I>;
}

/** Brings the rows to what is wanted. Returns what stands there, ours and foreign. */
export async function settle<I extends CommonInputs>(job: Job<I>, ledger: Ledger<I>): Promise<PlanContext<I>> {
    const { session, kind } = job;
    const scope = scopeOf(job, (await session.facts()).version);
    const write = new Writer(session, scope, kind.title(job.inputs), kind.named !== undefined);
    let rows: Values[] | undefined;
    let fresh = false;
    let last: unknown;
    for (let round = 1; round <= rounds; round += 1) {
        try {
            const looked = rows === undefined && fresh;
            const claim = claimFor(kind, scope, job.inputs, job.olds, ledger);
            rows ??= await observe(session, scope, claim, fresh, ledger.gone);
            fresh = true;
            const context = contextOf(job, scope, rows, ledger);
            const amended = await job.amend?.(context);
            Object.assign(context.matched.former, amended);
            Object.assign(ledger.former, amended);
            const operations = kind.plan(planned(job, context));
            if (operations.length === 0) {
                // A delete ends with a look: an answer of success may have been another request's.
                if (!job.remove || looked) return context;
                rows = undefined;
                continue;
            }
            refuseConflicts(job, context);
            await job.prepare?.(operations, context);
            const outcome = await write.all(operations, rows, ledger);
            rows = outcome.verify ? undefined : outcome.rows;
        } catch (error) {
            if (!mayPass(error) && !isStale(error)) throw error;
            if (isStale(error) && sameFailure(error, last)) throw error;
            last = error;
            rows = undefined;
            fresh = true;
            if (round < rounds && !isStale(error)) await session.client.pause(Math.min(round, 3), error);
        }
    }
    if (last instanceof Error) throw last;
    throw new RouterError({
        code: "router/not-settled",
        summary: `${kind.title(job.inputs)} on ${session.client.router} differs again after every write`,
    });
}

/** Where rows may stand: where they are wanted, and where they were, so that a chain that is given up is cleared. */
function scopeOf<I extends CommonInputs>({ kind, inputs, olds }: Job<I>, version: string): Scope {
    const scope = kind.scope(inputs, version);
    const before = olds ? kind.scope(olds, version).queries : [];
    const asked = new Set(scope.queries.map((query) => JSON.stringify(query)));
    const more = before.filter((query) => !asked.has(JSON.stringify(query)));
    return { ...scope, queries: [...scope.queries, ...more] };
}

/** What is known of the rows, whatever is wanted of them. `onlyRead`: nothing is about to be taken over. */
export function contextOf<I extends CommonInputs>(
    {
        kind,
        inputs,
        olds,
        remove,
        onlyRead,
    }: Pick<Job<I>, "kind" | "inputs" | "olds" | "remove"> & { onlyRead?: boolean },
    scope: Scope,
    rows: readonly Values[],
    ledger: Ledger<I>,
): PlanContext<I> {
    const wanted: Wanted[] = remove ? [] : kind.wanted(inputs);
    const claim = claimFor(kind, scope, inputs, olds, ledger);
    if (onlyRead) Object.assign(claim, { adopt: false, exclusive: false });
    const matched = match(rows, wanted, claim, kind.doesJob(inputs));
    ledger.former = { ...ledger.former, ...matched.former };
    const context = { inputs, ...(olds ? { olds } : {}), wanted, matched, scope, rows };
    ledger.context = context;
    return context;
}

/** The same with nothing wanted, where everything goes. */
function planned<I extends CommonInputs>({ kind, remove }: Job<I>, context: PlanContext<I>): PlanContext<I> {
    return remove ? { ...context, inputs: kind.empty(context.inputs) } : context;
}

/** Rows that are not ours stand where wanted ones would. */
export function conflictError(router: string, title: string, rows: readonly Values[]): RouterError {
    const named = rows.slice(0, 3).map(labelOf).join(", ");
    const more = rows.length > 3 ? ` and ${rows.length - 3} more` : "";
    return new RouterError({
        code: "ownership/exists",
        summary: `${title} on ${router}: ${named}${more} stands there already and is not ours`,
    });
}

function refuseConflicts<I extends CommonInputs>({ kind, inputs, session }: Job<I>, { matched }: PlanContext<I>): void {
    if (matched.conflicts.length === 0) return;
    const rows = matched.conflicts.map(({ row }) => row);
    throw conflictError(session.client.router, kind.title(inputs), rows);
}

/** Somebody else changed the rows between our look and our write. */
function isStale(error: unknown): boolean {
    return isRouterError(error, "router/gone", "router/duplicate");
}

function sameFailure(a: unknown, b: unknown): boolean {
    return a instanceof RouterError && b instanceof RouterError && a.message === b.message;
}

class Writer {
    private readonly session: Session;
    private readonly scope: Scope;
    private readonly title: string;
    /** Rows carry no marker: one whose answer was lost is told by having been sent. */
    private readonly unmarked: boolean;

    constructor(session: Session, scope: Scope, title: string, unmarked: boolean) {
        this.session = session;
        this.scope = scope;
        this.title = title;
        this.unmarked = unmarked;
    }

    /** Carries the operations out in order. Where every answer told the whole row, the rows need not be read again. */
    async all(
        operations: readonly Operation[],
        rows: readonly Values[],
        ledger: { wrote: boolean; ids?: Record<string, string>; gone?: Set<string> },
    ): Promise<{ rows: Values[]; verify: boolean }> {
        const total = operations.length;
        const line = progress(`${this.title} on ${this.session.client.router}`, total);
        let known = [...rows];
        let verify = false;
        // A row that was moved to another list by hand changes that one's rows, too.
        const lists = new Set([...this.scope.queries, ...rows].flatMap(({ list }) => list ?? []));
        const forget = (): void => this.session.snapshot.drop(this.scope.menu, [...lists]);
        for (const operation of operations) {
            await this.session.guard.check();
            ledger.wrote = true;
            forget();
            try {
                if (operation.kind === "add") {
                    if (this.unmarked) ledger.ids = { ...ledger.ids, [operation.key]: "" };
                    const row = await this.add(operation);
                    known.push(row);
                    ledger.ids = { ...ledger.ids, [operation.key]: row[".id"] ?? "" };
                    verify ||= operation.before !== undefined;
                } else if (operation.kind === "change") {
                    const answer = await this.change(operation);
                    known = known.map((row) => (row[".id"] === operation.id ? answer : row));
                    verify ||= operation.difference.clear.length > 0;
                } else if (operation.kind === "move") {
                    await this.move(operation);
                    verify = true;
                } else {
                    await this.remove(operation.id);
                    known = known.filter((row) => row[".id"] !== operation.id);
                    ledger.gone ??= new Set();
                    ledger.gone.add(operation.id);
                }
            } catch (error) {
                // Refused, and not without an answer: there is nothing of ours.
                if (this.unmarked && !mayPass(error)) ledger.ids = {};
                throw error;
            } finally {
                forget();
            }
            line.step();
        }
        return { rows: known, verify };
    }

    private async add({ values, before, key }: Extract<Operation, { kind: "add" }>): Promise<Values> {
        const { client } = this.session;
        const answer = (await client.request("PUT", this.scope.menu, {
            body: before === undefined ? values : { ...values, "place-before": before },
            expect: (row) => this.wrongRow(row, values),
        })) as Values;
        if (values["comment"] !== undefined && (answer["comment"] ?? "") !== values["comment"]) {
            await client.request("DELETE", `${this.scope.menu}/${answer[".id"] ?? ""}`);
            throw new RouterError({
                code: "ownership/marker-not-kept",
                summary: `${this.title} on ${client.router}: the row for ${key} reads back with comment "${answer["comment"] ?? ""}"`,
            });
        }
        return answer;
    }

    /** Whether an answer to an addition is about the row that was sent. */
    private wrongRow(answer: unknown, sent: Values): string | undefined {
        if (!isRow(answer)) return "no row";
        const named = ["list", "address", "name", "chain", "action"].filter((wire) => sent[wire] !== undefined);
        const other = named.find((wire) => this.read(wire, answer) !== sent[wire]);
        if (other !== undefined) return `another ${other}`;
        // Rules are told apart by their marker alone.
        const comment = answer["comment"] ?? "";
        const marker = /\[pulumi:[^\]]*\]$/.exec(sent["comment"] ?? "")?.[0];
        if (marker !== undefined && !comment.includes(marker) && comment.includes("[pulumi:")) return "another rule";
        return undefined;
    }

    private read(wire: string, row: Values): string {
        const field = this.scope.table.get(wire);
        return field ? valueOf(field, row) : (row[wire] ?? "");
    }

    private async change({ id, difference }: Extract<Operation, { kind: "change" }>): Promise<Values> {
        const answer = await this.session.client.request("PATCH", `${this.scope.menu}/${id}`, {
            body: patchBody(difference),
            expect: (row) => {
                if (!isRow(row)) return "no row";
                if (row[".id"] !== id) return "another row";
                const kept = Object.entries(difference.set).every(([wire, value]) => this.read(wire, row) === value);
                return kept ? undefined : "other values than were sent";
            },
        });
        return answer as Values;
    }

    private async move({ ids, before }: Extract<Operation, { kind: "move" }>): Promise<void> {
        await this.session.client.request("POST", `${this.scope.menu}/move`, {
            body: { numbers: ids.join(","), ...(before === undefined ? {} : { destination: before }) },
        });
    }

    private async remove(id: string): Promise<void> {
        try {
            await this.session.client.request("DELETE", `${this.scope.menu}/${id}`, {
                expect: (answer) => (answer === undefined || Array.isArray(answer) ? undefined : "a row"),
            });
        } catch (error) {
            if (!isRouterError(error, "router/gone")) throw error;
        }
    }
}

function isRow(answer: unknown): answer is Values {
    return typeof answer === "object" && answer !== null && typeof (answer as Values)[".id"] === "string";
}
