import type { Family, Row } from "../router-state";
import type { Findings } from "./findings";
import type { Identifiers, Marks } from "./names";

/** Interfaces of the router to devices of the lab. */
export interface Devices {
    one(name: string): string | undefined;
    /** Devices of an interface list, none when the lab has none of its members. */
    list(name: string): string[] | undefined;
}

/**
 * A flowtable between devices, or a bit of the connection's mark by which its packets skip the rules. A connection that
 * has it keeps its place in the kernel's tracking, which RouterOS's does too.
 */
export type FastTrack = { by: "flowtable"; devices: string[] } | { by: "mark" };

export const fastTrackBit = 0x40000000;

export interface RuleContext {
    family: Family;
    connectionMarks: Marks;
    packetMarks: Marks;
    /** Address lists by name; asking for one makes its set. */
    lists: Identifiers;
    chains: Identifiers;
    devices: Devices;
    findings: Findings;
    /** What does here what FastTrack does; none where nothing does. */
    fastTrack?: FastTrack;
    /** A rule's counter, as nft takes it. */
    counter: (menu: string, row: Row) => string;
}
