import type { Form } from "../../providers/routeros/runtime/path/site";
import type { LineKind, ProfileName, QueueNames, RowComments } from "./profiles";
import type { Source } from "./sources";

/** One line of the site: the interface, and its measured upload rate in bit/s. */
export interface Line {
    interface: string;
    uplink: number;
}

/**
 * The router side of a site, whole and valid: every default and every name filled in. Written out, not inferred from
 * the table of keys, for it is part of the package's declarations, which name no schema library.
 */
export interface ShapingPlan {
    wanInterface?: string;
    wanInterface6?: string;
    /** Measured upload rate, bit/s. */
    uplink?: number;
    wanInterfaces?: Line[];
    /** `wanInterfaces`, or the one line of `wanInterface` and `uplink`. */
    lines: Line[];
    headroomPercent: number;
    line: LineKind;
    uploadConnections: number;
    profile: ProfileName;
    shaping: "on" | "off";
    addressFamilies: ("ipv4" | "ipv6")[];
    sourceAddresses: Source[];
    marking: "auto" | Form;
    fastTrack: "bypass" | "leave";
    /** A kind of queue type, or `existing:<name>`. */
    leafQueue: string;
    parentQueue?: string;
    restMarks: string[];
    rulesPosition: "first" | "last" | { before: Anchor } | { after: Anchor };
    listName: string;
    comments: RowComments;
    connectionMark: string;
    packetMark: string;
    queueNames: QueueNames;
    adopt: boolean;
}

/** One rule, by its comment or its action. */
interface Anchor {
    comment?: string;
    action?: string;
}
