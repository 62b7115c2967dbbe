/** What a person should know and what stops nothing: each said once in a process. */
import type { Requires } from "../../../args";
import type { Finding, Rule, UploadSite } from "../../path";
import {
    aheadFindings,
    fastTrackRules,
    finding,
    firewallPath,
    isFastTrack,
    pathFindings,
    readAs,
    say,
    strayFindings,
    strayMarks,
} from "../../path";
import { isRouterError } from "../../router/errors";
import { memo, warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import { queryOf } from "../../rows/fields";
import type { About, Coming, PlanContext } from "../kind";
import { oursOf, pathRule, siteMenus } from "../upload-path";
import type { FirewallRulesInputs } from "./arguments";
import { sayLeftover } from "./leftover";
import { firewallMenu } from "./menu";
import { inChain, ownRows } from "./places";
import { readConnections } from "./release";

export async function ruleWarnings(
    session: Session,
    context: PlanContext<FirewallRulesInputs>,
    { requires, dryRun }: About<FirewallRulesInputs>,
    coming: Coming,
): Promise<void> {
    if (coming === "changed") await sayLeftover(session, context, requires.upload);
    if (requires.upload) {
        // Of rules that stand as they are, the preview has said all.
        if (dryRun || coming !== "same") await uploadWarnings(session, context.inputs, requires.upload, coming);
        return;
    }
    if (context.inputs.table === "mangle") rulesAhead(session, context);
    // The rest matters where something is about to be written, and costs requests.
    if (coming !== "same") await strayMarkWarnings(session, requires);
}

/** What the model finds about the way of the site's uploads. */
async function uploadWarnings(
    session: Session,
    { table, marking, owner }: FirewallRulesInputs,
    site: UploadSite,
    coming: Coming,
): Promise<void> {
    if (table !== "mangle" || marking === undefined || marking === "auto") return;
    const form = marking;
    await memo(session.once, `findings of ${site.list}`, async () => {
        const menus = await siteMenus(session, site);
        const found = pathFindings({ menus, site, form, ours: oursOf(owner) });
        const everybody = site.sources.length + site.macs.length === 0 && site.fastTrack === "bypass";
        const filters = site.families.map((family) => menus[firewallPath(family, "filter")] ?? []);
        if (everybody && filters.some((rows) => fastTrackRules(rows, "filter").length > 0)) {
            found.push(finding("path/downloads", "downloads from S3 in the region go without FastTrack, too"));
        }
        for (const one of found) if (one.weight !== "note" || coming !== "same") warnOf(session, one);
    });
}

/** Rules that no site asks for: foreign ones ahead of them that end evaluation for packets that they are meant for. */
function rulesAhead(session: Session, context: PlanContext<FirewallRulesInputs>): void {
    const { inputs, rows, desired, matched, scope } = context;
    const own = ownRows(matched);
    const ahead = [...new Set(inputs.rules.map((rule) => rule.chain))].flatMap((chain) => {
        const here = inChain(rows, chain);
        const first = here.findIndex((row) => own.has(row));
        const before = first < 0 ? (inputs.position === "first" ? [] : here) : here.slice(0, first);
        return before.filter((row) => !own.has(row)).map(pathRule);
    });
    const wanted = desired.map(({ values }) => readAs("/ip/firewall/mangle", values));
    for (const one of aheadFindings(scope.menu.path, ahead, wanted)) warnOf(session, one);
}

/** Packet marks of others that no leaf carries, for queues that no site asks for: such packets go past them. */
export async function strayMarkWarnings(session: Session, requires: Requires): Promise<void> {
    const { packetMarks, wanInterface, families = ["ipv4", "ipv6"], upload } = requires;
    if (upload || packetMarks === undefined || wanInterface === undefined) return;
    return memo(session.once, "marks", async () => {
        const names = ["action", "chain", "new-packet-mark", "out-interface", "disabled", "comment"];
        const rules: Rule[] = [];
        for (const family of families) {
            const menu = firewallMenu("mangle", family);
            const rows = await session.snapshot.rows(menu, queryOf(menu, names, { action: "mark-packet" }));
            rules.push(...rows.filter(({ marker }) => !marker).map(pathRule));
        }
        const stray = strayMarks(rules, [wanInterface], packetMarks);
        for (const one of strayFindings(stray)) warnOf(session, one);
    });
}

const warnOf = (session: Session, one: Finding): void => warnOnce(`${session.client.router}: ${say(one)}`);

/** Connections that are FastTracked already stay so until they end. */
export async function countFastTracked(
    session: Session,
    { inputs, rows }: PlanContext<FirewallRulesInputs>,
): Promise<void> {
    if (!inputs.fastTrackBypass || !rows.some((row) => !row.marker && isFastTrack(pathRule(row)))) return;
    await memo(session.once, `fasttracked ${inputs.family}`, async () => {
        try {
            const all = await readConnections(session.client, inputs.family, { fasttrack: "true" }, []);
            if (all.length === 0) return;
            warnOnce(
                `${all.length} ${inputs.family} connections on ${session.client.router} are FastTracked already and pass ` +
                    "the queues until they end; `npx routeros-s3 release` removes those to S3.",
            );
        } catch (error) {
            if (!isRouterError(error)) throw error;
        }
    });
}
