import { readShaping } from "../components/shaping/plan";
import { hosts } from "./net/addresses";
import { rowsOfPlan, sandboxPrefixes } from "./plan-rows";
import { type RouterState, type Row, rowsOf } from "./router-state";
import type { Discipline } from "./translate/leaf-queues";
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
    /** What the kernel must have: nothing stands in for it. */
    needs?: Discipline;
    /** What shares are of, in bit/s: the parent's max-limit, and the line where the router has no queue. */
    maxLimit: number;
}

/** The router's WAN in rows made from a plan, and RouterOS's default name of the LAN. */
export const planWan = "ether5";
export const defaultLan = "bridge";

/**
 * Profiles side by side on a line of this rate.
 *
 * @param site what else a site of this kind configures, such as `line`
 */
export function profilesFor(uplink: number, site: Record<string, unknown> = {}): Profile[] {
    const scavenger = planned("scavenger", uplink, site);
    return [
        { name: "none", about: "the router does nothing", judged: false, maxLimit: uplink },
        {
            name: "seed-2018",
            about: "the article's own queues",
            state: planned("seed-2018", uplink, site),
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
            stateWithSources: planned("scavenger", uplink, {
                ...site,
                sourceAddresses: [hosts.nas.ipv4, hosts.nas.ipv6],
            }),
            judged: true,
            maxLimit: maxLimitOf(scavenger),
        },
        {
            name: "join",
            about: "a CAKE that stands on the router, S3 in its lowest class",
            state: besideCake(planned("join", uplink, site), scavenger),
            judged: false,
            maxLimit: maxLimitOf(scavenger),
            needs: "cake",
        },
    ];
}

/** A tree of one CAKE as guides have it, as wide and as short of bucket as our own parent queue. */
function besideCake(state: RouterState, ours: RouterState): RouterState {
    const { parent = "", "max-limit": limit = "", "bucket-size": bucket = "" } = rootQueue(ours);
    const queue = { name: "cake", parent, "packet-mark": "no-mark", "max-limit": limit, "bucket-size": bucket };
    return {
        ...state,
        "/queue/type": [{ name: "cake-up", kind: "cake", "cake-diffserv": "diffserv4", "cake-nat": "yes" }],
        "/queue/tree": [{ ...queue, queue: "cake-up" }],
    };
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
