/** What people really have on AWS's side, as tests/field holds it; what is right for each is worked out by hand. */
import { readFileSync } from "node:fs";
import path from "node:path";

import type { FoundBucket } from "../../components/archive/existing-bucket";
import { keepOrRefuse } from "../../components/archive/existing-bucket";
import { archiveDefaults } from "../../components/archive/settings";
import { isRegion, partitionOf } from "../../providers/aws-ip-ranges/region";
import { collapseRows, regionsOf, rowsOf } from "../../providers/aws-ip-ranges/select";
import type { RangesDocument } from "../../providers/aws-ip-ranges/shapes";

const fieldJson = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(__dirname, "../field", `${name}.json`), "utf8"));

describe("ranges of regions outside the usual partition, and of one without IPv4", () => {
    const document = fieldJson("ranges-odd-regions") as RangesDocument;

    test.each([
        ["cn-north-1", "aws-cn", 12, 12],
        ["eusc-de-east-1", "aws-eusc", 1, 5],
        ["us-south-1", "aws", 0, 9],
    ])("%s, of partition %s, has %i rows of IPv4 and %i of IPv6", (region, partition, ipv4, ipv6) => {
        expect(regionsOf(document)).toEqual(["cn-north-1", "eusc-de-east-1", "us-south-1"]);
        expect(isRegion(region)).toBe(true);
        expect(partitionOf(region)).toBe(partition);
        const rows = rowsOf(document, { region });
        expect([rows.ipv4.length, rows.ipv6.length]).toEqual([ipv4, ipv6]);
    });

    test("neighbours are joined, and nothing else", () => {
        const { ipv4, ipv6 } = collapseRows(rowsOf(document, { region: "cn-north-1" }));
        expect(ipv4).toEqual([
            "54.222.48.0/21",
            "54.222.65.0/24",
            "54.222.89.0/24",
            "54.222.96.0/21",
            "54.222.112.0/20",
            "71.131.196.224/27",
            "140.179.36.208/28",
            "140.179.36.224/27",
        ]);
        expect(ipv6).toHaveLength(12);
    });
});

describe("the lifecycle of a backup program, kept beside ours", () => {
    const { bucket } = fieldJson("lifecycle-of-a-backup-program") as { bucket: FoundBucket };
    const settings = { ...archiveDefaults, region: "ap-southeast-2", existingBucket: "family", moveSmallObjects: true };
    const kept = keepOrRefuse({ bucket }, settings, true);

    test("its rules are kept whole: timestamps as timestamps, one switched off as it is, one without an id by one of ours", () => {
        expect(kept.problems).toEqual([]);
        expect(kept.rules).toEqual([
            {
                id: "backup program: to glacier",
                status: "Enabled",
                filter: { prefix: "glacier/" },
                transitions: [{ storageClass: "GLACIER", date: "1970-01-01T00:00:00Z" }],
            },
            {
                id: "old logs",
                status: "Disabled",
                filter: { prefix: "logs/" },
                expiration: { date: "2027-01-01T00:00:00Z" },
            },
            {
                id: expect.stringMatching(/^kept-[0-9a-f]{8}$/) as string,
                status: "Enabled",
                filter: { prefix: "tmp/" },
                expiration: { days: 1 },
            },
            {
                id: "small",
                status: "Enabled",
                filter: { and: { objectSizeGreaterThan: 0, tags: { a: "b" } } },
                expiration: { days: 400 },
            },
        ]);
    });

    test("each rule in use that deletes objects is named, and no other", () => {
        expect(kept.warnings).toEqual([
            expect.stringMatching(
                /the rule "kept-[0-9a-f]+", which is kept, deletes objects after 1 days under "tmp\/"/,
            ),
            expect.stringMatching(/the rule "small", which is kept, deletes objects after 400 days/),
        ]);
    });

    test("a rule by date is named too, once it is in use", () => {
        const rules = bucket.LifecycleConfiguration?.Rules?.map((rule) => ({ ...rule, Status: "Enabled" as const }));
        const inUse = { LifecycleConfiguration: { ...bucket.LifecycleConfiguration, Rules: rules ?? [] } };
        expect(keepOrRefuse({ bucket: inUse }, settings, true).warnings.join("\n")).toMatch(
            /"old logs", which is kept, deletes objects from 2027-01-01 on under "logs\/"/,
        );
    });

    test("without leave to keep them it is refused, each named", () => {
        expect(keepOrRefuse({ bucket }, settings, false).problems.join("\n")).toMatch(
            /rules of others: backup program: to glacier, old logs, \(without id\), small/,
        );
    });
});
