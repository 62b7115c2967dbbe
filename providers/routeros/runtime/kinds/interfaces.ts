/** Interfaces of the router, to which rows of several kinds refer. */
import type { Requires } from "../../args";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import type { Menu } from "../rows/fields";
import { fieldTable, queryOf } from "../rows/fields";
import type { Row } from "../rows/row";

const interfaceMenu: Menu = {
    path: "/interface",
    identity: ["name"],
    label: ["name"],
    table: fieldTable([
        { wire: "name", kind: "text", doc: "Name of the interface." },
        { wire: "type", kind: "word", doc: "Kind of interface." },
        { wire: "disabled", kind: "boolean", fallback: "false", doc: "Whether it is out of use." },
        { wire: "slave", kind: "boolean", fallback: "false", doc: "Whether a bridge or bond has it as a member." },
    ]),
};

export function readInterfaces(session: Session): Promise<Row[]> {
    return session.snapshot.rows(interfaceMenu, queryOf(interfaceMenu, ["name", "type", "disabled", "slave"]));
}

export async function interfaceNames(session: Session): Promise<string[]> {
    return (await readInterfaces(session)).map(({ values }) => values["name"] ?? "");
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
