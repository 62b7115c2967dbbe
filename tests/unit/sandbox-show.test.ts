import { lifecycleLines } from "../../sandbox/show-aws";
import { addCommand } from "../../sandbox/show-router";

describe("what stands on the router, as commands", () => {
    it("leaves out identity, state, counters and what a row has anyway", () => {
        const row = {
            ".id": "*1A",
            action: "mark-packet",
            bytes: "123",
            chain: "forward",
            comment: "Mark S3 packets [pulumi:a/b/c#packet]",
            disabled: "false",
            dynamic: "false",
            invalid: "false",
            log: "false",
            "log-prefix": "",
            "new-packet-mark": "s3-upload",
            packets: "1",
            passthrough: "true",
        };
        expect(addCommand(row)).toBe(
            'add action=mark-packet chain=forward comment="Mark S3 packets [pulumi:a/b/c#packet]" ' +
                "new-packet-mark=s3-upload passthrough=yes",
        );
    });

    it("says so when a row is disabled", () => {
        expect(addCommand({ list: "s3", disabled: "true" })).toBe("add disabled=yes list=s3");
    });

    it("quotes what RouterOS would read as more than a word", () => {
        expect(addCommand({ a: 'say "$x"\\', b: "", c: "52.92.52.0/22", d: "a;b", e: "2406:da1c::/36" })).toBe(
            'add a="say \\"\\$x\\"\\\\" b="" c=52.92.52.0/22 d="a;b" e=2406:da1c::/36',
        );
    });
});

describe("a lifecycle rule in words", () => {
    it("names each action with its days", () => {
        expect(
            lifecycleLines({
                Status: "Enabled",
                Filter: { Prefix: "" },
                Transitions: [{ StorageClass: "GLACIER", Days: 0 }],
                NoncurrentVersionExpiration: { NoncurrentDays: 180 },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            }),
        ).toEqual([
            "all objects move to GLACIER after 0 days",
            "replaced versions expire after 180 days",
            "unfinished multipart uploads are given up after 1 day",
        ]);
    });

    it("says which objects, and that a rule is disabled", () => {
        const rule = { Status: "Disabled" as const, Filter: { Prefix: "logs/" }, Expiration: { Days: 30 } };
        expect(lifecycleLines(rule)).toEqual(["objects under logs/ expire after 30 days (rule disabled)"]);
    });
});
