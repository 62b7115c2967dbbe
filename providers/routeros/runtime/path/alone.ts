/** What is said of rules and queues that are managed without a site, of whose uploads nothing is known. Pure. */
import type { Values } from "../rows/fields";
import type { Finding } from "./finding";
import { finding } from "./finding";
import { mayMatchTogether } from "./matchers";
import type { Rule } from "./rows";
import { isEnabled } from "./rows";

/** Rules ahead of ours that end evaluation for packets that ours are meant for. `wanted` are all of ours. */
export function aheadFindings(menu: string, ahead: readonly Rule[], wanted: readonly Rule[]): Finding[] {
    const found = ahead.filter((row) => {
        if (!isEnabled(row) || !endsEvaluation(row)) return false;
        const here = wanted.filter((rule) => rule.chain === row.chain);
        return here.some((rule) => mayMatchTogether(row.matchers, marked(rule, wanted)));
    });
    return found.map((row) => finding("path/ends-before", `rule ${row.label} in ${menu} ${aheadDoes}`));
}

export const aheadDoes = "stands ahead of ours and ends evaluation: packets it matches are not marked";

/** A rule that goes by a connection mark of ours matches only what the rule that sets the mark has matched. */
function marked({ matchers }: Rule, wanted: readonly Rule[]): Values {
    const mark = matchers["connection-mark"];
    const setter = wanted.find((other) => mark !== undefined && other["new-connection-mark"] === mark);
    return { ...setter?.matchers, ...matchers };
}

function endsEvaluation({ action, passthrough }: Rule): boolean {
    if (["accept", "drop", "return", "fasttrack-connection"].includes(action)) return true;
    return action.startsWith("mark-") && !passthrough;
}

interface Stray {
    mark: string;
    seen: string;
}

/** Packet marks that these rules set which are in use on these lines, and that no leaf carries. */
export function strayMarks(rules: readonly Rule[], lines: readonly string[], carried: readonly string[]): Stray[] {
    return rules.flatMap((row): Stray[] => {
        const mark = row["new-packet-mark"];
        const out = row.matchers["out-interface"];
        if (row.action !== "mark-packet" || !isEnabled(row) || row.dynamic) return [];
        if (mark === undefined || carried.includes(mark)) return [];
        if (out !== undefined && !/^(!|all-)/.test(out) && !lines.includes(out)) return [];
        return [{ mark, seen: `packet mark ${mark}, set by rule ${row.label}, is carried by no queue of ours` }];
    });
}

export const strayFindings = (stray: readonly Stray[]): Finding[] =>
    stray.map(({ seen }) => finding("path/stray-mark", seen));
