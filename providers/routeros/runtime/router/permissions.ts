/** What the user may do on the router. */
import type { Client } from "./client";
import { isRouterError } from "./errors";
import { memo, warnOnce } from "./once";
import type { Session } from "./session";

const needed = ["read", "write", "api", "rest-api"];

/** Warns of policies that the user's group lacks; asked once. */
export function permissions(session: Session): Promise<"known" | "unknown"> {
    return memo(session.once, "permissions", () => read(session));
}

export function warnOfUnknown({ settings, client }: Session): void {
    warnOnce(
        `what user ${settings.username} may do on ${client.router} is unknown, for it does not tell; needed are ` +
            `${needed.join(",")}.`,
    );
}

async function read({ client, settings: { username } }: Session): Promise<"known" | "unknown"> {
    const found = await missingPolicies(client, username);
    if (found === undefined) return "unknown";
    const { group, missing } = found;
    if (missing.length > 0) {
        warnOnce(`group ${group} of user ${username} on ${client.router} lacks ${missing.join(",")}.`);
    }
    return "known";
}

/** What the user's group lacks; undefined where the router does not say, and work goes on. */
export async function missingPolicies(
    client: Client,
    username: string,
): Promise<{ group: string; missing: string[] } | undefined> {
    try {
        const [user] = await client.rows("/user", { name: username, ".proplist": ".id,name,group" }, ["name"]);
        const name = user?.["group"];
        // The built-in group `full` has every policy. A user of a RADIUS server is not in the menu.
        if (name === "full") return { group: name, missing: [] };
        if (name === undefined) return undefined;
        const [group] = await client.rows("/user/group", { name, ".proplist": ".id,name,policy" });
        const policies = group?.["policy"]?.split(",");
        return policies && { group: name, missing: needed.filter((policy) => !policies.includes(policy)) };
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return undefined;
    }
}
