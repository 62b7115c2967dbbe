/** Reading a resource's rows: the shared answer for its scope, and recorded rows that are not in it one by one. */
import type { CommonInputs, Kind, Scope, State } from "../kinds/kind";
import { RouterError } from "../router/errors";
import type { Look } from "../router/look";
import type { Session } from "../router/session";
import type { Values } from "../rows/fields";
import { ownersOf } from "../rows/ownership";
import type { Claim } from "../rows/reconcile";
import type { Row } from "../rows/row";
import { readRow } from "../rows/row";

/**
 * A row moved by hand to another list or chain is looked for by its recorded id. Rows vanish all at once (a reset) far
 * more often than they are moved, so beyond this many the search ends unless it has found something.
 */
const probes = 20;

/** What is ours of the rows in a resource's scope. */
export function claimFor(
    kind: Kind,
    { menu }: Scope,
    inputs: CommonInputs,
    olds: (CommonInputs & Partial<State>) | undefined,
    known: { original: ReadonlyMap<string, Values>; ids?: ReadonlyMap<string, string> },
): Claim {
    const ids = new Map([...Object.entries(olds?.ids ?? {}), ...(known.ids ?? [])]);
    const natural = kind.natural?.(inputs);
    const keys = new Set(ids.keys());
    if (natural && inputs !== olds) for (const { key } of kind.desired(inputs)) keys.add(key);
    return {
        table: menu.table,
        owners: ownersOf(inputs, olds),
        ids,
        ...(known.ids ? { made: new Set(known.ids.keys()) } : {}),
        duplicates: olds?.surplus ?? [],
        same: kind.same(olds ?? inputs),
        ...(natural ? { natural: (row) => [natural(row)].find((key) => key !== undefined && keys.has(key)) } : {}),
        renamed: renamedKeys(kind, inputs, olds),
        ...(natural ? { place: natural } : {}),
        ...(kind.named ? { named: kind.named(inputs, olds, ids) } : {}),
        unique: kind.unique === true,
        adopt: inputs.adopt,
        ...(kind.otherJob ? { otherJob: kind.otherJob.bind(kind) } : {}),
        exclusive: kind.exclusive?.(inputs) === true,
        original: known.original,
    };
}

/** What was taken over is given back under the name it had, and not renamed. */
function renamedKeys(kind: Kind, inputs: CommonInputs, olds?: CommonInputs & Partial<State>): Record<string, string> {
    if (olds === undefined || inputs === olds) return {};
    const all = Object.entries(kind.renamed?.(olds, inputs) ?? {});
    return Object.fromEntries(all.filter(([key]) => olds.former?.[key] === undefined));
}

/** Part of a menu. */
export interface Spared {
    menu: string;
    queries: readonly Values[];
}

interface NotSought {
    /** Ids of rows that were removed just now. */
    gone?: ReadonlySet<string> | undefined;
    /** Where other resources' rows stand. */
    spared?: readonly Spared[] | undefined;
}

/** `not`: what is not looked for elsewhere, or not there. */
export async function observe(
    session: Session,
    scope: Scope,
    claim: Claim,
    fresh: boolean,
    not: NotSought = {},
): Promise<Look> {
    const rows: Row[] = [];
    const times: number[] = [];
    let took = 0;
    for (const query of scope.queries) {
        const look = await session.snapshot.look(scope.menu, query, { fresh });
        rows.push(...look.rows);
        times.push(look.at);
        took += look.took;
    }
    rows.push(...(await moved(session, scope, claim, rows, not)));
    // Several questions asked anew are one look: on a slow router the first answer is old when the last one comes.
    return { rows, at: fresh ? session.now() : Math.min(...times), took };
}

/** Rows of ours that were moved by hand to where the scope does not look. */
async function moved(
    { client, snapshot }: Session,
    { menu, queries }: Scope,
    claim: Claim,
    rows: readonly Row[],
    { gone = new Set(), spared = [] }: NotSought,
): Promise<Row[]> {
    const filtersOf = (all: readonly Values[]) =>
        all.map((query) => Object.entries(query).filter(([name]) => menu.identity.includes(name)));
    const filters = filtersOf(queries);
    const others = filtersOf(spared.flatMap((one) => (one.menu === menu.path ? one.queries : [])));
    // A menu that is read whole holds nothing elsewhere: one look tells whether the answer was to another request.
    const most = filters.every((filter) => filter.length === 0) ? 1 : probes;
    // Another row may go by its key by now; it is ours all the same.
    const seen = new Set([...rows.map(({ id }) => id), ...gone]);
    const recorded = new Set([...claim.ids.values(), ...(claim.duplicates ?? [])]);
    const missing = [...recorded].filter((id) => id !== "" && !seen.has(id));
    const found: Row[] = [];
    const names = queries[0]?.[".proplist"];
    let asked = 0;
    for (const id of missing) {
        if (asked >= most && found.length === 0) break;
        asked += 1;
        const answer = await client.row(`${menu.path}/${id}`, names === undefined ? {} : { ".proplist": names });
        if (!answer) continue;
        const row = readRow(menu, { ".id": id, ...answer });
        if (row.dynamic || !row.marker || !claim.owners.includes(row.marker.owner)) continue;
        const isAt = (filter: readonly [string, string][]): boolean =>
            filter.every(([name, value]) => answer[name] === value);
        if (others.some(isAt)) continue;
        if (filters.some(isAt)) {
            snapshot.drop(menu);
            throw new RouterError({
                code: "connection/wrong-answer",
                summary: `GET ${menu.path} on ${client.router} left out row ${id}`,
            });
        }
        found.push(row);
    }
    return found;
}
