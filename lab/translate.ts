import { firewallRows, isEnabled, type RouterState, rowsOf } from "./router-state";
import type { Devices } from "./translate/context";
import { Findings, nameOf, type StandIn, TranslationError } from "./translate/findings";
import type { Discipline } from "./translate/leaf-queues";
import { Identifiers, Marks } from "./translate/names";
import { type QueueClass, queueClasses } from "./translate/queues";
import { isFastTrack, mangleTable } from "./translate/rules";

export { type StandIn, TranslationError } from "./translate/findings";
export type { QueueClass } from "./translate/queues";

export interface TranslateOptions {
    /** Interface of the router to device of the lab: `{ ether5: "wan", bridge: "lan" }`. */
    devices: Record<string, string>;
    /** What the kernel has beside `htb`, `pfifo` and `bfifo`; what it lacks gets a stand-in. @default nothing */
    kernel?: ReadonlySet<Discipline>;
}

/** A router's marks and queues in Linux's own parts. */
export interface Translation {
    /** A ruleset for `nft -f`. */
    nft: string;
    /** Lines for `tc -batch`. */
    tc: string;
    classes: QueueClass[];
    /** Packet mark to the number it has in the lab. */
    packetMarks: Record<string, number>;
    connectionMarks: Record<string, number>;
    standIns: StandIn[];
    notes: string[];
}

const families = ["ipv4", "ipv6"] as const;

/**
 * Rows of a router to an nft ruleset and HTB classes that do the same to packets. Rows that are disabled are left
 * out. Throws a {@link TranslationError} naming everything that it cannot carry over. Pure.
 */
export function translate(state: RouterState, options: TranslateOptions): Translation {
    const findings = new Findings();
    const devices = devicesOf(state, options.devices);
    const connectionMarks = new Marks();
    const packetMarks = new Marks();
    const kernel = options.kernel ?? new Set();
    const flowtable = kernel.has("flowtable");
    const tables = families.map((family) =>
        mangleTable(state, {
            family,
            connectionMarks,
            packetMarks,
            lists: new Identifiers("list_"),
            chains: new Identifiers("chain_"),
            devices,
            findings,
            ...(flowtable && { flowtable: Object.values(options.devices) }),
        }),
    );
    const fastTracked = flowtable && families.some((family) => firewallRows(state, family, "filter").some(isFastTrack));
    const queues = queueClasses(state, devices, packetMarks, kernel, findings, fastTracked);
    reportBesideTheTree(state, findings, flowtable);
    if (findings.refusals.length > 0) throw new TranslationError(findings.refusals);
    return {
        nft: [...tables, queues.classifier].join(""),
        tc: [...queues.tc.values()].flat().join("\n"),
        classes: queues.classes,
        packetMarks: Object.fromEntries(packetMarks.entries()),
        connectionMarks: Object.fromEntries(connectionMarks.entries()),
        standIns: findings.standIns,
        notes: findings.notes,
    };
}

/** Things that act on the same packets and are no part of mangle and tree. */
function reportBesideTheTree(state: RouterState, findings: Findings, flowtable: boolean): void {
    rowsOf(state, "/queue/simple").forEach((row, index) => {
        if (isEnabled(row)) findings.refuse(nameOf("/queue/simple", row, index), "simple queues have no translation");
    });
    if (flowtable) return;
    for (const family of families) {
        const menu = family === "ipv4" ? "/ip/firewall/filter" : "/ipv6/firewall/filter";
        firewallRows(state, family, "filter").forEach((row, index) => {
            if (isFastTrack(row))
                findings.note(
                    nameOf(menu, row, index),
                    "FastTrack is not reproduced on packets; `npx routeros-s3 trace` works out what it takes",
                );
        });
    }
}

function devicesOf(state: RouterState, devices: Record<string, string>): Devices {
    return {
        one: (name) => devices[name],
        list: (name) => {
            const members = rowsOf(state, "/interface/list/member")
                .filter((row) => row["list"] === name && isEnabled(row))
                .map((row) => devices[row["interface"] ?? ""])
                .filter((device) => device !== undefined);
            return members.length > 0 ? members : undefined;
        },
    };
}
