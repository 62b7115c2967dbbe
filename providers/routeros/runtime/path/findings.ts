/** What a person should know about the way of a site's uploads, as data: what was seen, how sure, and what helps. Pure. */
import { aheadDoes, strayMarks } from "./alone";
import type { FindingCode } from "./catalogue";
import type { Outcome } from "./choose";
import { allLast, isLast, matters, outcomes } from "./choose";
import type { Finding } from "./finding";
import { finding } from "./finding";
import type { HeldBack, Ours } from "./plan";
import { isPlanned } from "./plan";
import type { Menus, Rule } from "./rows";
import { firewallPath, mangleRules } from "./rows";
import type { Form, UploadSite } from "./site";
import { forms } from "./site";
import type { Step, Way } from "./walk";

export interface Asked {
    menus: Menus;
    site: UploadSite;
    form: Form;
    ours: Ours;
}

export function pathFindings(asked: Asked): Finding[] {
    const { plan, all } = outcomes(asked.menus, asked.site, asked.form, asked.ours);
    const found = new Map<string, Finding>();
    for (const outcome of all) {
        for (const finding of outcomeFindings(asked, outcome, plan.heldBack)) {
            found.set(`${finding.code} ${finding.seen}`, finding);
        }
    }
    for (const finding of [...unreadFindings(asked), ...strayFindings(asked)])
        found.set(`${finding.code} ${finding.seen}`, finding);
    return [...found.values()];
}

function outcomeFindings(asked: Asked, { family, ends, verdict }: Outcome, heldBack: readonly HeldBack[]): Finding[] {
    const found: Finding[] = [];
    const causes = new Map<string, { cause: Cause; certain: boolean }>();
    for (const end of ends.filter(matters)) {
        for (const { way } of end.ways) {
            if (isLast(asked.site, end, way)) continue;
            const cause = causeOf(asked, way);
            const certain = verdict === "other" && cause.step?.open.length === 0;
            const name = `${cause.code} ${cause.step?.row.id ?? ""}`;
            causes.set(name, { cause, certain: certain || (causes.get(name)?.certain ?? false) });
        }
    }
    for (const { cause, certain } of causes.values()) {
        const held = heldBack.find(({ rule }) => rule === cause.step?.row);
        const code = held ? "path/fasttrack-in-mangle" : cause.code;
        const open = cause.step?.open.length ? cause.step.open : cause.open;
        const hangs = !certain && open.length > 0 ? `; whether it does hangs on ${[...new Set(open)].join(", ")}` : "";
        const where = cause.step
            ? `rule ${cause.step.row.label} in ${cause.step.menu}`
            : firewallPath(family, "mangle");
        const kept = held ? `, and an accept ahead of it would keep uploads from ${held.by.label}` : "";
        found.push({
            ...finding(code, `${where} ${does(code, cause, asked)}${kept}${hangs}`, { certain }),
            ...remedyFor(asked, cause),
        });
    }
    for (const end of ends.filter(({ kind }) => kind === "redirected")) {
        const step = end.ways[0]?.way.steps.find(({ effect }) => effect === "redirect");
        if (!step) continue;
        const certain = step.open.length === 0;
        const hangs = certain ? "" : `; whether it does hangs on ${step.open.join(", ")}`;
        found.push(
            finding("path/redirected", `rule ${step.row.label} in ${step.menu} sends uploads elsewhere${hangs}`, {
                certain,
            }),
        );
    }
    return found;
}

/** Tables that packets come to before our marks, and that could not be read. */
function unreadFindings({ menus, site }: Asked): Finding[] {
    const tables = site.families.flatMap((family) => [firewallPath(family, "raw"), firewallPath(family, "nat")]);
    return tables
        .filter((menu) => menus[menu] === undefined)
        .map((menu) =>
            finding("path/unread", `${menu} could not be read: what it does to uploads is not known`, {
                certain: false,
            }),
        );
}

interface Cause {
    code: FindingCode;
    step?: Step;
    open: readonly string[];
}

/** Why a way does not end last: the step that decided. */
function causeOf({ site, form }: Asked, way: Way): Cause {
    const open = way.passed.flatMap((one) => one.open);
    const last = (effect: Step["effect"]): Step | undefined => way.steps.findLast((step) => step.effect === effect);
    const cause = (code: FindingCode, step?: Step): Cause => ({ code, open, ...(step ? { step } : {}) });
    const connection = last("connection-mark");
    const foreign = form === "connection" && connection && way.connectionMark !== site.connectionMark;
    const fast = last("fasttrack");
    // A bypass goes by our connection mark: where another one keeps it off, that is what FastTrack follows from.
    if (way.fastTracked && fast && !(foreign && site.fastTrack === "bypass")) {
        return cause(fast.open.includes("first packet") ? "path/fasttrack-first-packet" : "path/fasttrack", fast);
    }
    const untracked = last("untracked");
    if (form === "connection" && untracked) return cause("path/untracked", untracked);
    if (foreign) return cause("path/connection-marked", connection);
    const effect = site.profile === "join" ? "dscp" : "packet-mark";
    const mark = last(effect);
    const mine = way.steps.findIndex((step) => step.effect === effect && isPlanned(step.row));
    if (mark && !isPlanned(mark.row)) {
        return cause(
            mine >= 0 ? "path/mark-overwritten" : site.profile === "join" ? "path/not-marked" : "path/packet-marked",
            mark,
        );
    }
    const ended = way.steps.find((step) => step.effect === "ends" && !isPlanned(step.row) && /mangle$/.test(step.menu));
    if (ended) return cause("path/ends-before", ended);
    return cause(mine >= 0 && site.profile !== "join" ? "path/not-queued" : "path/not-marked");
}

function does(code: FindingCode, { step }: Cause, { site }: Asked): string {
    const value = step?.value === undefined ? "" : ` ${step.value}`;
    switch (code) {
        case "path/connection-marked":
            return `gives connections the mark${value} before ours: uploads go through the first class`;
        case "path/packet-marked":
            return `gives packets the mark${value} before ours: uploads go through another class`;
        case "path/mark-overwritten":
            return `stands behind ours and gives uploads ${step?.effect === "dscp" ? "the DSCP" : "the mark"}${value} instead`;
        case "path/ends-before":
            return aheadDoes;
        case "path/untracked":
            return "takes uploads out of connection tracking: their connections cannot be marked";
        case "path/fasttrack-first-packet":
            return "takes new connections too: whether an upload is FastTracked with its first packet is not known";
        case "path/not-queued":
            return "marks uploads, and no leaf of ours that is in use takes them";
        case "path/not-marked":
            return "marks no upload";
        default:
            return site.fastTrack === "leave"
                ? "FastTracks uploads, and fastTrack is leave: they go through the first class"
                : "FastTracks uploads: they go through the first class";
    }
}

/** The first change after which all uploads end last. */
function remedyFor(asked: Asked, cause: Cause): Pick<Finding, "next" | "remedy"> | undefined {
    const { site, menus, ours } = asked;
    const works = (change: Partial<Asked>): boolean => {
        const next = { ...asked, ...change };
        return allLast(outcomes(next.menus, next.site, next.form, next.ours).all);
    };
    const fast = cause.code.startsWith("path/fasttrack");
    if (fast && site.fastTrack === "leave" && works({ site: { ...site, fastTrack: "bypass" } })) {
        return { next: "Set fastTrack to bypass.", remedy: { key: "fastTrack", value: "bypass" } };
    }
    for (const form of forms) {
        if (form === asked.form || !site.markings[form] || !works({ form })) continue;
        return { next: `Set marking to ${form}.`, remedy: { key: "marking", value: form } };
    }
    const marking = site.markings[asked.form];
    if (marking && marking.position !== "first" && asked.form !== "packet-final") {
        const markings = { ...site.markings, [asked.form]: { ...marking, position: "first" as const } };
        // Where the rules stand already, their place is kept: the position moves only what is made.
        if (!Object.values(menus).some((rows) => rows.some(ours)) && works({ site: { ...site, markings } })) {
            return { next: "Set rulesPosition to first.", remedy: { key: "rulesPosition", value: "first" } };
        }
    }
    const step = cause.step;
    if (!step) return undefined;
    for (const set of rowChanges(site, step, fast)) {
        const { id } = step.row;
        const exempt = (row: Rule): Rule => (row.id === id ? { ...row, matchers: { ...row.matchers, ...set } } : row);
        const rows = menus[step.menu]?.map(exempt);
        if (!works({ menus: { ...menus, [step.menu]: rows } })) continue;
        const text = Object.entries(set).map(([name, value]) => `${name}=${value}`);
        return {
            next: `Set ${text.join(" ")} on rule ${step.row.label} in ${step.menu}.`,
            remedy: { menu: step.menu, id, set },
        };
    }
    return undefined;
}

/** Matchers that would exempt uploads, none of them over one that the rule has. */
function rowChanges(site: UploadSite, { row }: Step, fast: boolean): Record<string, string>[] {
    const found: Record<string, string>[] = [];
    const add = (change: Record<string, string>): void => {
        if (Object.keys(change).every((name) => !row.matchers[name])) found.push(change);
    };
    if (fast) add({ "connection-state": "established,related" });
    if (fast) add({ "connection-mark": "no-mark" });
    if (fast) add({ "connection-mark": "no-mark", "connection-state": "established,related" });
    add({ "dst-address-list": `!${site.list}` });
    if (fast) add({ "dst-address-list": `!${site.list}`, "src-address-list": `!${site.list}` });
    return found;
}

/** Packet marks that no leaf of ours carries; one is advised where uploads stay last with it on that of the rest. */
function strayFindings({ site, menus, form, ours }: Asked): Finding[] {
    if (site.queues.length === 0) return [];
    const foreign = mangleRules(menus, site.families).filter((row) => !ours(row));
    return strayMarks(foreign, site.lines, ["no-mark", site.packetMark, ...site.restMarks]).map(
        ({ mark, seen }): Finding => {
            const widened = { ...site, restMarks: [...site.restMarks, mark], queues: withRestMark(site, mark) };
            if (!allLast(outcomes(menus, widened, form, ours).all)) {
                return finding("path/stray-mark", seen, { next: "See to it that uploads are marked as ours first." });
            }
            const next = "Add it to restMarks where such packets leave by the shaped interface.";
            return finding("path/stray-mark", seen, { next, remedy: { key: "restMarks", value: mark } });
        },
    );
}

/** Our queues with one more mark on the leaves of everything else. */
function withRestMark(site: UploadSite, mark: string): UploadSite["queues"] {
    return site.queues.map(({ "packet-mark": marks = "", ...queue }) => {
        const rest = marks.split(",").includes("no-mark");
        return { ...queue, "packet-mark": rest ? `${marks},${mark}` : marks };
    });
}
