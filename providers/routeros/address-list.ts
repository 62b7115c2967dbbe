import type * as pulumi from "@pulumi/pulumi";

import type { AddressListArgs } from "./args";
import { RouterResource } from "./resource";
import { sortedAddresses } from "./runtime/rows/values";

/** An address list of the firewall, or the part of it that is ours. */
export class AddressList extends RouterResource {
    /** Name of the list. */
    declare public readonly list: pulumi.Output<string>;
    /** Addresses as the router prints them, in numeric order. */
    declare public addresses: pulumi.Output<string[]>;
    /** The device that the rows stand on: `serial …` or `software …`. */
    declare public readonly router: pulumi.Output<string>;
    /** Id of each row on the router, by address. */
    declare public readonly ids: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: AddressListArgs, opts?: pulumi.CustomResourceOptions) {
        // The provider deletes nothing that the program asks for: the new list stands before the old one goes.
        super("AddressList", name, args, opts, false);
        // In a preview the outputs are what the provider compares, which is keyed by address.
        const shown = this.addresses as pulumi.Output<string[] | Record<string, true>>;
        this.addresses = shown.apply((all) => (Array.isArray(all) ? all : sortedAddresses(Object.keys(all))));
    }
}
