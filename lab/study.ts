import { baseLine, type Line, lineKinds } from "./net/line";
import type { Profile } from "./profiles";
import { planned } from "./profiles";
import { isEnabled, type RouterState, type Row } from "./router-state";
import { bitsPerSecond } from "./translate/rates";

/** One number of the profile, tried at several values. */
export interface Question {
    title: string;
    line: Line;
    /** Scenarios that answer it, each with its share of time. */
    scenarios: Record<string, number>;
    variants: Profile[];
}

const uplink = 20e6;
const targets = [
    ["5ms", "100ms"],
    ["10ms", "105ms"],
    ["20ms", "115ms"],
    ["95ms", "190ms"],
];

/** Percent of max-limit, target and interval in ms. 40 full frames take 1.27 s at 2 %, 0.64 s at 4 %. */
const heldTo: readonly [string, readonly [number, number, number][]][] = [
    [
        "how much",
        [
            [2, 77, 172],
            [3, 77, 172],
            [4, 77, 172],
        ],
    ],
    [
        "target and interval",
        [
            [2, 1275, 2550],
            [4, 640, 1280],
            [4, 77, 1280],
        ],
    ],
];

/** What the profile's numbers are chosen by: each is changed alone, everything else stays as it is. */
export function questions(): Question[] {
    const line = baseLine(uplink);
    const contested = { health: 1 / 40 };
    return [
        ...headrooms(),
        {
            title: "Bucket size, in seconds of max-limit",
            line,
            scenarios: { alone: 1, game: 1, other: 1 },
            variants: ["0.1", "0.01", "0.004", "0.002", "0.001"].map((size) =>
                variant(`bucket ${size}`, (state) => everyQueue(state, () => ({ "bucket-size": size }))),
            ),
        },
        {
            title: "What S3 is guaranteed, in percent of max-limit, at 10 connections",
            line,
            scenarios: { ...contested, other: 0.5 },
            variants: [0.5, 1, 2, 3, 5].map((share) => variant(`S3 ${share} %`, guarantee(share))),
        },
        {
            title: "What S3 is guaranteed, in percent of max-limit, at 40 connections",
            line,
            scenarios: { "health-40": 1 / 40 },
            variants: [1, 2, 3, 4, 5].map((share) =>
                variant(`S3 ${share} %`, guarantee(share), { uploadConnections: 40 }),
            ),
        },
        ...heldTo.map(([what, choices]) => ({
            title: `S3 held to what it is guaranteed, at 40 connections: ${what}`,
            line,
            scenarios: { "held-40": 1 },
            variants: choices.map(([share, target, interval]) =>
                variant(
                    `S3 ${share} %, ${target} / ${interval} ms`,
                    (state) =>
                        everyType(
                            queue(state, "upload-s3", { "limit-at": percent(share), "max-limit": percent(share) }),
                            {
                                "fq-codel-target": `${target}ms`,
                                "fq-codel-interval": `${interval}ms`,
                            },
                        ),
                    { uploadConnections: 40 },
                ),
            ),
        })),
        {
            title: "Target and interval of both leaves",
            line,
            scenarios: { alone: 1, game: 1, other: 1, ...contested },
            variants: targets.map(([target = "", interval = ""]) =>
                variant(`${target} / ${interval}`, (state) =>
                    everyType(state, { "fq-codel-target": target, "fq-codel-interval": interval }),
                ),
            ),
        },
        {
            title: "Target and interval of S3's leaf alone",
            line,
            scenarios: { alone: 1, other: 1, ...contested },
            variants: targets.map(([target = "", interval = ""]) =>
                variant(`${target} / ${interval}`, (state) =>
                    ownType(state, "upload-s3", { "fq-codel-target": target, "fq-codel-interval": interval }),
                ),
            ),
        },
        {
            title: "Packets and memory that both leaves may keep",
            line,
            scenarios: { ...contested, alone: 0.6, other: 0.5, objects: 0.6 },
            variants: [
                ["10240", "33554432"],
                ["1024", "4194304"],
                ["600", "2097152"],
                ["300", "1048576"],
                ["100", "262144"],
            ].map(([limit = "", memory = ""]) =>
                variant(`${limit} packets, ${Number(memory) / 2 ** 20} MiB`, (state) =>
                    everyType(state, { "fq-codel-limit": limit, "fq-codel-memlimit": memory }),
                ),
            ),
        },
        {
            title: "Which packets of an upload get its mark",
            line,
            scenarios: { alone: 0.6, download: 0.6, objects: 0.6, other: 0.5 },
            variants: [
                variant("all", (state) => packetSize(state, undefined)),
                variant("256 and more", (state) => packetSize(state, "256-65535")),
                variant("1000 and more", (state) => state),
            ],
        },
        {
            title: "How fast S3 gives way to a TCP that starts",
            line,
            scenarios: { other: 1 },
            variants: [0.95, 0.9].map((share) =>
                variant(`rest ${share * 100} %`, (state) =>
                    queue(state, "upload-rest", { "limit-at": percent(share * 100) }),
                ),
            ),
        },
        {
            title: "What the rest is guaranteed, in percent of max-limit",
            line,
            scenarios: { alone: 0.6, game: 0.6, other: 0.5 },
            variants: [0, 50, 95].map((share) =>
                variant(`rest ${share} %`, (state) => queue(state, "upload-rest", { "limit-at": percent(share) })),
            ),
        },
    ];
}

/** How much of a line must stay free depends on what it counts for each packet: one question a kind of line. */
function headrooms(): Question[] {
    return lineKinds.map((kind) => ({
        title: `Headroom on ${kind}, in percent of the line`,
        line: { ...baseLine(uplink), name: kind, kind },
        scenarios: { alone: 0.6, game: 0.6 },
        variants: (kind === "dsl" ? [5, 10, 15, 20] : kind === "lte" ? [5, 20, 35, 50] : [0, 2, 5, 8]).map(
            (headroomPercent) => variant(`headroom ${headroomPercent} %`, (state) => state, { headroomPercent }),
        ),
    }));
}

function variant(
    name: string,
    change: (state: RouterState) => RouterState,
    more: Record<string, unknown> = {},
): Profile {
    const state = change(planned("scavenger", uplink, more));
    const maxLimit = bitsPerSecond(state["/queue/tree"]?.[0]?.["max-limit"]);
    return { name, about: name, state, judged: true, maxLimit };
}

const percent = (share: number): string => String(Math.round((uplink * 0.95 * share) / 100));

function guarantee(share: number): (state: RouterState) => RouterState {
    return (state) => {
        const rest = Math.min(95, 100 - share);
        return queue(queue(state, "upload-s3", { "limit-at": percent(share) }), "upload-rest", {
            "limit-at": percent(rest),
        });
    };
}

function everyType(state: RouterState, change: Row): RouterState {
    return { ...state, "/queue/type": (state["/queue/type"] ?? []).map((type) => ({ ...type, ...change })) };
}

/** One leaf with a queue type of its own. */
function ownType(state: RouterState, name: string, change: Row): RouterState {
    const types = state["/queue/type"] ?? [];
    const own = types.map((type) => ({ ...type, ...change, name: `${type["name"]}-own` }));
    return queue({ ...state, "/queue/type": [...types, ...own] }, name, { queue: own[0]?.["name"] ?? "" });
}

function everyQueue(state: RouterState, change: (row: Row) => Row): RouterState {
    return { ...state, "/queue/tree": (state["/queue/tree"] ?? []).map((row) => ({ ...row, ...change(row) })) };
}

function queue(state: RouterState, name: string, change: Row): RouterState {
    return everyQueue(state, (row) => (row["name"] === name ? change : {}));
}

function packetSize(state: RouterState, size: string | undefined): RouterState {
    const change = (rows: Row[] = []): Row[] =>
        rows
            .filter(isEnabled)
            .map(({ "packet-size": before, ...row }) =>
                before === undefined || size === undefined ? row : { ...row, "packet-size": size },
            );
    return {
        ...state,
        "/ip/firewall/mangle": change(state["/ip/firewall/mangle"]),
        "/ipv6/firewall/mangle": change(state["/ipv6/firewall/mangle"]),
    };
}
