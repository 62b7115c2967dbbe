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

/**
 * Takes note of what shall stand on the router before anything is written, whether or not it can be asked now. What is
 * returned throws the first thing that is missing or in the way; for the same demands it looks once.
 */
export function demand(session: Session, kinds: readonly Kind[], requires: Requires, self: Self): () => Promise<void> {
    const name = JSON.stringify([requires, self]);
    const lookFor = (again: boolean): Promise<void> => look({ session, kinds, requires, self, again });
    session.demands.set(name, { requires, self, again: () => lookFor(true) });
    return () => memo(session.once, `preflight ${name}`, () => lookFor(false));
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

interface Looking {
    session: Session;
    kinds: readonly Kind[];
    requires: Requires;
    self: Self;
    again: boolean;
}

async function look({ session, kinds, requires, self, again }: Looking): Promise<void> {
    const { version } = await session.facts();
    const minimum = requires.minimumVersion ?? oldest;
    if (compareVersions(version, minimum) < 0) {
        throw new RouterError({
            code: "version/too-old",
            summary: `${session.client.router} runs RouterOS ${version}; ${minimum} is the oldest that will do`,
        });
    }
    await interfacePreflight(session, requires);
    for (const kind of kinds) await kind.preflight?.(session, requires, self, again);
}
