/** How uploads of a site end, and the form of marking by which they end last. Pure. */
import type { End } from "./ends";
import { endsOf } from "./ends";
import type { Ours, Planned } from "./plan";
import { planned } from "./plan";
import type { Family, Menus } from "./rows";
import type { Form, UploadSite } from "./site";
import { forms, uploadOf } from "./site";
import type { Way } from "./walk";

/** CS1, the class that CAKE serves last (facts of CAKE: `diffserv3`, `diffserv4`, `diffserv8`). */
export const bulkDscp = "8";

export interface Outcome {
    family: Family;
    line: string;
    ends: End[];
    /** `last`: for certain in the class meant for uploads; `undecided`: perhaps; `other`: for certain not. */
    verdict: "last" | "undecided" | "other";
}

/** How uploads end once the site is up in that form. */
export function outcomes(menus: Menus, site: UploadSite, form: Form, ours: Ours): { plan: Planned; all: Outcome[] } {
    const plan = planned(menus, site, form, ours);
    const all = site.families.flatMap((family) =>
        site.lines.map((line): Outcome => {
            const ends = endsOf(plan.menus, uploadOf(site, family, line));
            return { family, line, ends, verdict: verdictOf(site, ends) };
        }),
    );
    return { plan, all };
}

function verdictOf(site: UploadSite, ends: readonly End[]): Outcome["verdict"] {
    const ways = ends.filter(matters).flatMap((end) => end.ways.map(({ way }) => isLast(site, end, way)));
    if (ways.every((last) => last)) return "last";
    return ways.some((last) => last) ? "undecided" : "other";
}

/** What is dropped or sent elsewhere hurts nobody's upload. */
export const matters = ({ kind }: End): boolean => kind === "leaf" || kind === "none";

/** Whether a way puts the upload where it gives way to everybody else. */
export function isLast(site: UploadSite, end: End, way: Way): boolean {
    if (!matters(end)) return true;
    if (site.profile === "join") return way.fastTracked !== true && way.dscp === bulkDscp;
    return end.leaf !== undefined && site.leaves.includes(end.leaf);
}

export const allLast = (all: readonly Outcome[]): boolean => all.every(({ verdict }) => verdict === "last");

/** The first form, from the least, by which all uploads end last; else the one by which most do. */
export function chooseForm(menus: Menus, site: UploadSite, ours: Ours): Form {
    const possible = forms.filter((form) => site.markings[form]);
    if (site.marking !== "auto") return site.marking;
    const scores = possible.map((form) => {
        const { all } = outcomes(menus, site, form, ours);
        const score = (verdict: Outcome["verdict"]): number => ({ last: 1, undecided: 0.4, other: 0 })[verdict];
        return { form, last: allLast(all), score: all.reduce((sum, { verdict }) => sum + score(verdict), 0) };
    });
    const best = scores.reduce((a, b) => (b.score > a.score ? b : a), scores[0] ?? { form: "connection", score: 0 });
    return (scores.find(({ last }) => last) ?? best).form as Form;
}
