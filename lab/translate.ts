import { firewallRows, isEnabled, type RouterState, type Row, rowsOf } from "./router-state";
import type { Devices, FastTrack } from "./translate/context";
import { Findings, nameOf, type StandIn, TranslationError } from "./translate/findings";
import type { Discipline } from "./translate/leaf-queues";
import { Identifiers, Marks } from "./translate/names";
import { type Table, textOf } from "./translate/nft";
import { type QueueClass, queueClasses } from "./translate/queues";
import { isFastTrack, mangleTable } from "./translate/rules";

export { type StandIn, TranslationError } from "./translate/findings";
export type { QueueClass } from "./translate/queues";

export interface TranslateOptions {
    /** Interface of the router to device of the lab: `{ ether5: "wan", bridge: "lan" }`. */
    devices: Record<string, string>;
    /** What the kernel has beside `htb`, `pfifo` and `bfifo`; what it lacks gets a stand-in. @default nothing */
    kernel?: ReadonlySet<Discipline>;
    /** The rows change while packets pass: see {@link LiveOptions}. */
    live?: LiveOptions;
}

/**
 * For a router whose rows come and go one by one. Marks keep their numbers, classes and counters are named by the row's id,
 * FastTrack is a mark where the kernel has no flowtable, and what has no translation is left out and noted.
 */
export interface LiveOptions {
    connectionMarks: Marks;
    packetMarks: Marks;
}

/** A router's marks and queues in Linux's own parts. */
export interface Translation {
    /** A ruleset for `nft -f`. */
    nft: string;
    /** The same, table by table. */
    tables: Table[];
    /** Lines for `tc -batch`. */
    tc: string;
    classes: QueueClass[];
    /** Packet mark to the number it has in the lab. */
    packetMarks: Record<string, number>;
    connectionMarks: Record<string, number>;
    standIns: StandIn[];
    notes: string[];
}

/** Counter of a rule, by its menu and id: `filter_1A`. */
export function counterName(menu: string, id: string): string {
    return `${menu.split("/").at(-1)}_${id.replace("*", "")}`;
}

const families = ["ipv4", "ipv6"] as const;

/**
 * Rows of a router to an nft ruleset and HTB classes that do the same to packets. Rows that are disabled are left
 * out. Throws a {@link TranslationError} naming everything that it cannot carry over. Pure.
 */
export function translate(state: RouterState, options: TranslateOptions): Translation {
    const findings = new Findings();
    const devices = devicesOf(state, options.devices);
    const { live } = options;
    const { connectionMarks, packetMarks } = live ?? { connectionMarks: new Marks(), packetMarks: new Marks() };
    const kernel = options.kernel ?? new Set();
    const flowtable = kernel.has("flowtable");
    const fastTrack: FastTrack | undefined = flowtable
        ? { by: "flowtable", devices: Object.values(options.devices) }
        : live && { by: "mark" };
    const tables = families.map((family) => {
        const counters = new Set<string>();
        const counter = (menu: string, row: Row): string => {
            if (!live) return "counter";
            const name = counterName(menu, row[".id"] ?? "");
            counters.add(name);
            return `counter name "${name}"`;
        };
        const table = mangleTable(state, {
            family,
            connectionMarks,
            packetMarks,
            lists: new Identifiers("list_"),
            chains: new Identifiers("chain_"),
            devices,
            findings,
            counter,
            ...(fastTrack && { fastTrack }),
        });
        return { ...table, counters: [...counters] };
    });
    const fastTracked = flowtable && families.some((family) => firewallRows(state, family, "filter").some(isFastTrack));
    const queues = queueClasses(state, devices, packetMarks, kernel, findings, {
        fastTracked,
        live: live !== undefined,
    });
    reportBesideTheTree(state, findings, fastTrack !== undefined);
    if (live) for (const refusal of findings.refusals.splice(0)) findings.notes.push(`${refusal}; left out`);
    if (findings.refusals.length > 0) throw new TranslationError(findings.refusals);
    const all = [...tables, queues.classifier];
    return {
        nft: all.map((table) => textOf(table)).join(""),
        tables: all,
        tc: [...queues.tc.values()].flat().join("\n"),
        classes: queues.classes,
        packetMarks: Object.fromEntries(packetMarks.entries()),
        connectionMarks: Object.fromEntries(connectionMarks.entries()),
        standIns: findings.standIns,
        notes: findings.notes,
    };
}

/** Things that act on the same packets and are no part of mangle and tree. */
function reportBesideTheTree(state: RouterState, findings: Findings, fastTrack: boolean): void {
    rowsOf(state, "/queue/simple").forEach((row, index) => {
        if (isEnabled(row)) findings.refuse(nameOf("/queue/simple", row, index), "simple queues have no translation");
    });
    if (fastTrack) return;
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
