/** What a tree needs on the router, and what may not stand beside it. */
import type { Requires } from "../../../args";
import type { Finding, Menus, RowOf, UploadSite } from "../../path";
import {
    belowMenus,
    defaultInterfaces,
    joinFindings,
    mangleRules,
    parentFindings,
    readMenus,
    say,
    simpleQueueFindings,
    wanFindings,
    wanMenus,
} from "../../path";
import { RouterError } from "../../router/errors";
import { warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import type { Common, Row } from "../../rows/row";
import type { Moment, Self } from "../kind";
import { defaultRoutes, ownMenus, siteMenus, small } from "../upload-path";
import { queueTreeMenu, readSimpleQueues, readTree } from "./menu";
import { Tree } from "./tree";

export async function treePreflight(
    session: Session,
    requires: Requires,
    self: Self,
    { dryRun, again }: Moment,
): Promise<void> {
    const { parents = [], wanInterface, upload } = requires;
    if (parents.length === 0 && wanInterface === undefined) return;
    const known = await readTree(session);
    // Two runs may both have found the line free: before the first row of a site is made, it is looked at once more.
    const rows = again && !known.some(ownedBy(self)) ? await readTree(session, { fresh: true }) : known;
    const tree = new Tree(rows.map(({ values }) => values));
    const missing = parents.find((name) => !tree.has(name));
    if (missing !== undefined) {
        const names = [...tree.parents.keys()].join(", ");
        throw new RouterError({
            code: "preflight/parent",
            summary: `${session.client.router} has no queue "${missing}"; it has ${names || "none"}`,
        });
    }
    if (upload) await uploadPreflight(session, requires, upload, self, dryRun);
    for (const line of linesOf(requires)) await foreignQueues(session, { requires, self }, line, rows);
}

/**
 * What stands in the way of a site's uploads is refused while the site does not stand where it is wanted, on these lines,
 * that wide and in this profile, and a warning from then on.
 */
async function uploadPreflight(
    session: Session,
    { parents = [] }: Requires,
    site: UploadSite,
    self: Self,
    dryRun: boolean,
): Promise<void> {
    const ours = ownedBy(self);
    const own = await ownMenus(session, site);
    const wanted = readMenus({ "/queue/tree": site.queues })["/queue/tree"] ?? [];
    const queues = (own["/queue/tree"] ?? []).filter(ours);
    const stands =
        site.profile === "join"
            ? mangleRules(own, site.families).some((row) => row.action === "change-dscp" && ours(row))
            : (parents.length > 0 ? parents : site.lines).every(
                  (name) => widthUnder(queues, name) >= Math.max(1, widthUnder(wanted, name)),
              );
    // All that is found then is a warning, and the preview has said it.
    if (stands && !dryRun) return;
    const menus = await siteMenus(session, site);
    const found = [
        ...wanFindings(await wanMenusOf(session, site, menus, stands), site.lines),
        ...(parents.length > 0 ? parentFindings(menus, site, ours) : []),
        ...(site.profile === "join" ? await joinable(session, site, menus) : []),
        ...(self.adopt ? [] : simpleQueueFindings(menus, site)),
    ];
    const refused = stands ? undefined : found.find(({ weight }) => weight === "refused");
    if (refused) {
        throw new RouterError({
            code: "preflight/path",
            summary: `${session.client.router}: ${refused.seen}`,
            remediation: `${refused.next} docs/findings.md: ${refused.code}`,
        });
    }
    for (const one of found) {
        if (one.weight === "note" && stands) continue;
        warnOnce(`${session.client.router}: ${say(one)}`);
    }
}

/** Bit/s of the widest queue that hangs on an interface or queue; 0 where none does. */
function widthUnder(queues: readonly RowOf<"/queue/tree">[], name: string): number {
    return Math.max(0, ...queues.map((row) => (row.parent === name ? row["max-limit"] : 0)));
}

const ownedBy =
    ({ stacks }: Self) =>
    ({ marker }: Common): boolean =>
        marker !== undefined && stacks.some((stack) => marker.owner.startsWith(stack));

async function joinable(session: Session, site: UploadSite, menus: Menus): Promise<Finding[]> {
    let known = menus;
    for (const path of belowMenus(menus, site.lines)) known = { ...known, ...(await small(session, path)) };
    return joinFindings(known, site);
}

/**
 * The menus that tell whether a WAN is one. For a site that stands nothing more is asked where no default route leads
 * anywhere, for the line may be down.
 */
async function wanMenusOf(
    session: Session,
    { families, lines }: UploadSite,
    menus: Menus,
    stands: boolean,
): Promise<Menus> {
    let known = menus;
    for (const family of families) known = { ...known, ...(await defaultRoutes(session, family)) };
    const routed = defaultInterfaces(known);
    const settled = routed.length === 0 ? stands : lines.every((line) => routed.includes(line));
    for (const path of wanMenus(known, lines, settled)) known = { ...known, ...(await small(session, path)) };
    return known;
}

/** The interfaces that a stack shapes by a tree of its own. */
export function linesOf({ wanInterface, upload }: Requires): readonly string[] {
    if (upload?.profile === "join") return [];
    return upload?.lines ?? (wanInterface === undefined ? [] : [wanInterface]);
}

/** Two shapers on one interface spoil each other's guarantees: the other one is named, and nothing is written. */
async function foreignQueues(
    session: Session,
    demand: { requires: Requires; self: Self },
    line: string,
    rows: readonly Row[],
): Promise<void> {
    // What simple queues do to a site's uploads, the model has judged.
    const simple = demand.requires.upload ? [] : await readSimpleQueues(session);
    const all = [
        ...otherTrees(session, demand, line, rows),
        ...simple.filter((row) => !row.disabled && [...row.target, row.dst].includes(line)),
    ];
    if (all.length === 0) return;
    const out = await wayOut(session, demand.requires.upload, demand.self.adopt);
    throw shapedAlready(session, `is shaped already by ${named(all)}`, line, out);
}

/** Queues in use on an interface that are neither ours nor to be taken over. `rows` are the whole tree. */
export function otherTrees(
    session: Session,
    { requires: { parents = [], queues }, self }: { requires: Requires; self: Self },
    line: string,
    rows: readonly Row[],
): Row[] {
    const tree = new Tree(rows.map(({ values }) => values));
    const roots = new Set(parents.map((name) => tree.root(name)));
    // One of ours whose marker somebody took off is no other shaper: its own resource says what has become of it.
    const recorded = [...session.recorded.values()].filter(({ menu }) => menu === queueTreeMenu.path);
    const once = new Set(recorded.flatMap(({ ids }) => [...ids.values()]));
    const ours = ownedBy(self);
    return rows.filter((row) => {
        const { id, values, disabled, marker } = row;
        const { name = "", parent } = values;
        if (parent !== line || disabled || roots.has(name) || (!marker && once.has(id))) return false;
        if (marker) return !ours(row);
        return !(self.adopt && (queues?.includes(name) ?? true));
    });
}

export function named(rows: readonly Common[]): string {
    const names = rows.slice(0, 4).map(({ label, marker }) => (marker ? `${label} of ${marker.owner}` : label));
    return names.join(", ");
}

export function shapedAlready({ client }: Session, what: string, line: string, remediation?: string): RouterError {
    return new RouterError({
        code: "preflight/foreign-queue",
        summary: `${line} on ${client.router} ${what}`,
        ...(remediation === undefined ? {} : { remediation }),
    });
}

/** What to do about a line that is shaped already; as the code says where nothing better is known. */
async function wayOut(session: Session, site: UploadSite | undefined, adopt: boolean): Promise<string | undefined> {
    if (site && (await joinable(session, { ...site, profile: "join" }, await siteMenus(session, site))).length === 0) {
        return "Set profile to join, which uses the CAKE that is there, or remove or disable it";
    }
    return adopt ? "Remove or disable it; it is not the same tree, so adopt does not take it" : undefined;
}
