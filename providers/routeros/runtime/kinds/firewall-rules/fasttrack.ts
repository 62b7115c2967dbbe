/**
 * The FastTrack bypass: before each FastTrack rule one accept rule with all of its matchers and our connection mark, so
 * that our connections, and only those, keep going through mangle and queues. Pure.
 */
import type { FieldTable, Values } from "../../rows/fields";
import { readValues } from "../../rows/fields";
import { readComment } from "../../rows/ownership";
import { isMatcher } from "./menu";

export interface BypassMatchers {
    connectionMark?: string;
    dstAddressList?: string;
    comment?: string;
}

export interface BypassRule {
    key: string;
    /** Id of the FastTrack rule that it stands before. */
    before: string;
    values: Values;
}

/** Matchers that let only some packets through: copied, they would leave the rest to FastTrack. */
const sampling = new Set(["limit", "dst-limit", "nth", "random", "connection-limit"]);

/** The rules wanted for the FastTrack rules that are enabled, in their order. */
export function bypassRules(rows: readonly Values[], table: FieldTable, matchers: BypassMatchers): BypassRule[] {
    const found: BypassRule[] = [];
    let count = 0;
    for (const row of rows) {
        if (row["action"] !== "fasttrack-connection" || row["disabled"] === "true" || row["dynamic"] === "true")
            continue;
        const values = readValues(table, row);
        const states = statesOf(values["connection-state"]);
        if (states === "") continue;
        const copied = Object.entries(values).filter(([wire]) => isMatcher(wire) && !sampling.has(wire));
        const base: Values = {
            ...Object.fromEntries<string>(copied),
            chain: row["chain"] ?? "forward",
            action: "accept",
            "connection-state": states,
        };
        const before = row[".id"] ?? "";
        const mark = matchers.connectionMark;
        if (mark !== undefined) {
            if (!letsThrough(values["connection-mark"], mark)) continue;
            count += 1;
            found.push({ key: `fasttrack-${count}`, before, values: { ...base, "connection-mark": mark } });
        } else if (matchers.dstAddressList !== undefined) {
            // Without a mark on the connection its replies are told by where they come from.
            const list = matchers.dstAddressList;
            count += 1;
            found.push({ key: `fasttrack-${count}`, before, values: { ...base, "dst-address-list": list } });
            found.push({ key: `fasttrack-${count}-reply`, before, values: { ...base, "src-address-list": list } });
        }
    }
    return found;
}

/** Of `established,related` those that the FastTrack rule takes; never new connections. */
function statesOf(matcher: string | undefined): string {
    const both = ["established", "related"];
    if (matcher === undefined) return both.join(",");
    const negated = matcher.startsWith("!");
    const named = matcher.replace(/^!/, "").split(",");
    return both.filter((state) => named.includes(state) !== negated).join(",");
}

/** Whether a FastTrack rule with that matcher takes connections with our mark at all. */
function letsThrough(matcher: string | undefined, mark: string): boolean {
    if (matcher === undefined) return true;
    return matcher.startsWith("!") ? matcher !== `!${mark}` : matcher === mark;
}

/** How many FastTrack rules stand in the chain and are in use. */
export function isFastTrack(row: Values): boolean {
    return (
        row["action"] === "fasttrack-connection" && row["disabled"] !== "true" && !readComment(row["comment"]).marker
    );
}
