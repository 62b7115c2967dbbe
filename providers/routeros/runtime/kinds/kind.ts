/** What the one flow needs to know about a kind of resource. */
import type { FieldTable, Values } from "../rows/fields";
import type { Matched, Operation, Wanted } from "../rows/reconcile";

/** As it travels between the engine and us: JSON, nothing undefined. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Properties = { [name: string]: Json };

/** A mistake in an input, worded for one line. */
export interface Problem {
    property: string;
    reason: string;
}

/** Inputs every kind has, as `check` leaves them. */
export interface CommonInputs {
    /** `<project>/<stack>/<resource name>`, added by the resource class. */
    owner: string;
    /** Device the rows stand on, added by `check`. */
    router?: string;
    connection?: string;
    adopt: boolean;
    /** Drift: keys of rows that somebody disabled. Empty in what is wanted. */
    disabled: string[];
    /** Drift: rows with our marker beyond the first of their key. Empty in what is wanted. */
    duplicates: string[];
}

/** What is kept beside the inputs. */
export interface State {
    ids: Record<string, string>;
    /** Ids of rows with our marker beyond the first of their key, such as one moved to where no other is looked for. */
    surplus?: string[];
    /** Values to give back at destroy, by key. */
    former: Record<string, Values>;
    /** Owners whose markers may still stand, after an update that did not finish. */
    owners?: string[];
}

/** Where a resource's rows stand: one menu, read with one query per chain. */
export interface Scope {
    menu: string;
    table: FieldTable;
    queries: Record<string, string>[];
}

export interface PlanContext<I> {
    inputs: I;
    /** Inputs as recorded before; absent where nothing was. */
    olds?: I;
    wanted: readonly Wanted[];
    matched: Matched;
    scope: Scope;
    /** All rows read, in order, ours among them. */
    rows: readonly Values[];
}

export interface ReadContext<I> extends PlanContext<I> {
    /** Inputs as recorded, to which what was read is compared. */
    olds: I;
}

export interface Kind<I extends CommonInputs> {
    name: string;
    /** See `Claim.unique`. */
    unique?: boolean;
    /** Inputs whose change makes a new resource. */
    replaces: readonly (keyof I & string)[];
    /** Arguments of a person to inputs in canonical form; every mistake at once. */
    normalise(args: Properties): { inputs: I; problems: Problem[] };
    /** Menu and queries; the version decides which properties may be named. */
    scope(inputs: I, version: string | undefined): Scope;
    wanted(inputs: I): Wanted[];
    /** The same inputs with no rows wanted. */
    empty(inputs: I): I;
    /** Kinds whose key is what the row says: the key of a row by its address or name. */
    natural?(inputs: I): (row: Values) => string | undefined;
    /** Whether a row does the job of a recorded key, comments aside. */
    same(inputs: I): (row: Values, key: string) => boolean;
    /** For rows without comments: the key of a row that is ours by its name. */
    named?(inputs: I, olds: I | undefined, ids: Record<string, string>): (row: Values) => string | undefined;
    /** Whether a foreign row stands where the wanted one would, or does its job. */
    doesJob(inputs: I): (row: Values, wanted: Wanted) => boolean;
    plan(context: PlanContext<I>): Operation[];
    /** Inputs as the router has them. */
    inputsFrom(context: ReadContext<I>): I;
    /** How the resource is called in messages, such as `list "AmazonS3"`. */
    title(inputs: I): string;
}
