/** Where a packet is queued: the queue tree's leaf on the outgoing interface and under `global`, the simple queue. Pure. */
import type { Near, Upload } from "./packet";
import type { Menus, Queue, RowOf } from "./rows";
import { isEnabled } from "./rows";
import { within } from "./spans";
import type { Way } from "./walk";
import { waysOf } from "./walk";

/** One end that the bulk of an upload may come to. */
export interface End {
    /** `leaf`: a queue of the tree; `none`: out of the line with no queue of the tree; the other two never leave by it. */
    kind: "leaf" | "none" | "dropped" | "redirected";
    /** Name of the leaf on the line. */
    leaf?: string;
    /** The ways that end here, and from which side of the house. */
    ways: { near: Near; way: Way }[];
}

/**
 * The ends of an upload on a router with these rows. One end alone is certain; where there are several, it hangs on the
 * rules that the ways name as open.
 */
export function endsOf(menus: Menus, upload: Upload): End[] {
    const ends = new Map<string, End>();
    for (const one of waysOf(menus, upload)) {
        const { kind, leaf } = endOf(menus, upload, one.way);
        const name = `${kind} ${leaf ?? ""}`;
        const known = ends.get(name) ?? { kind, ...(leaf === undefined ? {} : { leaf }), ways: [] };
        known.ways.push(one);
        ends.set(name, known);
    }
    return [...ends.values()];
}

function endOf(menus: Menus, upload: Upload, way: Way): { kind: End["kind"]; leaf?: string } {
    if (way.dropped) return { kind: "dropped" };
    if (way.redirected) return { kind: "redirected" };
    const leaf = leafOf(menus["/queue/tree"] ?? [], upload.wan, way.fastTracked ? undefined : way.packetMark);
    return leaf === undefined ? { kind: "none" } : { kind: "leaf", leaf };
}

/** The leaf that carries a mark under a root (an interface or `global`). */
export function leafOf(tree: readonly Queue[], root: string, packetMark: string | undefined): string | undefined {
    const enabled = tree.filter(isEnabled);
    const parents = new Set(enabled.map(({ parent }) => parent));
    return enabled.find((row) => {
        if (parents.has(row.name)) return false;
        if (!row["packet-mark"].includes(packetMark ?? "no-mark")) return false;
        return rootOf(tree, row) === root;
    })?.name;
}

/** What a queue hangs on in the end; undefined where a queue above it is out of use. */
export function rootOf(tree: readonly Queue[], row: Queue): string | undefined {
    let at = row;
    for (let level = 0; level < 10; level += 1) {
        const above = tree.find((one) => one.name === at.parent);
        if (!above) return at.parent;
        if (!isEnabled(above)) return undefined;
        at = above;
    }
    return undefined;
}

/** How much of the house's uploads a simple queue holds. */
export type Reach = "all" | "some" | "none";

/** Whether a simple queue holds the uploads of a house with these sides; by target, destination and packet mark. */
export function reachOf(
    { target: targets, dst, "packet-marks": marks }: RowOf<"/queue/simple">,
    upload: Upload,
    sides: readonly Near[],
    packetMark?: string,
): Reach {
    if (marks.length > 0 && !marks.includes(packetMark ?? "no-mark")) return "none";
    if (dst !== "" && dst !== upload.wan) return /^[\d.:a-f/]+$/i.test(dst) && !/\/0$/.test(dst) ? "some" : "none";
    if (targets.length === 0 || targets.includes(upload.wan)) return "all";
    const holds = ({ interface: name, networks = [] }: Near): boolean =>
        targets.some(
            (target) =>
                target === name ||
                /\/0$/.test(target) ||
                (/[.:]/.test(target) && networks.length > 0 && within(target, networks) === "yes"),
        );
    const held = sides.filter(holds).length;
    if (held === sides.length) return "all";
    return held > 0 || targets.some((target) => /[.:]/.test(target)) ? "some" : "none";
}
