/** The form of marking of a site: resolved against the router, the same for all its rules, and kept once it is recorded. */
import type { BypassRule, Form, UploadSite } from "../../path";
import { planned } from "../../path";
import type { Session } from "../../router/session";
import { toCamel } from "../../rows/fields";
import { Arguments } from "../arguments";
import { formFor, oursOf, siteMenus, standingForm } from "../upload-path";
import type { FirewallRulesInputs, RuleInputs } from "./arguments";
import { ruleOf } from "./arguments";
import { firewallMenu } from "./menu";

/** Puts the rules of the resolved form, or the matchers of its bypass, into inputs that go by a form of marking. */
export async function resolveMarking(
    session: Session,
    inputs: FirewallRulesInputs,
    site: UploadSite | undefined,
    before: FirewallRulesInputs | undefined,
): Promise<void> {
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
    const plan = planned(await siteMenus(session, site), site, form, ours);
    inputs.rules = [...rules, ...bypassInputs(plan.mangleBypass[family] ?? [], marking.bypass.comment)];
    inputs.position = marking.position;
}

/** The form that recorded inputs are of; those of an older version do not name it. */
export function recordedForm({ table, rules, fastTrackBypass, marking }: FirewallRulesInputs): Form | undefined {
    if (marking !== undefined && marking !== "auto") return marking;
    if (table === "mangle") return standingForm(rules);
    if (fastTrackBypass?.connectionMark !== undefined) return "connection";
    return fastTrackBypass?.dstAddressList === undefined ? undefined : "packet";
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
