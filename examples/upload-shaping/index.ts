import * as pulumi from "@pulumi/pulumi";
import { regionPrefixes, UploadShaping } from "routeros-s3";

const config = new pulumi.Config();

/** Only the NAS is slowed down, on a line that carries a telephone as well. */
const shaping = new UploadShaping("nas", {
    wanInterface: config.get("wanInterface") ?? "pppoe-out1",
    uplink: config.get("uplink") ?? "40M",
    prefixes: regionPrefixes("ap-southeast-2", { source: config.get("awsIpRanges") }),
    sourceAddresses: ["192.168.88.20", "AA:BB:CC:00:11:22"],
    restMarks: ["voip"],
    leafQueue: "cake",
    listName: "s3-sydney",
    comment: "NAS to S3",
});

export const queues = shaping.queues;
export const prefixes = shaping.prefixCounts;
