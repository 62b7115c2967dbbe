/**
 * The FastTrack bypass: before each FastTrack rule one accept rule with all of its matchers and our connection mark, so
 * that our connections, and only those, keep going through mangle and queues. Pure.
 */
import type { Values } from "../../rows/fields";
import type { Row } from "../../rows/row";
import { isMatcher } from "./menu";

export type BypassMatchers = { connectionMark?: string; dstAddressList?: string; comment?: string };

export interface BypassRule {
    key: string;
    /** Id of the FastTrack rule that it stands before. */
    before: string;
    values: Values;
}

/** Matchers that let only some packets through: copied, they would leave the rest to FastTrack. */
const sampling = new Set(["limit", "dst-limit", "nth", "random", "connection-limit"]);

/** The rules desired for the FastTrack rules that are enabled, in their order. */
export function bypassRules(rows: readonly Row[], matchers: BypassMatchers): BypassRule[] {
    const found: BypassRule[] = [];
    let count = 0;
    for (const { id: before, values, disabled, dynamic } of rows) {
        if (values["action"] !== "fasttrack-connection" || disabled || dynamic) continue;
        const states = statesOf(values["connection-state"]);
        if (states === "") continue;
        const copied = Object.entries(values).filter(([wire]) => isMatcher(wire) && !sampling.has(wire));
        const base: Values = {
            ...Object.fromEntries<string>(copied),
            chain: values["chain"] ?? "forward",
            action: "accept",
            "connection-state": states,
        };
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

/** Whether the row is somebody's FastTrack rule in use. */
export function isFastTrack({ values, disabled, marker }: Row): boolean {
    return values["action"] === "fasttrack-connection" && !disabled && !marker;
}
