/** The form of marking of a site: resolved against the router, the same for all its rules, and kept once it is recorded. */
import type { BypassRule } from "../../path";
import { isFastTrack, mangleRules, planned } from "../../path";
import type { Session } from "../../router/session";
import { toCamel } from "../../rows/fields";
import { omit } from "../../rows/objects";
import { Arguments } from "../arguments";
import type { About } from "../kind";
import { formFor, oursOf, ownMenus, siteMenus } from "../upload-path";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { recordedForm, ruleOf } from "./arguments";
import { formerPackets, keyed, leftoverOf, whileQueued } from "./leftover";
import { firewallMenu } from "./menu";

/** Puts the rules of the resolved form, or the matchers of its bypass, into inputs that go by a form of marking. */
export async function resolveMarking(
    session: Session,
    inputs: FirewallRulesInputs,
    about: About<FirewallRulesInputs>,
): Promise<void> {
    const { before, requires } = about;
    const site = requires.upload;
    if (inputs.marking === undefined || !site) return;
    const ours = oursOf(inputs.owner, ...(before ? [before.owner] : []));
    const recorded = before && inputs.marking === "auto" ? recordedForm(before) : undefined;
    const form = recorded ?? (await formFor(session, site, ours));
    const marking = site.markings[form];
    inputs.marking = form;
    if (!marking) return;
    if (inputs.table === "filter") {
        inputs.fastTrackBypass = marking.bypass;
        return;
    }
    const { family } = inputs;
    const read = new Arguments({});
    const { table } = firewallMenu("mangle", family);
    const rules = (marking.rules[family] ?? []).map((rule, index) => ruleOf(read, table, rule, `rules[${index}]`));
    const leftover = await leftoverOf(session, inputs, omit(marking.bypass, "comment"), about);
    if (leftover.length > 0) inputs.leftover = leftover;
    const own = await ownMenus(session, site);
    // Which FastTrack rules of mangle a bypass may stand before, the rest of the way decides.
    const menus = mangleRules(own, site.families).some(isFastTrack) ? await siteMenus(session, site) : own;
    const plan = planned(menus, site, form, ours, leftover);
    const bypass = keyed(plan.mangleBypass[family] ?? [], before?.rules ?? []);
    const queued = whileQueued(rules, about, (menus["/queue/tree"] ?? []).filter(ours));
    // What marks former uploads stands first, so that it stands before the others change.
    inputs.rules = [
        ...queued,
        ...formerPackets(rules, leftover),
        ...rules,
        ...bypassInputs(bypass, marking.bypass.comment),
    ];
    inputs.position = marking.position;
}

/** Rules of a bypass as inputs. */
export function bypassInputs(rules: readonly BypassRule[], comment: string | undefined): RuleInputs[] {
    return rules.map(({ key, values }) => ({
        key,
        chain: values["chain"] ?? "",
        action: values["action"] ?? "",
        ...toCamel(values),
        ...(comment === undefined || comment === "" ? {} : { comment }),
    }));
}
