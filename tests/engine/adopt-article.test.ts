/** A router set up by hand as the article of 2018 says, taken over and given back. The tests build on each other. */
import fs from "node:fs";
import path from "node:path";

import type { Row } from "../../router/api";
import { root } from "../../sandbox/places";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

let stack: ScratchStack;
let before: Record<string, Row[]>;

beforeAll(async () => {
    stack = await startEngine({
        router: { rsc: fs.readFileSync(path.join(root, "tests/field/seed-article-protocol.rsc"), "utf8") },
        config: {
            "aws:region": "ap-southeast-2",
            "routeros-s3:wanInterface": "ether5",
            "routeros-s3:uplink": "20M",
            "routeros-s3:profile": "seed-2018",
            "routeros-s3:adopt": "true",
            "routeros-s3:addressFamilies": ["ipv4"],
            "routeros-s3:protectBucket": "false",
            "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
        },
    });
    before = stack.router.configuration();
});
afterAll(() => stack.stop());

const marker = / ?\[pulumi:[^\]]*\]$/;

/** The router without our markers, and without what was not there before. */
function unmarked(): Record<string, Row[]> {
    const menus = Object.entries(stack.router.configuration()).map(([menu, rows]) => [
        menu,
        rows
            .filter(({ comment = "" }) => !marker.test(comment) || comment.endsWith(",adopted]"))
            .map(({ comment = "", ...row }) => {
                const text = comment.replace(marker, "");
                return text === "" ? row : { ...row, comment: text };
            }),
    ]);
    return Object.fromEntries(menus) as Record<string, Row[]>;
}

it("is taken over with adopt and one family alone, and nothing of it is rewritten but comments", async () => {
    const up = await stack.up();
    expect(up).toMatchObject({ code: 0 });
    expect(up.output).toMatch(/seed-2018 .* guarantees add up to one and a half times the uplink/);
    const ours = Object.values(stack.router.configuration())
        .flat()
        .filter(({ comment = "" }) => marker.test(comment));
    expect(ours.filter(({ comment = "" }) => comment.endsWith(",adopted]"))).toHaveLength(9);
    // The one row that is new: without it FastTrack keeps uploads out of the queues.
    expect(ours.filter(({ comment = "" }) => !comment.endsWith(",adopted]"))).toMatchObject([
        { action: "accept", "connection-mark": "aws-s3-sydney", "connection-state": "established,related" },
    ]);
    expect(unmarked()).toEqual(before);
    expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("is given back at destroy as it was", async () => {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(stack.router.configuration()).toEqual(before);
});
