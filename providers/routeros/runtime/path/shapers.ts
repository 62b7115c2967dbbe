/** Queues that stand already, judged by what they do to uploads: in the way, harmless, a parent, or one to join. Pure. */
import { leafOf, reachOf, rootOf } from "./ends";
import type { Finding } from "./finding";
import { finding } from "./finding";
import type { Ours } from "./plan";
import { queuesOf } from "./plan";
import type { MenuPath, Menus, Queue, RowOf } from "./rows";
import { bits, isEnabled } from "./rows";
import type { UploadSite } from "./site";
import { uploadOf } from "./site";
import { surroundings } from "./surroundings";

type SimpleQueue = RowOf<"/queue/simple">;
type QueueType = RowOf<"/queue/type">;

/** Simple queues that hold the house's uploads, or a part of them. */
export function simpleQueueFindings(menus: Menus, site: UploadSite): Finding[] {
    const [wan = ""] = site.lines;
    const upload = uploadOf(site, "ipv4", wan);
    const { near } = surroundings(menus, upload);
    const mark = site.profile === "join" ? undefined : site.packetMark;
    return (menus["/queue/simple"] ?? []).filter(isEnabled).flatMap((queue): Finding[] => {
        if (site.profile === "join" && isCake(menus, upwards(queue.queue, queue, wan))) return [];
        const limit = bits(upwards(queue["max-limit"], queue, wan));
        const reach = reachOf(queue, upload, near, mark);
        if (limit === 0 || limit > site.rate || reach === "none") return [];
        const name = `simple queue "${queue.name}"`;
        if (reach === "some") return [finding("shaper/some", `${name} holds a part of the house to ${limit} bit/s`)];
        const next = isCake(menus, upwards(queue.queue, queue, wan))
            ? "Set profile to join, or take that queue out of use."
            : `Take that queue out of use, or set uplink below ${limit}.`;
        return [finding("shaper/holds-uploads", `${name} holds every upload to ${limit} bit/s`, { next })];
    });
}

/** Of a pair `up/down` the part for what leaves: the target's own upload, or the other way round where that is the WAN. */
function upwards([up, down]: SimpleQueue["queue"], { target }: SimpleQueue, wan: string): string {
    return target.includes(wan) ? down : up;
}

const typeOf = (menus: Menus, queueType: string): QueueType | undefined =>
    menus["/queue/type"]?.find(({ name }) => name === queueType);

const isCake = (menus: Menus, queueType: string): boolean => typeOf(menus, queueType)?.kind === "cake";

/** Whether the queue named in `parentQueue` may be the parent of our leaves. */
export function parentFindings(menus: Menus, site: UploadSite, ours: Ours): Finding[] {
    const tree = (menus["/queue/tree"] ?? []).filter((row) => !ours(row));
    const parent = tree.find((row) => row.name === site.parentQueue);
    if (!parent) return [];
    const name = `queue ${parent.label}`;
    if (!isEnabled(parent)) return [finding("parent/disabled", `${name} is out of use`)];
    const root = rootOf(tree, parent);
    if (root === undefined || !site.lines.includes(root)) {
        return [finding("parent/place", `${name} hangs on ${root ?? "a queue that is out of use"}`)];
    }
    const children = tree.filter((row) => row.parent === site.parentQueue && isEnabled(row));
    const marks = parent["packet-mark"].join(",");
    if (marks !== "") return [finding("parent/leaf", `${name} carries packets with mark ${marks}`)];
    if (isCake(menus, parent.queue)) return [finding("parent/leaf", `${name} is a CAKE`)];
    const rest = children.find((row) => row["packet-mark"].includes("no-mark"));
    if (rest) return [finding("parent/rest", `queue ${rest.label} under ${name} takes unmarked packets`)];
    const width = widthOf(tree, parent);
    const sum = (rows: readonly Queue[]): number => rows.reduce((all, row) => all + row["limit-at"], 0);
    const [others, own] = [sum(children), sum(queuesOf(site))];
    if (width === 0) {
        const next = `Set max-limit=${site.rate} on queue ${parent.name}.`;
        return [finding("parent/width", `${name} has no max-limit`, { next })];
    }
    if (others + own <= width) return [];
    const seen = `${name} has ${width} bit/s, and ${others + own} bit/s are guaranteed under it`;
    // What we guarantee is less than the uplink.
    return [finding("parent/width", seen, width > others ? { next: `Set uplink to ${width - others}.` } : {})];
}

/** The narrowest max-limit of a queue and those above it; 0 for none. */
function widthOf(tree: readonly Queue[], row: Queue): number {
    const widths: number[] = [];
    for (let at: Queue | undefined = row, level = 0; at && level < 10; level += 1) {
        widths.push(at["max-limit"]);
        const above: string = at.parent;
        at = tree.find((one) => one.name === above);
    }
    const set = widths.filter((width) => width > 0);
    return set.length === 0 ? 0 : Math.min(...set);
}

interface Cake {
    queue: string;
    type: QueueType;
}

/** Modes in which CS1 is served last. With `precedence` it goes ahead of everything that has no DSCP. */
const sorts = /^diffserv[348]$/;

/** What keeps `profile: join` from its purpose: no CAKE with classes that uploads pass, or one that does not see the DSCP. */
export function joinFindings(menus: Menus, site: UploadSite): Finding[] {
    return site.lines.flatMap((line): Finding[] => {
        const simple = simpleCakes(menus, site, line);
        const onLine = treeQueue(menus, line);
        const tree = onLine ? cakeOf(menus, onLine, onLine.queue) : undefined;
        const found = [...simple, ...(tree ? [tree] : [])];
        const sorting = found.find(({ type }) => sorts.test(type["cake-diffserv"]));
        if (!sorting) return [whyNone(menus, line, found)];
        const washed = tree === sorting ? simple.find(({ type }) => type["cake-wash"]) : undefined;
        return washed
            ? [finding("join/wash", `queue "${washed.queue}" clears the DSCP before "${sorting.queue}" sees it`)]
            : [];
    });
}

function whyNone(menus: Menus, line: string, [single]: readonly Cake[]): Finding {
    if (single) {
        const next = `Set cake-diffserv=diffserv4 on queue type ${single.type.name}.`;
        const mode = single.type["cake-diffserv"];
        return mode === "besteffort"
            ? finding("join/besteffort", `queue "${single.queue}" is a CAKE with a single class`, { next })
            : finding("join/precedence", `queue "${single.queue}" is a CAKE that sorts by ${mode}`, { next });
    }
    for (const port of below(menus, line)) {
        const queue = treeQueue(menus, port);
        if (!queue || !cakeOf(menus, queue, queue.queue)) continue;
        const seen = `queue "${queue.name}" hangs on ${port}, below ${line}`;
        return finding("join/below", seen, { next: `Hang it on ${line}.` });
    }
    const shaper = treeQueue(menus, line);
    if (!shaper) return finding("join/none", `${line} has no CAKE`);
    const kind = typeOf(menus, shaper.queue)?.kind ?? "unknown";
    return finding("join/none", `queue "${shaper.name}" on ${line} is of kind ${kind}`);
}

/** What a dial-up runs over, from the nearest on; its packets are no IP there. */
function below(menus: Menus, line: string): string[] {
    const client = (menus["/interface/pppoe-client"] ?? []).find(({ name }) => name === line);
    const found = client ? [client.interface] : [];
    for (const at of found) {
        const vlan = (menus["/interface/vlan"] ?? []).find(({ name }) => name === at);
        if (vlan && !found.includes(vlan.interface)) found.push(vlan.interface);
    }
    return found;
}

/** Menus that tell what a dial-up runs over. */
export function belowMenus(menus: Menus, lines: readonly string[]): MenuPath[] {
    const type = (line: string): string => menus["/interface"]?.find(({ name }) => name === line)?.["type"] ?? "";
    return lines.some((line) => type(line).startsWith("pppoe")) ? ["/interface/pppoe-client", "/interface/vlan"] : [];
}

/** The tree's leaf for packets without a mark on an interface. */
function treeQueue(menus: Menus, line: string): Queue | undefined {
    const tree = menus["/queue/tree"] ?? [];
    const name = leafOf(tree, line, undefined);
    return tree.find((row) => row.name === name);
}

function simpleCakes(menus: Menus, site: UploadSite, line: string): Cake[] {
    const upload = uploadOf(site, "ipv4", line);
    const { near } = surroundings(menus, upload);
    return (menus["/queue/simple"] ?? []).filter(isEnabled).flatMap((queue) => {
        if (reachOf(queue, upload, near) !== "all") return [];
        const cake = cakeOf(menus, queue, upwards(queue.queue, queue, line));
        return cake ? [cake] : [];
    });
}

function cakeOf(menus: Menus, { name }: { name: string }, typeName: string): Cake | undefined {
    const type = typeOf(menus, typeName);
    return type?.kind === "cake" ? { queue: name, type } : undefined;
}
