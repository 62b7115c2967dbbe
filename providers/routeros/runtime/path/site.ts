/** What a site wants of the forwarding path: given by a component with `requires`, asked by preflight and warnings. */
import type { Upload } from "./packet";
import type { Family } from "./rows";

/** Where a block of rules stands. An anchor matches exactly one rule that is not dynamic. */
export type RulesPosition =
    | "first"
    | "last"
    | { before: { comment?: string; action?: string } }
    | { after: { comment?: string; action?: string } };

/**
 * How uploads are marked.
 * - `connection`: the connection once, its packets by that mark, in `forward`.
 * - `packet`: packets by address list, in `forward`.
 * - `packet-late`: packets by address list, last in `postrouting`: over any packet mark set before.
 * - `packet-final`: the same, first there and final, where others mark in `postrouting` too; no later rule sees uploads.
 */
export type Form = "connection" | "packet" | "packet-late" | "packet-final";

/** From the least to the most that it asks of the router. */
export const forms: readonly Form[] = ["connection", "packet", "packet-late", "packet-final"];

/** A rule as the resource takes it: properties in camelCase. */
export type SiteRule = { key: string; chain: string; action: string } & Record<string, string | number | boolean>;

/** One form's rules, by family, where they stand, and what a FastTrack bypass must match beside its rule's matchers. */
export interface Marking {
    rules: Partial<Record<Family, SiteRule[]>>;
    position: RulesPosition;
    bypass: { connectionMark?: string; dstAddressList?: string; comment?: string };
}

export interface UploadSite {
    families: Family[];
    /** Interfaces that uploads leave by, the first the one meant where only one can be. */
    lines: string[];
    list: string;
    sourceList?: string;
    sources: string[];
    macs: string[];
    /** What was asked for, and each form that may be chosen. */
    marking: "auto" | Form;
    markings: Partial<Record<Form, Marking>>;
    connectionMark: string;
    packetMark: string;
    fastTrack: "bypass" | "leave";
    /** Packet marks that the leaf of everything else carries. */
    restMarks: string[];
    /** The tree: what it hangs on by line, as rows of `/queue/tree`. Empty where nothing is queued by us. */
    queues: Record<string, string>[];
    /** Leaves that uploads end in, one a line. */
    leaves: string[];
    /** `join`: the CAKE that stands puts uploads last, by their DSCP. */
    profile: "scavenger" | "seed-2018" | "join";
    /** Rate of our parent queue, or of the line where nothing is queued by us; bit/s. */
    rate: number;
    parentQueue?: string;
}

/** The site's uploads in one family over one line. */
export function uploadOf(site: UploadSite, family: Family, wan: string): Upload {
    return {
        family,
        wan,
        list: site.list,
        sources: site.sources,
        macs: site.macs,
        ...(site.sourceList === undefined ? {} : { sourceList: site.sourceList }),
    };
}
