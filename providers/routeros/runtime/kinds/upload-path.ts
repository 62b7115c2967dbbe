/** Reads what the model of the forwarding path looks at, and asks it about a site. */
import type { Form, Menus, Row as PathRow, UploadSite } from "../path";
import { chooseForm } from "../path";
import { isRouterError } from "../router/errors";
import { memo } from "../router/once";
import type { Session } from "../router/session";
import type { Menu } from "../rows/fields";
import { readComment, stackOf } from "../rows/ownership";
import type { Row } from "../rows/row";
import { firewallMenu, wholeQuery } from "./firewall-rules/menu";
import { readInterfaces } from "./interfaces";
import { readSimpleQueues, readTree } from "./queue-tree/menu";
import { readTypes } from "./queue-type/menu";

/** A row as the model takes it: as the router prints it. */
export function pathRow({ id, values, comment, disabled, dynamic }: Row): PathRow {
    return {
        ...values,
        ".id": id,
        comment,
        disabled: String(disabled),
        dynamic: String(dynamic),
    };
}

/** Whether a row is one that the site of this owner made: its marks, its bypass, its queues. */
export function oursOf(owner: string): (row: PathRow) => boolean {
    const stack = stackOf(owner);
    return (row) => {
        const { marker } = readComment(row["comment"]);
        if (!marker?.owner.startsWith(stack)) return false;
        // A program may manage rules of its own beside the site's.
        return row["name"] !== undefined || /^(connection|packet|fasttrack-|was-)/.test(marker.key);
    };
}

/** What tells the way of a site's uploads. A menu that cannot be read is absent: what hangs on it is undecided. */
export function siteMenus(session: Session, site: UploadSite): Promise<Menus> {
    return memo(session.once, `menus of ${site.list}`, async () => {
        const menus: Record<string, readonly PathRow[]> = {};
        for (const family of site.families) {
            const path = `/${family === "ipv4" ? "ip" : "ipv6"}/firewall`;
            for (const table of ["mangle", "filter"] as const) {
                menus[`${path}/${table}`] = await whole(session, firewallMenu(table, family));
            }
            Object.assign(menus, await optional(session, `${path}/raw`, { chain: "prerouting", dynamic: "false" }));
        }
        if (site.families.includes("ipv4")) {
            Object.assign(menus, await optional(session, "/ip/firewall/nat", { chain: "dstnat", dynamic: "false" }));
        }
        const address = { ".proplist": ".id,address,interface,disabled" };
        Object.assign(menus, await optional(session, "/ip/address", address));
        const listed = Object.values(menus).some((rows) => rows.some(namesList));
        if (listed) {
            Object.assign(menus, await optional(session, "/interface/list", {}));
            const members = { ".proplist": ".id,interface,list,disabled" };
            Object.assign(menus, await optional(session, "/interface/list/member", members));
        }
        menus["/interface"] = (await readInterfaces(session)).map(pathRow);
        menus["/queue/tree"] = (await readTree(session)).map(pathRow);
        menus["/queue/simple"] = (await readSimpleQueues(session)).map(pathRow);
        menus["/queue/type"] = (await readTypes(session)).map(pathRow);
        return menus;
    });
}

/** A rule that decides marks, or FastTrack, by a list of interfaces. */
function namesList(row: PathRow): boolean {
    const decides = /^(mark-|fasttrack|jump|notrack|dst-nat|redirect|netmap)/.test(row["action"] ?? "");
    return decides && (row["in-interface-list"] ?? row["out-interface-list"]) !== undefined;
}

async function whole(session: Session, menu: Menu): Promise<PathRow[]> {
    const { version } = await session.facts();
    return (await session.snapshot.rows(menu, wholeQuery(menu, version))).map(pathRow);
}

export async function optional(
    session: Session,
    path: string,
    query: Record<string, string>,
): Promise<Record<string, PathRow[]>> {
    try {
        return { [path]: await session.client.rows(path, query) };
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return {};
    }
}

/** The form of marking for a site of which nothing is recorded: the one that stands, or the one that the model finds. */
export function formFor(session: Session, site: UploadSite, owner: string): Promise<Form> {
    if (site.marking !== "auto") return Promise.resolve(site.marking);
    return memo(session.once, `form of ${site.list}`, async () => {
        const menus = await siteMenus(session, site);
        const ours = oursOf(owner);
        for (const family of site.families) {
            const rows = menus[firewallMenu("mangle", family).path] ?? [];
            const form = standingForm(rows.filter(ours));
            if (form) return form;
        }
        return chooseForm(menus, site, ours);
    });
}

/** The form that rules of ours are of. */
export function standingForm(rules: readonly Readonly<Record<string, string | undefined>>[]): Form | undefined {
    const marks = rules.filter(({ action }) => action !== undefined && /^(mark-|change-dscp)/.test(action));
    if (marks.length === 0) return undefined;
    if (marks.some(({ action }) => action === "mark-connection")) return "connection";
    if (!marks.some(({ chain }) => chain === "postrouting")) return "packet";
    return marks.some(({ passthrough }) => passthrough === "false") ? "packet-final" : "packet-late";
}
