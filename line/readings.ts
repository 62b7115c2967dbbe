/** What a router is asked, once or twice, for `doctor`: small questions that change nothing and block nobody. */
import { addressListMenus, listQuery } from "../providers/routeros/runtime/kinds/address-list/menu";
import type { MenuPath, Menus, UploadSite } from "../providers/routeros/runtime/path";
import { asRow, defaultRoute, ipPath, isEnabled, readAs } from "../providers/routeros/runtime/path";
import type { Client } from "../providers/routeros/runtime/router/client";
import { isRouterError } from "../providers/routeros/runtime/router/errors";
import type { Session } from "../providers/routeros/runtime/router/session";

export interface Readings {
    /** Rows by menu; one that could not be read is absent. */
    menus: Menus;
    /** The same of queues, mangle rules and connections, a moment later. */
    later: Menus;
    /** Milliseconds between both looks. */
    between: number;
    /** Why a menu could not be read, by its path. */
    unread: Record<string, string>;
    /** The router's clock less this machine's, milliseconds; absent where it is not known. */
    clockOffset?: number;
}

/** What is wrong with one menu, and not with the router. */
const refusals = ["router/no-such-menu", "router/gone", "router/refused", "login/not-permitted"] as const;

interface Question {
    menu: MenuPath;
    query?: Record<string, string>;
    /** The site's address list of a family: what was read of it for our rows is not asked again. */
    list?: UploadSite["families"][number];
    /** Asked again for what moves. */
    twice?: true;
    /** Only some routers have it; without it nothing is missing. */
    optional?: true;
}

/** FastTrack shows its counters as rules. */
const noDummies = { dynamic: "false" };

function questions(site: UploadSite): Question[] {
    const families = site.families.flatMap((family): Question[] => {
        const ip = ipPath(family);
        return [
            { menu: `${ip}/address` },
            { menu: `${ip}/route`, query: { "dst-address": defaultRoute[family] } },
            { menu: `${ip}/firewall/raw`, query: noDummies, optional: true },
            { menu: `${ip}/firewall/filter`, query: noDummies },
            { menu: `${ip}/firewall/nat`, query: noDummies, optional: true },
            { menu: `${ip}/firewall/address-list`, query: listQuery(site.list), list: family },
            {
                menu: `${ip}/firewall/connection`,
                query: {
                    "connection-mark": site.connectionMark,
                    ".proplist": ".id,dst-address,connection-mark,fasttrack,orig-bytes,orig-fasttrack-bytes,orig-rate",
                },
                twice: true,
                optional: true,
            },
            { menu: `${ip}/firewall/mangle`, query: noDummies, twice: true },
        ];
    });
    return [
        { menu: "/interface", query: { ".proplist": ".id,name,type,running,disabled,slave" } },
        { menu: "/interface/list" },
        { menu: "/interface/list/member" },
        { menu: "/interface/ethernet/switch", optional: true },
        { menu: "/queue/simple", optional: true },
        { menu: "/queue/tree", twice: true },
        ...families,
    ];
}

/** How long the router is left alone between both looks, milliseconds. */
export const pauseBetween = 3000;

export async function readRouter(
    { client, snapshot }: Session,
    site: UploadSite,
    pause: () => Promise<void>,
    say: (what: string) => void,
): Promise<Readings> {
    const menus: Menus = {};
    const later: Menus = {};
    const unread: Record<string, string> = {};
    const all = questions(site);
    const read = async ({ menu, query = {}, list }: Question): Promise<object[]> => {
        if (menu === "/interface/bridge/settings") return [readAs(menu, (await client.row(menu)) ?? {})];
        if (!list) return (await client.rows(menu, query)).map((row) => readAs(menu, row));
        const rows = await snapshot.rows(addressListMenus[list], query);
        return rows.map(asRow(menu));
    };
    const ask = async (question: Question, into: Menus): Promise<void> => {
        const { menu, optional } = question;
        say(menu);
        try {
            Object.assign(into, { [menu]: await read(question) });
        } catch (error) {
            if (!isRouterError(error)) throw error;
            // Where a menu does not exist, no row of it decides anything.
            if (optional && isRouterError(error, "router/no-such-menu", "router/gone")) {
                Object.assign(into, { [menu]: [] });
            } else if (isRouterError(error, ...refusals)) unread[menu] = error.message;
            else throw error;
        }
    };
    const clockOffset = await readClock(client);
    for (const question of all) await ask(question, menus);
    if (menus["/interface"]?.some(({ slave, name }) => slave && site.lines.includes(name))) {
        await ask({ menu: "/interface/bridge/port", optional: true }, menus);
        await ask({ menu: "/interface/bridge/settings", optional: true }, menus);
    }
    // What kind a queue is tells which of others' are in the way, and whether a CAKE sorts.
    if (menus["/queue/simple"]?.some(isEnabled) || site.profile === "join") await ask({ menu: "/queue/type" }, menus);
    const looked = performance.now();
    await pause();
    for (const question of all.filter(({ twice }) => twice)) {
        const { menu } = question;
        // Rules that marked nothing that still goes on need no second look.
        const isIdle = later[menu.replace("/mangle", "/connection") as MenuPath]?.length === 0;
        if (menu.endsWith("/mangle") && isIdle) Object.assign(later, { [menu]: menus[menu] ?? [] });
        else await ask(question, later);
    }
    return {
        menus,
        later,
        between: performance.now() - looked,
        unread,
        ...(clockOffset === undefined ? {} : { clockOffset }),
    };
}

/** `date`, `time` and `gmt-offset` of /system/clock; older versions write the date as `nov/25/2026`. */
async function readClock(client: Client): Promise<number | undefined> {
    try {
        const clock = await client.row("/system/clock");
        const { date = "", time = "", "gmt-offset": offset = "+00:00" } = clock ?? {};
        const zone = /^[+-]\d\d:\d\d/.exec(offset)?.[0] ?? "Z";
        const at = Date.parse(
            /^\d{4}-/.test(date) ? `${date}T${time}${zone}` : `${date.replaceAll("/", " ")} ${time} ${zone}`,
        );
        return Number.isNaN(at) ? undefined : at - Date.now();
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return undefined;
    }
}
