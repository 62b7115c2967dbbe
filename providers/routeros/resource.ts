import * as pulumi from "@pulumi/pulumi";

import { routerProblems } from "./configuration";
import type { KindName } from "./runtime";
import { providerText } from "./stub";

/** Exported at run time, left out of the SDK's declarations. */
const { isConfigSecret, getStackResource } = pulumi.runtime as unknown as {
    isConfigSecret(this: void, key: string): boolean;
    getStackResource(this: void): object | undefined;
};

/** Whose rows each run of a program has spoken for: a process may run several programs. */
const spokenFor = new WeakMap<object, Set<string>>();

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
        const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
        refuseSecond(kind, owner, args);
        const props = {
            // Pulumi writes into the object it is given; outputs that are no inputs are declared by their names.
            ...args,
            ...(pulumi.runtime.isDryRun() ? { dryRun: true } : {}),
            owner,
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

/**
 * Pulumi takes one name twice, below parents of different types; rows are told by it, on one router and in one menu.
 * What differs is refused by the provider too, also where these are known to the engine alone.
 */
function refuseSecond(kind: KindName, owner: string, args: object): void {
    const run = getStackResource();
    if (!run) return;
    const { connection = "", family = "ipv4", table = "" } = args as Record<string, unknown>;
    const where = [kind, owner, connection, family, table];
    if (where.some((part) => typeof part !== "string")) return;
    const known = spokenFor.get(run) ?? new Set();
    const said = JSON.stringify(where);
    if (known.has(said)) {
        throw new pulumi.RunError(
            `${owner}: two resources of the program have this name, by which their rows are told; give one another`,
        );
    }
    spokenFor.set(run, known.add(said));
}
