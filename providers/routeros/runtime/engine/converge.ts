/**
 * The one flow behind create, update and delete: observe, compare, write only the difference, read back. Every step can
 * be repeated after a crash; a write whose answer was lost is looked up before anything is sent again.
 */
import type { CommonInputs, Kind, PlanContext, Scope, State } from "../kinds/kind";
import { conflictError } from "../kinds/present";
import { mayPass } from "../router/client";
import { isRouterError, RouterError } from "../router/errors";
import type { Look } from "../router/look";
import { Outdated } from "../router/look";
import type { Session } from "../router/session";
import type { Values } from "../rows/fields";
import { match } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { noteFormer, recallFormer } from "./journal";
import type { Spared } from "./observe";
import { claimFor, observe } from "./observe";
import { beforeFirstWrite } from "./preflight";
import type { Written } from "./writer";
import { Writer } from "./writer";

/** How often rows are compared without getting further before the router counts as not settling. */
export const rounds = 6;

export interface Job {
    kind: Kind;
    session: Session;
    /** What shall be; with `remove`, what was. */
    inputs: CommonInputs;
    olds?: CommonInputs & Partial<State>;
    /** Take everything of ours away. */
    remove?: boolean;
    /** Where rows of the owner stand that are asked for: what was moved there by hand is no row of this job. */
    spared?: readonly Spared[];
}

/** What is known so far; the caller records it when the flow fails. */
export interface Ledger extends Written {
    original: Map<string, Values>;
    context?: PlanContext<CommonInputs>;
}

/** Brings the rows to what is desired. Returns what stands there, ours and foreign. */
export async function converge(job: Job, ledger: Ledger): Promise<PlanContext<CommonInputs>> {
    const { session, kind } = job;
    const scope = scopeOf(job, (await session.facts()).version);
    const writer = new Writer(session, scope, kind.title(job.inputs), kind.named !== undefined);
    const failed = new Set<string>();
    let look: Look | undefined;
    let fresh = false;
    let last: unknown;
    let fewest = Infinity;
    for (let round = 1; round <= rounds;) {
        try {
            const outcome = await session.writing.take(() => step({ job, scope, writer, look, fresh }, ledger));
            if ("settled" in outcome) return outcome.settled;
            look = outcome.look;
            // A series that stopped for a look too old goes on, as long as there is less and less to do.
            if (!outcome.stopped || outcome.operations >= fewest) round += 1;
            fewest = Math.min(fewest, outcome.operations);
        } catch (error) {
            if (!mayPass(error) && !isStale(error) && !(error instanceof Outdated)) throw error;
            last = error;
            look = undefined;
            if (!isStale(error)) {
                if (round < rounds && mayPass(error)) await session.client.pause(Math.min(round, 3), error);
                round += 1;
                fresh = true;
                continue;
            }
            // Another's write came first: there is something else to do now, or it fails the same way again.
            const which = JSON.stringify(writer.current);
            if (failed.has(which)) throw error;
            failed.add(which);
        }
        fresh = true;
    }
    if (last instanceof Error) throw last;
    throw new RouterError({
        code: "router/not-settled",
        summary: `${kind.title(job.inputs)} on ${session.client.router} differs again after every write`,
    });
}

interface Round {
    job: Job;
    scope: Scope;
    writer: Writer;
    /** What is known from the round before; read where it is absent. */
    look: Look | undefined;
    fresh: boolean;
}

type Stepped =
    { settled: PlanContext<CommonInputs> } | { look: Look | undefined; operations: number; stopped: boolean };

/** One look, and what it calls for. */
async function step({ job, scope, writer, look, fresh }: Round, ledger: Ledger): Promise<Stepped> {
    const { session, kind, inputs, olds } = job;
    const looked = look === undefined && fresh;
    const claim = claimFor(kind, scope, inputs, olds, ledger);
    const seen = look ?? (await observe(session, scope, claim, fresh, { gone: ledger.gone, spared: job.spared }));
    // Nothing but this process has noted anything since the look that was carried over.
    if (!look) await recallFormer(session, { menu: scope.menu, inputs, olds }, seen.rows, ledger.original);
    const context = contextOf(job, scope, seen.rows, ledger);
    for (const [key, values] of (await kind.restorable?.(session, context)) ?? []) {
        context.matched.original.set(key, values);
        ledger.original.set(key, values);
    }
    const operations = kind.plan(planned(job, context));
    // A delete ends with a look: an answer of success may have been another request's.
    if (operations.length === 0) {
        return job.remove && !looked ? { look: undefined, operations: 0, stopped: false } : { settled: context };
    }
    refuseConflicts(job, context);
    if (!job.remove) await beforeFirstWrite(session);
    if (!job.remove) await noteFormer(session, { menu: scope.menu, inputs }, context.matched, operations);
    await kind.prepare?.(session, operations, context);
    const { rows, verify, done } = await writer.all(operations, seen, ledger);
    return {
        look: verify ? undefined : { rows, at: seen.at, took: seen.took },
        operations: operations.length,
        stopped: done < operations.length,
    };
}

/** Where rows may stand: where they are desired, and where they were, so that a chain that is given up is cleared. */
function scopeOf({ kind, inputs, olds }: Job, version: string): Scope {
    const scope = kind.scope(inputs, version);
    const before = olds ? kind.scope(olds, version).queries : [];
    const asked = new Set(scope.queries.map((query) => JSON.stringify(query)));
    const more = before.filter((query) => !asked.has(JSON.stringify(query)));
    return { ...scope, queries: [...scope.queries, ...more] };
}

/** What is known of the rows, whatever is desired of them. `onlyRead`: nothing is about to be taken over. */
export function contextOf(
    { kind, inputs, olds, remove, onlyRead }: Omit<Job, "session"> & { onlyRead?: boolean },
    scope: Scope,
    rows: readonly Row[],
    ledger: Ledger,
): PlanContext<CommonInputs> {
    const desired = remove ? [] : kind.desired(inputs);
    const claim = claimFor(kind, scope, inputs, olds, ledger);
    if (onlyRead) Object.assign(claim, { adopt: false, exclusive: false });
    const matched = match(rows, desired, claim, kind.doesJob(inputs));
    ledger.original = new Map([...ledger.original, ...matched.original]);
    const context = { inputs, ...(olds ? { olds } : {}), desired, matched, scope, rows };
    ledger.context = context;
    return context;
}

/** The same with nothing desired, where everything goes. */
function planned({ kind, remove }: Job, context: PlanContext<CommonInputs>): PlanContext<CommonInputs> {
    return remove ? { ...context, inputs: kind.empty(context.inputs) } : context;
}

function refuseConflicts({ kind, inputs, session }: Job, { matched, scope }: PlanContext<CommonInputs>): void {
    if (matched.conflicts.length === 0) return;
    throw conflictError(session.client.router, kind.title(inputs), matched.conflicts, scope.menu, inputs);
}

/** Somebody else changed the rows between our look and our write. */
function isStale(error: unknown): boolean {
    return isRouterError(error, "router/gone", "router/duplicate");
}
