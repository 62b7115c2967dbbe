import * as s3 from "@aws-sdk/client-s3";

import type { Hand } from "../aws/hand";
import { handOf } from "../aws/hand";
import type { ScratchStack } from "./harness";
import { engineTimeout, startEngine } from "./harness";

/** Its arguments come by the environment, so that one stack tries several. */
const program = {
    "index.js": `
        const { ArchiveBucket } = require("./bin/components/archive/archive-bucket");
        const { bucketName } = new ArchiveBucket("archive", JSON.parse(process.env.ARCHIVE));
        exports.bucket = bucketName;
    `,
};
const Bucket = "family-archive";
const taken = { existingBucket: Bucket, region: "ap-southeast-2", protect: false };
const theirRule = { ID: "theirs", Status: "Enabled", Filter: { Prefix: "logs/" }, Expiration: { Days: 30 } } as const;
const theirStatement = {
    Sid: "Theirs",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:DeleteObject",
    Resource: `arn:aws:s3:::${Bucket}/*`,
};

let stack: ScratchStack;
let hand: Hand;

jest.setTimeout(engineTimeout);

beforeAll(async () => {
    stack = await startEngine({ program, aws: true, router: false, config: { "aws:region": "ap-southeast-2" } });
    hand = handOf(stack.aws);
    const CreateBucketConfiguration = { LocationConstraint: "ap-southeast-2" } as const;
    await hand.s3.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const LifecycleConfiguration = { Rules: [theirRule] };
    await hand.s3.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [theirStatement] });
    await hand.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
});
afterAll(async () => {
    hand?.close();
    await stack?.stop();
});

const withArgs = (args: object) => ({ ARCHIVE: JSON.stringify(args) });
async function ruleIds(): Promise<(string | undefined)[]> {
    const { Rules = [] } = await hand.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }));
    return Rules.map(({ ID }) => ID).sort();
}
async function sids(): Promise<(string | undefined)[]> {
    const { Policy = "{}" } = await hand.s3.send(new s3.GetBucketPolicyCommand({ Bucket }));
    return (JSON.parse(Policy) as { Statement: { Sid?: string }[] }).Statement.map(({ Sid }) => Sid).sort();
}

test("is refused at preview when it has rules or statements of others, in lines for a person", async () => {
    const { code, output } = await stack.preview([], withArgs(taken));
    expect(code).not.toBe(0);
    expect(output).toMatch(
        /error: the archive bucket has 2 mistakes:\n +existingBucket "family-archive" has lifecycle rules of others: theirs;/,
    );
    expect(output).toContain("statements of others: Theirs; set keepExisting to true");
    expect(output).not.toMatch(/serializing|unhandled|\n +at /);
});

test("is refused in an update that skips the preview, with nothing written", async () => {
    expect((await stack.up([], withArgs(taken))).code).not.toBe(0);
    expect(await ruleIds()).toEqual(["theirs"]);
    expect(await sids()).toEqual(["Theirs"]);
});

test("that is not there is refused with what to look at", async () => {
    const { code, output } = await stack.preview([], withArgs({ ...taken, existingBucket: "no-such-archive" }));
    expect(code).not.toBe(0);
    expect(output).toMatch(
        /error: existingBucket "no-such-archive" cannot be read: .*check its name, its region and the permissions/,
    );
});

test("keeps what others made on request, again and again, and after the stack is gone", async () => {
    const args = withArgs({ ...taken, keepExisting: true });
    const ours = ["routeros-s3-abort-incomplete", "routeros-s3-archive", "routeros-s3-noncurrent"];
    const first = await stack.up([], args);
    expect(first.output).toContain('the rule "theirs", which is kept, deletes objects after 30 days');
    expect(first.code).toBe(0);
    expect(await ruleIds()).toEqual([...ours, "theirs"]);
    expect(await sids()).toEqual(["RefusePlainHttp", "Theirs"]);

    const again = await stack.preview(["--refresh", "--expect-no-changes"], args);
    expect(again.output).toContain("unchanged");
    expect(again.code).toBe(0);

    expect((await stack.destroy([], args)).code).toBe(0);
    expect(await ruleIds()).toEqual([...ours, "theirs"]);
    expect(await sids()).toEqual(["RefusePlainHttp", "Theirs"]);
});
