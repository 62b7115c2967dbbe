/** FastTrack rules that a forwarded packet may come to, in whichever chain, and the rules that let ours past them. Pure. */
import type { Rule } from "./rows";
import { isEnabled } from "./rows";

export interface BypassMatchers {
    connectionMark?: string;
    dstAddressList?: string;
    comment?: string;
}

export interface BypassRule {
    key: string;
    /** Id of the FastTrack rule that it stands before. */
    before: string;
    /** Chain, action and matchers, as the router names them. */
    values: Record<string, string>;
}

/** Chains that forwarded packets come to by themselves. */
const startOf = { filter: ["forward"], mangle: ["prerouting", "forward", "postrouting"] } as const;

/** Chains that forwarded packets may come to, by jumps that are in use; those they start in first. */
export function reachableChains(rows: readonly Rule[], table: "filter" | "mangle"): string[] {
    const found = new Set<string>(startOf[table]);
    // A set grows while it is walked.
    for (const chain of found) {
        for (const row of rows) {
            if (row.chain === chain && row.action === "jump" && isEnabled(row)) found.add(row["jump-target"]);
        }
    }
    return [...found];
}

/** FastTrack rules in use, chain by chain as {@link reachableChains} gives them, each chain's in their order. */
export function fastTrackRules(rows: readonly Rule[], table: "filter" | "mangle"): Rule[] {
    return reachableChains(rows, table).flatMap((chain) =>
        rows.filter((row) => row.chain === chain && isFastTrack(row)),
    );
}

export function isFastTrack(row: Rule): boolean {
    return row.action === "fasttrack-connection" && isEnabled(row) && !row.dynamic;
}

/** Matchers that let only some packets through: copied, they would leave the rest to FastTrack. */
const sampling = new Set(["limit", "dst-limit", "nth", "random", "connection-limit"]);

/** Set, and to nothing: what it matches is not recorded, so that FastTrack may take any packet. */
const isEmpty = (matcher: string): boolean => /^!?$/.test(matcher);

/** Before each FastTrack rule the rules that accept ours: all of its matchers, and ours. They never accept `new`. */
export function bypassRules(rules: readonly Rule[], matchers: BypassMatchers): BypassRule[] {
    const found: BypassRule[] = [];
    let count = 0;
    for (const row of rules) {
        const states = statesOf(row.matchers["connection-state"]);
        if (states === "" || !isFastTrack(row)) continue;
        const copied = Object.entries(row.matchers).filter(([wire, value]) => !sampling.has(wire) && !isEmpty(value));
        const values = {
            chain: row.chain,
            ...Object.fromEntries(copied),
            action: "accept",
            "connection-state": states,
        };
        const before = row.id;
        const mark = matchers.connectionMark;
        if (mark !== undefined) {
            if (!letsThrough(row.matchers["connection-mark"], mark)) continue;
            count += 1;
            found.push({ key: `fasttrack-${count}`, before, values: { ...values, "connection-mark": mark } });
        } else if (matchers.dstAddressList !== undefined) {
            // Without a mark on the connection its replies are told by where they come from.
            const list = matchers.dstAddressList;
            count += 1;
            found.push({ key: `fasttrack-${count}`, before, values: { ...values, "dst-address-list": list } });
            found.push({ key: `fasttrack-${count}-reply`, before, values: { ...values, "src-address-list": list } });
        }
    }
    return found;
}

/** Of `established,related` those that the FastTrack rule takes; never new connections. */
function statesOf(matcher: string | undefined): string {
    const both = ["established", "related"];
    if (matcher === undefined || isEmpty(matcher)) return both.join(",");
    const negated = matcher.startsWith("!");
    const named = matcher.replace(/^!/, "").split(",");
    return both.filter((state) => named.includes(state) !== negated).join(",");
}

/** Whether a FastTrack rule with that matcher takes connections with our mark at all. */
function letsThrough(matcher: string | undefined, mark: string): boolean {
    if (matcher === undefined || isEmpty(matcher)) return true;
    return matcher.startsWith("!") ? matcher !== `!${mark}` : matcher === mark;
}

/**
 * Rules of others that an accept right before this rule of mangle would keep from packets: those behind it in its chain,
 * and behind the jumps that lead to it.
 */
export function behind(rows: readonly Rule[], rule: Rule): Rule[] {
    const found = new Set<Rule>();
    const chains = new Set<string>();
    const add = (from: Rule): void => {
        const at = rows.indexOf(from);
        rows.slice(at + 1).forEach((row) => {
            if (row.chain === from.chain && isEnabled(row)) found.add(row);
        });
        const { chain } = from;
        if (chains.has(chain)) return;
        chains.add(chain);
        for (const row of rows) if (row.action === "jump" && row["jump-target"] === chain && isEnabled(row)) add(row);
    };
    add(rule);
    return [...found];
}
