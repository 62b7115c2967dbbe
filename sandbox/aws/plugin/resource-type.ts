import type { AwsClients } from "./clients";
import type { Fields, Json, Values } from "./schema";

/** What AWS holds of a resource. */
export interface Observed {
    /** The same properties as the type takes, with the values found. */
    inputs: Values;
    /** What AWS says beside them, such as an ARN. */
    outputs?: Values;
}

/** A setting of a resource that is read with it. */
export interface Inline {
    /** What is read where nobody has set anything; undefined where it is then absent. */
    untouched?: Json;
    /** Takes it back to that. */
    takeBack(id: string, values: Values, clients: AwsClients): Promise<unknown>;
}

/** How one type of resource is made, found, changed and removed. */
export interface ResourceType {
    fields: Fields;
    /** Names of what `Observed.outputs` holds. */
    outputs?: readonly string[];
    /**
     * Outputs that the provider also takes as arguments, that a resource of its own manages, and that this plugin refuses
     * as arguments. As releases of the provider did, one that is not ignored is taken back: what is read of it differs
     * from having been given none.
     */
    inline?: Record<string, Inline>;
    /** The property that gets a generated name when none is given. */
    named?: { property: string; longest: number; lowerCase?: boolean };
    /** Properties that only say what Pulumi is to do, so that AWS cannot be asked for them. */
    instructions?: readonly string[];
    /** Puts values that mean the same into the same form. */
    canonical?(values: Values): Values;
    /** Returns the resource's id. */
    create(values: Values, clients: AwsClients): Promise<string>;
    /** Asks AWS. Returns undefined when it is not there. */
    read(id: string, values: Values, clients: AwsClients): Promise<Observed | undefined>;
    /** Without it, every change makes a new resource. `changed` are the names of the properties that differ. */
    update?(id: string, values: Values, clients: AwsClients, changed: ReadonlySet<string>): Promise<void>;
    /** What is gone already is no error: the caller sees to that. */
    remove(id: string, values: Values, clients: AwsClients): Promise<void>;
}
