/** Reads what the model of the forwarding path looks at, and asks it about a site. */
import type { Family, Form, Menus, Row as PathRow, UploadSite } from "../path";
import { chooseForm, defaultRoute, firewallPath, isEnabled } from "../path";
import { isRouterError } from "../router/errors";
import { memo } from "../router/once";
import type { Session } from "../router/session";
import type { Menu } from "../rows/fields";
import { readComment } from "../rows/ownership";
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

/** What the resources of one site are called behind the site's name: what a component adds to its own. */
const ofSite = /[-/]((marks|bypass|s3|sources)-ipv[46]|queues)$/;

/** Whether a row belongs to the site that one of these owners is of: its marks, its bypass, its queues. */
export function oursOf(...owners: readonly string[]): (row: PathRow) => boolean {
    const sites = new Set(owners.map(siteOf));
    return (row) => {
        const owner = readComment(row["comment"]).marker?.owner;
        return owner !== undefined && sites.has(siteOf(owner));
    };
}

/** A program may manage rules of its own beside the site's: those are no part of it. */
const siteOf = (owner: string): string => owner.replace(ofSite, "");

/** What tells the way of a site's uploads. A menu that cannot be read is absent: what hangs on it is undecided. */
export function siteMenus(session: Session, site: UploadSite): Promise<Menus> {
    return memo(session.once, `menus of ${site.list}`, async () => {
        const menus: Record<string, readonly PathRow[]> = {};
        for (const family of site.families) {
            for (const table of ["mangle", "filter"] as const) {
                menus[firewallPath(family, table)] = await whole(session, firewallMenu(table, family));
            }
            Object.assign(menus, await firstTables(session, family));
        }
        menus["/interface"] = (await readInterfaces(session)).map(pathRow);
        menus["/queue/tree"] = (await readTree(session)).map(pathRow);
        menus["/queue/simple"] = (await readSimpleQueues(session)).map(pathRow);
        menus["/queue/type"] = (await readTypes(session)).map(pathRow);
        for (const path of askedAbout(menus, site)) Object.assign(menus, await small(session, path));
        return menus;
    });
}

/** The chains that packets come to before mangle's forward. Those of IPv6 only where its traffic leaves by this router. */
async function firstTables(session: Session, family: Family): Promise<Menus> {
    const [raw, nat] = [firewallPath(family, "raw"), firewallPath(family, "nat")];
    if (family === "ipv6") {
        const routes = (await defaultRoutes(session, family))["/ipv6/route"];
        if (routes && !routes.some(isEnabled)) return { [raw]: [], [nat]: [] };
    }
    return { ...(await chainOf(session, raw, "prerouting")), ...(await chainOf(session, nat, "dstnat")) };
}

/** The rules of a chain; of the whole table where one of them jumps to another. */
async function chainOf(session: Session, path: string, chain: string): Promise<Menus> {
    const found = await optional(session, path, { chain, dynamic: "false" });
    const jumps = found[path]?.some((row) => isEnabled(row) && row["action"] === "jump") ?? false;
    return jumps ? optional(session, path, { dynamic: "false" }) : found;
}

const pathOf = (family: Family): string => (family === "ipv4" ? "/ip" : "/ipv6");

/** Menus without which a rule or a queue that stands cannot be decided. */
function askedAbout(menus: Menus, { families }: UploadSite): string[] {
    const found = families.flatMap((family) => {
        const rows = ["raw", "mangle", "nat", "filter"].flatMap((table) => menus[firewallPath(family, table)] ?? []);
        const names = rows.filter(decides).flatMap((row) => Object.keys(row));
        const lists = names.some((name) => /-interface-list$/.test(name));
        const places = names.some((name) => /^(src|dst)-address$|-interface$|-address-type$/.test(name));
        return [
            ...(lists ? ["/interface/list", "/interface/list/member"] : []),
            ...(lists || places ? [`${pathOf(family)}/address`] : []),
        ];
    });
    const simple = menus["/queue/simple"]?.some(isEnabled) ?? false;
    return [...new Set([...found, ...(simple ? ["/ip/address"] : [])])];
}

/** A rule of others that decides marks, evaluation or FastTrack; one that only drops hurts no upload. */
function decides(row: PathRow): boolean {
    const { action = "accept", chain = "", comment } = row;
    if (!isEnabled(row) || /^(input|output)$/.test(chain) || readComment(comment).marker) return false;
    return /^(mark-|change-dscp|fasttrack|jump|return|accept|notrack|dst-nat|redirect|netmap|socksify)/.test(action);
}

/** Properties that are read of menus which are small on every router. */
const smallMenus: Readonly<Record<string, string>> = {
    "/ip/address": "address,interface,disabled",
    "/ipv6/address": "address,interface,disabled",
    "/interface/list": "name,include,exclude",
    "/interface/list/member": "interface,list,disabled",
    "/interface/bridge/port": "interface,bridge,disabled",
    "/interface/bonding": "name,slaves,disabled",
    "/interface/vlan": "name,interface,disabled",
    "/interface/pppoe-client": "name,interface,add-default-route,disabled",
    "/ip/dhcp-client": "interface,add-default-route,disabled",
};

/** Routes to everywhere alone: of others there may be many. Read once. */
export function defaultRoutes(session: Session, family: Family): Promise<Menus> {
    const path = `${pathOf(family)}/route`;
    return memo(session.once, `default ${path}`, () =>
        optional(session, path, {
            "dst-address": defaultRoute[family],
            ".proplist": ".id,dst-address,gateway,immediate-gw,disabled",
        }),
    );
}

/** A small menu, read once. */
export function small(session: Session, path: string): Promise<Menus> {
    return memo(session.once, `small ${path}`, () =>
        optional(session, path, { ".proplist": `.id,${smallMenus[path] ?? ""}` }),
    );
}

async function whole(session: Session, menu: Menu): Promise<PathRow[]> {
    const { version } = await session.facts();
    return (await session.snapshot.rows(menu, wholeQuery(menu, version))).map(pathRow);
}

async function optional(
    session: Session,
    path: string,
    query: Record<string, string>,
): Promise<Record<string, PathRow[]>> {
    try {
        return { [path]: await session.client.rows(path, query) };
    } catch (error) {
        if (!isRouterError(error)) throw error;
        // Where a menu does not exist, no row of it decides anything.
        return isRouterError(error, "router/no-such-menu") ? { [path]: [] } : {};
    }
}

/** The form of marking for a site of which nothing is recorded: the one that stands, or the one that the model finds. */
export function formFor(session: Session, site: UploadSite, ours: (row: PathRow) => boolean): Promise<Form> {
    if (site.marking !== "auto") return Promise.resolve(site.marking);
    return memo(session.once, `form of ${site.list}`, async () => {
        const menus = await siteMenus(session, site);
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
