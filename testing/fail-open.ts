import type { Row } from "../router/api";

/**
 * Judges a router's state as it stands: does traffic that is not ours meet no queue of ours, or its full guarantee,
 * and no rule that drops it? The rules are written by hand from how RouterOS treats packets and know nothing of the
 * product but its marker in comments; what the profiles compute is not asked.
 */
export interface Standing {
    /** Rows per menu, as REST returns them. */
    rows(menu: string): Row[];
}

export interface Expectation {
    /** The interfaces that may be shaped: the WAN, or while it changes the one before and the one after. */
    wan: string | readonly string[];
    /** What unmarked traffic must be guaranteed, in bit/s, wherever a queue of ours applies to it. */
    guarantee: number;
    /** What unmarked traffic must be allowed where the parent is wider. @default as much as the parent */
    ceiling?: number;
}

const ours = (row: Row): boolean => (row["comment"] ?? "").includes("[pulumi:");
const enabled = (row: Row): boolean => (row["disabled"] ?? "false") === "false";
const words = (text: string | undefined): string[] => (text ?? "").split(",").filter((word) => word !== "");
const showName = (row: Row): string => row["name"] ?? "?";

/** Bit/s; 0 is "none" for a guarantee and "no limit" for a ceiling. */
function rate(text: string | undefined): number {
    const bits = Number(text ?? "0");
    if (!Number.isFinite(bits)) throw new Error(`${text} is no rate as REST returns it`);
    return bits;
}
const ceilingOf = (row: Row): number => rate(row["max-limit"]) || Infinity;

/** Everything that is wrong with the state, in sentences; empty where nobody suffers. */
export function harm(router: Standing, expected: Expectation): string[] {
    return [...queueHarm(router, expected), ...ruleHarm(router)];
}

function queueHarm(router: Standing, expected: Expectation): string[] {
    const found: string[] = [];
    const queues = router.rows("/queue/tree");
    const names = new Set(queues.map((row) => row["name"]));
    // A queue carries something only where everything above it is enabled.
    const roots = queues.filter((row) => ours(row) && enabled(row) && !names.has(row["parent"]));
    if (roots.length > 1) found.push(`${roots.length} enabled roots of ours: ${roots.map(showName).join(", ")}`);
    for (const root of roots) {
        const below = branches(root, queues.filter(enabled));
        if (![expected.wan].flat().includes(root["parent"] ?? "")) {
            found.push(`root ${showName(root)} shapes ${root["parent"]}`);
        }
        if (below.length === 0 && words(root["packet-mark"]).length === 0) continue; // carries nothing
        found.push(...leavesHarm(root, below, expected), ...markHarm(router, root, below));
    }
    return found;
}

/** A queue below a root, and those between the two, from the top. */
interface Branch {
    queue: Row;
    above: Row[];
    /** Only a queue without others below it carries packets. */
    leaf: boolean;
}

function branches(top: Row, queues: readonly Row[], above: Row[] = []): Branch[] {
    return queues
        .filter((row) => row["parent"] === top["name"])
        .flatMap((queue) => {
            const more = branches(queue, queues, [...above, queue]);
            return [{ queue, above, leaf: more.length === 0 }, ...more];
        });
}

function leavesHarm(root: Row, below: readonly Branch[], expected: Expectation): string[] {
    const found: string[] = [];
    const leaves = below.filter(({ leaf }) => leaf);
    const rest = leaves.filter(({ queue }) => words(queue["packet-mark"]).includes("no-mark"));
    const [branch] = rest;
    if (!branch || rest.length > 1) {
        return [`enabled root ${showName(root)} has ${rest.length} enabled leaves for unmarked traffic`];
    }
    const leaf = branch.queue;
    if (rate(leaf["limit-at"]) < expected.guarantee) {
        found.push(`unmarked traffic is guaranteed ${leaf["limit-at"]} of ${expected.guarantee} bit/s`);
    }
    const least = Math.min(ceilingOf(root), expected.ceiling ?? Infinity);
    for (const queue of [...branch.above, leaf]) {
        if (ceilingOf(queue) >= least) continue;
        found.push(`unmarked traffic may use ${queue["max-limit"]} of ${least} bit/s in ${showName(queue)}`);
    }
    // A guarantee counts even past the parent's limit, at the cost of the modem's queue.
    for (const parent of [root, ...below.filter((one) => !one.leaf).map(({ queue }) => queue)]) {
        const promised = leaves
            .filter(({ above }) => parent === root || above.includes(parent))
            .reduce((sum, { queue }) => sum + rate(queue["limit-at"]), 0);
        if (promised > ceilingOf(parent)) found.push(`guarantees of ${promised} on a parent of ${parent["max-limit"]}`);
    }
    for (const { queue: other } of leaves.filter((one) => one !== branch)) {
        if (rate(other["priority"] ?? "8") <= rate(leaf["priority"] ?? "8")) {
            found.push(`${showName(other)} has priority ${other["priority"]}, unmarked traffic ${leaf["priority"]}`);
        }
    }
    return found;
}

/** What carries a mark no leaf knows passes the whole tree by, at any rate, and takes the line from everybody. */
function markHarm(router: Standing, root: Row, below: readonly Branch[]): string[] {
    const carriers = [root, ...below.filter(({ leaf }) => leaf).map(({ queue }) => queue)];
    const carried = new Set(carriers.flatMap((row) => words(row["packet-mark"])));
    return ["/ip", "/ipv6"]
        .flatMap((family) => router.rows(`${family}/firewall/mangle`))
        .filter((rule) => ours(rule) && enabled(rule) && rule["action"] === "mark-packet")
        .filter((rule) => (rule["out-interface"] ?? root["parent"]) === root["parent"])
        .filter((rule) => !carried.has(rule["new-packet-mark"] ?? ""))
        .map((rule) => `no leaf of ${showName(root)} carries packets marked ${rule["new-packet-mark"]}`);
}

function ruleHarm(router: Standing): string[] {
    const found: string[] = [];
    for (const family of ["/ip", "/ipv6"]) {
        const lists = router.rows(`${family}/firewall/address-list`).filter(ours);
        const listNames = new Set(lists.map((row) => row["list"] ?? ""));
        for (const table of ["mangle", "filter"]) {
            const menu = `${family}/firewall/${table}`;
            for (const rule of router.rows(menu).filter((row) => ours(row) && enabled(row))) {
                const problems = table === "filter" ? filterHarm(rule) : mangleHarm(rule, listNames);
                found.push(...problems.map((problem) => `${menu} ${rule["comment"]} ${problem}`));
            }
        }
    }
    return found;
}

/** A rule of ours in the filter may let pass what is ours and established, and nothing else. */
function filterHarm(rule: Row): string[] {
    const found: string[] = [];
    const action = rule["action"] ?? "accept";
    if (action !== "accept") found.push(`does ${action}`);
    const states = words(rule["connection-state"]);
    if (states.length === 0 || states.some((state) => !["established", "related", "untracked"].includes(state))) {
        found.push("accepts new connections");
    }
    if (isOpen(rule["connection-mark"]) && isOpen(rule["dst-address-list"])) found.push("accepts everybody's traffic");
    return found;
}

/** A rule of ours in mangle marks what goes to the list, or what carries our mark, and lets everything go on. */
function mangleHarm(rule: Row, listNames: ReadonlySet<string>): string[] {
    const found: string[] = [];
    const action = rule["action"] ?? "accept";
    const list = rule["dst-address-list"];
    if (!["mark-connection", "mark-packet"].includes(action)) found.push(`does ${action}`);
    if (rule["passthrough"] === "false") found.push("ends evaluation");
    if (action === "mark-connection" && isOpen(list)) found.push("marks connections to everywhere");
    if (action === "mark-packet" && isOpen(rule["connection-mark"]) && isOpen(list)) {
        found.push("marks packets of everybody");
    }
    if (list !== undefined && listNames.size > 0 && !listNames.has(list)) found.push("matches a list that is not ours");
    return found;
}

/** Whether a matcher lets everybody through: not there, its opposite, or what everybody carries. */
function isOpen(matcher: string | undefined): boolean {
    return matcher === undefined || matcher === "" || matcher === "no-mark" || matcher.startsWith("!");
}
