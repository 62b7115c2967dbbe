import { firewallRows, isEnabled, isTrue, type RouterState, type Row } from "../router-state";
import { fastTrackBit, type RuleContext } from "./context";
import { Findings, nameOf } from "./findings";
import { matchers, Refused } from "./matchers";
import type { Table } from "./nft";

/** The hooks a mangle chain of this name runs at; any other name is a chain that is jumped to. */
const hooks = new Set(["prerouting", "input", "forward", "output", "postrouting"]);

/** What a row says about itself and not about packets. */
const remarks = new Set([
    ".id",
    ".nextid",
    ".about",
    "bytes",
    "packets",
    "dynamic",
    "invalid",
    "comment",
    "disabled",
    "chain",
    "action",
    "log",
    "log-prefix",
    "hw-offload",
]);

/** Arguments by action, with what they become. Everything else on a row is a matcher, or refused. */
const actions: Record<string, { uses: string[]; text: (row: Row, context: RuleContext) => string | Refused }> = {
    accept: { uses: [], text: () => "accept" },
    drop: { uses: [], text: () => "drop" },
    // Later packets of the connection go from device to device: no chain sees them, so they carry no mark.
    "fasttrack-connection": {
        uses: [],
        text: (_row, { fastTrack }) =>
            fastTrack?.by === "mark" ? `ct mark set ct mark | ${fastTrackBit}` : "flow add @fasttrack",
    },
    return: { uses: [], text: () => "return" },
    passthrough: { uses: [], text: () => "" },
    log: { uses: [], text: () => "" },
    jump: {
        uses: ["jump-target"],
        text: (row, { chains }) =>
            row["jump-target"] ? `jump ${chains.of(row["jump-target"])}` : new Refused("a jump without a target"),
    },
    "mark-connection": {
        uses: ["new-connection-mark", "passthrough"],
        text: (row, context) =>
            row["new-connection-mark"]
                ? `ct mark set ${context.connectionMarks.numberOf(row["new-connection-mark"])}${stop(row)}`
                : new Refused("no new-connection-mark"),
    },
    "mark-packet": {
        uses: ["new-packet-mark", "passthrough"],
        text: (row, context) =>
            row["new-packet-mark"]
                ? `meta mark set ${context.packetMarks.numberOf(row["new-packet-mark"])}${stop(row)}`
                : new Refused("no new-packet-mark"),
    },
    "change-dscp": {
        uses: ["new-dscp", "passthrough"],
        text: (row, { family }) =>
            /^\d+$/.test(row["new-dscp"] ?? "")
                ? `${family === "ipv4" ? "ip" : "ip6"} dscp set ${row["new-dscp"]}${stop(row)}`
                : new Refused(`new-dscp=${row["new-dscp"]}`),
    },
    "change-mss": {
        uses: ["new-mss", "passthrough"],
        text: (row) => {
            const size = row["new-mss"] === "clamp-to-pmtu" ? "rt mtu" : row["new-mss"];
            return size && /^(rt mtu|\d+)$/.test(size)
                ? `tcp option maxseg size set ${size}${stop(row)}`
                : new Refused(`new-mss=${row["new-mss"]}`);
        },
    },
};

/** One family's mangle as an nft table: the address lists that rules name, then the chains in the router's order. */
export function mangleTable(state: RouterState, context: RuleContext): Table {
    const { family } = context;
    const menu = `${family === "ipv4" ? "/ip" : "/ipv6"}/firewall/mangle`;
    const bodies = new Map<string, string[]>();
    firewallRows(state, family, "mangle").forEach((row, index) => {
        // The router's own counters rule for FastTrack, and nothing else, is dynamic here.
        if (!isEnabled(row) || isTrue(row["dynamic"])) return;
        const chain = row["chain"] ?? "forward";
        const text = ruleText(row, menu, index, context);
        if (text !== undefined) bodies.set(chain, [...(bodies.get(chain) ?? []), text]);
    });
    // A jump to a chain without rules is allowed on the router.
    for (const target of context.chains.names()) if (!bodies.has(target)) bodies.set(target, []);
    const fastTrack = fastTrackRules(state, context);
    const skip = fastTrack && context.fastTrack?.by === "mark" ? [`ct mark & ${fastTrackBit} != 0 accept`] : [];
    const chains = new Map<string, string[]>();
    for (const [chain, rules] of bodies) {
        const hook = hooks.has(chain) ? [`type filter hook ${chain} priority mangle; policy accept;`, ...skip] : [];
        chains.set(context.chains.of(chain), [...hook, ...rules]);
    }
    if (fastTrack) chains.set("fasttrack_forward", fastTrack);
    return {
        family: family === "ipv4" ? "ip" : "ip6",
        name: "routeros",
        counters: [],
        sets: new Map(context.lists.names().map((list) => [context.lists.of(list), setOf(state, list, context)])),
        ...(fastTrack && context.fastTrack?.by === "flowtable" && { flowtable: context.fastTrack.devices }),
        chains,
    };
}

/** Whether a FastTrack rule takes connections in this family. */
export function isFastTrack(row: Row): boolean {
    return row["action"] === "fasttrack-connection" && isEnabled(row) && !isTrue(row["dynamic"]);
}

/**
 * What decides about FastTrack: the rules up to the last FastTrack rule of `forward` that accept (the bypass among them)
 * or take a connection. What else the filter does is no part of the lab.
 */
function fastTrackRules(state: RouterState, context: RuleContext): string[] | undefined {
    const { family, findings, fastTrack } = context;
    if (!fastTrack) return undefined;
    const menu = `${family === "ipv4" ? "/ip" : "/ipv6"}/firewall/filter`;
    const rows = firewallRows(state, family, "filter");
    const last = rows.findLastIndex(isFastTrack);
    if (last < 0) return undefined;
    const rules = rows.slice(0, last + 1).flatMap((row, index) => {
        const decides = row["action"] === undefined || row["action"] === "accept" || isFastTrack(row);
        if (!decides || !isEnabled(row) || isTrue(row["dynamic"]) || row["chain"] !== "forward") return [];
        const own = new Findings();
        const text = ruleText(row, menu, index, { ...context, findings: own });
        if (own.refusals.length === 0 && text !== undefined) return [text];
        findings.note(
            nameOf(menu, row, index),
            `left out of what decides about FastTrack (${own.refusals.join("; ")})`,
        );
        return [];
    });
    const counted = context.counter(menu, { ".id": "fasttrack" });
    const taken = fastTrack.by === "mark" ? [`ct mark & ${fastTrackBit} != 0 ${counted} accept`] : [];
    return ["type filter hook forward priority filter; policy accept;", ...taken, ...rules];
}

function ruleText(row: Row, menu: string, index: number, context: RuleContext): string | undefined {
    const { findings } = context;
    const where = nameOf(menu, row, index);
    const actionName = row["action"] ?? "accept";
    const action = actions[actionName];
    if (!action) {
        findings.refuse(where, `action ${actionName} has no translation`);
        return undefined;
    }
    if (actionName === "log" || isTrue(row["log"])) findings.note(where, "its log lines are not written in the lab");
    const wanted = Object.entries(row).filter(
        ([key, value]) => !remarks.has(key) && !action.uses.includes(key) && value !== "",
    );
    const before = findings.refusals.length;
    for (const [key, value] of wanted) if (!matchers[key]) findings.refuse(where, `${key}=${value} has no translation`);
    const parts: string[] = [];
    // In an order of our own: the router gives a row's keys in any.
    for (const [key, matcher] of Object.entries(matchers)) {
        const value = wanted.find(([name]) => name === key)?.[1];
        if (value === undefined || (key === "protocol" && impliedByPorts(row))) continue;
        const negated = value.startsWith("!");
        const text = matcher(negated ? value.slice(1) : value, negated, context, row);
        if (text instanceof Refused) findings.refuse(where, `${key}: ${text.why}`);
        else parts.push(text);
    }
    const text = action.text(row, context);
    if (text instanceof Refused) findings.refuse(where, text.why);
    if (text instanceof Refused || findings.refusals.length > before) return undefined;
    return [...parts, context.counter(menu, row), ...(text ? [text] : [])].join(" ");
}

/** nft's `tcp dport` says the protocol already. */
function impliedByPorts(row: Row): boolean {
    return !row["protocol"]?.startsWith("!") && Boolean(row["dst-port"] || row["src-port"]);
}

/** `passthrough` defaults to yes: evaluation goes on behind a rule that marks. */
function stop(row: Row): string {
    return row["passthrough"] === undefined || isTrue(row["passthrough"]) ? "" : " accept";
}

/** Address rows that are names are carried by the dynamic rows the router made of them. */
function setOf(state: RouterState, list: string, context: RuleContext): { type: string; elements: string[] } {
    const { family, findings } = context;
    const menu = `${family === "ipv4" ? "/ip" : "/ipv6"}/firewall/address-list`;
    const rows = firewallRows(state, family, "address-list");
    const elements: string[] = [];
    rows.forEach((row, index) => {
        if (row["list"] !== list || !isEnabled(row)) return;
        const address = row["address"] ?? "";
        if (/^[0-9a-fA-F.:/-]*[.:][0-9a-fA-F.:/-]*$/.test(address)) elements.push(address);
        else if (rows.some((other) => isTrue(other["dynamic"]) && other["comment"] === address))
            findings.note(nameOf(menu, row, index), `${address} stands for the addresses the router found for it`);
        else findings.refuse(nameOf(menu, row, index), `${address} is a name, and no address was found for it`);
    });
    return { type: `type ${family === "ipv4" ? "ipv4_addr" : "ipv6_addr"}; flags interval; auto-merge;`, elements };
}
