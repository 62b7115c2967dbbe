/** Reading a resource's rows: the shared answer for its scope, and recorded rows that are not in it one by one. */
import type { CommonInputs, Kind, Scope, State } from "../kinds/kind";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Values } from "../rows/fields";
import { ownersOf, readComment } from "../rows/ownership";
import type { Claim } from "../rows/reconcile";

/**
 * A row moved by hand to another list or chain is looked for by its recorded id. Rows vanish all at once (a reset) far
 * more often than they are moved, so beyond this many the search ends unless it has found something.
 */
const probes = 20;

/** What is ours of the rows in a resource's scope. */
export function claimFor<I extends CommonInputs>(
    kind: Kind<I>,
    scope: Scope,
    inputs: I,
    olds: (I & Partial<State>) | undefined,
    known: { former: Record<string, Values>; ids?: Record<string, string> },
): Claim {
    const ids = { ...olds?.ids, ...known.ids };
    const natural = kind.natural?.(inputs);
    const keys = new Set(Object.keys(ids));
    if (natural && inputs !== olds) for (const { key } of kind.wanted(inputs)) keys.add(key);
    return {
        table: scope.table,
        owners: ownersOf(inputs, olds),
        ids,
        surplus: olds?.surplus ?? [],
        same: kind.same(olds ?? inputs),
        ...(natural ? { natural: (row) => [natural(row)].find((key) => key !== undefined && keys.has(key)) } : {}),
        ...(kind.named ? { named: kind.named(inputs, olds, ids) } : {}),
        unique: kind.unique === true,
        adopt: inputs.adopt,
        exclusive: (inputs as { exclusive?: boolean }).exclusive === true,
        former: known.former,
    };
}

/** `gone` are ids of rows that were removed just now: they are not looked for elsewhere. */
export async function observe(
    session: Session,
    scope: Scope,
    claim: Claim,
    fresh: boolean,
    gone: ReadonlySet<string> = new Set(),
): Promise<Values[]> {
    const { snapshot } = session;
    const answers: Values[][] = [];
    for (const query of scope.queries) answers.push(await snapshot.rows(scope.menu, query, { fresh }));
    const rows = answers.flat();
    return [...rows, ...(await strays(session, scope, claim, rows, gone))];
}

async function strays(
    session: Session,
    scope: Scope,
    claim: Claim,
    rows: readonly Values[],
    gone: ReadonlySet<string>,
): Promise<Values[]> {
    const filters = scope.queries.map(({ list, chain }) => (list === undefined ? { chain } : { list }));
    if (filters.every((filter) => Object.values(filter).every((value) => value === undefined))) return [];
    // Another row may go by its key by now; it is ours all the same.
    const seen = new Set([...rows.map((row) => row[".id"] ?? ""), ...gone]);
    const recorded = new Set([...Object.values(claim.ids), ...(claim.surplus ?? [])]);
    const missing = [...recorded].filter((id) => !seen.has(id));
    const found: Values[] = [];
    const names = scope.queries[0]?.[".proplist"];
    let asked = 0;
    for (const id of missing) {
        if (asked >= probes && found.length === 0) break;
        asked += 1;
        const row = await session.client.row(`${scope.menu}/${id}`, names === undefined ? {} : { ".proplist": names });
        if (!row || row["dynamic"] === "true") continue;
        const marker = readComment(row["comment"]).marker;
        if (!marker || !claim.owners.includes(marker.owner)) continue;
        if (filters.some((filter) => Object.entries(filter).every(([name, value]) => row[name] === value))) {
            session.snapshot.drop(scope.menu);
            throw new RouterError({
                code: "connection/wrong-answer",
                summary: `GET ${scope.menu} on ${session.client.router} left out row ${id}`,
            });
        }
        found.push({ ".id": id, ...row });
    }
    return found;
}
