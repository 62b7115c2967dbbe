/** One `UploadShaping` against mocks, and what it declares. */
import type * as components from "../../components";
import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import type { Graph } from "./support";
import { graphOf, kinds } from "./support";

export const prefixes = {
    ipv4: ["52.95.128.0/21", "54.231.248.0/22"],
    ipv6: ["2406:da70:8000::/40"],
    source: {
        region: "ap-southeast-2",
        services: ["S3@ap-southeast-2"],
        syncToken: "1763942400",
        maxShrinkPercent: 40,
    },
};

/** Loaded after the mocks. */
export const component = () => jest.requireActual<typeof components>("../../components");

export function shaping(args: Partial<UploadShapingArgs> = {}): Promise<Graph> {
    return graphOf(() => {
        const { UploadShaping } = component();
        new UploadShaping("nas", { wanInterface: "ether5", uplink: "20M", prefixes, ...args });
        return Promise.resolve();
    });
}

export type Row = Record<string, unknown>;
export const rulesOf = (graph: Graph, family = "ipv4"): Row[] =>
    graph.find(kinds.firewallRules, `nas-marks-${family}`).inputs["rules"] as Row[];
export const queuesOf = (graph: Graph): Row[] => graph.find(kinds.queueTree, "nas-queues").inputs["queues"] as Row[];
export const bypassOf = (graph: Graph): unknown =>
    graph.find(kinds.firewallRules, "nas-bypass-ipv4").inputs["fastTrackBypass"];

export const without = (key: string, row: Row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name !== key));
