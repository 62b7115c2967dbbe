/** The part of `check` that asks the router, and what it refuses. */
import type { Requires } from "../../args";
import type { CommonInputs, Kind, Problem, Properties } from "../kinds/kind";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import { fieldsOf, versionProblem } from "../rows/fields";
import { markerLimit, markerText } from "../rows/ownership";
import { meantDevice } from "./device";
import type { Ledger } from "./flow";
import { conflictError, contextOf } from "./flow";
import type { hooksFor } from "./hooks";
import { claimFor, observe } from "./observe";
import { preflight } from "./preflight";
import { equal, onlyInputs, plain } from "./properties";

export interface Checked {
    inputs: Properties;
    failures: Problem[];
}

interface CheckJob<I extends CommonInputs> {
    kind: Kind<I>;
    session: Session;
    inputs: I;
    before: I | undefined;
    demands: Requires;
    hooks: ReturnType<typeof hooksFor<I>>;
    problems: Problem[];
}

/** What a resource goes by in `session.recorded`. */
export function recordName<I extends CommonInputs>(kind: Kind<I>, inputs: I): string {
    return `${kind.title(inputs)} of ${inputs.owner}`;
}

/** The part of check that asks the router. Fills in `router`, and the rules of a bypass. */
export async function onRouter<I extends CommonInputs>(job: CheckJob<I>): Promise<void> {
    const { kind, session, inputs, before, demands, hooks, problems } = job;
    const owners = [inputs.owner, ...(before ? [before.owner] : [])];
    inputs.router = await meantDevice(session, before?.router);
    await preflight(session, demands, { owners, adopt: inputs.adopt });
    const { version } = await session.facts();
    const scope = kind.scope(inputs, version);
    problems.push(...versionProblems(kind, inputs, version));
    const olds = before;
    const claim = claimFor(kind, scope, inputs, olds, { former: {} });
    const rows = await observe(session, scope, claim, false);
    await hooks.expand?.(session, inputs, rows);
    const ledger: Ledger<I> = { wrote: false, former: {} };
    const context = contextOf({ kind, inputs, ...(olds ? { olds } : {}) }, scope, rows, ledger);
    const changing = before === undefined || !equal(plain(inputs), onlyInputs(before as unknown as Properties));
    problems.push(...(hooks.problems?.(context) ?? []));
    // Where rows are recorded nothing is in the way that was not there before; a check knows no ids to tell ours by. In
    // another list or table there are none yet, and what is in the way is known before the old ones are deleted.
    const anew =
        before === undefined ||
        before.router !== inputs.router ||
        kind.replaces.some((name) => !equal(plain(before)[name], plain(inputs)[name]));
    const { conflicts } = context.matched;
    // A forced replacement is checked as new, too; what a refresh has just read is known.
    const known = session.recorded.has(recordName(kind, inputs));
    if (anew && !known && conflicts.length > 0) {
        const inTheWay = conflicts.map(({ row }) => row);
        throw conflictError(session.client.router, kind.title(inputs), inTheWay);
    }
    await hooks.warn?.(session, context, demands, before === undefined ? "new" : changing ? "changed" : "same");
}

export function markerProblems<I extends CommonInputs>(kind: Kind<I>, inputs: I): Problem[] {
    if (kind.named) return [];
    const long = kind.wanted(inputs).find(({ key }) => {
        const text = markerText({ owner: inputs.owner, key, adopted: true });
        return Buffer.byteLength(text) > markerLimit;
    });
    if (!long) return [];
    const text = markerText({ owner: inputs.owner, key: long.key, adopted: true });
    const { message } = new RouterError({
        code: "input/marker-too-long",
        summary: `the marker ${text} has ${Buffer.byteLength(text)} bytes`,
    });
    return [{ property: "", reason: message }];
}

function versionProblems<I extends CommonInputs>(kind: Kind<I>, inputs: I, version: string): Problem[] {
    const { table } = kind.scope(inputs, version);
    const known = new Set(fieldsOf(table, version).map(({ wire }) => wire));
    const found: Problem[] = [];
    for (const { key, values } of kind.wanted(inputs)) {
        for (const wire of Object.keys(values)) {
            const field = table.get(wire);
            if (!field || known.has(wire)) continue;
            found.push({
                property: "",
                reason: `${key}: ${versionProblem(field, version) ?? wire} [version/unknown-property]`,
            });
        }
    }
    return found;
}

/** With the router out of reach, what the router decides stays as it was. */
export function carryOver<I extends CommonInputs>(inputs: I, before: I | undefined): void {
    if (before?.router !== undefined) inputs.router = before.router;
    const rules = inputs as unknown as { fastTrackBypass?: unknown; rules?: unknown };
    const old = before as unknown as { rules?: unknown } | undefined;
    if (rules.fastTrackBypass !== undefined && old?.rules !== undefined) rules.rules = old.rules;
}

export function refused(inputs: object, problems: readonly Problem[]): Checked {
    // The property goes into the reason: the engine would print the property's whole value beside it.
    const failures = problems.map(({ property, reason }) => ({
        property: "",
        reason: property === "" ? reason : `${property} ${reason}`,
    }));
    return { inputs: plain(inputs), failures };
}
