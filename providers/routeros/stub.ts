/**
 * The provider objects, made once. Their text is all that is kept in the state: it only requires compiled code, holds
 * nothing of a router, and never changes. The methods of the runtime's lifecycles have the same shapes.
 */
import type { dynamic } from "@pulumi/pulumi";

import type { KindName, lifecycle } from "./runtime";

interface Runtime {
    lifecycle: typeof lifecycle;
}

/**
 * The package where the program is another project's, the program's own build inside the repository (where the
 * package's name does not resolve). Comments inside would be part of the text.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
function load(): Runtime {
    const fails = (error: unknown, name: string): boolean =>
        (error as { code?: string }).code !== "MODULE_NOT_FOUND" || !(error as Error).message.includes(`'${name}'`);
    try {
        return require("routeros-s3/runtime") as Runtime;
    } catch (error) {
        if (fails(error, "routeros-s3/runtime")) throw error;
    }
    const built = "./bin/providers/routeros/runtime/index.js";
    try {
        return require(built) as Runtime;
    } catch (error) {
        if (fails(error, built)) throw error;
        throw new Error("routeros-s3: not compiled; run `npm run build`");
    }
}
/* eslint-enable @typescript-eslint/no-require-imports */

/** The methods only pass on what they are given; the lifecycles say what it is. */
type Any = never;

function provider(kind: KindName): dynamic.ResourceProvider {
    return {
        configure: (a: Any) => load().lifecycle(kind).configure(a),
        check: (a: Any, b: Any) => load().lifecycle(kind).check(a, b),
        diff: (a: string, b: Any, c: Any) => load().lifecycle(kind).diff(a, b, c),
        create: (a: Any) => load().lifecycle(kind).create(a),
        read: (a: string, b: Any) => load().lifecycle(kind).read(a, b),
        update: (a: string, b: Any, c: Any) => load().lifecycle(kind).update(a, b, c),
        delete: (a: string, b: Any) => load().lifecycle(kind).delete(a, b),
    } as dynamic.ResourceProvider;
}

export const providers = {
    AddressList: provider("AddressList"),
    FirewallRules: provider("FirewallRules"),
    QueueTree: provider("QueueTree"),
    QueueType: provider("QueueType"),
};
