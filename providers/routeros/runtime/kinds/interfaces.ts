/** Interfaces of the router, to which rows of several kinds refer. */
import type { Requires } from "../../args";
import type { RowOf } from "../path";
import { asRow, everyProperty } from "../path";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Menu } from "../rows/fields";
import { asPrinted } from "../rows/fields";

const interfaceMenu: Menu = { path: "/interface", identity: ["name"], label: ["name"], table: asPrinted };

export async function readInterfaces(session: Session): Promise<RowOf<"/interface">[]> {
    return (await session.snapshot.rows(interfaceMenu, everyProperty("/interface"))).map(asRow("/interface"));
}

export async function interfaceNames(session: Session): Promise<string[]> {
    return (await readInterfaces(session)).map(({ name }) => name);
}

export async function interfacePreflight(session: Session, requires: Requires): Promise<void> {
    const { interfaces = [], wanInterface } = requires;
    const needed = wanInterface === undefined ? interfaces : [...interfaces, wanInterface];
    if (needed.length === 0) return;
    const names = await interfaceNames(session);
    const missing = needed.find((name) => !names.includes(name));
    if (missing === undefined) return;
    throw new RouterError({
        code: "preflight/interface",
        summary: `${session.client.router} has no interface "${missing}"; it has ${names.slice(0, 12).join(", ")}`,
    });
}
