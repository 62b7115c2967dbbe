import { readShaping } from "../components/shaping/plan";
import { hosts } from "./net/addresses";
import { rowsOfPlan, sandboxPrefixes } from "./plan-rows";
import { type RouterState, type Row, rowsOf } from "./router-state";
import { bitsPerSecond } from "./translate/rates";

/** Something the lab compares: what the router does, and what the uploading host does by itself. */
export interface Profile {
    name: string;
    about: string;
    /** The router's rows; none where it does nothing. */
    state?: RouterState;
    /** The same with `sourceAddresses` set to the uploading host. */
    stateWithSources?: RouterState;
    /** Rate limit at the uploading host, in bit/s. */
    hostLimit?: number;
    /** Whether the bounds are promised by it; the others are shown beside it. */
    judged: boolean;
    /** What shares are of, in bit/s: the parent's max-limit, and the line where the router has no queue. */
    maxLimit: number;
}

/** The router's WAN in rows made from a plan, and RouterOS's default name of the LAN. */
export const planWan = "ether5";
export const defaultLan = "bridge";

/** Profiles side by side on a line of this rate. */
export function profilesFor(uplink: number): Profile[] {
    const scavenger = planned("scavenger", uplink);
    return [
        { name: "none", about: "the router does nothing", judged: false, maxLimit: uplink },
        {
            name: "seed-2018",
            about: "the article's own queues",
            state: planned("seed-2018", uplink),
            judged: false,
            maxLimit: uplink,
        },
        {
            name: "max_bandwidth",
            about: "the router does nothing, the AWS command line keeps to half of the line",
            hostLimit: uplink / 2,
            judged: false,
            maxLimit: uplink,
        },
        {
            name: "scavenger",
            about: "S3 takes what is left",
            state: scavenger,
            stateWithSources: planned("scavenger", uplink, { sourceAddresses: [hosts.nas.ipv4, hosts.nas.ipv6] }),
            judged: true,
            maxLimit: maxLimitOf(scavenger),
        },
    ];
}

/** The state of a router as one more profile, and as the one that is judged. */
export function routerProfile(state: RouterState, name: string): Profile {
    return { name, about: "the rows read from this router", state, judged: true, maxLimit: maxLimitOf(state) };
}

/** Rows that the project's own components give for a configuration, with S3's prefixes of the sandbox. */
export function planned(profile: string, uplink: number, more: Record<string, unknown> = {}): RouterState {
    const { plan, problems } = readShaping({ wanInterface: planWan, uplink: String(uplink), profile, ...more });
    if (!plan) throw new Error(problems.join("\n"));
    return rowsOfPlan(plan, sandboxPrefixes());
}

/** The queue at the top of the tree that stands on an interface; the first enabled one. */
export function rootQueue(state: RouterState): Row {
    const queues = rowsOf(state, "/queue/tree");
    const names = new Set(queues.map((row) => row["name"]));
    const root = queues.find(
        (row) => !names.has(row["parent"]) && row["disabled"] !== "true" && row["disabled"] !== "yes",
    );
    if (!root) throw new Error("This router has no enabled queue in /queue/tree: run `pulumi up` against it first.");
    return root;
}

function maxLimitOf(state: RouterState): number {
    const limit = bitsPerSecond(rootQueue(state)["max-limit"]);
    if (limit === 0) throw new Error(`The queue ${rootQueue(state)["name"]} has no max-limit, so it shapes nothing.`);
    return limit;
}
