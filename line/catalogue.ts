/** Every finding of `routeros-s3 doctor` beside those of the forwarding path. `docs/doctor.md` is made of it. */
import type { Effect, Finding, Verdict } from "./output";

interface Entry {
    effect: Effect;
    means: string;
    next: string;
}

const entry = (effect: Effect, means: string, next: string): Entry => ({ effect, means, next });

/** In the order in which findings of one effect are told. */
export const catalogue = {
    "rows/parent-disabled": entry(
        "not-shaped",
        "The parent queue on the line is out of use: without it no packet is queued by us, whatever else stands.",
        "Run `pulumi up`, which enables it again.",
    ),
    "rows/shaping-off": entry(
        "not-shaped",
        "The stack says `shaping: off`: the parent queue is kept out of use on purpose.",
        "Run `pulumi config set routeros-s3:shaping on` and `pulumi up`.",
    ),
    "rows/none": entry(
        "not-shaped",
        "The stack records nothing on a router: it was never brought up, or was taken down.",
        "Run `pulumi up`.",
    ),
    "router/unreachable": entry(
        "undecided",
        "The router did not answer, or let nobody in, so nothing can be told of it.",
        "Follow the message; the router's REST is at its service www-ssl.",
    ),
    "router/other-device": entry(
        "undecided",
        "Another device answers than the one that the stack wrote to: what it has recorded says nothing of this one.",
        "Look at routeros:url; a router that took the other's place is named by routeros:device, then `pulumi up`.",
    ),
    "router/too-old": entry(
        "harm",
        "RouterOS is older than `pulumi up` can work with.",
        "Upgrade RouterOS under /system/package/update.",
    ),
    "router/menu-unread": entry(
        "undecided",
        "A menu that decides where uploads go could not be read.",
        "Give the user of the router the right to read it.",
    ),
    "router/rights": entry(
        "harm",
        "The user's group on the router lacks a right that `pulumi up` needs.",
        "Add the right to the group under /user/group.",
    ),
    "router/certificate-ends": entry(
        "harm",
        "The certificate of the router's REST ends within 30 days: from then on neither `pulumi up` nor the doctor reaches it, " +
            "unless it is pinned by its fingerprint.",
        "Renew it under /certificate; a pinned one is pinned anew after that (`npx routeros-s3 fingerprint`).",
    ),
    "rows/missing": entry(
        "not-shaped",
        "A row of ours is gone from the router.",
        "Run `pulumi up`, which makes it again.",
    ),
    "rows/disabled": entry(
        "not-shaped",
        "A row of ours is out of use: what it did is not done.",
        "Run `pulumi up`, which enables it again.",
    ),
    "rows/changed": entry(
        "harm",
        "A row of ours is not as the stack made it: somebody changed it by hand, moved it, or put a rule between.",
        "Look at `pulumi preview`; `pulumi up` puts it right.",
    ),
    "rows/unread": entry(
        "undecided",
        "Whether our rows stand as they should could not be read.",
        "Follow the message.",
    ),
    "way/elsewhere": entry(
        "not-shaped",
        "By the rules and queues that stand on the router, uploads do not end in the leaf for uploads.",
        "Run `pulumi up`, which puts our rules where they are needed; `npx routeros-s3 trace` shows the way.",
    ),
    "wan/unknown": entry(
        "not-shaped",
        "The router has no interface of that name.",
        "Set `wanInterface` to one it has.",
    ),
    "wan/down": entry(
        "note",
        "The line is out of use or down: nothing leaves by it at the moment.",
        "Look at the interface on the router.",
    ),
    "wan/no-route": entry(
        "not-shaped",
        "The default route leaves by another interface: uploads never pass the one that is shaped.",
        "Set `wanInterface` to the interface of the default route.",
    ),
    "wan/other-line": entry(
        "undecided",
        "A default route in use goes by another interface too: uploads that leave by that one are not shaped.",
        "Give each line a tree of its own with `wanInterfaces`.",
    ),
    "wan/route-unknown": entry(
        "undecided",
        "No active default route was found, so by which interface uploads leave is not known.",
        "Look at /ip/route on the router.",
    ),
    "hardware/l3-offloading": entry(
        "undecided",
        "The switch chip may route by itself (L3 hardware offloading): such packets pass no rule and no queue.",
        "Set l3-hw-offloading=no on the ports of the line and of the hosts that upload.",
    ),
    "hardware/bridged": entry(
        "undecided",
        "The line is a port of a bridge whose packets do not pass the IP firewall.",
        "Set `wanInterface` to the bridge, or to the interface that routes.",
    ),
    "proof/fasttracked": entry(
        "not-shaped",
        "Connections that carry our mark are FastTracked: most of their packets pass neither rules nor our leaf.",
        "Run `npx routeros-s3 release --yes` once; if they come back, look at the findings of the path.",
    ),
    "proof/elsewhere": entry(
        "not-shaped",
        "Uploads are under way, and the leaf for uploads carries next to nothing of them.",
        "Look at `npx routeros-s3 trace` for one of these connections.",
    ),
    "proof/shaped": entry(
        "note",
        "Uploads are under way, and what they send goes through the leaf for uploads: seen, not worked out.",
        "Nothing.",
    ),
    "proof/no-upload": entry(
        "note",
        "No upload was under way while the router was looked at: what stands is right, and was not seen at work.",
        "Ask again while an upload runs.",
    ),
    "proof/starved": entry(
        "harm",
        "The guarantee of the leaf, shared by the connections there are, is less than one full packet in 20 s for each: " +
            "S3 closes what is silent for so long.",
        "Use fewer connections (`aws configure set s3.max_concurrent_requests 10`), or a larger uplink.",
    ),
    "names/outside-list": entry(
        "not-shaped",
        "A name that uploads go to resolves to an address that is not in the router's list.",
        "Run `pulumi up`, which takes AWS's newest ranges; accelerate endpoints are never in them.",
    ),
    "names/unresolved": entry(
        "note",
        "A name of S3 could not be resolved from this machine.",
        "Look at this machine's resolver.",
    ),
    "list/dynamic": entry(
        "harm",
        "Our address list has entries that a rule or a script of the router made: what goes there gives way as uploads do.",
        "Look for the rule with add-dst-to-address-list and our list's name, and give it another list.",
    ),
    "feed/changed": entry(
        "harm",
        "AWS has published ranges since the last `up` that the router's list does not have.",
        "Run `pulumi up`.",
    ),
    "feed/unread": entry("note", "AWS's ranges could not be read for comparison.", "Follow the message."),
    "clock/off": entry(
        "note",
        "The router's clock differs from this machine's: certificates and rules by time go by it.",
        "Set /system/ntp/client on the router.",
    ),
    "cloud/not-looked": entry(
        "note",
        "The bucket was not looked at: no credentials are at hand here, or they may not read it.",
        "Run it with the credentials of the stack.",
    ),
    "cloud/bucket-gone": entry("harm", "The bucket does not exist.", "Look at `pulumi preview` before anything else."),
    "cloud/lifecycle-gone": entry(
        "harm",
        "The bucket has no lifecycle rule: objects stay in the class they were sent with, and unfinished uploads cost " +
            "money for ever.",
        "Run `pulumi up`, which puts it back.",
    ),
    "cloud/lifecycle-changed": entry(
        "harm",
        "The bucket's lifecycle rules are not those of the stack.",
        "Look at `pulumi preview`; a rule that deletes objects deletes the backup.",
    ),
    "cloud/public": entry(
        "harm",
        "Public access to the bucket is not blocked in all four ways.",
        "Run `pulumi up`, which puts the block back.",
    ),
    "cloud/policy-changed": entry(
        "harm",
        "The policy of the identity that uploads, or restores, is not the one the stack gave it: uploads may fail, or it may do " +
            "more than it should.",
        "Look at `pulumi preview`; `pulumi up` puts it back.",
    ),
    "cloud/accelerated": entry(
        "note",
        "The bucket has Transfer Acceleration: uploads by its endpoint go to addresses that are in no region's prefixes, and " +
            "are not shaped.",
        "Upload without `use_accelerate_endpoint`, or turn acceleration off.",
    ),
    "cloud/unfinished": entry(
        "note",
        "Uploads were begun and not finished: their parts cost storage until the lifecycle gives them up.",
        "Nothing, if the lifecycle stands; `aws s3api list-multipart-uploads` shows them.",
    ),
} as const satisfies Record<string, Entry>;

export type FindingCode = keyof typeof catalogue;

export function finding(code: FindingCode, seen: string, more: Partial<Finding> = {}): Finding {
    const { effect, next } = catalogue[code];
    return { code, effect, certain: true, seen, next, ...more };
}

const effects: readonly Effect[] = ["not-shaped", "undecided", "harm", "note"];

/** By weight: what decides first, and within it in the catalogue's order. */
export function byWeight(findings: readonly Finding[]): Finding[] {
    const codes = Object.keys(catalogue);
    const place = ({ code }: Finding): number => (codes.includes(code) ? codes.indexOf(code) : 3.5);
    return [...findings].sort((a, b) => effects.indexOf(a.effect) - effects.indexOf(b.effect) || place(a) - place(b));
}

/** What is certain decides; what is not leaves it open. */
export function verdictOf(findings: readonly Finding[]): Verdict {
    if (findings.some(({ effect, certain }) => effect === "not-shaped" && certain)) return "not-shaped";
    const open = findings.some(({ effect }) => effect === "not-shaped" || effect === "undecided");
    return open ? "undecided" : "shaped";
}

const words: Record<Effect, string> = {
    "not-shaped": "_Uploads are not shaped._",
    undecided: "_It could not be told whether uploads are shaped._",
    harm: "_Uploads are shaped; something else is wrong._",
    note: "_A note._",
};

const head = `# Doctor

\`npx routeros-s3 doctor\` looks at the router once, while your uploads run or at rest, and ends in one sentence: uploads of
this site are shaped, or not shaped and why. It ends with 0 (shaped), 1 (not shaped) or 2 (could not tell), for a monitor;
\`--json\` prints the same as data. It writes nothing, asks nothing that blocks the router or that switches FastTrack off,
and at most 40 small questions. Findings are told by weight. Those whose code begins with \`path/\` or \`shaper/\` are in
[findings.md](findings.md). This page is made from \`line/catalogue.ts\` (\`npm run docs:findings\`).
`;

/** The page, as `docs/doctor.md` holds it. */
export function doctorPage(): string {
    const sections = Object.entries(catalogue).map(
        ([code, { effect, means, next }]) => `## ${code}\n\n${words[effect]} ${means}\n\n**Next:** ${next}\n`,
    );
    return `${head}\n${sections.join("\n")}`;
}
