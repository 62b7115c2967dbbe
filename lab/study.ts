import type { Profile } from "./profiles";
import { planned } from "./profiles";
import { isEnabled, type RouterState, type Row } from "./router-state";
import { bitsPerSecond } from "./translate/rates";

/** One number of the profile, tried at several values. */
export interface Question {
    title: string;
    /** Scenarios that answer it. */
    scenarios: string[];
    variants: Profile[];
}

/** What the profile's numbers are chosen by: each is changed alone, everything else stays as it is. */
export function questions(uplink: number): Question[] {
    const variant = (
        name: string,
        change: (state: RouterState) => RouterState,
        more: Record<string, unknown> = {},
    ): Profile => {
        const state = change(planned("scavenger", uplink, more));
        const maxLimit = bitsPerSecond(state["/queue/tree"]?.[0]?.["max-limit"]);
        return { name, about: name, state, judged: true, maxLimit };
    };
    const same = (state: RouterState): RouterState => state;
    const percent = (share: number): string => String(Math.round(uplink * 0.95 * share));
    return [
        {
            title: "Headroom, in percent of the line",
            scenarios: ["alone", "game"],
            variants: [0, 1, 2, 3, 5, 10].map((headroomPercent) =>
                variant(`headroom ${headroomPercent}`, same, { headroomPercent }),
            ),
        },
        {
            title: "Bucket size, in seconds of max-limit",
            scenarios: ["alone", "game", "other"],
            variants: ["0.1", "0.05", "0.02", "0.01", "0.005", "0.002"].map((size) =>
                variant(`bucket ${size}`, (state) => everyQueue(state, () => ({ "bucket-size": size }))),
            ),
        },
        {
            title: "What S3 is guaranteed, in percent of max-limit",
            scenarios: ["other", "many"],
            variants: [0, 0.005, 0.01, 0.02, 0.05].map((share) =>
                variant(`S3 ${share * 100}`, (state) => queue(state, "upload-s3", { "limit-at": percent(share) })),
            ),
        },
        {
            title: "What the rest is guaranteed, in percent of max-limit",
            scenarios: ["alone", "game", "other"],
            variants: [0, 0.5, 0.9, 0.95, 0.99].map((share) =>
                variant(`rest ${share * 100}`, (state) => queue(state, "upload-rest", { "limit-at": percent(share) })),
            ),
        },
        {
            title: "Which packets of an upload get its mark",
            scenarios: ["alone", "download", "objects", "other"],
            variants: [
                variant("all", (state) => packetSize(state, undefined)),
                variant("128 and more", (state) => packetSize(state, "128-65535")),
                variant("256 and more", (state) => packetSize(state, "256-65535")),
                variant("1000 and more", same),
            ],
        },
        {
            title: "How many packets a leaf keeps",
            scenarios: ["alone", "other", "objects"],
            variants: ["10240", "1000", "300", "100", "50"].map((limit) =>
                variant(`limit ${limit}`, (state) => ({
                    ...state,
                    "/queue/type": (state["/queue/type"] ?? []).map((type) => ({ ...type, "fq-codel-limit": limit })),
                })),
            ),
        },
    ];
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
