import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import { AwsClients } from "../../sandbox/aws/plugin/clients";
import type { State, Urn } from "../../sandbox/aws/plugin/provider";
import { AwsProvider } from "../../sandbox/aws/plugin/provider";
import type { Values } from "../../sandbox/aws/plugin/schema";
import { resourceTypes } from "../../sandbox/aws/plugin/types";
import type { Aws } from "../../sandbox/aws/server";
import { startAws } from "../../sandbox/aws/server";
import type { Case, Ground } from "./cases";
import { cases } from "./cases";
import type { Hand } from "./hand";
import { handOf } from "./hand";

const region = "ap-southeast-2";
let aws: Aws;
let clients: AwsClients;
let provider: AwsProvider;
let hand: Hand;
let made = 0;

beforeAll(async () => {
    aws = await startAws({ region });
    clients = new AwsClients(region, aws.env);
    provider = new AwsProvider(clients);
    hand = handOf(aws, { region });
});

afterAll(async () => {
    hand.close();
    clients.close();
    await aws.stop();
});

test("there is a case for every type that is served", () => {
    expect(cases.map(({ type }) => type).sort()).toEqual(Object.keys(resourceTypes).sort());
});

test.each([
    ["eu-west-1", "aws"],
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
    ["eusc-de-east-1", "aws-eusc"],
    ["us-iso-east-1", "aws-iso"],
])("a bucket in %s is of the partition %s", async (elsewhere, partition) => {
    const urn = { type: "aws:s3/bucket:Bucket", name: `elsewhere-${elsewhere}` };
    const { inputs } = provider.check(urn, {}, { region: elsewhere });
    const state = await provider.create(urn, inputs);
    expect(state.properties).toMatchObject({ region: elsewhere, arn: `arn:${partition}:s3:::${state.id}` });
    await provider.delete(urn, state.id, state.properties);
});

describe.each(cases)("$type", (one) => {
    const type = resourceTypes[one.type]!;
    const instructions = type.instructions ?? [];

    test("the case gives every property but a generated name", async () => {
        const { inputs } = await before(one);
        const known = Object.keys(type.fields);
        expect(Object.keys(inputs).sort()).toEqual(known.sort());
    });

    test("is made as asked for, and read back with every property", async () => {
        const { urn, inputs } = await before(one);
        const state = await provider.create(urn, inputs);
        expect(state.inputs).toEqual(inputs);
        const names = [...Object.keys(inputs), ...(type.outputs ?? [])];
        expect(Object.keys(state.properties).sort()).toEqual(names.sort());
        expect(await provider.read(urn, state.id, state.inputs)).toEqual(state);
        expect(provider.diff(urn, state.properties, inputs).differences).toEqual([]);
    });

    test("a change by hand is seen in each property, and repaired by an update", async () => {
        const { urn, inputs } = await before(one);
        const { id } = await provider.create(urn, inputs);
        await one.byHand(hand, id);

        const found = await read(urn, id, inputs);
        for (const [name, value] of Object.entries(one.found)) {
            const wanted = JSON.stringify(value ?? null).replaceAll("BUCKET", id);
            expect([name, found.inputs[name] ?? null]).toEqual([name, JSON.parse(wanted)]);
        }
        const different = new Set(
            provider.diff(urn, found.properties, inputs).differences.map(({ path }) => top(path)),
        );
        const seen = [...different].filter((name) => !(name in (type.inline ?? {})));
        expect(seen.sort()).toEqual(Object.keys(one.found).sort());

        const replacing = provider.diff(urn, found.properties, inputs).differences.some(({ replaces }) => replaces);
        if (replacing) return; // a new resource repairs it
        const repaired = await provider.update(urn, id, found.properties, inputs);
        expect(repaired.inputs).toEqual(inputs);
        expect(await read(urn, id, inputs)).toEqual(repaired);
    });

    test("every property that AWS holds is among those changed by hand or those that find it", () => {
        const names = Object.keys(type.fields).filter((name) => !instructions.includes(name));
        const identity = names.filter((name) => type.fields[name]!.replaces);
        expect(new Set([...Object.keys(one.found), ...identity])).toEqual(new Set(names));
    });

    test("changes in place", async () => {
        const { urn, inputs } = await before(one);
        const state = await provider.create(urn, inputs);
        const wanted = provider.check(urn, inputs, { ...inputs, ...one.changed }).inputs;
        const { differences } = provider.diff(urn, state.properties, wanted);
        expect(new Set(differences.map(({ path }) => top(path)))).toEqual(new Set(Object.keys(one.changed)));
        expect(differences.some(({ replaces }) => replaces)).toBe(false);
        const updated = await provider.update(urn, state.id, state.properties, wanted);
        expect(updated.inputs).toEqual(wanted);
        expect(await read(urn, state.id, wanted)).toEqual(updated);
    });

    test("asks for a new resource where it cannot change in place", async () => {
        const { urn, inputs } = await before(one);
        for (const [name, value] of Object.entries(one.replaced)) {
            const { differences } = provider.diff(urn, inputs, { ...inputs, [name]: value });
            expect(differences).toEqual([{ path: name, kind: "update", replaces: true }]);
        }
        const replacing = Object.keys(type.fields).filter((name) => type.fields[name]!.replaces);
        const tried = new Set([...Object.keys(one.replaced), "region", "objectLockEnabled"]);
        expect(replacing.filter((name) => !tried.has(name))).toEqual([]);
    });

    test("is removed, and removing what is gone is no error", async () => {
        const { urn, inputs } = await before(one);
        const { id } = await provider.create(urn, inputs);
        await provider.delete(urn, id, inputs);
        const left = await provider.read(urn, id, inputs);
        if (one.neverAbsent) expect(left?.inputs).not.toEqual(inputs);
        else expect(left).toBeUndefined();
        await provider.delete(urn, id, inputs);
    });

    test("is found gone when it was removed by hand", async () => {
        const { urn, inputs } = await before(one);
        const { id } = await provider.create(urn, inputs);
        await one.removedByHand(hand, id);
        expect(await provider.read(urn, id, inputs)).toBeUndefined();
        await provider.delete(urn, id, inputs);
    });

    test("refuses a property it does not know, by name", () => {
        const { failures } = provider.check({ type: one.type, name: "x" }, {}, { colour: "red" });
        expect(failures.map(({ property }) => property)).toContain("colour");
    });
});

/** A place for the resource, and its inputs after a check that found nothing wrong. */
async function before(one: Case): Promise<{ urn: Urn; inputs: Values }> {
    made++;
    const ground: Ground = { bucket: `ground-${made}`, user: `user-${made}`, role: `role-${made}` };
    const given = one.inputs(ground);
    if ("bucket" in given) {
        await hand.s3.send(new s3.CreateBucketCommand({ Bucket: ground.bucket, ...here, ...locks(one) }));
    }
    if ("user" in given) await hand.iam.send(new iam.CreateUserCommand({ UserName: ground.user }));
    if ("role" in given) {
        await hand.iam.send(new iam.CreateRoleCommand({ RoleName: ground.role, AssumeRolePolicyDocument: "{}" }));
    }
    const urn = { type: one.type, name: `thing-${made}` };
    const { inputs, failures } = provider.check(urn, {}, given);
    expect(failures).toEqual([]);
    return { urn, inputs };
}

const here = { CreateBucketConfiguration: { LocationConstraint: region } } as const;

function locks(one: Case) {
    return { ObjectLockEnabledForBucket: one.type.includes("ObjectLock") };
}

async function read(urn: Urn, id: string, known: Values): Promise<State> {
    const found = await provider.read(urn, id, known);
    if (!found) throw new Error(`${id} is not there`);
    return found;
}

function top(path: string): string {
    return path.split(/[.[]/)[0]!;
}

describe("a bucket whose settings have resources of their own", () => {
    const lifecycle = cases.find(({ type }) => type.includes("Lifecycle"))!;
    const set = async (name: string) => {
        const urn = { type: "aws:s3/bucket:Bucket", name };
        const { inputs } = provider.check(urn, {}, { bucket: name, tags: { a: "1" } });
        const made = await provider.create(urn, inputs);
        const own = { type: lifecycle.type, name: "l" };
        const ground = { bucket: name, user: "", role: "" };
        await provider.create(own, provider.check(own, {}, lifecycle.inputs(ground)).inputs);
        const VersioningConfiguration = { Status: "Enabled" } as const;
        await hand.s3.send(new s3.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
        return { urn, inputs, made, found: await read(urn, name, inputs) };
    };
    const rulesOf = async (Bucket: string) =>
        hand.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })).then(
            ({ Rules }) => Rules?.length,
            (error: Error) => error.name,
        );
    const ignored = Object.keys(resourceTypes["aws:s3/bucket:Bucket"]!.inline!);

    test("is read with them, in the old words, as outputs alone", async () => {
        const { made, found } = await set("inline");
        expect(made.properties["lifecycleRules"]).toEqual([]);
        expect(made.properties["serverSideEncryptionConfiguration"]).toEqual({
            rule: {
                applyServerSideEncryptionByDefault: { kmsMasterKeyId: "", sseAlgorithm: "AES256" },
                blockedEncryptionTypes: ["SSE-C"],
                bucketKeyEnabled: false,
            },
        });
        expect(found.properties["versioning"]).toEqual({ enabled: true, mfaDelete: false });
        expect((found.properties["lifecycleRules"] as Values[])[0]).toEqual({
            id: "everything",
            enabled: true,
            prefix: "raw/",
            tags: { kind: "photo" },
            abortIncompleteMultipartUploadDays: 7,
            expiration: { days: 900 },
            noncurrentVersionExpiration: { days: 180 },
            noncurrentVersionTransitions: [{ days: 30, storageClass: "GLACIER" }],
            transitions: [
                { days: 0, storageClass: "GLACIER" },
                { days: 90, storageClass: "DEEP_ARCHIVE" },
            ],
        });
        expect(Object.keys(found.inputs).filter((name) => ignored.includes(name))).toEqual([]);
    });

    test("loses them to an update after a refresh, which is the published fault", async () => {
        const { urn, inputs, found } = await set("faulty");
        expect(provider.diff(urn, found.properties, inputs).differences.map(({ path, kind }) => [path, kind])).toEqual([
            ["lifecycleRules", "delete"],
            ["versioning", "delete"],
        ]);
        await provider.update(urn, "faulty", found.properties, inputs);
        expect(await rulesOf("faulty")).toBe("NoSuchLifecycleConfiguration");
    });

    test("keeps what is ignored, in the comparison and in the update", async () => {
        const { urn, inputs, found } = await set("ignored");
        expect(provider.diff(urn, found.properties, inputs, ignored).differences).toEqual([]);
        const tagged = { ...inputs, tags: { a: "2" } };
        const state = await provider.update(urn, "ignored", found.properties, tagged, { ignored });
        expect(state.inputs["tags"]).toEqual({ a: "2" });
        expect(await rulesOf("ignored")).toBe(6);
    });

    test("keeps a tag that is ignored, and no other", async () => {
        const { urn, inputs, found } = await set("tagged");
        const wanted = { ...inputs, tags: { a: "2", "b c": "3" } };
        const paths = (...names: string[]) =>
            provider.diff(urn, found.properties, wanted, [...ignored, ...names]).differences.map(({ path }) => path);
        expect(paths()).toEqual(["tags.a", 'tags["b c"]']);
        expect(paths("tags.a")).toEqual(['tags["b c"]']);
        expect(paths('tags["b c"]', "tag")).toEqual(["tags.a"]);
        expect(paths("tags.*")).toEqual([]);
        const kept = { ignored: [...ignored, "tags.a"] };
        expect((await provider.update(urn, "tagged", found.properties, wanted, kept)).inputs["tags"]).toEqual({
            a: "1",
            "b c": "3",
        });
    });
});

test("encryption that does not say what is refused differs for ever, since S3 refuses SSE-C by itself", async () => {
    const Bucket = "sse-c";
    await hand.s3.send(new s3.CreateBucketCommand({ Bucket, ...here }));
    const urn = {
        type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        name: "e",
    };
    const rule = { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
    const differing = async (more: Values) => {
        const { inputs } = provider.check(urn, {}, { bucket: Bucket, rules: [{ ...rule, ...more }] });
        const state = await provider.create(urn, inputs);
        return provider.diff(urn, state.properties, inputs).differences.map(({ path }) => path);
    };
    expect(await differing({})).toEqual(["rules[0].blockedEncryptionTypes"]);
    expect(await differing({ blockedEncryptionTypes: ["SSE-C"] })).toEqual([]);
});

describe("a bucket with something in it", () => {
    test("stays, unless it may be emptied, and then goes with every version and unfinished upload", async () => {
        const Bucket = "full";
        const urn = { type: "aws:s3/bucket:Bucket", name: "full" };
        const { inputs } = provider.check(urn, {}, { bucket: Bucket });
        await provider.create(urn, inputs);
        const VersioningConfiguration = { Status: "Enabled" } as const;
        await hand.s3.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
        for (const Body of ["one", "two"]) await hand.s3.send(new s3.PutObjectCommand({ Bucket, Key: "a", Body }));
        await hand.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "a" }));
        await hand.s3.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "b" }));

        await expect(provider.delete(urn, Bucket, inputs)).rejects.toThrow(
            /^the bucket still holds objects, or versions/,
        );
        expect(await provider.read(urn, Bucket, inputs)).toBeDefined();
        await provider.delete(urn, Bucket, { ...inputs, forceDestroy: true });
        expect(await provider.read(urn, Bucket, inputs)).toBeUndefined();
    });

    test("is not taken over by another of the same name", async () => {
        const urn = { type: "aws:s3/bucket:Bucket", name: "taken" };
        const { inputs } = provider.check(urn, {}, { bucket: "taken" });
        await provider.create(urn, inputs);
        await expect(provider.create(urn, inputs)).rejects.toThrow("the bucket taken exists already");
    });
});

describe("a server that does not answer", () => {
    test("is said in one line, with the way to start it", async () => {
        const lost = new AwsClients(region, { ...aws.env, AWS_ENDPOINT_URL: "https://127.0.0.1:9" });
        try {
            const reading = new AwsProvider(lost).read({ type: "aws:s3/bucket:Bucket", name: "b" }, "b", {});
            await expect(reading).rejects.toThrow(
                /does not answer \(ECONNREFUSED\): run this command by npm run sandbox/,
            );
        } finally {
            lost.close();
        }
    });
});

describe("a bucket as Cloud Control reads it", () => {
    const getResource = "aws:cloudcontrol/getResource:getResource";
    const look = async (typeName: string, identifier: string) => {
        const { properties } = await provider.invoke(getResource, { typeName, identifier });
        return JSON.parse(properties as string) as Record<string, unknown>;
    };

    test("has its lifecycle in CloudFormation's words, and its settings", async () => {
        const bucket = "stands-already";
        await hand.s3.send(new s3.CreateBucketCommand({ Bucket: bucket, ...here }));
        const lifecycle = cases.find(({ type }) => type.includes("Lifecycle"))!;
        const urn = { type: lifecycle.type, name: "l" };
        await provider.create(urn, provider.check(urn, {}, lifecycle.inputs({ bucket, user: "", role: "" })).inputs);
        const found = await look("AWS::S3::Bucket", bucket);
        expect(found["LifecycleConfiguration"]).toEqual({
            TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
            Rules: [
                {
                    Id: "everything",
                    Status: "Enabled",
                    Prefix: "raw/",
                    TagFilters: [{ Key: "kind", Value: "photo" }],
                    ObjectSizeGreaterThan: "10",
                    ObjectSizeLessThan: "5000",
                    Transitions: [
                        { StorageClass: "GLACIER", TransitionInDays: 0 },
                        { StorageClass: "DEEP_ARCHIVE", TransitionInDays: 90 },
                    ],
                    ExpirationInDays: 900,
                    NoncurrentVersionExpiration: { NoncurrentDays: 180, NewerNoncurrentVersions: 3 },
                    NoncurrentVersionTransitions: [
                        { StorageClass: "GLACIER", TransitionInDays: 30, NewerNoncurrentVersions: 2 },
                    ],
                    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
                },
                { Id: "all", Status: "Enabled", Prefix: "", ExpiredObjectDeleteMarker: true },
                {
                    Id: "dated",
                    Status: "Disabled",
                    TagFilters: [{ Key: "a", Value: "b" }],
                    ExpirationDate: "2030-01-01T00:00:00.000Z",
                    Transitions: [{ StorageClass: "GLACIER", TransitionDate: "2029-01-01T00:00:00.000Z" }],
                },
                { Id: "big", Status: "Enabled", ObjectSizeGreaterThan: "1", ExpirationInDays: 9 },
                { Id: "small", Status: "Enabled", ObjectSizeLessThan: "9", ExpirationInDays: 9 },
                { Id: "prefix", Status: "Enabled", Prefix: "p/", ExpirationInDays: 9 },
            ],
        });
    });

    test("is not found where there is none, and has no policy where it has none", async () => {
        await expect(look("AWS::S3::Bucket", "nowhere")).rejects.toThrow(/couldn't find resource/);
        await expect(look("AWS::S3::BucketPolicy", "stands-already")).rejects.toThrow(/couldn't find resource/);
    });

    test("is all that is served", async () => {
        await expect(look("AWS::EC2::Instance", "i-1")).rejects.toThrow(/does not read AWS::EC2::Instance/);
        await expect(provider.invoke("aws:s3/getBucket:getBucket", {})).rejects.toThrow(/serves no aws:s3\/getBucket/);
    });
});
