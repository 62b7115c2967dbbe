/** Reads what the model of the forwarding path looks at, and asks it about a site. */
import type { Family, FirewallPath, Form, MenuPath, Menus, Rule, UploadSite } from "../path";
import { asRow, chooseForm, defaultRoute, everyProperty, firewallPath, ipPath, isEnabled, readMenus } from "../path";
import { isRouterError } from "../router/errors";
import { memo } from "../router/once";
import type { Session } from "../router/session";
import type { Values } from "../rows/fields";
import type { Common, Row } from "../rows/row";
import { firewallMenu, wholeQuery } from "./firewall-rules/menu";
import { readInterfaces } from "./interfaces";
import { readSimpleQueues, readTree } from "./queue-tree/menu";
import { readTypes } from "./queue-type/menu";

/** A rule as the model takes it. */
export const pathRule: (row: Row) => Rule = asRow("/ip/firewall/mangle");

/** What the resources of one site are called behind the site's name: what a component adds to its own. */
const ofSite = /[-/]((marks|bypass|s3|sources)-ipv[46]|queues)$/;

/** Whether a row belongs to the site that one of these owners is of: its marks, its bypass, its queues. */
export function oursOf(...owners: readonly string[]): (row: Common) => boolean {
    const sites = new Set(owners.map(siteOf));
    return ({ marker }) => marker !== undefined && sites.has(siteOf(marker.owner));
}

/** A program may manage rules of its own beside the site's: those are no part of it. */
const siteOf = (owner: string): string => owner.replace(ofSite, "");

/** The menus that rows of the site itself stand in, its lists aside: they are read for these rows anyway. */
export function ownMenus(session: Session, site: UploadSite): Promise<Menus> {
    return memo(session.once, `own menus of ${site.list}`, async () => {
        const { version } = await session.facts();
        const menus: Menus = {};
        for (const family of site.families) {
            for (const table of ["mangle", "filter"] as const) {
                const menu = firewallMenu(table, family);
                const rows = await session.snapshot.rows(menu, wholeQuery(menu, version));
                menus[firewallPath(family, table)] = rows.map(pathRule);
            }
        }
        menus["/queue/tree"] = (await readTree(session)).map(asRow("/queue/tree"));
        return menus;
    });
}

/** What tells the way of a site's uploads. A menu that cannot be read is absent: what hangs on it is undecided. */
export function siteMenus(session: Session, site: UploadSite): Promise<Menus> {
    return memo(session.once, `menus of ${site.list}`, async () => {
        const menus: Menus = { ...(await ownMenus(session, site)) };
        for (const family of site.families) Object.assign(menus, await firstTables(session, family));
        menus["/interface"] = await readInterfaces(session);
        menus["/queue/simple"] = await readSimpleQueues(session);
        menus["/queue/type"] = (await readTypes(session)).map(asRow("/queue/type"));
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
async function chainOf(session: Session, path: FirewallPath, chain: string): Promise<Menus> {
    const found = await optional(session, path, { chain, dynamic: "false" });
    const jumps = found[path]?.some((row) => isEnabled(row) && row.action === "jump") ?? false;
    return jumps ? optional(session, path, { dynamic: "false" }) : found;
}

/** Menus without which a rule or a queue that stands cannot be decided. */
function askedAbout(menus: Menus, { families }: UploadSite): MenuPath[] {
    const found = families.flatMap((family) => {
        const rows = tables.flatMap((table) => menus[firewallPath(family, table)] ?? []);
        const names = rows.filter(decides).flatMap(({ matchers }) => Object.keys(matchers));
        const lists = names.some((name) => /-interface-list$/.test(name));
        const places = names.some((name) => /^(src|dst)-address$|-interface$|-address-type$/.test(name));
        return [
            ...(lists ? (["/interface/list", "/interface/list/member"] as const) : []),
            ...(lists || places ? [`${ipPath(family)}/address` as const] : []),
        ];
    });
    const simple = menus["/queue/simple"]?.some(isEnabled) ?? false;
    return [...new Set([...found, ...(simple ? (["/ip/address"] as const) : [])])];
}

const tables = ["raw", "mangle", "nat", "filter"] as const;

/** A rule of others that decides marks, evaluation or FastTrack; one that only drops hurts no upload. */
function decides({ action, chain, marker, disabled }: Rule): boolean {
    if (disabled || /^(input|output)$/.test(chain) || marker) return false;
    return /^(mark-|change-dscp|fasttrack|jump|return|accept|notrack|dst-nat|redirect|netmap|socksify)/.test(action);
}

/** Routes to everywhere alone: of others there may be many. Read once. */
export function defaultRoutes(session: Session, family: Family): Promise<Menus> {
    const path = `${ipPath(family)}/route` as const;
    return memo(session.once, `default ${path}`, () =>
        optional(session, path, { "dst-address": defaultRoute[family], ...everyProperty(path) }),
    );
}

/** A small menu, read once. */
export function small(session: Session, path: MenuPath): Promise<Menus> {
    return memo(session.once, `small ${path}`, () => optional(session, path, everyProperty(path)));
}

async function optional(session: Session, path: MenuPath, query: Values): Promise<Menus> {
    try {
        return readMenus({ [path]: await session.client.rows(path, query) });
    } catch (error) {
        if (!isRouterError(error)) throw error;
        // Where a menu does not exist, no row of it decides anything.
        return isRouterError(error, "router/no-such-menu") ? { [path]: [] } : {};
    }
}

/** The form of marking for a site of which nothing is recorded: the one that stands, or the one that the model finds. */
export function formFor(session: Session, site: UploadSite, ours: (row: Common) => boolean): Promise<Form> {
    if (site.marking !== "auto") return Promise.resolve(site.marking);
    return memo(session.once, `form of ${site.list}`, async () => {
        const menus = await siteMenus(session, site);
        for (const family of site.families) {
            const rows = menus[firewallPath(family, "mangle")] ?? [];
            const form = standingForm(rows.filter(ours));
            if (form) return form;
        }
        return chooseForm(menus, site, ours);
    });
}

/** The form that rules of ours are of, as they stand or as they are recorded. */
export function standingForm(
    rules: readonly { chain: string; action: string; passthrough?: boolean | string }[],
): Form | undefined {
    const marks = rules.filter(({ action }) => /^(mark-|change-dscp)/.test(action));
    if (marks.length === 0) return undefined;
    if (marks.some(({ action }) => action === "mark-connection")) return "connection";
    if (!marks.some(({ chain }) => chain === "postrouting")) return "packet";
    return marks.some(({ passthrough }) => String(passthrough) === "false") ? "packet-final" : "packet-late";
}
