/**
 * Walks an upload's packets through the tables that a forwarded packet passes, in RouterOS's order (manual: "Packet Flow
 * in RouterOS"): raw, mangle prerouting, destination NAT, mangle forward, filter forward, mangle postrouting. Where a
 * rule's row does not tell whether it matches, both ways are followed. Pure.
 */
import { omit } from "../rows/objects";
import type { Decision } from "./decide";
import { decide, hangsOn } from "./decide";
import type { Marks, Near, Packet, Upload } from "./packet";
import type { FirewallPath, Menus, Rule } from "./rows";
import { firewallPath, isEnabled } from "./rows";
import type { Surroundings } from "./surroundings";
import { surroundings } from "./surroundings";

/** What a rule did to the packet, in the order it met them; only what changes a mark or ends a table's evaluation. */
export interface Step {
    menu: FirewallPath;
    chain: string;
    row: Rule;
    effect: "connection-mark" | "packet-mark" | "dscp" | "ends" | "fasttrack" | "untracked" | "redirect" | "drop";
    /** The mark it set. */
    value?: string;
    /** Matchers that leave open whether it did. */
    open: readonly string[];
}

/** One way that a packet may have gone. */
export interface Way extends Marks {
    steps: readonly Step[];
    /** Rules that may have taken the packet and did not on this way, with the matchers that leave it open. */
    passed: readonly Pick<Step, "menu" | "chain" | "row" | "open">[];
    /** What does not all hold of the packet on this way: the open matchers of each rule that did not take it. */
    missed?: readonly (readonly string[])[];
    dropped?: true;
    /** More ways than are followed: the rest is undecided. */
    cut?: true;
}

const hooks = [
    ["raw", "prerouting"],
    ["mangle", "prerouting"],
    ["nat", "dstnat"],
    ["mangle", "forward"],
    ["filter", "forward"],
    ["mangle", "postrouting"],
] as const;

/** Ways followed side by side at most. */
const most = 128;

interface Place {
    menus: Menus;
    around: Surroundings;
    packet: Packet;
}

/**
 * Every way that the bulk of an upload may go: its first packet, the answer, its data, and more of it until nothing
 * changes any more, for each side of the house that it may come from.
 */
export function waysOf(menus: Menus, upload: Upload): { near: Near; way: Way }[] {
    const around = surroundings(menus, upload);
    return around.near.flatMap((near) => {
        const pass = (ways: readonly Way[], direction: Packet["direction"], moment: Packet["moment"]): Way[] =>
            walk({ menus, around, packet: { upload, near, direction, moment } }, ways.map(nextPacket));
        let ways = pass([{ steps: [], passed: [] }], "upload", "first");
        ways = pass(alive(ways), "reply", "begun");
        ways = pass(alive(ways), "upload", "begun");
        for (let round = 0; round < 4; round += 1) {
            ways = pass(pass(alive(ways), "reply", "bulk"), "upload", "bulk");
        }
        return ways.map((way) => ({ near, way }));
    });
}

/** The same connection's next packet: what belongs to the connection stays. */
function nextPacket({ steps, connectionMark, fastTracked, redirected, untracked, ...way }: Way): Way {
    const lasting = new Set<Step["effect"]>(["connection-mark", "fasttrack", "redirect", "untracked"]);
    return {
        steps: steps.filter(({ effect }) => lasting.has(effect)),
        passed: way.passed,
        ...(way.dropped ? { dropped: true } : {}),
        ...(way.cut ? { cut: true } : {}),
        ...(connectionMark === undefined ? {} : { connectionMark }),
        ...(fastTracked ? { fastTracked } : {}),
        ...(redirected ? { redirected } : {}),
        ...(untracked ? { untracked } : {}),
    };
}

/** An upload that may be dropped somewhere goes on elsewhere: what ends by a drop is looked at no more. */
function alive(ways: readonly Way[]): readonly Way[] {
    const left = ways.filter(({ dropped }) => !dropped);
    return left.length === 0 ? ways : left;
}

function walk(place: Place, ways: readonly Way[]): Way[] {
    const rests = (way: Way): boolean => way.fastTracked === true || way.dropped === true;
    let going = ways.filter((way) => !rests(way));
    const done = ways.filter(rests);
    for (const [table, chain] of hooks) {
        // Destination NAT is asked for a connection's first packet alone.
        if (table === "nat" && place.packet.moment !== "first") continue;
        const menu = firewallPath(place.packet.upload.family, table);
        const out: Way[] = [];
        for (const way of going) {
            // What FastTrack took with this packet goes on through the rules for this packet (manual: "FastTrack").
            const { fell, ended, returned } = walkChain(place, menu, chain, [way], 0);
            out.push(...fell, ...ended, ...returned);
        }
        const merged = merge(out);
        done.push(...merged.filter(({ dropped }) => dropped));
        going = merged.filter(({ dropped }) => !dropped);
    }
    return merge([...going, ...done]);
}

interface Outcome {
    fell: Way[];
    ended: Way[];
    returned: Way[];
}

function walkChain(place: Place, menu: FirewallPath, chain: string, ways: Way[], depth: number): Outcome {
    const found: Outcome = { fell: ways, ended: [], returned: [] };
    if (depth > 20) return found; // chains that jump to each other
    for (const row of place.menus[menu] ?? []) {
        if (row.chain !== chain || !isEnabled(row) || row.dynamic || found.fell.length === 0) continue;
        const next: Way[] = [];
        for (const way of found.fell) {
            const decision = firstPacketOpen(place, row, decide(row, place.packet, way, place.around));
            const hangs = hangsOn(row, decision);
            if (decision.answer === "no" || way.missed?.some((set) => set.every((one) => hangs.includes(one)))) {
                next.push(way);
                continue;
            }
            const taken = act(place, menu, chain, row, way, decision, depth);
            const changes = !(taken.fell.length === 1 && key(taken.fell[0]!) === key(way) && isAlone(taken));
            if (!changes) {
                next.push(way);
                continue;
            }
            if (decision.answer === "maybe") {
                const passed = { menu, chain, row, open: decision.open };
                const missed = hangs.length === 0 ? way.missed : [...(way.missed ?? []), hangs];
                const others = way.passed.filter((one) => one.row !== row);
                next.push({ ...way, passed: [...others, passed], ...(missed ? { missed } : {}) });
            }
            next.push(...taken.fell);
            found.ended.push(...taken.ended);
            found.returned.push(...taken.returned);
        }
        found.fell = merge(next);
    }
    return found;
}

const isAlone = ({ ended, returned }: Outcome): boolean => ended.length + returned.length === 0;

/** Whether FastTrack takes a connection by its first packet alone is not known. */
function firstPacketOpen({ packet }: Place, row: Rule, decision: Decision): Decision {
    if (row.action !== "fasttrack-connection" || packet.moment !== "first" || decision.answer !== "yes")
        return decision;
    return { answer: "maybe", open: ["first packet"] };
}

function act(
    place: Place,
    menu: FirewallPath,
    chain: string,
    row: Rule,
    way: Way,
    { open }: Decision,
    depth: number,
): Outcome {
    const step = (effect: Step["effect"], value?: string): Way => ({
        ...way,
        steps: [...way.steps, { menu, chain, row, effect, open, ...(value === undefined ? {} : { value }) }],
    });
    const on = (next: Way): Outcome => ({ fell: [next], ended: [], returned: [] });
    const end = (next: Way): Outcome => ({ fell: [], ended: [next], returned: [] });
    const goesOn = (next: Way): Outcome => (row.passthrough ? on(next) : end(next));
    switch (row.action) {
        case "accept":
            return end(step("ends"));
        case "drop":
        case "reject":
        case "tarpit":
            return end({ ...step("drop"), dropped: true });
        case "return":
            return { fell: [], ended: [], returned: [way] };
        case "jump": {
            const { fell, ended, returned } = walkChain(place, menu, row["jump-target"], [way], depth + 1);
            return { fell: [...fell, ...returned], ended, returned: [] };
        }
        case "mark-connection": {
            if (way.untracked) return goesOn(way);
            const value = row["new-connection-mark"];
            if (value === way.connectionMark) return goesOn(endsOnly(row, way, step));
            return goesOn(set(step("connection-mark", value), "connectionMark", value));
        }
        case "mark-packet": {
            const value = row["new-packet-mark"];
            if (value === way.packetMark) return goesOn(endsOnly(row, way, step));
            return goesOn(set(step("packet-mark", value), "packetMark", value));
        }
        case "mark-routing":
            return goesOn(set(endsOnly(row, way, step), "routingMark", row["new-routing-mark"]));
        case "change-dscp":
            return goesOn(set(step("dscp", row["new-dscp"]), "dscp", row["new-dscp"]));
        case "fasttrack-connection":
            return on(way.untracked ? way : { ...step("fasttrack"), fastTracked: true });
        case "notrack":
            return on({ ...step("untracked"), untracked: true });
        case "dst-nat":
        case "netmap":
            return end({ ...step("redirect"), redirected: "elsewhere" });
        case "redirect":
        case "socksify":
            return end({ ...step("redirect"), redirected: "local" });
        case "passthrough":
        case "log":
        case "add-src-to-address-list":
        case "add-dst-to-address-list":
            return on(way);
        default:
            return goesOn(endsOnly(row, way, step));
    }
}

function endsOnly(row: Rule, way: Way, step: (effect: Step["effect"]) => Way): Way {
    return row.passthrough ? way : step("ends");
}

function set(way: Way, name: "connectionMark" | "packetMark" | "routingMark" | "dscp", value: string | undefined): Way {
    const rest = omit(way, name) as Way;
    return value === undefined ? rest : { ...rest, [name]: value };
}

/** Ways that are the same from here on; of each the one that took the fewest open turns is told. */
function merge(ways: readonly Way[]): Way[] {
    const found = new Map<string, Way>();
    const turns = (way: Way): number => way.passed.length + way.steps.filter(({ open }) => open.length > 0).length;
    for (const way of ways) {
        const known = found.get(key(way));
        const shown = !known || turns(way) < turns(known) ? way : known;
        found.set(key(way), known ? { ...shown, missed: inBoth(known, way) } : shown);
    }
    const all = [...found.values()];
    return all.length <= most ? all : all.slice(0, most).map((way) => ({ ...way, cut: true }));
}

function inBoth({ missed: a = [] }: Way, { missed: b = [] }: Way): NonNullable<Way["missed"]> {
    const names = new Set(b.map((set) => set.join()));
    return a.filter((set) => names.has(set.join()));
}

function key(way: Way): string {
    const { connectionMark, packetMark, routingMark, dscp, untracked, redirected, fastTracked, dropped } = way;
    return JSON.stringify([connectionMark, packetMark, routingMark, dscp, untracked, redirected, fastTracked, dropped]);
}
