import type { Row } from "../api";
import type { Device } from "../device/device";
import { PerDevice } from "../device/per-device";
import type { StoredRow } from "../device/table";
import { refuse } from "../errors";

/** Chains that exist without a rule naming them. */
const builtinChains: Record<string, readonly string[]> = {
    mangle: ["prerouting", "input", "forward", "output", "postrouting"],
    filter: ["input", "forward", "output"],
    nat: ["srcnat", "dstnat", "input", "output"],
    raw: ["prerouting", "output"],
};

/**
 * `invalid` as recorded: a reference that dangles, an address list without entries, an unknown jump target; also, oddly, a
 * rule that repeats an earlier one in a chain that no rule jumps to.
 */
export function isInvalidRule(device: Device, path: string, row: StoredRow): boolean {
    const menu = device.shape(path);
    const { values } = row;
    for (const name in values) {
        const value = values[name]!;
        if (menu.fields[name]?.kind === "reference") {
            const id = value.replace(/^!/, "");
            if (id.startsWith("*") && device.nameOf(menu.fields[name].menu!, id) === undefined) return true;
        } else if (name === "src-address-list" || name === "dst-address-list") {
            const lists = device.table(path.replace(/(filter|mangle|nat|raw)$/, "address-list"));
            if (lists.indexedBy("list", value.replace(/^!/, ""))!.size === 0) return true;
        }
    }
    const rules = device.table(path);
    const chains = builtinChains[path.split("/").at(-1)!]!;
    const target = values["jump-target"];
    if (target !== undefined && !chains.includes(target) && rules.indexedBy("chain", target)!.size === 0) return true;
    const chain = values["chain"]!;
    return !chains.includes(chain) && !isReferenced(rules.all(), chain) && repeatsEarlier(rules.all(), row);
}

function isReferenced(rules: readonly StoredRow[], chain: string): boolean {
    return rules.some((rule) => rule.values["jump-target"] === chain);
}

function repeatsEarlier(rules: readonly StoredRow[], row: StoredRow): boolean {
    const text = JSON.stringify(Object.entries(row.values).sort());
    for (const rule of rules) {
        if (rule === row) return false;
        if (JSON.stringify(Object.entries(rule.values).sort()) === text) return true;
    }
    return false;
}

/** At most 4096 different packet marks in the router's rules. */
export function checkPacketMarks(device: Device, mark: string, row: StoredRow | undefined): void {
    const marks = new Set<string>([mark]);
    for (const path of ["/ip/firewall/mangle", "/ipv6/firewall/mangle"]) {
        for (const rule of device.table(path).all()) {
            const other = rule === row ? undefined : rule.values["new-packet-mark"];
            if (other !== undefined) marks.add(other);
        }
    }
    if (marks.size > 4096) throw refuse.tooManyPacketMarks();
}

export function isFastTrackRule(row: StoredRow): boolean {
    return row.values["action"] === "fasttrack-connection" && row.values["disabled"] !== "true";
}

/** FastTrack stands in the rules of that family (assumed(dummy-rules): in an enabled rule of filter or mangle). */
export function hasFastTrack(device: Device, family: 4 | 6): boolean {
    return firewallPaths(family).some((path) => device.table(path).all().some(isFastTrackRule));
}

const firewallPaths = (family: 4 | 6) =>
    ["filter", "mangle", "raw"].map((table) => `/${family === 4 ? "ip" : "ipv6"}/firewall/${table}`);

const dummyComment = {
    4: "special dummy rule to show fasttrack counters",
    6: "special dummy rule to show fasttrack6 counters",
};

/**
 * With FastTrack in the rules, the tables start with a dynamic rule that shows its counters. It goes only when the rules
 * are gone and the router restarts.
 */
export function addFastTrackDummies(device: Device): void {
    for (const family of [4, 6] as const) {
        if (!hasFastTrack(device, family)) continue;
        for (const path of firewallPaths(family)) {
            const table = device.table(path);
            if (table.all()[0]?.builtin) continue;
            const values = { chain: "forward", action: "passthrough", comment: dummyComment[family] };
            table.insert({ values, dynamic: true, builtin: true }, false, table.all()[0]);
        }
    }
}

const fastTracked = new PerDevice(() => ({ 4: { bytes: 0, packets: 0 }, 6: { bytes: 0, packets: 0 } }));

export function countFastTracked(device: Device, family: 4 | 6, bytes: number, packets: number): void {
    fastTracked.of(device)[family].bytes += bytes;
    fastTracked.of(device)[family].packets += packets;
}

export function forgetFastTracked(device: Device): void {
    fastTracked.reset(device);
}

/** What `/ip/settings` and `/ipv6/settings` say of it. */
export function fastTrackStatus(device: Device, family: 4 | 6): Row {
    const { bytes, packets } = fastTracked.of(device)[family];
    return {
        [`ipv${family}-fasttrack-active`]: String(hasFastTrack(device, family)),
        [`ipv${family}-fasttrack-bytes`]: String(bytes),
        [`ipv${family}-fasttrack-packets`]: String(packets),
    };
}
