import type * as pulumi from "@pulumi/pulumi";

import type { FirewallRulesArgs } from "./args";
import { RouterResource } from "./resource";

/** An ordered block of rules in a firewall menu. */
export class FirewallRules extends RouterResource {
    /** The rules as they stand, every value in the router's form. */
    declare public readonly rules: pulumi.Output<Record<string, string>[]>;
    /** The device that the rules stand on: `serial …` or `software …`. */
    declare public readonly router: pulumi.Output<string>;
    /** Id of each rule on the router, by key. */
    declare public readonly ids: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: FirewallRulesArgs, opts?: pulumi.CustomResourceOptions) {
        // Without rules of its own a bypass still has the output.
        super("FirewallRules", name, { rules: undefined, ...args }, opts);
    }
}
