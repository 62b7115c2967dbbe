import * as pulumi from "@pulumi/pulumi";

import { routerProblems } from "./configuration";
import type { KindName } from "./runtime";
import { providerText } from "./stub";

/** Exported at run time, left out of the SDK's declarations. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(this: void, key: string): boolean };

/**
 * A resource whose provider is the text of `stub.ts`. To the engine it is what `dynamic.Resource` of the SDK makes.
 *
 * `deleteBeforeReplace`: with `pulumi up --replace` create would find its own rows, and the delete after it would take
 * them away.
 */
export class RouterResource extends pulumi.CustomResource {
    constructor(
        kind: KindName,
        name: string,
        args: object,
        opts?: pulumi.CustomResourceOptions,
        deleteBeforeReplace = true,
    ) {
        refuseConfiguration();
        const props = {
            // Pulumi writes into the object it is given; outputs that are no inputs are declared by their names.
            ...args,
            ...(pulumi.runtime.isDryRun() ? { dryRun: true } : {}),
            owner: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
            router: undefined,
            ids: undefined,
            __provider: providerText(kind),
        };
        super(`pulumi-nodejs:dynamic/routeros:${kind}`, name, props, { ...opts, deleteBeforeReplace });
    }
}

/** All at once, before the first resource. */
function refuseConfiguration(): void {
    const problems = routerProblems(pulumi.runtime.allConfig(), isConfigSecret);
    if (problems.length === 1) throw new pulumi.RunError(problems[0]);
    if (problems.length > 1) {
        throw new pulumi.RunError(
            `the configuration has ${problems.length} mistakes:\n${problems.map((line) => `  ${line}`).join("\n")}`,
        );
    }
}
