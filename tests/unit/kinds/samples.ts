/** For each kind a resource, another form of it, and what of others stands around it. One that is missing does not compile. */
import { queueTypeMenu } from "../../../providers/routeros/runtime/kinds/queue-type/menu";
import type { Row } from "../../../router";
import type * as kinds from "./registry";

export interface Sample {
    args: object;
    /** The same resource changed: rows added, changed and removed, where the kind has several. */
    changed: object;
    /** Rows of others, by menu, made beforehand. */
    others: [string, Row][];
    /** Other values by RouterOS's name, where the kind of value does not tell one that the router takes; none: not to be changed by hand. */
    values?: Record<string, string[]>;
}

const list = { family: "ipv4", list: "uploads", comment: "S3" };
const mark = { chain: "forward", action: "mark-packet", protocol: "tcp", dstPort: "443" };
const lists: [string, Row][] = ["uploads", "friends"].map((name) => ["/interface/list", { name }]);

export const samples: Record<keyof typeof kinds, Sample> = {
    AddressList: {
        args: { ...list, addresses: ["52.95.128.0/21", "54.231.252.0/24", "52.92.52.0/22"] },
        changed: { ...list, addresses: ["52.95.128.0/21", "3.5.164.0/22"], comment: "uploads" },
        others: [
            ["/ip/firewall/address-list", { list: "uploads", address: "192.0.2.1", comment: "by hand" }],
            ["/ip/firewall/address-list", { list: "friends", address: "52.95.128.0/21" }],
        ],
        values: { timeout: [] },
    },
    FirewallRules: {
        args: {
            table: "mangle",
            rules: [
                { key: "a", ...mark, newPacketMark: "s3", passthrough: false, comment: "first" },
                { key: "b", ...mark, newPacketMark: "bulk", dstAddressList: "uploads" },
                { key: "c", chain: "postrouting", action: "passthrough", log: true },
            ],
        },
        changed: {
            table: "mangle",
            rules: [
                { key: "d", ...mark, newPacketMark: "d", dstAddress: "192.0.2.0/24" },
                { key: "b", ...mark, newPacketMark: "bulk", srcPort: "1024-65535" },
                { key: "a", ...mark, newPacketMark: "s3", passthrough: false },
            ],
        },
        others: [
            ...lists,
            ["/ip/firewall/mangle", { chain: "forward", action: "passthrough", comment: "counter" }],
            ["/ip/firewall/mangle", { chain: "postrouting", action: "passthrough" }],
        ],
        values: {
            action: ["passthrough"],
            "connection-bytes": ["1000-2000"],
            "connection-limit": ["10,32"],
            "connection-nat-state": ["srcnat"],
            "connection-rate": ["1000-2000"],
            "connection-state": ["established"],
            "connection-type": ["ftp"],
            "dst-address-type": ["local"],
            "dst-limit": ["10,5,dst-address/1m"],
            "icmp-options": ["8:0"],
            "in-bridge-port": ["ether2"],
            "in-bridge-port-list": ["friends"],
            "in-interface": ["ether2"],
            "in-interface-list": ["friends"],
            "ipsec-policy": ["in,none"],
            limit: ["10,5:packet"],
            nth: ["2,1"],
            "out-bridge-port": ["ether2"],
            "out-bridge-port-list": ["friends"],
            "out-interface": ["ether2"],
            "out-interface-list": ["friends"],
            "per-connection-classifier": ["src-address:2/0"],
            "src-address-type": ["local"],
            "tcp-flags": ["syn"],
            time: ["8h-17h,mon"],
            hotspot: ["auth"],
            "ipv4-options": ["any"],
            p2p: ["all-p2p"],
            psd: ["21,3s,3,1"],
            ttl: ["equal:7"],
            "new-routing-mark": ["main"],
            "new-ttl": ["set:7"],
            "new-dscp": ["7"],
            "new-mss": ["1400"],
            "new-priority": ["7"],
            protocol: ["udp"],
        },
    },
    QueueTree: {
        args: {
            queues: [
                { name: "up", parent: "ether1", maxLimit: "19M" },
                {
                    name: "up-rest",
                    parent: "up",
                    packetMarks: ["no-mark"],
                    priority: 1,
                    limitAt: "18M",
                    maxLimit: "19M",
                },
                { name: "up-s3", parent: "up", packetMarks: ["s3"], limitAt: "190k", maxLimit: "19M", comment: "S3" },
            ],
        },
        changed: {
            queues: [
                { name: "up", parent: "ether1", maxLimit: "10M" },
                {
                    name: "up-rest",
                    parent: "up",
                    packetMarks: ["no-mark"],
                    priority: 1,
                    limitAt: "9M",
                    maxLimit: "10M",
                },
                { name: "up-bulk", parent: "up", packetMarks: ["bulk"], limitAt: "100k", maxLimit: "10M" },
            ],
        },
        others: [
            ["/queue/tree", { name: "downloads", parent: "bridge", "max-limit": "90M" }],
            ["/queue/simple", { name: "guest", target: "192.0.2.0/24" }],
        ],
        values: { parent: ["global"], queue: ["default"], "limit-at": ["7"], "max-limit": ["20000000"] },
    },
    QueueType: {
        args: { name: "uploads", kind: "fq-codel", parameters: { fqCodelLimit: 1000, fqCodelEcn: false } },
        changed: { name: "bulk", kind: "fq-codel", parameters: { fqCodelLimit: 2000, fqCodelTarget: "7ms" } },
        others: [["/queue/type", { name: "theirs", kind: "pfifo", "pfifo-limit": "7" }]],
        // What is not set is the router's own.
        values: Object.fromEntries(
            [...queueTypeMenu.table.keys()]
                .filter((wire) => !["name", "fq-codel-limit", "fq-codel-ecn"].includes(wire))
                .map((wire) => [wire, []]),
        ),
    },
    InterfaceListMembers: {
        args: { list: "uploads", interfaces: ["ether2", "ether3"] },
        changed: { list: "uploads", interfaces: ["ether3", "ether4"] },
        others: [...lists, ["/interface/list/member", { list: "uploads", interface: "ether5" }]],
        values: { list: ["friends"], interface: ["ether1"] },
    },
};
