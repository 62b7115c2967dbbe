import * as pulumi from "@pulumi/pulumi";

import type { KindName } from "./runtime";
import { providerText } from "./stub";

/** Exported at run time, left out of the SDK's declarations. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(this: void, key: string): boolean };

/**
 * A resource whose provider is the text of `stub.ts`. To the engine it is what `dynamic.Resource` of the SDK makes.
 *
 * Deleted before it is made again: with `pulumi up --replace` create would find its own rows, and the delete after it
 * would take them away.
 */
export class RouterResource extends pulumi.CustomResource {
    constructor(kind: KindName, name: string, args: object, opts?: pulumi.CustomResourceOptions) {
        refusePlainPassword();
        const props = {
            // Pulumi writes into the object it is given; outputs that are no inputs are declared by their names.
            ...args,
            owner: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
            router: undefined,
            ids: undefined,
            __provider: providerText(kind),
        };
        super(`pulumi-nodejs:dynamic/routeros:${kind}`, name, props, { ...opts, deleteBeforeReplace: true });
    }
}

/** The provider only ever sees decrypted values; here it can still be told whether the stack file holds the password. */
function refusePlainPassword(): void {
    const config = new pulumi.Config("routeros");
    if (config.get("password") !== undefined && !isConfigSecret("routeros:password")) {
        throw new pulumi.RunError(
            "routeros:password stands in the stack's configuration in plain text. " +
                "Run `pulumi config set --secret routeros:password` [settings/password-in-clear]",
        );
    }
    const connections = config.get("connections");
    if (connections?.includes('"password"') && !isConfigSecret("routeros:connections")) {
        throw new pulumi.RunError(
            "routeros:connections holds a password in plain text. " +
                "Run `pulumi config set --secret --path routeros:connections.<name>.password` [settings/password-in-clear]",
        );
    }
}
