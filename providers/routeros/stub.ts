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
 * package's name does not resolve).
 */
function load(): Runtime {
    const missing = (error: unknown, name: string): boolean => {
        const { code, message } = error as { code?: string; message?: string };
        return (
            code === "MODULE_NOT_FOUND" &&
            String(message)
                .split("\n")[0]!
                .indexOf("'" + name + "'") >= 0
        );
    };
    try {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        return require("routeros-s3/runtime") as Runtime;
    } catch (error) {
        if (!missing(error, "routeros-s3/runtime")) throw error;
    }
    try {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        return require("./bin/providers/routeros/runtime/index.js") as Runtime;
    } catch (error) {
        if (!missing(error, "./bin/providers/routeros/runtime/index.js")) throw error;
        throw new Error("routeros-s3 is not built: run `npm run build` in the program's folder");
    }
}

type Any = never;

function provider(kind: KindName): dynamic.ResourceProvider {
    return {
        configure: (request: Any) => load().lifecycle(kind).configure(request),
        check: (olds: Any, news: Any) => load().lifecycle(kind).check(olds, news),
        diff: (id: string, olds: Any, news: Any) => load().lifecycle(kind).diff(id, olds, news),
        create: (inputs: Any) => load().lifecycle(kind).create(inputs),
        read: (id: string, props: Any) => load().lifecycle(kind).read(id, props),
        update: (id: string, olds: Any, news: Any) => load().lifecycle(kind).update(id, olds, news),
        delete: (id: string, props: Any) => load().lifecycle(kind).delete(id, props),
    } as dynamic.ResourceProvider;
}

export const providers = {
    AddressList: provider("AddressList"),
    FirewallRules: provider("FirewallRules"),
    QueueTree: provider("QueueTree"),
    QueueType: provider("QueueType"),
};
