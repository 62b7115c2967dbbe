import type { Requires } from "../../../args";
import { RouterError } from "../../router/errors";
import type { Session } from "../../router/session";
import { typeNames } from "./menu";

export async function typePreflight(session: Session, { queueTypes = [] }: Requires): Promise<void> {
    if (queueTypes.length === 0) return;
    const names = await typeNames(session);
    const missing = queueTypes.find((name) => !names.includes(name));
    if (missing === undefined) return;
    throw new RouterError({
        code: "preflight/queue-type",
        summary: `${session.client.router} has no queue type "${missing}"; it has ${names.join(", ")}`,
    });
}
