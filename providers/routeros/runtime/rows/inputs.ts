/** A resource as the engine keeps it: its inputs, and what is kept beside them. */
import type { Values } from "./fields";

/** As it travels between the engine and us: JSON. */
export type Json = string | number | boolean | null | Json[] | Properties;
export type Properties = { [name: string]: Json | undefined };

/** Inputs every kind has, as `check` leaves them. */
export type CommonInputs = {
    /** `<project>/<stack>/<resource name>`, added by the resource class. */
    owner: string;
    /** Device the rows stand on, added by `check`. */
    router?: string;
    connection?: string;
    adopt: boolean;
    /** Drift: keys of rows that somebody disabled. Empty in what is desired. */
    disabled: string[];
    /** Drift: rows with our marker beyond the first of their key. Empty in what is desired. */
    duplicates: string[];
    source?: Source;
};

/** Where rows come from, when not from the program: what was asked for there, and how old the answer is. */
export type Source = { syncToken: string } & Properties;

/** What is kept beside the inputs. States of every older version hold these names. */
export type State = {
    ids: Record<string, string>;
    /** Ids of duplicates, such as one moved to where no other is looked for. */
    surplus?: string[];
    /** Values to restore at destroy, by key. */
    former: Record<string, Values>;
    /** Of a row that has more properties than were asked for: what the router gave it, of those. */
    given?: Values;
    /** Owners whose markers may still stand, after an update that did not finish. */
    owners?: string[];
};

/** Whom a preflight is for. */
export interface Self {
    /** Stacks that count as ours: of now, and of before a rename. */
    stacks: readonly string[];
    adopt: boolean;
}
