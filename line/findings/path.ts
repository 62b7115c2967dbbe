/** What the rows on the router come to for an upload, asked of the model of the forwarding path. Pure. */
import type { Form, Menus, Rule, SiteRule, UploadSite } from "../../providers/routeros/runtime/path";
import {
    chooseForm,
    endsOf,
    firewallPath,
    isLast,
    joinFindings,
    parentFindings,
    pathFindings,
    simpleQueueFindings,
    uploadOf,
} from "../../providers/routeros/runtime/path";
import type { Common } from "../../providers/routeros/runtime/rows/row";
import { finding } from "../catalogue";
import type { Finding } from "../output";

/**
 * What the model finds with our rows where they should stand, and where uploads end by the rows that do stand.
 *
 * @param owner `project/stack` of the rows that are ours
 * @param broken rows of ours are gone or out of use, which explains where uploads end
 */
export function wayFindings(menus: Menus, site: UploadSite, owner: string, broken: boolean): Finding[] {
    const ours = ({ marker }: Common): boolean => marker?.owner.startsWith(`${owner}/`) ?? false;
    const form = standingForm(menus, site, ours) ?? chooseForm(menus, site, ours);
    const { verdict, others } = standingEnds(menus, site);
    const parents = parentFindings(menus, site, ours);
    const shapers = [
        ...simpleQueueFindings(menus, site),
        ...(site.profile === "join" ? joinFindings(menus, site) : []),
        ...parents,
    ];
    const toldOtherwise: string[] = ["path/unread", ...(parents.length > 0 ? ["path/not-queued"] : [])];
    const found = [...pathFindings({ menus, site, form, ours }), ...shapers]
        // What was not read is told by itself, and what a queue out of use comes to by that queue.
        .filter(({ code, weight }) => weight !== "note" && !toldOtherwise.includes(code))
        .map(({ code, certain, seen, next }): Finding => {
            const effect = harmless.includes(code) ? "harm" : "not-shaped";
            return { code, effect, certain: certain && verdict !== "undecided", seen, next };
        });
    if (verdict === "last" || broken || found.some(({ effect }) => effect === "not-shaped")) return found;
    return [
        ...found,
        finding("way/elsewhere", `uploads end in ${others.join(", ")}`, { certain: verdict === "other" }),
    ];
}

/** What takes from others, or from a part of the house, and leaves uploads where they belong. */
const harmless = ["path/stray-mark", "shaper/some", "parent/place", "parent/rest", "parent/width"];

/** The form of marking by which our rules on the router were made: the later ones have the same keys, elsewhere. */
function standingForm(menus: Menus, site: UploadSite, ours: (row: Common) => boolean): Form | undefined {
    const rulesOf = (form: Form, family: UploadSite["families"][number]): SiteRule[] =>
        site.markings[form]?.rules[family] ?? [];
    const all = Object.keys(site.markings) as Form[];
    return all.find((form) =>
        site.families.every((family) => {
            const keys = new Set(all.flatMap((one) => rulesOf(one, family).map(({ key }) => key)));
            const rows = (menus[firewallPath(family, "mangle")] ?? []).filter(
                (row) => ours(row) && row.marker && keys.has(row.marker.key),
            );
            const rules = rulesOf(form, family);
            return rules.length > 0 && rules.length === rows.length && rules.every((rule) => rows.some(isOf(rule)));
        }),
    );
}

function isOf({ key, chain, passthrough = true }: SiteRule): (row: Rule) => boolean {
    return (row) => row.marker?.key === key && row.chain === chain && row.passthrough === passthrough;
}

/** Where uploads end by the rows as they stand now: the worst of every line and family, and what it is instead. */
function standingEnds(menus: Menus, site: UploadSite): { verdict: "last" | "undecided" | "other"; others: string[] } {
    const others = new Set<string>();
    const verdicts = site.families.flatMap((family) =>
        site.lines.map((line) => {
            const ends = endsOf(menus, uploadOf(site, family, line));
            const ways = ends.flatMap((end) => end.ways.map(({ way }) => ({ end, way })));
            const other = ways.filter(({ end, way }) => !isLast(site, end, way));
            for (const { end, way } of other) {
                const queue = end.leaf === undefined ? "no queue" : `queue ${end.leaf}`;
                others.add(`${queue}${way.fastTracked ? ", FastTracked" : ""}`);
            }
            return other.length === 0 ? "last" : other.length < ways.length ? "undecided" : "other";
        }),
    );
    const worst = (["other", "undecided"] as const).find((one) => verdicts.includes(one));
    return { verdict: worst ?? "last", others: [...others] };
}
