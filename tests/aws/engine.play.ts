import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";

import { resourceTypes } from "../../sandbox/aws/plugin/types";
import type { Outcome, ScratchStack, StackResource } from "../engine/harness";
import { engineTimeout, startEngine } from "../engine/harness";
import { cases } from "./cases";
import type { Hand } from "./hand";
import { handOf } from "./hand";

/** The project's own components, in every form that makes a resource type of its own. */
const program = {
    "index.js": `
        const { ArchiveBucket } = require("./bin/components/archive/archive-bucket");
        const { Uploader } = require("./bin/components/archive/uploader");
        const free = { protect: false, forceDestroy: true };
        const archive = new ArchiveBucket("archive", { ...free, tags: { of: process.env.TAG ?? "photos" } });
        new ArchiveBucket("locked", { ...free, objectLock: { mode: "GOVERNANCE", days: 5 } });
        const { bucketName, bucketArn, storageClass } = archive;
        const upload = { bucketName, bucketArn, storageClass };
        new Uploader("person", upload);
        const trustedPrincipals = ["arn:aws:iam::123456789012:user/admin"];
        new Uploader("machine", { ...upload, identity: { kind: "role", trustedPrincipals } });
        exports.bucket = bucketName;
    `,
};

let stack: ScratchStack;
let hand: Hand;

jest.setTimeout(engineTimeout);

beforeAll(async () => {
    stack = await startEngine({ program, aws: true, router: false, config: { "aws:region": "ap-southeast-2" } });
    hand = handOf(stack.aws);
    succeed(await stack.up());
});

afterAll(async () => {
    hand?.close();
    await stack?.stop();
});

test("makes a resource of every type that the plugin serves", async () => {
    const made = new Set((await ours()).map(({ type }) => type));
    expect([...made].sort()).toEqual(Object.keys(resourceTypes).sort());
});

test("finds nothing to do when nothing has changed, and asks S3 to tell", async () => {
    const before = stack.aws.requests().length;
    succeed(await stack.preview(["--refresh", "--expect-no-changes"]));
    const asked = stack.aws
        .requests()
        .slice(before)
        .filter(({ path }) => path !== "/");
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
});

test("keeps every setting of the bucket over refresh, up and refresh", async () => {
    const [Bucket] = await buckets();
    const settings = async () => ({
        rules: (await hand.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules?.map(
            ({ ID }) => ID,
        ),
        versioning: (await hand.s3.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status,
        policy: (await hand.s3.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy,
    });
    const before = await settings();
    expect(before.rules).toHaveLength(3);
    succeed(await stack.refresh());
    // Now the bucket's recorded outputs hold what its own arguments do not give.
    const recorded = (await ours()).find(({ type, id }) => type.endsWith(":Bucket") && id === Bucket);
    expect(recorded?.outputs?.["lifecycleRules"]).toHaveLength(3);
    succeed(await stack.up(["--refresh=false", "--expect-no-changes"]));
    expect(await settings()).toEqual(before);
    succeed(await stack.refresh(["--expect-no-changes"]));
    // A change of the bucket itself writes nothing else either.
    succeed(await stack.up(["--refresh=false"], { TAG: "slides" }));
    expect(await settings()).toEqual(before);
    succeed(await stack.up());
});

test("shows what somebody changed by hand in each resource, and repairs it", async () => {
    const changed = await changedByHand();
    const shown = await steps();
    expect(shown).toEqual(changed.map(({ urn }) => [urn, "update"]).sort());
    const { output } = succeed(await stack.preview(["--refresh", "--diff"]));
    expect(output).toContain("restrictPublicBuckets: false => true");
    expect(output).toContain('status: "Suspended" => "Enabled"');
    expect(output).toContain('"gone-tomorrow" => "routeros-s3-archive"');
    expect(output).toMatch(/- expiration\s*: \{\s*- days: 1/);

    succeed(await stack.up(["--refresh"]));
    expect(await steps()).toEqual([]);
    const Bucket = changed.find(({ type }) => type.includes("PublicAccessBlock"))!.id!;
    const { PublicAccessBlockConfiguration } = await hand.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    expect(PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
    });
});

test("makes again what somebody removed by hand", async () => {
    const removed: StackResource[] = [];
    // Policies before the identities that have them; buckets and what cannot be absent stay.
    const inOrder = (await ours()).sort((one, other) => rank(one) - rank(other));
    for (const resource of inOrder) {
        const one = cases.find(({ type }) => type === resource.type)!;
        if (one.neverAbsent || resource.type.endsWith(":Bucket")) continue;
        await one.removedByHand(hand, resource.id!);
        removed.push(resource);
    }
    expect(await steps()).toEqual(removed.map(({ urn }) => [urn, "create"]).sort());
    succeed(await stack.up(["--refresh"]));
    expect(await steps()).toEqual([]);
});

test("an error is one line with what AWS said, and leaves a state to go on from", async () => {
    const bucket = await lockedBucket();
    await hand.s3.send(
        new s3.PutObjectCommand({ Bucket: bucket, Key: "kept", Body: "locked", ObjectLockLegalHoldStatus: "ON" }),
    );
    const outcome = await stack.destroy();
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toMatch(/kept of the bucket locked-bucket-\w+ cannot be removed: .+/);
    expect(outcome.output).not.toMatch(/^\s+at /m);
    const hold = { Bucket: bucket, Key: "kept", LegalHold: { Status: "OFF" } } as const;
    await hand.s3.send(new s3.PutObjectLegalHoldCommand(hold));
});

test("takes everything down, and leaves nothing in AWS", async () => {
    succeed(await stack.destroy());
    expect((await hand.s3.send(new s3.ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    expect((await hand.iam.send(new iam.ListUsersCommand({}))).Users).toEqual([]);
    expect((await hand.iam.send(new iam.ListRolesCommand({}))).Roles).toEqual([]);
});

/** Changes one resource of each type without Pulumi. */
async function changedByHand(): Promise<StackResource[]> {
    const found = await ours();
    const changed: StackResource[] = [];
    for (const one of cases) {
        const candidates = found.filter(({ type }) => type === one.type);
        // A locked bucket's versions cannot be switched off.
        const resource = candidates.find(({ urn }) => urn.includes("::archive-")) ?? candidates[0]!;
        if (one.type.endsWith(":Bucket")) {
            // Object Lock cannot be taken back, so the bucket would be replaced.
            const Tagging = { TagSet: [{ Key: "by", Value: "hand" }] };
            await hand.s3.send(new s3.PutBucketTaggingCommand({ Bucket: resource.id, Tagging }));
        } else await one.byHand(hand, resource.id!);
        changed.push(resource);
    }
    return changed;
}

/** What a refreshing preview would do, by resource; sorted. */
async function steps(): Promise<string[][]> {
    const { stdout } = succeed(await stack.preview(["--refresh", "--json"]));
    const digest = JSON.parse(stdout) as { steps: { urn: string; op: string }[] };
    return digest.steps
        .filter(({ op, urn }) => !["same", "refresh"].includes(op) && urn.includes("aws:"))
        .map(({ urn, op }) => [urn, op])
        .sort();
}

async function ours(): Promise<StackResource[]> {
    return (await stack.resources()).filter(({ type }) => type.startsWith("aws:"));
}

/** The one with every setting first. */
async function buckets(): Promise<string[]> {
    const found = (await ours()).filter(({ type }) => type.endsWith(":Bucket")).map(({ id }) => id!);
    return found.sort();
}

async function lockedBucket(): Promise<string> {
    return (await ours()).find(({ type, id }) => type.endsWith(":Bucket") && id?.startsWith("locked"))!.id!;
}

function rank({ type }: StackResource): number {
    return /:(User|Role)$/.test(type) ? 1 : 0;
}

function succeed(outcome: Outcome): Outcome {
    if (outcome.code !== 0) throw new Error(`exit ${outcome.code}: ${outcome.output}`);
    return outcome;
}
