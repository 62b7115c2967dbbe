/** What the stubs of the dynamic provider require: the lifecycle of each kind of resource. */
import "../../node-version";

import type { Lifecycle } from "./engine/lifecycle";
import { lifecycles } from "./lifecycles";

export type KindName = keyof typeof lifecycles;

/** The methods for a kind, the same object each time. */
export function lifecycle(kind: KindName): Lifecycle {
    return lifecycles[kind];
}
