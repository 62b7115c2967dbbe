/** Every finding about the way of an upload: its code, what it means, and what to do. `docs/findings.md` is made of it. */

/** `refused`: nothing is made; `warning`: said, and work goes on; `note`: said once where something is made. */
export type Weight = "refused" | "warning" | "note";

interface Entry {
    weight: Weight;
    /** What it means, a sentence or two. */
    means: string;
    /** What to do where no remedy was found that the model can vouch for. */
    next: string;
}

const entry = (weight: Weight, means: string, next: string): Entry => ({ weight, means, next });

export const catalogue = {
    "path/connection-marked": entry(
        "warning",
        "A rule of somebody else marks the connection before ours, which never marks over another's connection mark. " +
            "The upload then has no packet mark of ours and goes with all other traffic.",
        "Mark by packet, or exempt the uploads from that rule.",
    ),
    "path/packet-marked": entry(
        "warning",
        "A rule of somebody else has given the packet a mark before ours, which leaves marked packets alone.",
        "Use the form of marking that has the last word, or exempt the uploads from that rule.",
    ),
    "path/mark-overwritten": entry(
        "warning",
        "A rule behind ours gives the packet another mark, or another DSCP: ours is lost.",
        "Use the form of marking that has the last word, or exempt the uploads from that rule.",
    ),
    "path/ends-before": entry(
        "warning",
        "A rule ahead of ours ends evaluation for packets that ours are meant for: they are not marked.",
        "Let our rules stand first, or exempt the uploads from that rule.",
    ),
    "path/not-marked": entry(
        "warning",
        "No rule of ours marks the upload, and no rule of others was found that keeps it from that.",
        "Look at it with `routeros-s3 trace`.",
    ),
    "path/not-queued": entry(
        "warning",
        "Uploads carry our mark, and no leaf of ours takes them: a queue above our leaves is out of use.",
        "Enable the queue that our leaves hang on.",
    ),
    "path/fasttrack": entry(
        "warning",
        "A FastTrack rule takes the connection: its packets go past all marks, into the first class, until it ends.",
        "Let the FastTrack rule leave marked connections alone.",
    ),
    "path/fasttrack-first-packet": entry(
        "warning",
        "A FastTrack rule takes new connections too. Ours are accepted ahead of it once they are established, and never " +
            "while they are new, for what drops new connections must still see them. Whether RouterOS takes a connection " +
            "by its first packet alone is not recorded: undecided.",
        "Let the FastTrack rule match established and related connections only.",
    ),
    "path/fasttrack-in-mangle": entry(
        "warning",
        "A FastTrack rule stands in mangle. An accept ahead of it would keep our uploads from rules behind it, so none is made.",
        "Let the FastTrack rule leave marked connections alone, or move the rules ahead of it.",
    ),
    "path/untracked": entry(
        "warning",
        "A raw rule takes the upload out of connection tracking: it has no connection, and no connection mark.",
        "Mark by packet, or exempt the uploads from that rule.",
    ),
    "path/unread": entry(
        "warning",
        "The router does not let the user of this program read a table that uploads come to before our rules. What stands " +
            "there may keep them from our marks.",
        "Give the user's group the policies read and rest-api, or look at that table yourself.",
    ),
    "path/redirected": entry(
        "warning",
        "Destination NAT sends the upload elsewhere, to a proxy for example: it does not leave as what it was.",
        "Exempt the uploads from that rule if they are to be shaped.",
    ),
    "path/stray-mark": entry(
        "warning",
        "Packets with that mark are carried by no queue of ours: they go past the guarantees.",
        "Add the mark to `restMarks` where such packets leave by the shaped interface.",
    ),
    "path/downloads": entry(
        "note",
        "A bypass tells our connections by where they go, whoever opened them: downloads from S3 in the region lose " +
            "FastTrack as well. FastTrack takes a connection with the first answer, before anybody can tell an upload from " +
            "a download, so nothing narrower is safe.",
        "Name the hosts that upload in `sourceAddresses`: only their connections then lose FastTrack.",
    ),
    "shaper/holds-uploads": entry(
        "refused",
        "A queue that stands already holds every upload of the house below our own numbers: it decides, not we.",
        "Take it out of use, or use `profile: join` where it is CAKE that sorts by DSCP.",
    ),
    "shaper/some": entry(
        "note",
        "A queue that stands already holds a part of the house. It hurts nothing: those hosts' uploads are slower still.",
        "Nothing, unless those are the hosts that upload.",
    ),
    "parent/disabled": entry(
        "refused",
        "The queue meant as parent is out of use: nothing under it is queued.",
        "Enable it, or take `parentQueue` out.",
    ),
    "parent/place": entry(
        "refused",
        "The queue meant as parent does not hang on the line: under `global` or on the LAN it would hold downloads at the " +
            "upload's rate.",
        "Name a queue of the tree on the WAN, or take `parentQueue` out.",
    ),
    "parent/leaf": entry(
        "refused",
        "The queue meant as parent carries packets itself, by its marks or as CAKE: with children it would carry none.",
        "Name an inner queue, use `profile: join` for a CAKE, or take `parentQueue` out.",
    ),
    "parent/rest": entry(
        "refused",
        "The queue meant as parent has a leaf for unmarked packets already: which of two gets them is not known.",
        "Take that leaf out of use, or take `parentQueue` out.",
    ),
    "parent/width": entry(
        "refused",
        "The queue meant as parent is narrower than what our leaves are guaranteed, or has no width at all.",
        "Set `uplink` to the width of that queue, or give that queue a max-limit.",
    ),
    "join/none": entry(
        "refused",
        "`profile: join` needs a CAKE with diffserv3, diffserv4 or diffserv8 that uploads pass; none was found.",
        "Set `cake-diffserv=diffserv4` on the type of the queue that shapes the line, or use the profile `scavenger`.",
    ),
    "join/besteffort": entry(
        "refused",
        "The CAKE on the line has a single class: a DSCP changes nothing in it.",
        "Set `cake-diffserv=diffserv4` on its type.",
    ),
    "join/precedence": entry(
        "refused",
        "The CAKE on the line sorts by IP precedence: what says it is to be last goes ahead of what says nothing.",
        "Set `cake-diffserv=diffserv4` on its type.",
    ),
    "join/wash": entry(
        "refused",
        "A CAKE ahead of that on the line clears the DSCP (`cake-wash`) before it is looked at.",
        "Set `cake-wash=no` on that type.",
    ),
    "join/below": entry(
        "refused",
        "The CAKE stands on the port below a dial-up or VLAN, where it sees no IP header of the upload.",
        "Hang the queue on the interface that has the address.",
    ),
    "wan/lan": entry(
        "refused",
        "The interface meant as WAN is one of the LAN: every download of the house would go through the upload's queue.",
        "Name the interface of the default route.",
    ),
    "wan/loopback": entry(
        "refused",
        "The loopback interface leads nowhere.",
        "Name the interface of the default route.",
    ),
    "wan/disabled": entry("refused", "The interface meant as WAN is disabled.", "Enable it, or name another."),
    "wan/below": entry(
        "refused",
        "Another interface runs over the one meant as WAN; forwarded packets leave by that, and nothing would ever match.",
        "Name the interface that runs over it.",
    ),
    "wan/member": entry(
        "refused",
        "The interface meant as WAN is a member of a bridge or bond; packets leave by that, and nothing would ever match.",
        "Name the bridge or bond.",
    ),
    "wan/no-route": entry(
        "warning",
        "No default route goes by the interface meant as WAN, and one goes by another: a tunnel over it, for example. What " +
            "leaves by that one is not shaped; only what other routes send by the WAN is.",
        "Name the interface of the default route.",
    ),
    "wan/other-line": entry(
        "warning",
        "Another interface has a default route too: what leaves by it is not shaped.",
        "Give each line a tree of its own with `wanInterfaces`.",
    ),
    "profile/seed-2018": entry(
        "note",
        "The article's numbers guarantee S3 half of the line, and together more than the line: uploads do not give way.",
        "Nothing if that is wanted; the profile `scavenger` puts uploads last.",
    ),
} as const satisfies Record<string, Entry>;

export type FindingCode = keyof typeof catalogue;

/** The page, as `docs/findings.md` holds it. */
export function findingsPage(): string {
    const sections = Object.entries(catalogue).map(
        ([code, { weight, means, next }]) => `## ${code}\n\n${words[weight]} ${means}\n\n**Next:** ${next}\n`,
    );
    return `${head}\n${sections.join("\n")}`;
}

const words: Record<Weight, string> = {
    refused:
        "_Refused for a site that is made, or goes to another line, wider or into another profile; a warning of one that stands._",
    warning: "_A warning._",
    note: "_A note._",
};

const head = `# Findings

What is found about the way of an upload through the router, from its rules and queues as they stand. A finding is
certain, or says what leaves it undecided. Where a remedy is printed, it was tried in the model first: with it, uploads
end last. This page is made from \`providers/routeros/runtime/path/catalogue.ts\` (\`npm run docs:findings\`).
`;
