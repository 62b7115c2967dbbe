/** The lifecycle of every kind; loaded on first use. */
import { lifecyclesOf } from "./engine/lifecycle";
import * as kinds from "./kinds/registry";

export const lifecycles = lifecyclesOf(kinds);

export { forget, tune } from "./router/session";
