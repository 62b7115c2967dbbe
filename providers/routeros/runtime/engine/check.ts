/** The part of `check` that asks the router, and what it refuses. */
import type { Requires } from "../../args";
import type { CommonInputs, Kind, Problem, Properties } from "../kinds/kind";
import { conflictError } from "../kinds/present";
import { RouterError } from "../router/errors";
import { warnOnce } from "../router/once";
import { permissions, warnOfUnknown } from "../router/permissions";
import type { Session } from "../router/session";
import { fieldsOf, versionProblem } from "../rows/fields";
import { markerLimit, markerText, stackOf } from "../rows/ownership";
import { contextOf } from "./converge";
import { meantDevice } from "./device";
import { claimFor, observe } from "./observe";
import { demand } from "./preflight";
import { equal, onlyCompared, onlyInputs, plain } from "./properties";
import { takeovers } from "./takeover";

export interface Checked {
    inputs: Properties;
    failures: Problem[];
}

interface CheckJob {
    kind: Kind;
    /** All there are: what a stack requires is tested as a whole. */
    kinds: readonly Kind[];
    session: Session;
    inputs: CommonInputs;
    before: CommonInputs | undefined;
    requires: Requires;
    dryRun: boolean;
}

/** What a resource goes by in `session.recorded`. */
export function recordName(kind: Kind, inputs: CommonInputs): string {
    return `${kind.title(inputs)} of ${inputs.owner}`;
}

/** The part of check that asks the router. Fills in `router`, and what else only the router knows. */
export async function onRouter({
    kind,
    kinds,
    session,
    inputs,
    before,
    requires,
    dryRun,
}: CheckJob): Promise<Problem[]> {
    const owners = [inputs.owner, ...(before ? [before.owner] : [])];
    const stacks = [...new Set(owners.map(stackOf))];
    const preflight = demand({ session, kinds, requires, self: { stacks, adopt: inputs.adopt }, dryRun });
    // Under another connection another device is meant.
    const sameRouter = before?.connection === inputs.connection;
    inputs.router = await meantDevice(session, sameRouter ? before?.router : undefined);
    await preflight();
    const { version } = await session.facts();
    const problems = versionProblems(kind, inputs, version);
    const scope = kind.scope(inputs, version);
    const { menu, queries } = scope;
    session.asked.set(recordName(kind, inputs), { owner: inputs.owner, menu: menu.path, queries });
    const claim = claimFor(kind, scope, inputs, before, { original: new Map() });
    const { rows } = await observe(session, scope, claim, false);
    await kind.expand?.(session, inputs, rows, { requires, before, dryRun });
    const job = { kind, inputs, ...(before ? { olds: before } : {}) };
    const known = session.recorded.get(recordName(kind, inputs));
    const context = contextOf(job, scope, rows, {
        wrote: false,
        original: new Map(),
        ...(known ? { ids: new Map(known.ids) } : {}),
    });
    problems.push(...(kind.problems?.(context) ?? []));
    // Where rows are recorded nothing is in the way that was not there before; a check knows no ids to tell ours by. In
    // another list or table there are none yet, and what is in the way is known before the old ones are deleted.
    const now = plain(inputs);
    const was = before && onlyInputs(before);
    const anew = was === undefined || ["router", ...kind.replaces].some((name) => !equal(was[name], now[name]));
    // A forced replacement is checked as new, too; what a refresh has just read is known, and so is what it missed.
    const stood = new Set(before && kind.desired(before).map(({ key }) => key));
    const inTheWay = context.matched.conflicts.filter(({ desired, relabelled }) =>
        anew && !known ? true : relabelled || (known !== undefined && !stood.has(desired.key)),
    );
    if (inTheWay.length > 0)
        throw conflictError(session.client.router, kind.title(inputs), inTheWay, scope.menu, inputs);
    for (const line of takeovers(kind, context)) warnOnce(`${session.client.router}: ${line}.`);
    for (const { label } of context.matched.copies) {
        warnOnce(
            `${label} on ${session.client.router} carries the marker of ${kind.title(inputs)} and does another job: a ` +
                "copy, which is left as it is. Take the marker out of its comment.",
        );
    }
    const same = was !== undefined && equal(onlyCompared(now), onlyCompared(was));
    const coming = was === undefined ? "new" : same ? "same" : "changed";
    // Known before something is written: an update is told by the router's answer to its first write.
    if (dryRun && coming !== "same" && (await permissions(session)) === "unknown" && coming === "new")
        warnOfUnknown(session);
    await kind.warn?.(session, context, { requires, before, dryRun }, coming);
    return problems;
}

export function markerProblems(kind: Kind, inputs: CommonInputs): Problem[] {
    if (kind.named) return [];
    const texts = kind.desired(inputs).map(({ key }) => markerText({ owner: inputs.owner, key, adopted: true }));
    const long = texts.find((text) => Buffer.byteLength(text) > markerLimit);
    if (long === undefined) return [];
    const { message } = new RouterError({
        code: "input/marker-too-long",
        summary: `the marker ${long} has ${Buffer.byteLength(long)} bytes`,
    });
    return [{ property: "", reason: message }];
}

function versionProblems(kind: Kind, inputs: CommonInputs, version: string): Problem[] {
    const { table } = kind.scope(inputs, version).menu;
    const known = new Set(fieldsOf(table, version).map(({ wire }) => wire));
    return kind.desired(inputs).flatMap(({ key, values }) =>
        Object.keys(values).flatMap((wire): Problem[] => {
            const field = table.get(wire);
            if (!field || known.has(wire)) return [];
            const reason = `${key}: ${versionProblem(field, version) ?? wire} [version/unknown-property]`;
            return [{ property: "", reason }];
        }),
    );
}

/** With the router out of reach, what the router decides stays as it was. */
export function carryOver(kind: Kind, inputs: CommonInputs, before: CommonInputs | undefined): void {
    if (before?.router !== undefined) inputs.router = before.router;
    if (before) kind.carryOver?.(inputs, before);
}

export function refused(inputs: object, problems: readonly Problem[]): Checked {
    // The property goes into the reason: the engine would print the property's whole value beside it.
    const failures = problems.map(({ property, reason }) => ({
        property: "",
        reason: property === "" ? reason : `${property} ${reason}`,
    }));
    return { inputs: plain(inputs), failures };
}
