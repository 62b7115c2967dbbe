/** What a site costs in requests, by how many prefixes it has, beside rows of others. */
import { tune } from "../providers/routeros/runtime/router/session";
import { type Router, start } from "../router";
import { Carrier, type Declared } from "./carrier";
import { defaultAddresses, site } from "./site";

/** Rows of others in the same menu as the site's prefixes. */
export const foreignRows = 30_000;
export const sizes = [4, 50, 500, 2000];
export const operations = ["create", "preview", "add", "comments", "destroy"] as const;
export type OperationName = (typeof operations)[number];

export const methods = ["GET", "PUT", "PATCH", "DELETE", "POST"] as const;
export type Counts = Record<(typeof methods)[number], number>;

export interface Budget {
    counts: Record<OperationName, Counts>;
    /** What it takes on a hEX: 119 ms a request, and 10 ms a command of a script. */
    seconds: Record<OperationName, number>;
    /** What is wrong, in words; empty where every aim is met. */
    missed: Record<OperationName, string[]>;
}

/** How many menus a site has rows in: lists, mangle and filter of both families, queue types, queues. */
const menus = 8;

/** A router with rows of others in its lists, and with FastTrack in both families, so that every resource has rows. */
export async function crowdedRouter(): Promise<Router> {
    const lines = Array.from({ length: foreignRows }, (_, index) => `add list=blocked address=${address(172, index)}`);
    const router = await start({ rsc: `/ip firewall address-list\n${lines.join("\n")}\n` });
    router.add("/ipv6/firewall/filter", {
        chain: "forward",
        action: "fasttrack-connection",
        "connection-state": "established,related",
    });
    return router;
}

/** What creating, changing and destroying may take at most, where many rows are written by scripts. */
export const mostByScripts = 60;

/**
 * Makes a site of so many prefixes, previews it, adds a prefix, changes every comment and destroys it, each in a process
 * of its own. With `bulkWrites: never` every row is a request. Time stands
 * still for the provider: what a router's slowness costs, one look more in two seconds of writing by ids, is not in it.
 */
export async function budgetOf(router: Router, count: number, bulkWrites: "auto" | "never" = "auto"): Promise<Budget> {
    tune({ now: () => 0 });
    try {
        return await counted(router, count, bulkWrites);
    } finally {
        tune({});
    }
}

async function counted(router: Router, count: number, bulkWrites: string): Promise<Budget> {
    const carrier = new Carrier({ url: router.url, config: { "routeros:bulkWrites": bulkWrites } });
    const rows = count + 2 + 4 + 2 + 1 + 3;
    const most = (requests: number): number =>
        bulkWrites === "never" ? requests : Math.min(requests, Math.max(mostByScripts, requests - count));
    const during = async (work: () => Promise<{ error?: Error }>): Promise<[Counts, string[], number]> => {
        router.clearLog();
        const { error } = await work();
        if (error) throw error;
        return [countsOf(router), unfiltered(router), secondsOf(router)];
    };
    const declared = siteOf(count);
    const more = siteOf(count, ["198.51.100.0/24"]);
    const [create, createFiltered, creating] = await during(() => carrier.up(declared, { skipPreview: true }));
    const [preview, previewFiltered, previewing] = await during(() => carrier.preview(declared));
    const [add, addFiltered, adding] = await during(() => carrier.up(more, { skipPreview: true }));
    const [comments, commentsFiltered, commenting] = await during(() =>
        carrier.up(commented(more), { skipPreview: true }),
    );
    const [destroy, destroyFiltered, destroying] = await during(() => carrier.destroy());
    const left = router.rows("/ip/firewall/address-list").length - foreignRows;
    return {
        counts: { create, preview, add, comments, destroy },
        seconds: {
            create: creating,
            preview: previewing,
            add: adding,
            comments: commenting,
            destroy: destroying,
        },
        missed: {
            create: [...over("requests", all(create), most(rows + 25)), ...createFiltered],
            preview: [...over("reads", preview.GET, 16), ...over("writes", writes(preview), 0), ...previewFiltered],
            add: [...over("requests", all(add), 12), ...over("writes", writes(add), 1), ...addFiltered],
            comments: [...over("requests", all(comments), most(count + 3 + 12)), ...commentsFiltered],
            destroy: [
                ...over("requests", all(destroy), most(rows + 1 + 3 * menus)),
                ...(left === 0 ? [] : [`${left} rows more than before`]),
                ...destroyFiltered,
            ],
        },
    };
}

/** The same with another comment on every row of its lists. */
function commented(declared: readonly Declared[]): Declared[] {
    return declared.map((one) =>
        one.kind === "AddressList" ? { ...one, args: { ...one.args, comment: "uploads to S3" } } : one,
    );
}

function secondsOf(router: Router): number {
    const commands = router.log.reduce((sum, entry) => sum + (entry.commands ?? 0), 0);
    return router.log.length * 0.119 + commands * 0.01;
}

export const all = (counts: Counts): number => counts.GET + writes(counts);
export const writes = (counts: Counts): number => counts.PUT + counts.PATCH + counts.DELETE + counts.POST;

function over(what: string, count: number, most: number): string[] {
    return count > most ? [`${count} ${what}, at most ${most}`] : [];
}

function countsOf(router: Router): Counts {
    const counts: Counts = { GET: 0, PUT: 0, PATCH: 0, DELETE: 0, POST: 0 };
    for (const { method } of router.log) counts[method as keyof Counts] += 1;
    return counts;
}

/** Reads of a whole address list menu, of connections or routes, or of rules with those of the router's own. */
function unfiltered(router: Router): string[] {
    const whole = router.log.filter(({ method, path, query }) => {
        if (method !== "GET") return false;
        if (path.endsWith("/address-list")) return query["list"] === undefined;
        if (path.endsWith("/route")) return query["dst-address"] === undefined;
        if (path.endsWith("/connection")) return Object.keys(query).every((name) => name === ".proplist");
        const named = query["chain"] ?? query["action"] ?? query["dynamic"];
        return /\/(mangle|filter)$/.test(path) && Object.keys(query).length > 0 && named === undefined;
    });
    return whole.map(({ path }) => `GET ${path} without a filter`);
}

function siteOf(count: number, more: string[] = []): Declared[] {
    const prefixes = Array.from({ length: count }, (_, index) => address(10, index * 2));
    return site({ addresses: [...prefixes, ...more], wan: "ether5", upload: true });
}

/** Requests by method and menu, ids left out. */
export type ByMenu = Map<string, number>;

/**
 * `pulumi up` on a site whose uplink has changed and that has a prefix more, process by process: its preview and its update, each of
 * which refreshes first.
 */
export function changedUp(): Promise<Phases<"preview" | "update">> {
    return phased(async (carrier, during) => {
        const of = (addresses: string[], maxLimit: string): Declared[] =>
            site({ addresses, wan: "ether5", upload: true, maxLimit });
        await during(() => carrier.up(of([address(10, 0)], "19M")));
        const changed = of([address(10, 0), address(10, 2)], "18M");
        const preview = await during(() => carrier.preview(changed));
        const update = await during(() => carrier.up(changed, { skipPreview: true }));
        return { phases: { preview, update }, missed: over("requests", sumOf(preview) + sumOf(update), mostChanged) };
    });
}

/** What a whole `up` of a changed site may take, and making the article's site, and one prefix more there. */
export const [mostChanged, mostMade, mostAdded] = [33, 29, 9];

/** The site of the article, in IPv4 with its four prefixes, on a router as it is delivered: made, and given a prefix more. */
export function articleSite(): Promise<Phases<"created" | "added">> {
    return phased(async (carrier, during) => {
        const of = (...more: string[]): Declared[] =>
            site({ families: ["ipv4"], addresses: [...defaultAddresses, ...more], wan: "ether5", upload: true });
        const created = await during(() => carrier.up(of(), { skipPreview: true }));
        const added = await during(() => carrier.up(of("198.51.100.0/24"), { skipPreview: true }));
        const missed = [
            ...over("requests to make it", sumOf(created), mostMade),
            ...over("requests for a prefix", sumOf(added), mostAdded),
        ];
        return { phases: { created, added }, missed };
    });
}

interface Phases<Name extends string> {
    phases: Record<Name, ByMenu>;
    /** What is wrong, in words. */
    missed: string[];
}

/** Plays operations on a router of its own, with the provider's time standing still; `during` counts what one asks. */
async function phased<T>(
    play: (carrier: Carrier, during: (work: () => Promise<{ error?: Error }>) => Promise<ByMenu>) => Promise<T>,
): Promise<T> {
    const router = await start();
    tune({ now: () => 0 });
    try {
        return await play(new Carrier({ url: router.url }), async (work) => {
            router.clearLog();
            const { error } = await work();
            if (error) throw error;
            return byMenu(router);
        });
    } finally {
        tune({});
        await router.stop();
    }
}

export const sumOf = (counts: ByMenu): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

function byMenu(router: Router): ByMenu {
    const found: ByMenu = new Map();
    for (const { method, path } of router.log) {
        const name = `${method} ${path.replace(/\/\*[0-9A-F]+$/, "")}`;
        found.set(name, (found.get(name) ?? 0) + 1);
    }
    return found;
}

/** A router with everything that the way of an upload may hang on: what is looked at further there. */
export const windingRouter = `/interface bridge
add name=bridge
/interface bonding
add name=bond1 slaves=ether3,ether4
/interface vlan
add interface=bond1 name=vlan35 vlan-id=35
/interface pppoe-client
add add-default-route=yes disabled=no interface=vlan35 name=pppoe-out1 user=x
/interface list
add name=WAN
add name=LAN
/interface list member
add interface=bridge list=LAN
add interface=pppoe-out1 list=WAN
/interface bridge port
add bridge=bridge interface=ether2
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ip route
add gateway=203.0.113.1%ether5
add gateway=pppoe-out1 distance=2 disabled=yes
/ipv6 route
add dst-address=::/0 gateway=fe80::1%pppoe-out1
/ip firewall mangle
add action=mark-packet chain=forward in-interface-list=LAN protocol=udp new-packet-mark=calls passthrough=no
/ipv6 firewall mangle
add action=mark-packet chain=forward in-interface-list=LAN protocol=udp new-packet-mark=calls passthrough=no
/queue simple
add name=kid target=192.168.88.77/32 max-limit=2M/10M
`;

/** Reads of a preview without a change, of a small site on that line, and what is wrong with them. */
export async function windingPreview(): Promise<{ reads: number; missed: string[] }> {
    const router = await start({ rsc: windingRouter });
    try {
        const carrier = new Carrier({ url: router.url });
        const declared = site({ wan: "pppoe-out1", upload: true });
        const { error } = await carrier.up(declared, { skipPreview: true });
        if (error) throw error;
        router.clearLog();
        await carrier.preview(declared);
        const { GET } = countsOf(router);
        return { reads: GET, missed: [...over("reads", GET, 24), ...unfiltered(router)] };
    } finally {
        await router.stop();
    }
}

function address(first: number, index: number): string {
    return `${first}.${Math.floor(index / 65536) % 256}.${Math.floor(index / 256) % 256}.${index % 256}`;
}
