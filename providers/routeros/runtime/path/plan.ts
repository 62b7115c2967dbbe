/** The router's rows with a site's among them: where they stand already, or where they will be made. Pure. */
import type { Values } from "../rows/fields";
import { omit } from "../rows/objects";
import type { Common } from "../rows/row";
import { kebabCase } from "../rows/values";
import { decide } from "./decide";
import type { BypassMatchers, BypassRule } from "./fasttrack";
import { behind, bypassRules, fastTrackRules } from "./fasttrack";
import type { Packet } from "./packet";
import type { Family, Menus, Queue, Rule } from "./rows";
import { firewallPath, readAs } from "./rows";
import type { Form, Marking, RulesPosition, SiteRule, UploadSite } from "./site";
import { uploadOf } from "./site";
import { surroundings } from "./surroundings";

/** A FastTrack rule of mangle that no bypass stands before, and what the bypass would have kept from packets. */
export interface HeldBack {
    rule: Rule;
    by: Rule;
}

export interface Planned {
    menus: Menus;
    heldBack: HeldBack[];
    /** Rules of the bypass in mangle, which are part of the marks. */
    mangleBypass: Partial<Record<Family, BypassRule[]>>;
}

/** Whether a row belongs to the site, by its marker. */
export type Ours = (row: Common) => boolean;

/** Rows as they will stand when the site is up, marked in that form. `leaving`: what else the bypass still goes by. */
export function planned(
    menus: Menus,
    site: UploadSite,
    form: Form,
    ours: Ours,
    leaving: readonly BypassMatchers[] = [],
): Planned {
    const marking = site.markings[form];
    const next: Menus = { ...menus };
    const found: Planned = { menus: next, heldBack: [], mangleBypass: {} };
    if (!marking) return found;
    for (const family of site.families) {
        const mangle = firewallPath(family, "mangle");
        const filter = firewallPath(family, "filter");
        const marked = withMarks(menus[mangle] ?? [], marking, family, ours);
        const foreign = (menus[filter] ?? []).filter((row) => !ours(row));
        next[mangle] = marked;
        next[filter] = foreign;
        if (site.fastTrack === "leave") continue;
        next[filter] = withBypass(foreign, bypassRules(fastTrackRules(foreign, "filter"), marking.bypass));
        const allowed = fastTrackRules(marked, "mangle").filter((rule) => {
            const by = keptFrom(next, site, family, marking, marked, rule);
            if (by) found.heldBack.push({ rule, by });
            return !by;
        });
        const bypass = [marking.bypass, ...leaving].flatMap((matchers) => bypassRules(allowed, matchers));
        found.mangleBypass[family] = bypass;
        next[mangle] = withBypass(marked, bypass);
    }
    const queues = queuesOf(site);
    const names = new Set(queues.map(({ name }) => name));
    const others = (menus["/queue/tree"] ?? []).filter((row) => !ours(row) && !names.has(row.name));
    next["/queue/tree"] = [...others, ...queues];
    return found;
}

/** The queues of a site as rows of the tree. */
export const queuesOf = ({ queues }: UploadSite): Queue[] => queues.map((values) => readAs("/queue/tree", values));

function withMarks(rows: readonly Rule[], { rules, position }: Marking, family: Family, ours: Ours): Rule[] {
    const wanted = (rules[family] ?? []).map((rule) => ruleOf(wireOf(rule)));
    const foreign = rows.filter((row) => !ours(row));
    const blocks = new Map<number, Rule[]>();
    for (const chain of new Set(wanted.map((row) => row.chain))) {
        const block = wanted.filter((row) => row.chain === chain);
        const first = rows.findIndex((row) => row.chain === chain && ours(row) && row.action !== "accept");
        const at =
            first >= 0 ? rows.slice(0, first).filter((row) => !ours(row)).length : placeOf(foreign, chain, position);
        blocks.set(at, [...(blocks.get(at) ?? []), ...block]);
    }
    return [...foreign, undefined].flatMap((row, index) => [...(blocks.get(index) ?? []), ...(row ? [row] : [])]);
}

/** Index among foreign rows. */
function placeOf(foreign: readonly Rule[], chain: string, position: RulesPosition): number {
    if (position === "last") return foreign.length;
    if (position === "first") {
        const first = foreign.findIndex((row) => row.chain === chain && !row.dynamic);
        return Math.max(0, first);
    }
    const { comment, action } = "before" in position ? position.before : position.after;
    const at = foreign.findIndex(
        (row) => (comment ?? row.comment) === row.comment && (action ?? row.action) === row.action,
    );
    return at < 0 ? foreign.length : "before" in position ? at : at + 1;
}

function withBypass(rows: readonly Rule[], bypass: readonly BypassRule[]): Rule[] {
    return rows.flatMap((row) => [
        ...bypass.filter(({ before }) => before === row.id).map(({ values }) => ruleOf(values)),
        row,
    ]);
}

const wireOf = (rule: SiteRule): Values =>
    Object.fromEntries(Object.entries(omit(rule, "key")).map(([name, value]) => [kebabCase(name), String(value)]));

const ruleOf = (values: Values): Rule => readAs("/ip/firewall/mangle", values);

/** Whether a row is to be made: what stands has an id. */
export const isPlanned = ({ id }: Common): boolean => id === "";

/** Actions that nothing is lost by where packets do not come to them. */
const idle = new Set(["log", "passthrough", "fasttrack-connection", "return"]);

/** The first rule that an accept right before a FastTrack rule of mangle would keep from our uploads or their replies. */
function keptFrom(
    menus: Menus,
    site: UploadSite,
    family: Family,
    marking: Marking,
    rows: readonly Rule[],
    rule: Rule,
): Rule | undefined {
    const marks = marking.bypass.connectionMark === undefined ? {} : { connectionMark: marking.bypass.connectionMark };
    const packets = site.lines.flatMap((wan) => {
        const upload = uploadOf(site, family, wan);
        const around = surroundings(menus, upload);
        return around.near.flatMap((near) =>
            (
                [
                    ["upload", "begun"],
                    ["upload", "bulk"],
                    ["reply", "begun"],
                ] as const
            ).map(([direction, moment]): [Packet, typeof around] => [{ upload, near, direction, moment }, around]),
        );
    });
    return behind(rows, rule).find(
        (row) =>
            !row.dynamic &&
            !idle.has(row.action) &&
            (isPlanned(row) || packets.some(([packet, around]) => decide(row, packet, marks, around).answer !== "no")),
    );
}
