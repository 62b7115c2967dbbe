import { planned } from "../profiles";
import type { RouterState, Row } from "../router-state";

/** One step of the story: what the router and the uploading host do, and a sentence on what is seen. */
export interface Step {
    key: string;
    title: string;
    sentence: string;
    state?: RouterState;
    /** The command line tool's `max_bandwidth`, in bit/s. */
    hostLimit?: number;
}

/** The article's line. */
export const articleLine = 20e6;

/** The default configuration's rule and the one behind it (RouterOS's defconf). */
const fastTrack: Row[] = [
    { chain: "forward", action: "fasttrack-connection", "connection-state": "established,related" },
    { chain: "forward", action: "accept", "connection-state": "established,related,untracked" },
];

/** The bypass that `pulumi up` puts before a FastTrack rule: its matchers, and our connection mark. */
function bypass(state: RouterState): Row {
    const mark = (state["/ip/firewall/mangle"] ?? []).find((row) => row["action"] === "mark-connection");
    return {
        chain: "forward",
        action: "accept",
        "connection-state": "established,related",
        "connection-mark": mark?.["new-connection-mark"] ?? "",
    };
}

/** Without a flowtable nothing takes packets past the rules: a step with FastTrack on would show what is not so. */
export function needsFlowtable({ state }: Step): boolean {
    return (state?.["/ip/firewall/filter"] ?? []).some((row) => row["action"] === "fasttrack-connection");
}

export function steps(): Step[] {
    const only = { addressFamilies: ["ipv4"] };
    const article = planned("seed-2018", articleLine, only);
    const ours = planned("scavenger", articleLine, only);
    return [
        {
            key: "none",
            title: "Router does nothing",
            sentence: "The upload takes the whole line, and everybody else waits behind it in the modem.",
        },
        {
            key: "fasttrack",
            title: "It's NOT working! The article's queues, FastTrack on",
            sentence: "The rules are right and nothing comes of them: FastTrack takes the connection past the marks.",
            state: { ...article, "/ip/firewall/filter": fastTrack },
        },
        {
            key: "seed-2018",
            title: "The article's queues, FastTrack off",
            sentence: "With FastTrack switched off for everybody the upload keeps to its half of the line.",
            state: article,
        },
        {
            key: "scavenger",
            title: "scavenger, FastTrack on",
            sentence: "FastTrack stays on for all but the upload, which has the line while nobody else wants it.",
            state: { ...ours, "/ip/firewall/filter": [bypass(ours), ...fastTrack] },
        },
        {
            key: "max_bandwidth",
            title: "AWS command line at half of the line",
            sentence: "The simple way: the tool limits itself, and half of the line stays unused all night.",
            hostLimit: articleLine / 2,
        },
    ];
}
