import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { Graph } from "./support";
import { graphOf, kinds, useMocks } from "./support";

/** A document in AWS's format; what is asked of the program is what of it reaches the lists. */
const ranges = {
    syncToken: "1763942400",
    createDate: "2025-11-24-00-00-00",
    prefixes: [
        {
            ip_prefix: "52.95.128.0/21",
            region: "ap-southeast-2",
            service: "S3",
            network_border_group: "ap-southeast-2",
        },
        {
            ip_prefix: "54.231.248.0/22",
            region: "ap-southeast-2",
            service: "S3",
            network_border_group: "ap-southeast-2",
        },
        { ip_prefix: "13.54.0.0/15", region: "ap-southeast-2", service: "EC2", network_border_group: "ap-southeast-2" },
        { ip_prefix: "52.92.249.0/24", region: "us-gov-west-1", service: "S3", network_border_group: "us-gov-west-1" },
        { ip_prefix: "52.218.0.0/17", region: "eu-west-1", service: "S3", network_border_group: "eu-west-1" },
    ],
    ipv6_prefixes: [
        {
            ipv6_prefix: "2406:da70:8000::/40",
            region: "ap-southeast-2",
            service: "S3",
            network_border_group: "ap-southeast-2",
        },
        { ipv6_prefix: "2a05:d050:8000::/40", region: "eu-west-1", service: "S3", network_border_group: "eu-west-1" },
    ],
};

let folder: string;
let rangesFile: string;

beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "site-"));
    rangesFile = path.join(folder, "ranges.json");
    await writeFile(rangesFile, JSON.stringify(ranges));
});
afterAll(() => rm(folder, { recursive: true }));

type Program = () => Promise<Record<string, unknown>>;

const configuration = (config: Record<string, string> = {}): Record<string, string> => ({
    "aws:region": "ap-southeast-2",
    "routeros-s3:wanInterface": "ether5",
    "routeros-s3:uplink": "20M",
    "routeros-s3:awsIpRanges": rangesFile,
    ...config,
});

/** The program is loaded after the mocks, as the engine would load it. */
async function run(config: Record<string, string> = {}, secretKeys: string[] = []): Promise<Graph> {
    return graphOf(() => jest.requireActual<Program>("../../index")(), configuration(config), {}, secretKeys);
}

/** What the program says when it ends before its first resource. */
async function refusal(config: Record<string, string>): Promise<string> {
    const registrations = await useMocks(configuration(config));
    const program = jest.requireActual<Program>("../../index");
    const error = await program().then(
        () => undefined,
        (reason: unknown) => reason,
    );
    expect(registrations).toEqual([]);
    if (!pulumi.RunError.isInstance(error)) throw new Error(`no error for a person, but ${String(error)}`);
    return error.message;
}

describe("a site", () => {
    it("is one component of bucket, uploader and shaping, and nothing beside it", async () => {
        const graph = await run();
        const parents = graph.registrations.map(({ type, name, parent }) => `${parent ?? "-"} > ${type} ${name}`);
        expect(parents).toEqual(
            expect.arrayContaining([
                "- > pulumi:pulumi:Stack routeros-s3-home",
                "- > routeros-s3:index:ShapedBackup site",
                "site > routeros-s3:index:ArchiveBucket site-archive",
                "site > routeros-s3:index:Uploader site-uploader",
                "site > routeros-s3:index:UploadShaping site-upload",
                "site-archive > aws:s3/bucket:Bucket site-archive-bucket",
                `site-upload > ${kinds.queueTree} site-upload-queues`,
            ]),
        );
        expect(parents.filter((line) => line.startsWith("- >"))).toHaveLength(2);
        expect(graph.registrations.filter(({ type }) => type.includes("routeros:"))).toHaveLength(9);
    });

    it("shapes the prefixes of S3 in its region, of no other region and no other service", async () => {
        const graph = await run();
        const addressesOf = (family: string) =>
            graph.find(kinds.addressList, `site-upload-s3-${family}`).inputs["addresses"];
        expect(addressesOf("ipv4")).toEqual(["52.95.128.0/21", "54.231.248.0/22"]);
        expect(addressesOf("ipv6")).toEqual(["2406:da70:8000::/40"]);
        expect(graph.find(kinds.addressList, "site-upload-s3-ipv4").inputs["source"]).toEqual({
            region: "ap-southeast-2",
            services: ["S3@ap-southeast-2"],
            syncToken: "1763942400",
            maxShrinkPercent: 40,
        });
    });

    it("tells a person what there is", async () => {
        const { outputs } = await run();
        const documents = readFileSync(path.resolve(__dirname, "../../docs/configuration.md"), "utf8");
        for (const name of Object.keys(outputs)) expect(documents).toContain(`\`${name}\``);
        expect(outputs).toMatchObject({
            bucket: "site-archive-bucket",
            region: "ap-southeast-2",
            uploader: "site-uploader-user",
            queues: { parent: { maxLimit: "19M" }, rest: { limitAt: "18050k" }, s3: { limitAt: "190k" } },
            prefixes: { ipv4: 2, ipv6: 1 },
            withoutFastTrack: expect.stringMatching(/^everybody's .* downloads too; sourceAddresses narrows/) as string,
            prefixesFrom: { source: rangesFile, published: "2025-11-24T00:00:00.000Z", syncToken: "1763942400" },
        });
        expect(outputs["uploadFile"]).toContain("aws s3 cp FILE s3://site-archive-bucket/ --storage-class GLACIER");
        expect(outputs["uploadFolder"]).toContain("aws s3 sync FOLDER s3://site-archive-bucket/");
        expect(outputs["removalScript"]).toMatch(
            /^# Takes off this router .* routeros-s3\/home .*\n\/queue tree disable/,
        );
        for (const leaf of ["", "-uploads"])
            expect(outputs["removalScript"]).toMatch(
                new RegExp(`/queue type remove \\[find where name="fq-codel-home-[0-9a-f]{6}${leaf}"\\]`),
            );
        expect(outputs["uploaderCredentials"]).toEqual([
            expect.stringContaining("aws iam create-access-key --user-name site-uploader-user"),
            expect.stringContaining("aws configure"),
            expect.stringContaining("export AWS_PROFILE="),
        ]);
    });

    it("holds no credential among its inputs", async () => {
        const graph = await run({ "routeros:password": "hunter2", "routeros:username": "somebody" }, [
            "routeros:password",
        ]);
        expect(graph.names(kinds.queueTree)).toHaveLength(1);
        expect(JSON.stringify(graph.registrations)).not.toMatch(/hunter2|somebody/);
    });

    it("passes on what the stack says of the bucket", async () => {
        const graph = await run({
            "routeros-s3:bucketName": "photos-of-mine",
            "routeros-s3:protectBucket": "false",
            "routeros-s3:uploader": "none",
        });
        expect(graph.find(kinds.bucket, "site-archive-bucket")).toMatchObject({
            protect: false,
            inputs: { bucket: "photos-of-mine", region: "ap-southeast-2" },
        });
        expect(graph.registrations.filter(({ type }) => type.startsWith("aws:iam/"))).toEqual([]);
        expect(graph.outputs["uploader"]).toBe("none");
        expect((await run()).find(kinds.bucket, "site-archive-bucket").protect).toBe(true);
    });

    it("passes on what the stack says of the archive, and holds both identities to its prefix", async () => {
        const kmsKeyArn = "arn:aws:kms:ap-southeast-2:123456789012:key/1234";
        const graph = await run({
            "routeros-s3:prefix": "photos/",
            "routeros-s3:kmsKeyArn": kmsKeyArn,
            "routeros-s3:furtherTransitions": '[{"storageClass":"DEEP_ARCHIVE","days":200}]',
            "routeros-s3:moveSmallObjects": "true",
            "routeros-s3:objectLock": '{"mode":"COMPLIANCE","years":2}',
            "routeros-s3:complianceYears": "2",
            "routeros-s3:storageClassCondition": "declared",
            "routeros-s3:restorer": "user",
        });
        const of = (type: string) => graph.registrations.find((one) => one.type.endsWith(`:${type}`))!.inputs;
        expect(of("BucketLifecycleConfiguration")).toMatchObject({
            transitionDefaultMinimumObjectSize: "varies_by_storage_class",
            rules: expect.arrayContaining([
                expect.objectContaining({
                    filter: { prefix: "photos/" },
                    transitions: [
                        { storageClass: "GLACIER", days: 0 },
                        { storageClass: "DEEP_ARCHIVE", days: 200 },
                    ],
                }),
            ]) as unknown,
        });
        expect(JSON.stringify(of("BucketServerSideEncryptionConfiguration"))).toContain(kmsKeyArn);
        expect(of("BucketObjectLockConfiguration")).toMatchObject({
            rule: { defaultRetention: { mode: "COMPLIANCE", years: 2 } },
        });
        const policies = graph.registrations.filter(({ type }) => type.endsWith(":UserPolicy"));
        const texts = policies.map(({ inputs }) => inputs["policy"] as string);
        expect(texts).toHaveLength(2);
        for (const text of texts) expect(text).toMatch(/\/photos\/\*/);
        const restorer = texts.find((text) => text.includes("s3:RestoreObject"))!;
        expect(restorer).not.toMatch(/s3:(Put|Delete|Abort)|kms:Generate/);
        expect(restorer).toContain("kms:Decrypt");
        expect(texts.find((text) => text !== restorer)).toContain("OnlyArchiveClasses");
        expect(graph.outputs["restorer"]).toMatch(/^site-restorer-user/);
        expect((await run()).outputs["restorer"]).toBe("none");
    });

    it("takes a bucket that stands from the stack alone", async () => {
        const text = await refusal({ "routeros-s3:existingBucket": "Family_Photos" });
        expect(text).toMatch(/existingBucket holds "Family_Photos": it has upper-case letters/);
    });

    it("passes on what the stack says of the router", async () => {
        const graph = await run({
            "routeros-s3:addressFamilies": '["ipv4"]',
            "routeros-s3:profile": "seed-2018",
            "routeros-s3:shaping": "off",
            "routeros-s3:fastTrack": "leave",
            "routeros-s3:marking": "packet",
            "routeros-s3:sourceAddresses": '["192.168.88.10"]',
            "routeros-s3:restMarks": '["voip"]',
            "routeros-s3:rulesPosition": "first",
            "routeros-s3:adopt": "true",
            "routeros-s3:listName": "sydney",
            "routeros-s3:comment": "photos",
            "routeros-s3:packetMark": "photos-packet",
            "routeros-s3:queueNames": '{"s3":"photos"}',
            "routeros-s3:ipRangesMaxShrinkPercent": "10",
        });
        expect(graph.names(kinds.firewallRules)).toEqual(["site-upload-marks-ipv4"]);
        expect(graph.find(kinds.firewallRules, "site-upload-marks-ipv4").inputs).toMatchObject({
            position: "first",
            adopt: true,
            rules: [
                {
                    key: "packet",
                    dstAddressList: "sydney",
                    srcAddressList: "sydney-sources",
                    newPacketMark: "photos-packet",
                },
            ],
        });
        expect(graph.find(kinds.addressList, "site-upload-s3-ipv4").inputs).toMatchObject({
            list: "sydney",
            comment: "photos",
            source: { maxShrinkPercent: 10 },
        });
        expect(graph.find(kinds.queueTree, "site-upload-queues").inputs["queues"]).toMatchObject([
            { name: "upload", disabled: true, maxLimit: "20M" },
            { name: "upload_pri_2", packetMarks: ["no-mark", "voip"] },
            { name: "photos", packetMarks: ["photos-packet"], queue: "pcq-upload-default" },
        ]);
    });
});

describe("bad input ends the program before its first resource", () => {
    it("with every mistake of the configuration", async () => {
        expect(await refusal({ "routeros-s3:uplink": "fast", "routeros-s3:profile": "x" })).toMatch(
            /^the configuration has 2 mistakes:\n {2}routeros-s3:uplink holds "fast".*\n {2}routeros-s3:profile holds "x"/,
        );
    });

    it("for a region without S3 prefixes", async () => {
        expect(await refusal({ "aws:region": "mars-north-1" })).toMatch(/no prefixes of S3@mars-north-1/);
    });

    it("for a family without S3 prefixes", async () => {
        expect(await refusal({ "aws:region": "us-gov-west-1" })).toMatch(
            /no prefixes of S3 for ipv6 in us-gov-west-1; take ipv6 out of routeros-s3:addressFamilies/,
        );
    });

    it("for an unreadable ranges file, naming it", async () => {
        const missing = path.join(folder, "missing.json");
        expect(await refusal({ "routeros-s3:awsIpRanges": missing })).toContain(missing);
    });
});
