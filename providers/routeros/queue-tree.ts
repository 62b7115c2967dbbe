import type * as pulumi from "@pulumi/pulumi";

import type { QueueTreeArgs } from "./args";
import { RouterResource } from "./resource";

/** A tree of queues; its root is enabled after all its leaves stand, and disabled before one is taken away. */
export class QueueTree extends RouterResource {
    /** The queues as they stand, by name, with every property. */
    declare public readonly queues: pulumi.Output<Record<string, unknown>[]>;
    /** The device that the queues stand on: `serial …` or `software …`. */
    declare public readonly router: pulumi.Output<string>;
    /** Id of each queue on the router, by name. */
    declare public readonly ids: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: QueueTreeArgs, opts?: pulumi.CustomResourceOptions) {
        super("QueueTree", name, args, opts);
    }
}
