/**
 * What the stubs of the dynamic provider require: the lifecycle of each kind of resource.
 *
 * In the repository this compiled file runs even where the program does not (`pulumi refresh`, `pulumi destroy`), so it
 * has what lies behind it brought up to date before it loads it. Keep it small: a change of this very file is seen one
 * run late.
 */
import { existsSync } from "node:fs";
import { createRequire, enableCompileCache } from "node:module";
import { join } from "node:path";

import type { Lifecycle } from "./engine/lifecycle";
import type * as Loaded from "./kinds/registry";

export type KindName = "AddressList" | "FirewallRules" | "QueueTree" | "QueueType";

// What is loaded is kept compiled between runs.
enableCompileCache();

const build = join(__dirname, "../../../../tools/build.cjs");
if (existsSync(build)) {
    (createRequire(__filename)(build) as { ensureBuilt(): unknown }).ensureBuilt();
}

/** The methods for a kind, the same object each time. */
export function lifecycle(kind: KindName): Lifecycle {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require("./kinds/registry") as typeof Loaded).lifecycles[kind];
}
