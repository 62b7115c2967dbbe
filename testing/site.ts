/** A whole site for tests, as the components would declare it. */
import { createHash } from "node:crypto";

import { readShaping } from "../components/shaping/plan";
import { uploadSite } from "../components/shaping/rules";
import type { Family, UploadSite } from "../providers/routeros/runtime/path";
import type { Router, Row } from "../router";
import type { Declared } from "./carrier";

export interface SiteOptions {
    addresses?: string[];
    addresses6?: string[];
    wan?: string;
    adopt?: boolean;
    maxLimit?: string;
    restLimitAt?: string;
    s3LimitAt?: string;
    mark?: string;
    /** With what a component says of the site's uploads, so that their way through the router is looked at. @default false */
    upload?: boolean;
    /** @default both */
    families?: readonly Family[];
}

/** Ends in a hash of project, stack and resource, as the components name their types. */
export const leafType = `fq-codel-test-${createHash("sha256").update("site/test/queues").digest("hex").slice(0, 6)}`;

export const defaultAddresses = ["52.95.128.0/21", "52.92.52.0/22", "54.231.248.0/22", "54.231.252.0/24"];

export function site(options: SiteOptions = {}): Declared[] {
    const wan = options.wan ?? "ether1";
    const mark = options.mark ?? "s3-upload";
    const asked = options.families ?? (["ipv4", "ipv6"] as const);
    const common = {
        adopt: options.adopt ?? false,
        requires: {
            interfaces: [wan],
            wanInterface: wan,
            packetMarks: [mark],
            families: asked,
            minimumVersion: "7.9",
            ...(options.upload ? { upload: uploadOf(wan, mark, asked) } : {}),
        },
    };
    const marking = options.upload ? { marking: "auto" } : {};
    const maxLimit = options.maxLimit ?? "19M";
    const addresses = {
        ipv4: options.addresses ?? defaultAddresses,
        ipv6: options.addresses6 ?? ["2600:9000::/28", "2a05:d07a:8000::/40"],
    };
    const families = asked.map((family) => [family, addresses[family]] as const);
    return [
        ...families.map(([family, prefixes]): Declared => ({
            kind: "AddressList",
            name: `s3-${family}`,
            args: { family, list: "AmazonS3", addresses: prefixes, comment: "Amazon S3", ...common },
        })),
        ...families.map(([family]): Declared => ({
            kind: "FirewallRules",
            name: `marks-${family}`,
            args: {
                family,
                table: "mangle",
                rules: [
                    {
                        key: "connection",
                        chain: "forward",
                        action: "mark-connection",
                        newConnectionMark: "s3",
                        connectionMark: "no-mark",
                        protocol: "tcp",
                        dstPort: 443,
                        dstAddressList: "AmazonS3",
                        outInterface: wan,
                        passthrough: true,
                        comment: "uploads to S3",
                    },
                    {
                        key: "packet",
                        chain: "forward",
                        action: "mark-packet",
                        newPacketMark: mark,
                        connectionMark: "s3",
                        packetMark: "no-mark",
                        outInterface: wan,
                        passthrough: true,
                    },
                ],
                ...marking,
                ...common,
            },
        })),
        ...families.map(([family]): Declared => ({
            kind: "FirewallRules",
            name: `bypass-${family}`,
            args: {
                family,
                table: "filter",
                fastTrackBypass: { connectionMark: "s3", comment: "S3" },
                ...marking,
                ...common,
            },
        })),
        {
            kind: "QueueType",
            name: "queues-leaf",
            args: { name: leafType, kind: "fq-codel", parameters: { fqCodelLimit: 1000 }, ...common },
        },
        {
            kind: "QueueTree",
            name: "queues",
            args: {
                queues: [
                    { name: "uplink", parent: wan, maxLimit, bucketSize: "0.01" },
                    {
                        name: "uplink-rest",
                        parent: "uplink",
                        packetMarks: ["no-mark"],
                        priority: 1,
                        limitAt: options.restLimitAt ?? "18M",
                        maxLimit,
                        queue: leafType,
                        bucketSize: "0.01",
                    },
                    {
                        name: "uplink-s3",
                        parent: "uplink",
                        packetMarks: [mark],
                        priority: 8,
                        limitAt: options.s3LimitAt ?? "190k",
                        maxLimit,
                        queue: leafType,
                        bucketSize: "0.01",
                    },
                ],
                ...common,
            },
        },
    ];
}

function uploadOf(wanInterface: string, packetMark: string, families: readonly Family[]): UploadSite {
    const queueNames = { parent: "uplink", rest: "uplink-rest", s3: "uplink-s3" };
    const names = { listName: "AmazonS3", connectionMark: "s3", packetMark, queueNames };
    const { plan, problems } = readShaping({
        wanInterface,
        uplink: "20M",
        addressFamilies: [...families],
        ...names,
    });
    if (!plan) throw new Error(problems.join("\n"));
    return uploadSite(plan);
}

/** The router's configuration for comparing before and after: menus that hold nothing aside. */
export function standing(router: Router): Record<string, Row[]> {
    const menus = Object.entries(router.configuration()).map(([menu, rows]): [string, Row[]] => [
        menu,
        rows.filter((row) => Object.keys(row).length > 0),
    ]);
    return Object.fromEntries(menus.filter(([, rows]) => rows.length > 0));
}
