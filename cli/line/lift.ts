/** `--lift`: our parent queues of a stack out of use for a measurement. */
import { parseRate } from "../../components/shaping/profiles";
import { parentQueues } from "../../line/own-rows";
import type { RouterFlags } from "../router/options";
import type { StackState } from "../stack/state";

/** Parent queues that a stack has on its router, with what each holds its line to, bit/s. */
export function parentsOf({ routerResources }: StackState): { name: string; maxLimit: number }[] {
    return routerResources.flatMap((resource) => {
        const names = parentQueues(resource);
        const queues = (resource.inputs["queues"] ?? []) as { name: string; parent: string; maxLimit?: string }[];
        // Leaves that hang on somebody else's queue are no parents of ours: that queue would stay.
        const roots = names.filter((name) => queues.some(({ parent }) => parent === name));
        const limit = (name: string): string => queues.find((one) => one.name === name)?.maxLimit ?? "";
        return roots.map((name) => ({ name, maxLimit: parseRate(limit(name)) ?? 0 }));
    });
}

/** What takes them out of use when it is called; throws at once where that is not to be. */
export async function liftOf(flags: RouterFlags, state: StackState) {
    const { startLift } = await import("../../line/lift/lift.js");
    const { settingsOf } = await import("../router/options.js");
    const { runningOperation } = await import("../stack/operation.js");
    const queues = parentsOf(state).map(({ name }) => name);
    if (queues.length === 0)
        throw new Error(`${state.owner} has no parent queue of its own on a router: leave out --lift`);
    const busy = await runningOperation(flags.stack, state);
    if (busy !== undefined)
        throw new Error(`--lift is refused: ${busy}; wait for its end, or look at \`pulumi preview\``);
    const settings = await settingsOf(flags);
    return () => startLift({ settings, owner: state.owner, queues });
}
