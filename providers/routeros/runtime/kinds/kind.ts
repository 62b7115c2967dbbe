/** What is particular about a kind of resource. Everything else, the engine does alike for all of them. */
import type { Requires } from "../../args";
import type { RemovalStep, StandingRows } from "../by-marker/steps";
import type { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Field, Menu, Values } from "../rows/fields";
import type { CommonInputs, Properties, Self } from "../rows/inputs";
import type { Desired, Matched, Operation } from "../rows/reconcile";
import type { Row } from "../rows/row";

export type { CommonInputs, Json, Properties, Self, Source, State } from "../rows/inputs";

/** A mistake in an input, worded for one line. */
export interface Problem {
    property: string;
    reason: string;
}

/** Where a resource's rows stand: one menu, read with one query per part of it. */
export interface Scope {
    menu: Menu;
    queries: Values[];
}

export interface PlanContext<I> {
    inputs: I;
    /** Inputs as recorded before; absent where nothing was. */
    olds?: I;
    desired: readonly Desired[];
    matched: Matched;
    scope: Scope;
    /** All rows read, in order, ours among them. */
    rows: readonly Row[];
}

/** What a stack requires, and a resource's inputs as recorded before. */
export interface About<I> {
    requires: Requires;
    before: I | undefined;
    /** In a preview: nothing is about to be written. */
    dryRun: boolean;
}

/** When what a stack requires is looked for. */
export interface Moment {
    /** In a preview, where what only has to be said is said: the update behind it does not ask the router for it again. */
    dryRun: boolean;
    /** Right before the first write. */
    again: boolean;
}

/** What is about to happen to a resource. */
export type Coming = "new" | "changed" | "same";

/** How rows of a kind are taken off a router without a state, by their markers alone. */
export interface WithoutState {
    /** Fields to read of its rows, beside what tells them. */
    reads?: readonly string[];
    /** What to do, in order. @default each row is removed, or restored where it stood before us */
    steps?(rows: StandingRows): Promise<RemovalStep[]> | RemovalStep[];
    /** Lines of a RouterOS script that do the same. `where` are conditions for rows we made, and for those we took over. */
    script?(where: { made: string; adopted: string }, queueTypes: readonly string[]): string[];
}

/** `I` are its inputs in canonical form. Methods, so that a kind of particular inputs is a kind. */
export interface Kind<I extends CommonInputs = CommonInputs> {
    /** Every menu that its rows may stand in. */
    menus: readonly Menu[];
    /** Menus of other kinds whose rows these refer to: they are made before, and go afterwards. @default none */
    refersTo?: readonly Menu[];
    /** Inputs whose change makes a new resource. */
    replaces: readonly string[];
    /** Whether the new one is made before the old one goes, which stands elsewhere until then. @default false */
    madeFirst?: boolean;
    /** See `Claim.unique`. */
    unique?: boolean;

    /** Arguments of a person to inputs in canonical form; every mistake at once. */
    normalise(args: Properties): { inputs: I; problems: Problem[] };
    /** What older versions recorded, as inputs are by now. @default as it stands */
    ofBefore?(props: Properties): Properties;
    /** Menu and queries; the version decides which properties may be named. */
    scope(inputs: I, version: string | undefined): Scope;
    desired(inputs: I): Desired[];
    /** The same inputs with no rows desired. */
    empty(inputs: I): I;
    /** How the resource is called in messages, such as `list "AmazonS3"`. */
    title(inputs: I): string;

    /** Kinds whose key is what the row says: the key of a row by its address or name. */
    natural?(inputs: I): (row: Row) => string | undefined;
    /** Whether a row does the job of a recorded key, comments aside. */
    same(inputs: I): (row: Row, key: string) => boolean;
    /** Rows that stay and have another key by now: new key by old. */
    renamed?(olds: I, inputs: I): Record<string, string>;
    /** For rows without comments: the key of a row that is ours by its name. */
    named?(inputs: I, olds: I | undefined, ids: ReadonlyMap<string, string>): (row: Row) => string | undefined;
    /** Whether a foreign row stands where the desired one would, or does its job. */
    doesJob(inputs: I): (row: Row, desired: Desired) => boolean;
    /** What makes a foreign row that stands where the desired one would do another job. @default nothing */
    otherJob?(row: Row, desired: Desired): string | undefined;
    /** Whether foreign rows in its scope go, too. @default false */
    exclusive?(inputs: I): boolean;
    plan(context: PlanContext<I>): Operation[];
    /** See `State.given`: kept as it was recorded, or as the row has it where nothing is yet. */
    given?(context: PlanContext<I>): Values | undefined;
    /** Inputs as the router has them; `olds` are those it is compared to. */
    inputsFrom(context: PlanContext<I> & { olds: I }): I;

    /** For rows that come from a source: percent of the keys that are not among the later ones. @default by their number */
    lost?(before: readonly string[], after: readonly string[]): number;
    /** With the router out of reach: keeps of the old inputs what the router decides. */
    carryOver?(inputs: I, before: I): void;
    /** Fills in what only the router knows. */
    expand?(session: Session, inputs: I, rows: readonly Row[], about: About<I>): Promise<void> | void;
    problems?(context: PlanContext<I>): Problem[];

    /** Throws what is missing on the router, or in the way, of all that a stack requires. */
    preflight?(session: Session, requires: Requires, self: Self, moment: Moment): Promise<void>;
    warn?(session: Session, context: PlanContext<I>, about: About<I>, coming: Coming): Promise<void>;
    /** Original values that cannot be restored as they are, by key, with what can. */
    restorable?(session: Session, context: PlanContext<I>): Promise<ReadonlyMap<string, Values>>;
    /** Work that must be done on the router before the operations, such as on another menu. */
    prepare?(session: Session, operations: readonly Operation[], context: PlanContext<I>): Promise<void>;
    /** After the rows stand: another run has put the same in use meanwhile. What shall stand instead, and why. */
    givesWay?(session: Session, context: PlanContext<I>): Promise<{ inputs: I; error: RouterError } | undefined>;
    done?(session: Session, context: PlanContext<I>): Promise<void>;
    /** Whether a resource must be left on the router at delete, for now. */
    keep?(session: Session, olds: I): Promise<boolean>;
    /** After rows are settled that others may have been left for. */
    freed?(session: Session): Promise<void>;

    withoutState?: WithoutState;
    /** Its table in `docs/resources/`: the marks it stands between, and what its arguments call a field. */
    docs?: { marks: string; property?(field: Field): string };
}
