import { runtime } from "@pulumi/pulumi";

import { AwsClients, refusal } from "../../sandbox/aws/plugin/clients";
import { AwsProvider } from "../../sandbox/aws/plugin/provider";
import type { Values } from "../../sandbox/aws/plugin/schema";
import { UNKNOWN } from "../../sandbox/aws/plugin/schema";

const sandbox = {
    ROUTEROS_S3_SANDBOX: "1",
    AWS_ENDPOINT_URL: "https://127.0.0.1:1",
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
};
const provider = new AwsProvider(new AwsClients("ap-southeast-2", sandbox));
const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";

describe("where the plugin works", () => {
    test("in the sandbox", () => {
        expect(refusal(sandbox, "ap-southeast-2")).toBeUndefined();
        for (const host of ["127.0.0.2:5000", "localhost:5000", "[::1]:5000"]) {
            expect(refusal({ ...sandbox, AWS_ENDPOINT_URL: `https://${host}` }, "eu-west-1")).toBeUndefined();
        }
    });

    test("not outside of it", () => {
        expect(refusal({ ...sandbox, ROUTEROS_S3_SANDBOX: undefined }, "eu-west-1")).toMatch(
            /serves the sandbox alone/,
        );
    });

    test.each([
        undefined,
        "https://s3.amazonaws.com",
        "https://192.168.1.5:9000",
        "https://127.0.0.1.example.com",
        "https://localhost.example.com",
        "127.0.0.1:9000",
    ])("not with the endpoint %s", (endpoint) => {
        const reason = refusal({ ...sandbox, AWS_ENDPOINT_URL: endpoint }, "eu-west-1");
        expect(reason).toMatch(/this machine alone/);
        expect(reason).toContain(endpoint ?? "not set");
    });

    test("not with an endpoint for one service, which would go past the other", () => {
        const reason = refusal({ ...sandbox, AWS_ENDPOINT_URL_S3: "https://s3.amazonaws.com" }, "eu-west-1");
        expect(reason).toMatch(/unset AWS_ENDPOINT_URL_S3/);
    });

    test("not without credentials or a region, saying what to set", () => {
        expect(refusal({ ...sandbox, AWS_ACCESS_KEY_ID: "" }, "eu-west-1")).toMatch(/no AWS credentials: set/);
        expect(refusal(sandbox, undefined)).toMatch(/pulumi config set aws:region/);
        expect(refusal(sandbox, "mars-1")).toMatch(/aws:region is mars-1, which is no region/);
    });
});

describe("what the plugin takes", () => {
    test("no type it does not serve", async () => {
        const urn = { type: "aws:iam/accessKey:AccessKey", name: "key" };
        expect(() => provider.check(urn, {}, {})).toThrow(/does not serve aws:iam\/accessKey:AccessKey \(key\)/);
        await expect(provider.create(urn, {})).rejects.toThrow(/it serves Bucket, /);
    });

    test("no property it does not know, however deep", () => {
        const rule = { id: "a", status: "Enabled", transitions: [{ days: 0, storageClas: "GLACIER" }] };
        const { failures } = provider.check({ type: lifecycle, name: "l" }, {}, { bucket: "b", rules: [rule] });
        expect(failures.map(({ property }) => property)).toEqual([
            "rules[0].transitions[0].storageClas",
            "rules[0].transitions[0].storageClass",
        ]);
        expect(failures[0]!.reason).toMatch(/does not know this property \(it knows date, days, storageClass\)/);
        expect(failures[1]!.reason).toBe("is required");
    });

    test.each(["2030-01-01", "1 January 2030", "2030-01-01T00:00:00"])("no date but a timestamp: not %s", (date) => {
        const rules = [{ id: "a", status: "Enabled", expiration: { date } }];
        const { failures } = provider.check({ type: lifecycle, name: "l" }, {}, { bucket: "b", rules });
        expect(failures).toEqual([
            {
                property: "rules[0].expiration.date",
                reason: expect.stringContaining("a timestamp of RFC 3339") as string,
            },
        ]);
    });

    test("no value of another kind", () => {
        const rules = [{ id: "a", status: "Enabled", expiration: { days: "5" } }];
        const { failures } = provider.check({ type: lifecycle, name: "l" }, {}, { bucket: "b", rules });
        expect(failures).toEqual([{ property: "rules[0].expiration.days", reason: 'should be a number, is "5"' }]);
    });
});

describe("a value not known yet", () => {
    test("is the one Pulumi sends", () => expect(UNKNOWN).toBe(runtime.unknownValue));

    test("passes the check anywhere, and differs from what stands", () => {
        const urn = { type: lifecycle, name: "l" };
        const rules = [{ id: "a", status: "Enabled", expiration: { days: UNKNOWN } }];
        const { inputs, failures } = provider.check(urn, {}, { bucket: UNKNOWN, rules });
        expect(failures).toEqual([]);
        const old = provider.check(
            urn,
            {},
            {
                bucket: "b",
                rules: [{ id: "a", status: "Enabled", expiration: { days: 5 } }],
            },
        ).inputs;
        expect(provider.diff(urn, old, inputs).differences).toEqual([
            { path: "bucket", kind: "update", replaces: true },
            { path: "rules[0].expiration.days", kind: "update", replaces: false },
        ]);
    });

    test("is what a preview says of everything that AWS gives", async () => {
        const urn = { type: "aws:s3/bucket:Bucket", name: "Photos" };
        const { inputs } = provider.check(urn, {}, {});
        const { id, properties } = await provider.create(urn, inputs, true);
        expect(id).toBe("");
        expect(properties["arn"]).toBe(UNKNOWN);
        expect(properties["bucket"]).toBe(inputs["bucket"]);
    });
});

describe("a generated name", () => {
    const urn = { type: "aws:s3/bucket:Bucket", name: "Photos" };
    const nameFrom = (olds: Values, news: Values, seed?: Uint8Array) =>
        provider.check(urn, olds, news, seed).inputs["bucket"];

    test("is the resource's and seven digits, in the letters that a bucket's name may have", () => {
        expect(nameFrom({}, {})).toMatch(/^photos-[0-9a-f]{7}$/);
        expect(nameFrom({}, {})).not.toBe(nameFrom({}, {}));
    });

    test("stays, also from a preview to its update", () => {
        expect(nameFrom({ bucket: "photos-0123abc" }, {})).toBe("photos-0123abc");
        const seed = new Uint8Array([1, 2, 3]);
        expect(nameFrom({}, {}, seed)).toBe(nameFrom({}, {}, seed));
    });

    test("takes the place of a given one that is given no longer", () => {
        expect(nameFrom({ bucket: "given" }, {})).toMatch(/^photos-[0-9a-f]{7}$/);
    });

    test("fits where the resource's own is too long", () => {
        const long = provider.check({ ...urn, name: "x".repeat(100) }, {}, {}).inputs["bucket"] as string;
        expect(long).toHaveLength(63);
    });
});

test("documents that say the same are no difference", () => {
    const urn = { type: "aws:s3/bucketPolicy:BucketPolicy", name: "p" };
    const one = { bucket: "b", region: "r", policy: '{"Version":"2012-10-17","Statement":[]}' };
    const same = { ...one, policy: '{ "Statement": [], "Version": "2012-10-17" }' };
    const other = { ...one, policy: '{"Version":"2012-10-17","Statement":[{}]}' };
    expect(provider.diff(urn, one, same).differences).toEqual([]);
    expect(provider.diff(urn, one, other).differences).toEqual([{ path: "policy", kind: "update", replaces: false }]);
});

test("a bucket that is replaced under the same name is deleted first", () => {
    const urn = { type: "aws:s3/bucket:Bucket", name: "b" };
    const { inputs } = provider.check(urn, {}, { bucket: "named" });
    expect(provider.diff(urn, inputs, { ...inputs, objectLockEnabled: true }).deleteBeforeReplace).toBe(true);
    expect(provider.diff(urn, inputs, { ...inputs, bucket: "other" }).deleteBeforeReplace).toBe(false);
});
