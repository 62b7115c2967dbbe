/** What must stand on the router before anything is written, tested as a whole by the first `check` of a process. */
import type { Requires } from "../../args";
import { interfacePreflight } from "../kinds/interfaces";
import type { Kind, Self } from "../kinds/kind";
import { RouterError } from "../router/errors";
import { memo } from "../router/once";
import type { Session } from "../router/session";
import { compareVersions } from "../rows/values";

/** RouterOS before this has no REST that will do. */
export const oldest = "7.9";

interface Looking {
    session: Session;
    kinds: readonly Kind[];
    requires: Requires;
    self: Self;
    dryRun: boolean;
}

/**
 * Takes note of what shall stand on the router before anything is written, whether or not it can be asked now. What is
 * returned throws the first thing that is missing or in the way; for the same demands it looks once.
 */
export function demand(looking: Looking): () => Promise<void> {
    const { session, requires, self } = looking;
    const name = JSON.stringify([requires, self]);
    session.demands.set(name, { requires, self, again: () => look(looking, true) });
    return () => memo(session.once, `preflight ${name}`, () => look(looking, false));
}

/**
 * All demands once more, right before the first write of this process, however many resources it writes: somebody else
 * may have written since the checks, or the router could not be asked then.
 */
export async function beforeFirstWrite(session: Session): Promise<void> {
    for (const [name, { again }] of session.demands) {
        await memo(session.once, `before the first write ${name}`, () => {
            session.snapshot.forgetOutdated();
            return again();
        });
    }
}

async function look({ session, kinds, requires, self, dryRun }: Looking, again: boolean): Promise<void> {
    const { version } = await session.facts();
    const minimum = requires.minimumVersion ?? oldest;
    if (compareVersions(version, minimum) < 0) {
        throw new RouterError({
            code: "version/too-old",
            summary: `${session.client.router} runs RouterOS ${version}; ${minimum} is the oldest that will do`,
        });
    }
    await interfacePreflight(session, requires);
    for (const kind of kinds) await kind.preflight?.(session, requires, self, { dryRun, again });
}
