import type { Fields, Values } from "./schema";
import type { Session } from "./session";

/** What AWS holds of a resource. */
export interface Observed {
    /** The same properties as the type takes, with the values found. */
    inputs: Values;
    /** What AWS says beside them, such as an ARN. */
    outputs?: Values;
}

/** How one type of resource is made, found, changed and removed. */
export interface ResourceType {
    fields: Fields;
    /** Names of what `Observed.outputs` holds. */
    outputs?: readonly string[];
    /** The property that gets a generated name when none is given. */
    named?: { property: string; longest: number; lowerCase?: boolean };
    /** Properties that only say what Pulumi is to do, so that AWS cannot be asked for them. */
    instructions?: readonly string[];
    /** Puts values that mean the same into the same form. */
    canonical?(values: Values): Values;
    /** Returns the resource's id. */
    create(values: Values, session: Session): Promise<string>;
    /** Asks AWS. Returns undefined when it is not there. */
    read(id: string, values: Values, session: Session): Promise<Observed | undefined>;
    /** Without it, every change makes a new resource. */
    update?(id: string, values: Values, session: Session): Promise<void>;
    /** What is gone already is no error: the caller sees to that. */
    remove(id: string, values: Values, session: Session): Promise<void>;
}
