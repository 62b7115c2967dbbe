import type { Device } from "../device/device";
import { isPassword } from "../device/passwords";
import { refuse } from "../errors";
import { noteSession } from "../menus/users";
import { hasPolicy } from "../menus/users";

export interface Identity {
    name: string;
    policy: string;
}

/** The user of an `Authorization` header; assumed(unauthorized-header). Throws 401, or 500 where the group may not use the API (recorded texts). */
export function authenticate(
    device: Device,
    header: string | undefined,
    address: string,
    /** For the control interface: no session, and the API is not asked for. */
    control = false,
): Identity {
    const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? "");
    if (!match) throw refuse.unauthorized();
    const text = Buffer.from(match[1]!, "base64").toString("utf8");
    const colon = text.indexOf(":");
    if (colon < 0) throw refuse.unauthorized();
    const user = device.findByName("/user", text.slice(0, colon));
    if (!user || user.values["disabled"] === "true") throw refuse.unauthorized();
    if (!isPassword(user.values["password"], text.slice(colon + 1))) throw refuse.unauthorized();
    const group = device.rowOf("/user/group", user.values["group"] ?? "");
    const policy = group?.values["policy"] ?? "";
    if (control) return { name: user.values["name"]!, policy };
    if (!hasPolicy(policy, "rest-api")) throw refuse.unauthorized();
    if (!hasPolicy(policy, "api")) throw refuse.apiNotAllowed();
    noteSession(device, user.values["name"]!, address, group?.values["name"] ?? "");
    return { name: user.values["name"]!, policy };
}

const reading = new Set(["print", "get", "find", "getall", "listen", "export"]);

/** `read` for looking, `write` for anything else, `policy` too for users and groups. */
export function authorise(policy: string, method: string, segments: readonly string[], executePolicy: string): void {
    const looks = method === "GET" || (method === "POST" && reading.has(segments.at(-1) ?? ""));
    const needed = looks ? ["read"] : segments[0] === "user" ? ["write", "policy"] : ["write"];
    if (segments[0] === "execute") needed.push(executePolicy); // assumed(execute-policy)
    for (const name of needed) if (!hasPolicy(policy, name)) throw refuse.notEnoughPermissions();
}
