/** What a person should know and what stops nothing: each said once in a process. */
import type { Requires } from "../../../args";
import type { UploadSite } from "../../path";
import { fastTrackRules, isFastTrack, pathFindings, say } from "../../path";
import { finding } from "../../path/finding";
import { isRouterError } from "../../router/errors";
import { memo, warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import { queryOf, type Values } from "../../rows/fields";
import type { Desired } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import type { Coming, PlanContext } from "../kind";
import { oursOf, pathRow, siteMenus } from "../upload-path";
import type { FirewallRulesInputs } from "./arguments";
import { firewallMenu } from "./menu";
import { mayMatchTogether } from "./overlap";
import { inChain, ownRows } from "./places";

export async function ruleWarnings(
    session: Session,
    context: PlanContext<FirewallRulesInputs>,
    requires: Requires,
    coming: Coming,
): Promise<void> {
    if (requires.upload) {
        await uploadWarnings(session, context.inputs, requires.upload, coming);
        return;
    }
    if (context.inputs.table === "mangle") endingRules(session, context);
    // The rest matters where something is about to be written, and costs requests.
    if (coming !== "same") await strayMarks(session, requires);
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
        const filters = site.families.map((family) => menus[firewallMenu("filter", family).path] ?? []);
        if (everybody && filters.some((rows) => fastTrackRules(rows, "filter").length > 0)) {
            found.push(finding("path/downloads", "downloads from S3 in the region go without FastTrack, too"));
        }
        for (const one of found) {
            if (one.weight === "note" && coming === "same") continue;
            warnOnce(`${session.client.router}: ${say(one)}`);
        }
    });
}

/** Foreign rules ahead of ours that end evaluation for packets that ours are meant for. */
function endingRules(
    session: Session,
    { inputs, rows, desired, matched, scope }: PlanContext<FirewallRulesInputs>,
): void {
    const own = ownRows(matched);
    for (const chain of new Set(inputs.rules.map((rule) => rule.chain))) {
        const here = inChain(rows, chain);
        const first = here.findIndex((row) => own.has(row));
        const ahead = first < 0 ? (inputs.position === "first" ? [] : here) : here.slice(0, first);
        const targets = desired.filter(({ values }) => values["chain"] === chain).map((one) => marked(one, desired));
        for (const row of ahead) {
            if (own.has(row) || row.disabled || !endsEvaluation(row)) continue;
            if (!targets.some((values) => mayMatchTogether(row.values, values))) continue;
            warnOnce(
                `rule ${row.label} in ${scope.menu.path} on ${session.client.router} stands ` +
                    "ahead of ours and ends evaluation: packets it matches are not marked.",
            );
        }
    }
}

/** A rule that goes by a connection mark of ours matches only what the rule that sets the mark has matched. */
function marked({ values }: Desired, desired: readonly Desired[]): Values {
    const mark = values["connection-mark"];
    const setter = desired.find((other) => mark !== undefined && other.values["new-connection-mark"] === mark);
    return setter ? { ...setter.values, ...values } : values;
}

function endsEvaluation({ values }: Row): boolean {
    const action = values["action"] ?? "";
    if (["accept", "drop", "return", "fasttrack-connection"].includes(action)) return true;
    return action.startsWith("mark-") && values["passthrough"] === "false";
}

/** Packet marks that foreign rules set and that no leaf of ours carries: such packets go past our queues. */
export async function strayMarks(session: Session, requires: Requires): Promise<void> {
    if (requires.upload) return;
    return memo(session.once, "marks", async () => {
        const { packetMarks, wanInterface, families = ["ipv4", "ipv6"] } = requires;
        if (packetMarks === undefined || wanInterface === undefined) return;
        for (const family of families) {
            const menu = firewallMenu("mangle", family);
            const names = ["action", "chain", "new-packet-mark", "disabled", "comment"];
            const rows = await session.snapshot.rows(menu, queryOf(menu, names, { action: "mark-packet" }));
            for (const { values, label, marker, disabled } of rows) {
                const mark = values["new-packet-mark"];
                if (disabled || marker || mark === undefined || packetMarks.includes(mark)) continue;
                warnOnce(
                    `packet mark ${mark}, set by rule ${label} on ${session.client.router}, is carried by no queue of ` +
                        "ours: add it to restMarks where such packets leave by the shaped interface.",
                );
            }
        }
    });
}

/** Connections that are FastTracked already stay so until they end. */
export async function countFastTracked(
    session: Session,
    { inputs, rows }: PlanContext<FirewallRulesInputs>,
): Promise<void> {
    if (!inputs.fastTrackBypass || !rows.some((row) => !row.marker && isFastTrack(pathRow(row)))) return;
    await memo(session.once, `fasttracked ${inputs.family}`, async () => {
        const menu = `/${inputs.family === "ipv4" ? "ip" : "ipv6"}/firewall/connection`;
        try {
            const all = await session.client.rows(menu, { fasttrack: "true", ".proplist": ".id,fasttrack" });
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
