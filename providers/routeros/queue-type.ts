import type * as pulumi from "@pulumi/pulumi";

import type { QueueTypeArgs } from "./args";
import { RouterResource } from "./resource";

/** One type of queue. One that is still used at destroy is left on the router and reported. */
export class QueueType extends RouterResource {
    /** Its name on the router. */
    declare public readonly name: pulumi.Output<string>;
    /** Its kind, such as `fq-codel`. */
    declare public readonly kind: pulumi.Output<string>;
    /** The device that it stands on: `serial …` or `software …`. */
    declare public readonly router: pulumi.Output<string>;

    constructor(name: string, args: QueueTypeArgs, opts?: pulumi.CustomResourceOptions) {
        super("QueueType", name, args, opts);
    }
}
