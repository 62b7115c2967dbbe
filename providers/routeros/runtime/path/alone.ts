/** What is said of rules and queues that are managed without a site, of whose uploads nothing is known. Pure. */
import type { Finding } from "./finding";
import { finding } from "./finding";
import { mayMatchTogether } from "./matchers";
import type { Family, Menus, Row } from "./packet";
import { firewallPath, isEnabled, labelOf } from "./packet";

/** Rules ahead of ours that end evaluation for packets that ours are meant for. `wanted` are all of ours. */
export function aheadFindings(menu: string, ahead: readonly Row[], wanted: readonly Row[]): Finding[] {
    const found = ahead.filter((row) => {
        if (!isEnabled(row) || !endsEvaluation(row)) return false;
        const here = wanted.filter((rule) => rule["chain"] === row["chain"]);
        return here.some((rule) => mayMatchTogether(row, marked(rule, wanted)));
    });
    return found.map((row) => finding("path/ends-before", `rule ${labelOf(row)} in ${menu} ${aheadDoes}`));
}

export const aheadDoes = "stands ahead of ours and ends evaluation: packets it matches are not marked";

/** A rule that goes by a connection mark of ours matches only what the rule that sets the mark has matched. */
function marked(rule: Row, wanted: readonly Row[]): Row {
    const mark = rule["connection-mark"];
    const setter = wanted.find((other) => mark !== undefined && other["new-connection-mark"] === mark);
    return setter ? { ...setter, ...rule } : rule;
}

function endsEvaluation(row: Row): boolean {
    const action = row["action"] ?? "accept";
    if (["accept", "drop", "return", "fasttrack-connection"].includes(action)) return true;
    return action.startsWith("mark-") && row["passthrough"] === "false";
}

interface Stray {
    mark: string;
    seen: string;
}

/** Packet marks that rules set which are in use on these lines, and that no leaf carries. */
export function strayMarks(
    menus: Menus,
    families: readonly Family[],
    lines: readonly string[],
    carried: readonly string[],
): Stray[] {
    const rows = families.flatMap((family) => menus[firewallPath(family, "mangle")] ?? []);
    return rows.flatMap((row): Stray[] => {
        const { action, "new-packet-mark": mark = "", "out-interface": out } = row;
        if (action !== "mark-packet" || !isEnabled(row) || row["dynamic"] === "true") return [];
        if (mark === "" || carried.includes(mark)) return [];
        if (out !== undefined && !/^(!|all-)/.test(out) && !lines.includes(out)) return [];
        return [{ mark, seen: `packet mark ${mark}, set by rule ${labelOf(row)}, is carried by no queue of ours` }];
    });
}

export const strayFindings = (stray: readonly Stray[]): Finding[] =>
    stray.map(({ seen }) => finding("path/stray-mark", seen));
