/** The router's rows with a site's among them: where they stand already, or where they will be made. Pure. */
import { decide } from "./decide";
import type { BypassMatchers, BypassRule } from "./fasttrack";
import { behind, bypassRules, fastTrackRules } from "./fasttrack";
import type { Family, Menus, Packet, Row } from "./packet";
import { firewallPath } from "./packet";
import type { Form, Marking, RulesPosition, SiteRule, UploadSite } from "./site";
import { uploadOf } from "./site";
import { surroundings } from "./surroundings";

/** A FastTrack rule of mangle that no bypass stands before, and what the bypass would have kept from packets. */
export interface HeldBack {
    rule: Row;
    by: Row;
}

export interface Planned {
    menus: Menus;
    heldBack: HeldBack[];
    /** Rules of the bypass in mangle, which are part of the marks. */
    mangleBypass: Partial<Record<Family, BypassRule[]>>;
}

/** Whether a row belongs to the site, by its marker. */
export type Ours = (row: Row) => boolean;

/** Rows as they will stand when the site is up, marked in that form. `leaving`: what else the bypass still goes by. */
export function planned(
    menus: Menus,
    site: UploadSite,
    form: Form,
    ours: Ours,
    leaving: readonly BypassMatchers[] = [],
): Planned {
    const marking = site.markings[form];
    const next: Record<string, readonly Row[] | undefined> = { ...menus };
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
    const names = new Set(site.queues.map((row) => row["name"]));
    const others = (menus["/queue/tree"] ?? []).filter((row) => !ours(row) && !names.has(row["name"]));
    next["/queue/tree"] = [...others, ...site.queues];
    return found;
}

function withMarks(rows: readonly Row[], { rules, position }: Marking, family: Family, ours: Ours): Row[] {
    const wanted = (rules[family] ?? []).map(wireOf);
    const out: Row[] = [];
    for (const chain of new Set(wanted.map((row) => row["chain"] ?? ""))) {
        const block = wanted.filter((row) => row["chain"] === chain);
        const first = rows.findIndex((row) => row["chain"] === chain && ours(row) && !isBypass(row));
        const at =
            first >= 0 ? rows.slice(0, first).filter((row) => !ours(row)).length : placeOf(rows, chain, position, ours);
        out.push(...block.map((row) => ({ ...row, ".at": String(at) })));
    }
    const foreign = rows.filter((row) => !ours(row));
    const result: Row[] = [];
    for (let index = 0; index <= foreign.length; index += 1) {
        result.push(...out.filter((row) => row[".at"] === String(index)));
        const row = foreign[index];
        if (row) result.push(row);
    }
    return result;
}

const isBypass = (row: Row): boolean => (row["action"] ?? "accept") === "accept";

/** Index among foreign rows. */
function placeOf(rows: readonly Row[], chain: string, position: RulesPosition, ours: Ours): number {
    const foreign = rows.filter((row) => !ours(row));
    if (position === "last") return foreign.length;
    if (position === "first")
        return Math.max(
            0,
            foreign.findIndex((row) => row["chain"] === chain && row["dynamic"] !== "true"),
        );
    const { comment, action } = "before" in position ? position.before : position.after;
    const at = foreign.findIndex(
        (row) =>
            (comment === undefined || row["comment"] === comment) &&
            (action === undefined || (row["action"] ?? "accept") === action),
    );
    return at < 0 ? foreign.length : "before" in position ? at : at + 1;
}

function withBypass(rows: readonly Row[], bypass: readonly BypassRule[]): Row[] {
    return rows.flatMap((row) => [
        ...bypass.filter(({ before }) => before === row[".id"]).map(({ values }) => ({ ...values, ".ours": "true" })),
        row,
    ]);
}

function wireOf(rule: SiteRule): Row {
    const entries = Object.entries(rule).filter(([name]) => name !== "key");
    const wire = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return { ...Object.fromEntries(entries.map(([name, value]) => [wire(name), String(value)])), ".ours": "true" };
}

export const isPlanned = (row: Row): boolean => row[".ours"] === "true";

/** Actions that nothing is lost by where packets do not come to them. */
const idle = new Set(["log", "passthrough", "fasttrack-connection", "return"]);

/** The first rule that an accept right before a FastTrack rule of mangle would keep from our uploads or their replies. */
function keptFrom(
    menus: Menus,
    site: UploadSite,
    family: Family,
    marking: Marking,
    rows: readonly Row[],
    rule: Row,
): Row | undefined {
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
            row["dynamic"] !== "true" &&
            !idle.has(row["action"] ?? "accept") &&
            (isPlanned(row) || packets.some(([packet, around]) => decide(row, packet, marks, around).answer !== "no")),
    );
}
