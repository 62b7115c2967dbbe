import * as pulumi from "@pulumi/pulumi";
import { regionPrefixes, ShapedBackup, UploadShaping } from "routeros-s3";

const region = "ap-southeast-2";
const prefixes = regionPrefixes(region, { source: new pulumi.Config().get("awsIpRanges") });

/** The bucket, and the router of `routeros:url`. */
const home = new ShapedBackup("home", {
    region,
    prefixes,
    archive: { storageClass: "DEEP_ARCHIVE", protect: new pulumi.Config().getBoolean("protectBucket") ?? true },
    shaping: { wanInterface: "ether5", uplink: "20M" },
});

/**
 * The router of `routeros:connections`, `office`:
 *
 *     pulumi config set --path 'routeros:connections.office.url' https://192.168.89.1
 *     pulumi config set --path 'routeros:connections.office.username' pulumi
 *     pulumi config set --path --secret 'routeros:connections.office.password'
 */
const office = new UploadShaping("office", {
    connection: "office",
    wanInterface: "ether1",
    uplink: "100M",
    prefixes,
    addressFamilies: ["ipv4"],
});

export const bucket = home.archive.bucketName;
export const upload = home.uploadCommands.sync;
export const queues = { home: home.shaping.queues, office: office.queues };
