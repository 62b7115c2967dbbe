import { baseLine, type Line, lineKinds } from "./net/line";
import type { Profile } from "./profiles";
import { planned } from "./profiles";
import { isEnabled, type RouterState, type Row } from "./router-state";
import { bitsPerSecond } from "./translate/rates";

/** One number of the profile, tried at several values. */
export interface Question {
    title: string;
    line: Line;
    /** Seconds until TCP has found its rate. @default 4 */
    settling?: number;
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
const s3Targets = [
    ["20ms", "115ms"],
    ["160ms", "255ms"],
    ["638ms", "638ms"],
    ["1276ms", "1276ms"],
];

/** Of S3's leaf: target and interval in ms, packets, flows. A round of frames takes 1.25 s for 40 connections. */
type Held = readonly [target: number, interval: number, limit: number, flows: number];
const heldTo: readonly { scenario: string; uploadConnections: number; choices: readonly Held[] }[] = [
    {
        scenario: "held-40",
        uploadConnections: 40,
        choices: [
            [77, 172, 1000, 1024],
            [77, 172, 1000, 32768],
            [1252, 1252, 160, 1024],
            [1252, 1252, 80, 32768],
            [1252, 1252, 160, 32768],
            [1252, 1252, 1000, 32768],
            [640, 740, 1000, 32768],
            [30000, 30000, 160, 32768],
        ],
    },
    {
        scenario: "held",
        uploadConnections: 10,
        choices: [
            [20, 115, 1000, 1024],
            [638, 638, 40, 32768],
            [638, 638, 79, 32768],
            [320, 320, 40, 32768],
            [638, 638, 1000, 32768],
            // So few that some connections have to share one.
            [20, 115, 1000, 8],
            [638, 638, 40, 8],
        ],
    },
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
        ...heldTo.map(({ scenario, uploadConnections, choices }) => ({
            title: `S3 held to what it is guaranteed, at ${uploadConnections} connections: target, interval, packets, flows`,
            line,
            scenarios: { [scenario]: 1 },
            variants: choices.map((choice) =>
                variant(`${choice[0]} / ${choice[1]} ms, ${choice[2]} packets, ${choice[3]} flows`, held(choice), {
                    uploadConnections,
                }),
            ),
        })),
        ...heldTo.map(({ scenario, uploadConnections }) => ({
            title: `Six hours of S3 held to what it is guaranteed, at ${uploadConnections} connections`,
            line,
            scenarios: { [scenario]: 12 },
            variants: [variant("scavenger", toItsGuarantee, { uploadConnections })],
        })),
        {
            title: "Packets that S3's leaf keeps, 150 ms away",
            line: baseLine(uplink, { distance: 150 }),
            settling: 12,
            scenarios: { alone: 0.6, other: 0.6 },
            variants: [40, 79, 160, 320, 640].map(keeping(10)),
        },
        {
            title: "Packets that S3's leaf keeps, at 10 connections",
            line,
            scenarios: { health: 1 / 20 },
            variants: [40, 160, 320, 640].map(keeping(10)),
        },
        {
            title: "Packets that S3's leaf keeps, at 40 connections",
            line,
            scenarios: { "health-40": 1 / 20 },
            variants: [160, 320, 640].map(keeping(40)),
        },
        {
            title: "Target and interval of everything else",
            line,
            scenarios: { alone: 1, game: 1, other: 1, ...contested },
            variants: targets.map(([target = "", interval = ""]) =>
                variant(`${target} / ${interval}`, (state) =>
                    typeOf(state, "upload-rest", { "fq-codel-target": target, "fq-codel-interval": interval }),
                ),
            ),
        },
        {
            title: "Target and interval of S3's leaf alone",
            line,
            scenarios: { alone: 1, other: 1, ...contested },
            variants: s3Targets.map(([target = "", interval = ""]) =>
                variant(`${target} / ${interval}`, (state) =>
                    typeOf(state, "upload-s3", { "fq-codel-target": target, "fq-codel-interval": interval }),
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

/** No more for S3 than what it is guaranteed: what a full line leaves it, without playing the full line. */
function toItsGuarantee(state: RouterState): RouterState {
    return queue(state, "upload-s3", { "max-limit": rowOf(state, "upload-s3")?.["limit-at"] ?? "" });
}

/** The same through a leaf of these numbers. */
function held([target, interval, limit, flows]: Held): (state: RouterState) => RouterState {
    return (state) =>
        typeOf(toItsGuarantee(state), "upload-s3", {
            "fq-codel-target": `${target}ms`,
            "fq-codel-interval": `${interval}ms`,
            ...packets(limit),
            "fq-codel-flows": String(flows),
        });
}

/** So many packets at most in S3's leaf, for so many connections. */
function keeping(uploadConnections: number): (limit: number) => Profile {
    return (limit) =>
        variant(`${limit} packets`, (state) => typeOf(state, "upload-s3", packets(limit)), { uploadConnections });
}

function packets(limit: number): Row {
    return { "fq-codel-limit": String(limit), "fq-codel-memlimit": String(limit * 4096) };
}

function everyType(state: RouterState, change: Row): RouterState {
    return { ...state, "/queue/type": (state["/queue/type"] ?? []).map((type) => ({ ...type, ...change })) };
}

/** The queue type of one leaf. */
function typeOf(state: RouterState, leaf: string, change: Row): RouterState {
    const name = rowOf(state, leaf)?.["queue"];
    const types = (state["/queue/type"] ?? []).map((type) => (type["name"] === name ? { ...type, ...change } : type));
    return { ...state, "/queue/type": types };
}

function rowOf(state: RouterState, queue: string): Row | undefined {
    return state["/queue/tree"]?.find((row) => row["name"] === queue);
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
