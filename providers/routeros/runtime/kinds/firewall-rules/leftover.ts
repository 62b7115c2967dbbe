/**
 * Uploads that run while their mark is given up. A connection that FastTrack takes once is FastTracked for its life, so
 * rules go by what was before, too, as long as a connection may be told by it.
 */
import type { BypassMatchers, BypassRule, Family, Queue, UploadSite } from "../../path";
import { isRouterError } from "../../router/errors";
import { memo, warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import { omit } from "../../rows/objects";
import { stackOf } from "../../rows/ownership";
import type { About, PlanContext } from "../kind";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { recordedForm, valuesOf } from "./arguments";
import { firewallMenu, wholeQuery } from "./menu";
import { readConnections, unmarkedTo } from "./release";

/** What uploads are told by beside `now`: what they were told by before, as long as one may be. Nothing ends in a preview. */
export async function leftoverOf(
    session: Session,
    inputs: FirewallRulesInputs,
    now: BypassMatchers,
    { requires: { upload }, before, dryRun }: About<FirewallRulesInputs>,
): Promise<BypassMatchers[]> {
    if (!before) return [];
    const recorded = before.leftover ?? [];
    const was = toldBy(before);
    const found = new Map<string, BypassMatchers>();
    for (const one of [...recorded, ...(was ? [was] : [])]) {
        const left = leaving(one, now, upload);
        if (!left) continue;
        const kept = (dryRun && recorded.includes(one)) || (await isCarried(session, inputs, left, now, upload));
        if (kept) found.set(JSON.stringify(left), left);
    }
    return [...found.values()];
}

/** What inputs tell uploads by: for the bypass its matchers, for marks the mark that they set. */
function toldBy(inputs: FirewallRulesInputs): BypassMatchers | undefined {
    if (inputs.fastTrackBypass) return omit(inputs.fastTrackBypass, "comment");
    if (inputs.marking === undefined) return undefined;
    if (recordedForm(inputs) !== "connection") {
        const list = inputs.rules.find(({ dstAddressList }) => dstAddressList !== undefined)?.["dstAddressList"];
        return list === undefined ? undefined : { dstAddressList: list };
    }
    const mark = inputs.rules.find(({ action }) => action === "mark-connection")?.["newConnectionMark"];
    return mark === undefined ? undefined : { connectionMark: mark };
}

/** A list that is renamed holds the same addresses, and the old one goes: nothing is told by it any more. */
function leaving(was: BypassMatchers, now: BypassMatchers, site: UploadSite | undefined): BypassMatchers | undefined {
    if (was.connectionMark !== undefined) {
        return was.connectionMark === now.connectionMark ? undefined : { connectionMark: was.connectionMark };
    }
    const list = site?.list ?? was.dstAddressList;
    return now.connectionMark === undefined || list === undefined ? undefined : { dstAddressList: list };
}

/** Whether a connection may be told by it, or will be: a rule of this stack may still set it. */
async function isCarried(
    session: Session,
    { family, owner }: FirewallRulesInputs,
    left: BypassMatchers,
    now: BypassMatchers,
    site: UploadSite | undefined,
): Promise<boolean> {
    const { version } = await session.facts();
    const mangle = firewallMenu("mangle", family);
    const rows = await session.snapshot.rows(mangle, wholeQuery(mangle, version));
    const sets = (mark: string | undefined): boolean =>
        rows.some(
            ({ marker, values }) =>
                marker && stackOf(marker.owner) === stackOf(owner) && values["new-connection-mark"] === mark,
        );
    if (left.connectionMark === undefined ? !sets(now.connectionMark) : sets(left.connectionMark)) return true;
    return (await carriers(session, family, left, site)) !== 0;
}

/** How many connections are told by it; undefined where the router does not say. */
function carriers(
    session: Session,
    family: Family,
    left: BypassMatchers,
    site: UploadSite | undefined,
): Promise<number | undefined> {
    return memo(session.once, `connections ${family} ${JSON.stringify(left)}`, async () => {
        const { connectionMark: mark, dstAddressList: list = "" } = left;
        try {
            if (mark === undefined) return await unmarkedTo(session.client, family, list, site);
            return (await readConnections(session.client, family, { "connection-mark": mark }, [])).length;
        } catch (error) {
            if (!isRouterError(error)) throw error;
            return undefined;
        }
    });
}

/** Says, before anything is written, what happens to uploads that run. */
export async function sayLeftover(
    session: Session,
    { inputs, olds }: PlanContext<FirewallRulesInputs>,
    site: UploadSite | undefined,
): Promise<void> {
    const known = new Set((olds?.leftover ?? []).map((one) => JSON.stringify(one)));
    for (const left of inputs.leftover ?? []) {
        if (known.has(JSON.stringify(left))) continue;
        const { family } = inputs;
        const count = await carriers(session, family, left, site);
        const number = count === undefined ? `${family} connections` : `${count} ${family} connections`;
        const told =
            left.connectionMark === undefined
                ? `to ${left.dstAddressList} that carry no mark of ours yet`
                : `with connection mark ${left.connectionMark}`;
        warnOnce(
            `${number} ${told} on ${session.client.router}: uploads under way keep their place, last and out of ` +
                "FastTrack, by rules that stay beside the new ones until an `up` counts none of them.",
        );
    }
}

/** How an upload is told that is not told by its connection's mark: by where it goes, and from whom. */
const byAddress = new Set(["protocol", "dstPort", "dstAddressList", "srcAddressList", "srcMacAddress"]);

/** Rules that put packets of connections with a former mark where the rules of now put those of ours. */
export function formerPackets(rules: readonly RuleInputs[], leftover: readonly BypassMatchers[]): RuleInputs[] {
    const marks = leftover.flatMap(({ connectionMark }) => connectionMark ?? []);
    return marks.flatMap((connectionMark, index) => {
        const found = new Map<string, RuleInputs>();
        for (const rule of rules.filter(({ key }) => key.startsWith("packet"))) {
            const rest = Object.entries(rule).filter(([name]) => !byAddress.has(name));
            const former = { ...(Object.fromEntries(rest) as RuleInputs), connectionMark };
            const text = JSON.stringify(omit(former, "key"));
            if (!found.has(text)) found.set(text, { ...former, key: `was-${index + 1}-${rule.key}` });
        }
        return [...found.values()];
    });
}

/**
 * Rules of marks that are set no more, while a queue of ours takes packets by them: the tree is taken down after the
 * rules, and until then uploads would fall into the leaf of everything else. They stay until an `up` finds no such queue.
 */
export function whileQueued(
    rules: readonly RuleInputs[],
    { before, dryRun }: About<FirewallRulesInputs>,
    queues: readonly Queue[],
): RuleInputs[] {
    if (rules.some(({ newPacketMark }) => newPacketMark !== undefined)) return [];
    const carried = new Set(queues.flatMap((queue) => queue["packet-mark"]));
    return (before?.rules ?? []).flatMap((rule) => {
        const { key, newPacketMark: mark } = rule;
        if (mark === undefined) return [];
        const kept = key.startsWith("queued-");
        if (!carried.has(mark) && !(dryRun && kept)) return [];
        return [kept ? rule : { ...rule, key: `queued-${key}` }];
    });
}

/**
 * A rule of the bypass keeps the key it stands under, and none becomes another: a new one has a new key, so that it is
 * added before an old one goes and no FastTrack rule is without the rule ahead of it.
 */
export function keyed(rules: readonly BypassRule[], standing: readonly RuleInputs[]): BypassRule[] {
    const text = (values: Record<string, string>): string => JSON.stringify(Object.entries(values).sort());
    const free = new Map(standing.map((rule) => [rule.key, text(valuesOf(rule))]));
    const taken = new Set(free.keys());
    return rules.map((rule) => {
        const known = [...free].find(([, values]) => values === text(rule.values));
        if (known) {
            free.delete(known[0]);
            return { ...rule, key: known[0] };
        }
        const end = rule.key.replace(/^fasttrack-\d+/, "");
        let number = 1;
        while (taken.has(`fasttrack-${number}${end}`)) number += 1;
        const key = `fasttrack-${number}${end}`;
        taken.add(key);
        return { ...rule, key };
    });
}
