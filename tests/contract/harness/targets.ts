import { start } from "../../../router";
import type { Target } from "./bench";
import { answered } from "./bench";
import type { Access, Row } from "./rest";
import { Rest } from "./rest";

/** The versions whose menus the embedded router knows. */
export const versions = ["7.20.8", "7.22.3", "7.24"];

/** An embedded router of this version, and how to stop it. */
export async function embedded(version: string): Promise<{ target: Target; stop: () => Promise<void> }> {
    const access = { username: "admin", password: "contract" };
    const router = await start({ version, ...access });
    const rest = new Rest({ url: router.url, ...access });
    const stop = async () => {
        rest.close();
        await router.stop();
    };
    return { target: { rest, version, start, usersAllowed: true }, stop };
}

/** A router of somebody's. Asks it for its version, so wrong credentials show here. */
export async function real(access: Access, usersAllowed: boolean): Promise<{ target: Target; stop: () => void }> {
    const rest = new Rest(access);
    const answer = await rest.get("/system/resource");
    if (answer.status === 401) throw new Error(`${access.url} refuses this user and password`);
    const resource = answered(answer, 200) as Row;
    const version = /^[\d.]+/.exec(resource["version"] ?? "")?.[0] ?? "";
    return { target: { rest, version, usersAllowed }, stop: () => rest.close() };
}
