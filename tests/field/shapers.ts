import { accept, type Case, fastTrack, router } from "./case";

const bridgeCake = (type: string, queue = "name=all target=bridge queue=shaper/default-small max-limit=19M/90M") => `
/queue type
add kind=cake name=shaper ${type}
/queue simple
add ${queue}
`;
const treeCake = (type: string, queue = "name=up parent=ether1 packet-mark=no-mark queue=shaper max-limit=19M") => `
/queue type
add kind=cake name=shaper ${type}
/queue tree
add ${queue}
`;
const join = { profile: "join" } as const;

/** Shapers that stand already. */
export const shaperCases: Case[] = [
    ...["diffserv3", "diffserv4", "diffserv8"].map((classes) =>
        router(`joins CAKE with ${classes} in a tree`, treeCake(`cake-diffserv=${classes}`), {
            args: join,
            leaf: "up",
        }),
    ),
    router("joins CAKE in a simple queue of the LAN", bridgeCake("cake-diffserv=diffserv4"), {
        args: join,
        leaf: "none",
    }),
    router(
        "joins CAKE in a simple queue of the WAN",
        bridgeCake("cake-diffserv=diffserv4", "name=all target=ether1 queue=default-small/shaper max-limit=90M/19M"),
        { args: join, leaf: "none" },
    ),
    router(
        "joins CAKE, and another rule gives all packets a DSCP first",
        `${treeCake("cake-diffserv=diffserv4")}/ip firewall mangle
add action=change-dscp chain=postrouting new-dscp=0 passthrough=yes out-interface=ether1
`,
        { args: join, leaf: "up" },
    ),
    router("joins CAKE, and FastTrack is left as it is", `${treeCake("")}/ip firewall filter\n${fastTrack}${accept}`, {
        args: { ...join, fastTrack: "leave" },
        findings: ["path/fasttrack"],
        leaf: "up",
    }),
    router("CAKE by IP precedence", treeCake("cake-diffserv=precedence"), {
        args: { profile: "join" },
        refused: { code: "join/precedence", names: /queue "up".*cake-diffserv=diffserv4 on queue type shaper/ },
    }),
    router("CAKE without classes", treeCake("cake-diffserv=besteffort"), {
        args: join,
        refused: { code: "join/besteffort", names: /queue "up".*cake-diffserv=diffserv4 on queue type shaper/ },
    }),
    router(
        "a CAKE that washes ahead of the one with classes",
        `${treeCake("cake-diffserv=diffserv4")}/queue type
add kind=cake name=wash cake-diffserv=besteffort cake-wash=yes
/queue simple
add name=washer target=bridge queue=wash/wash max-limit=30M/90M
`,
        { args: join, refused: { code: "join/wash", names: /queue "washer" clears the DSCP before "up"/ } },
    ),
    router(
        "an fq_codel alone",
        "/queue type\nadd kind=fq-codel name=fq\n/queue tree\nadd name=up parent=ether1 packet-mark=no-mark queue=fq max-limit=19M",
        { args: join, refused: { code: "join/none", names: /queue "up" on ether1 is of kind fq-codel/ } },
    ),
    router("no shaper to join", "", { args: join, refused: { code: "join/none", names: /ether1 has no CAKE/ } }),
    router(
        "CAKE below a dial-up",
        `/interface pppoe-client
add add-default-route=yes disabled=no interface=ether1 name=pppoe-out1 user=x
/ip address
remove [ find interface=ether1 ]
/ip route
remove [ find gateway=203.0.113.1 ]
add gateway=pppoe-out1
${treeCake("cake-diffserv=diffserv4")}`,
        {
            args: { ...join, wanInterface: "pppoe-out1" },
            refused: {
                code: "join/below",
                names: /queue "up" hangs on ether1, below pppoe-out1.*Hang it on pppoe-out1/,
            },
        },
    ),
    ...(
        [
            ["under global", "name=line parent=global max-limit=20M", "parent/place"],
            ["on the LAN", "name=line parent=bridge max-limit=20M", "parent/place"],
            ["a leaf with marks", "name=line parent=ether1 packet-mark=voice max-limit=20M", "parent/leaf"],
            ["too narrow", "name=line parent=ether1 max-limit=11M", "parent/width"],
            ["without a width", "name=line parent=ether1", "parent/width"],
            [
                "that guarantees others the most of it",
                "name=line parent=ether1 max-limit=20M\nadd name=voice parent=line packet-mark=voice limit-at=5M max-limit=20M",
                "parent/width",
            ],
            ["out of use", "name=line parent=ether1 max-limit=20M disabled=yes", "parent/disabled"],
            [
                "with a leaf of unmarked traffic",
                "name=line parent=ether1 max-limit=20M\nadd name=all parent=line packet-mark=no-mark max-limit=20M",
                "parent/rest",
            ],
        ] as const
    ).map(([what, queues, code]) =>
        router(`a parent ${what}`, `/queue tree\nadd ${queues}`, {
            args: { parentQueue: "line" },
            refused: { code, names: /queue (line|all)/ },
        }),
    ),
    router("a parent of kind CAKE", treeCake("", "name=line parent=ether1 queue=shaper max-limit=20M"), {
        args: { parentQueue: "line" },
        refused: { code: "parent/leaf", names: /queue line .* is a CAKE/ },
    }),
    router(
        "a parent with room, beside a class of somebody's",
        "/queue tree\nadd name=line parent=ether1 max-limit=20M\nadd name=voice parent=line packet-mark=voice limit-at=500k max-limit=20M",
        { args: { parentQueue: "line" } },
    ),
    router(
        "a simple queue that holds the LAN below our rate",
        "/queue simple\nadd name=cap target=192.168.88.0/24 max-limit=5M/50M",
        {
            refused: { code: "shaper/holds-uploads", names: /simple queue "cap" holds every upload to 5000000/ },
        },
    ),
    router("a simple queue for everything", '/queue simple\nadd name=cap target="" max-limit=5M/50M', {
        refused: { code: "shaper/holds-uploads", names: /simple queue "cap"/ },
    }),
    router("a simple queue of the WAN below our rate", "/queue simple\nadd name=cap target=ether1 max-limit=90M/10M", {
        refused: { code: "shaper/holds-uploads", names: /simple queue "cap" holds every upload to 10000000/ },
    }),
    router("a simple queue of the WAN above our rate", "/queue simple\nadd name=cap target=ether1 max-limit=90M/50M"),
    router("a simple CAKE without classes", bridgeCake("cake-diffserv=besteffort"), {
        refused: { code: "shaper/holds-uploads", names: /Set profile to join, or take that queue out of use/ },
    }),
    router("a cap of one host", "/queue simple\nadd name=kid target=192.168.88.77/32 max-limit=2M/10M", {
        also: ["shaper/some"],
    }),
    router(
        "a cap of one of two networks",
        "/ip address\nadd address=10.9.0.1/24 interface=ether7 network=10.9.0.0\n/queue simple\nadd name=guests target=10.9.0.0/24 max-limit=2M/10M",
        { also: ["shaper/some"] },
    ),
    router("a simple queue of what is downloaded alone", "/queue simple\nadd name=down target=bridge max-limit=0/50M"),
];
