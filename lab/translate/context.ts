import type { Family } from "../router-state";
import type { Findings } from "./findings";
import type { Identifiers, Marks } from "./names";

/** Interfaces of the router to devices of the lab. */
export interface Devices {
    one(name: string): string | undefined;
    /** Devices of an interface list, none when the lab has none of its members. */
    list(name: string): string[] | undefined;
}

export interface RuleContext {
    family: Family;
    connectionMarks: Marks;
    packetMarks: Marks;
    /** Address lists by name; asking for one makes its set. */
    lists: Identifiers;
    chains: Identifiers;
    devices: Devices;
    findings: Findings;
    /** Devices of a flowtable, which does here what FastTrack does; none where the kernel has none. */
    flowtable?: string[];
}
