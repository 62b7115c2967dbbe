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

/** Throws the first thing that is missing or in the way. Worked out once for the same demands. */
export async function preflight(
    session: Session,
    kinds: readonly Kind[],
    requires: Requires,
    self: Self,
): Promise<void> {
    return memo(session.once, `preflight ${JSON.stringify([requires, self])}`, async () => {
        const { version } = await session.facts();
        const minimum = requires.minimumVersion ?? oldest;
        if (compareVersions(version, minimum) < 0) {
            throw new RouterError({
                code: "version/too-old",
                summary: `${session.client.router} runs RouterOS ${version}; ${minimum} is the oldest that will do`,
            });
        }
        await interfacePreflight(session, requires);
        for (const kind of kinds) await kind.preflight?.(session, requires, self);
    });
}
