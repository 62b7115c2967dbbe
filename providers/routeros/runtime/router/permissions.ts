/** What the user may do on the router. */
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

/** Policies of the user's group. Where the router does not say, they are unknown, and work goes on. */
async function read({ client, settings: { username } }: Session): Promise<"known" | "unknown"> {
    try {
        const [user] = await client.rows("/user", { name: username, ".proplist": ".id,name,group" }, ["name"]);
        const name = user?.["group"];
        // The built-in group `full` has every policy. A user of a RADIUS server is not in the menu.
        if (name === "full") return "known";
        if (name === undefined) return "unknown";
        const [group] = await client.rows("/user/group", { name, ".proplist": ".id,name,policy" });
        const policies = group?.["policy"]?.split(",");
        if (policies === undefined) return "unknown";
        const missing = needed.filter((policy) => !policies.includes(policy));
        if (missing.length > 0) {
            warnOnce(`group ${name} of user ${username} on ${client.router} lacks ${missing.join(",")}.`);
        }
        return "known";
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return "unknown";
    }
}
