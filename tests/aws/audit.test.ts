import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";

import * as s3 from "@aws-sdk/client-s3";

import { type Ground } from "./archive-ground";
import { archiveGround, bucket } from "./archive-ground";
import { awsCommand } from "./command-line";

let ground: Ground;
const where = ["--bucket", bucket, "--region", "ap-southeast-2"];
const large = Buffer.alloc(20 * 1024 * 1024, "large");

jest.setTimeout(180_000);
beforeAll(async () => {
    ground = await archiveGround();
    for (const name of ["a.raw", "a/b.raw", "é.raw"]) ground.file(`photos/${name}`, name);
    ground.file("photos/large.raw", large);
    const uploads = awsCommand(ground.aws, ground.folder, ground.uploader);
    const sync = await uploads("s3", "sync", "photos", `s3://${bucket}/photos`, "--storage-class", "GLACIER");
    if (sync.code !== 0) throw new Error(sync.text);
});
afterAll(() => ground?.stop());

const audit = (...args: string[]) =>
    ground.command(["audit", ...where, "--folder", "photos", "--prefix", "photos/", ...args]);

test("ends with 0 when all of the folder is in the archive, parts of large files included, and reads nothing there", async () => {
    const before = ground.aws.requests().length;
    const { code, text } = await audit();
    expect(text).toMatch(/^4 of 4 files are in the bucket family-archive \(20\.0 MB\)$/m);
    expect(text).toMatch(/^ {2}GLACIER: 4 \(20\.0 MB\)$/m);
    expect(text).not.toMatch(/by size alone/);
    expect(code).toBe(0);
    const asked = ground.aws.requests().slice(before);
    expect(asked.map(({ path }) => path.split("?")[0])).toEqual([`/${bucket}/`, `/${bucket}/`]);
});

test("names what is not there, what differs, and what is there as an older version alone", async () => {
    ground.file("photos/new.raw", "new");
    ground.file("photos/a.raw", "A.raw");
    ground.file("photos/a/b.raw", "longer than before");
    await ground.put("photos/é.raw", "overwritten");
    await ground.put("photos/only there.raw", "x", "DEEP_ARCHIVE");
    await ground.hand.s3.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: "photos/large.raw" }));
    await ground.hand.s3.send(
        new s3.CreateMultipartUploadCommand({ Bucket: bucket, Key: "photos/broke off", StorageClass: "GLACIER" }),
    );
    symlinkSync(ground.folder, path.join(ground.folder, "photos/link"));
    mkdirSync(path.join(ground.folder, "photos/empty"));
    const { code, text } = await audit();
    expect(text).toMatch(/^missing {6}new\.raw$/m);
    expect(text).toMatch(/^different {4}a\.raw other content of the same size$/m);
    expect(text).toMatch(/^different {4}a\/b\.raw 7 bytes there, 18 here$/m);
    expect(text).toMatch(/^older {8}é\.raw is there as a version of \d{4}-\d\d-\d\d \(\S+\), not as the newest$/m);
    expect(text).toMatch(/^older {8}large\.raw is there as a version/m);
    expect(text).toMatch(/^unfinished {3}photos\/broke off, an upload to \w+ that began on/m);
    expect(text).toMatch(/^passed over {2}link is a link to a folder$/m);
    expect(text).toMatch(/^0 of 5 files are in the bucket/m);
    expect(text).toMatch(/^ {2}1 objects in the archive alone$/m);
    expect(code).toBe(2);

    const lines = (await audit("--json")).stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual(expect.objectContaining({ file: "new.raw", verdict: "missing" }));
    expect(lines.at(-1)).toMatchObject({ totals: { verdicts: { archived: 0, older: 2, different: 2, missing: 1 } } });
});

test("as the uploader, who sees no versions, says so and compares all the same", async () => {
    const { code, text } = await ground.command(
        ["audit", ...where, "--folder", "photos", "--prefix", "photos/", "--size-only"],
        { key: ground.uploader },
    );
    expect(text).toContain("older versions were not looked at: that needs s3:ListBucketVersions");
    expect(text).toMatch(/^1 of 5 files/m);
    expect(text).toMatch(/^ {2}1 of them compared by size alone/m);
    expect(code).toBe(2);
});

test("asks object by object on request, after saying how many requests that is and what they cost", async () => {
    const asked = await audit("--checksums");
    expect(asked.text).toMatch(/--checksums takes up to 5 requests, one for each .* about <0\.01\* USD/);
    expect(asked.text).toContain("add --yes");
    expect(asked.code).toBe(1);
    const before = ground.aws.requests().length;
    expect((await audit("--checksums", "--yes")).code).toBe(2);
    const heads = ground.aws
        .requests()
        .slice(before)
        .filter(({ method }) => method === "HEAD");
    expect(heads.length).toBeGreaterThan(0);
    expect(heads.length).toBeLessThanOrEqual(5);
    const denied = await ground.command(
        ["audit", ...where, "--folder", "photos", "--prefix", "photos/", "--checksums", "--yes"],
        { key: ground.uploader },
    );
    expect(denied.text).toMatch(/it needs s3:GetObject/);
    expect(denied.code).toBe(1);
});

test.each([
    [["--folder", "no-such-folder"], /which is no folder/],
    [["--size-only", "--checksums"], /exclude each other/],
    [
        ["--bucket", "no-such-bucket"],
        /no right to do that in the bucket no-such-bucket|there is no bucket no-such-bucket/,
    ],
])("refuses %j in one line", async (args, reason) => {
    const { code, text } = await audit(...args);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
});

/** Set higher to measure: what grows with the number of objects would not fit. */
const objects = Number(process.env["AUDIT_OBJECTS"] ?? 30_000);

/** S3 with this many versions, each of which is told by its number. */
async function withVersions(versionOf: (number: number) => string, ask: (url: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) => {
        const query = new URL(request.url!, "http://x").searchParams;
        if (query.has("uploads")) return void response.end("<ListMultipartUploadsResult/>");
        const start = Number(query.get("version-id-marker") ?? 0);
        const end = Math.min(start + 1000, objects);
        const rows = Array.from({ length: end - start }, (_, index) => versionOf(start + index));
        const more =
            end < objects ? `<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>${end}</NextVersionIdMarker>` : "";
        response.end(
            `<?xml version="1.0"?><ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${end < objects}` +
                `</IsTruncated>${more}${rows.join("")}</ListVersionsResult>`,
        );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
        server.close();
        server.closeAllConnections();
    }
}

const versionText = (key: string, isLatest: boolean, id: number) =>
    `<Version><Key>photos/${key}</Key><VersionId>v${id}</VersionId><IsLatest>${isLatest}</IsLatest>` +
    "<LastModified>2026-01-01T00:00:00.000Z</LastModified>" +
    '<ETag>"00000000000000000000000000000000"</ETag><Size>1000</Size><StorageClass>GLACIER</StorageClass></Version>';

test.each([
    {
        what: "of any size",
        versionOf: (number: number) => versionText(String(number).padStart(9, "0"), true, number),
        says: new RegExp(`^  ${objects.toLocaleString("en-US")} objects in the archive alone$`, "m"),
    },
    {
        what: "of any number of versions of one object",
        versionOf: (number: number) => versionText("one.raw", number === 0, number),
        says: /^different {4}one\.raw 1000 bytes there, 3 here$/m,
    },
])(
    "goes through an archive $what in 64 MB of memory",
    async ({ versionOf, says }) => {
        ground.file("small/one.raw", "one");
        await withVersions(versionOf, async (url) => {
            const { code, text } = await ground.command(
                ["audit", ...where, "--folder", "small", "--prefix", "photos/"],
                { env: { AWS_ENDPOINT_URL: url, NODE_OPTIONS: "--max-old-space-size=64" } },
            );
            expect(text).toMatch(says);
            expect(code).toBe(2);
        });
    },
    Math.max(180_000, objects),
);
