import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import * as s3 from "@aws-sdk/client-s3";

import type { Ground } from "./archive-ground";
import { archiveGround, bucket } from "./archive-ground";

let ground: Ground;
const where = ["--bucket", bucket, "--region", "ap-southeast-2"];

jest.setTimeout(120_000);
beforeAll(async () => {
    ground = await archiveGround();
    await ground.put("photos/a.raw", "aaaa");
    await ground.put("photos/2026/b c+é.raw", Buffer.alloc(200_000, "b"), "DEEP_ARCHIVE");
    await ground.put("photos/list.xmp", "sidecar", "STANDARD");
    await ground.put("films/f.mov", "film");
    await ground.put("../evil", "x", "STANDARD");
});
afterAll(() => ground?.stop());

const restore = (...args: string[]) => ground.command(["restore", ...where, ...args]);
const statusOf = async (Key: string) =>
    (await ground.hand.s3.send(new s3.HeadObjectCommand({ Bucket: bucket, Key }))).Restore;

test("says which objects, what it costs and how long it takes, and does nothing without a yes", async () => {
    const { code, text } = await restore("--prefix", "photos/", "--days", "14");
    expect(text).toMatch(/^3 objects \(\S+ \S+\) in the bucket family-archive$/m);
    expect(text).toMatch(/^ {2}2 objects .* archived, not asked for$/m);
    expect(text).toMatch(/^ {2}1 object .* in a class that needs no restore$/m);
    for (const part of ["retrieval", "requests", "copies", "way out", "together"]) {
        expect(text).toMatch(new RegExp(`^ {2}${part} +[<\\d]`, "m"));
    }
    expect(text).toContain("GLACIER comes back within 5 to 12 hours");
    expect(text).toContain("DEEP_ARCHIVE comes back within up to 48 hours");
    expect(text).toMatch(/prices of \S+, \d{4}-\d\d-\d\d, /);
    expect(text).toContain("there is nobody to ask here: add --yes");
    expect(code).toBe(1);
    expect(await statusOf("photos/a.raw")).toBeUndefined();
});

test.each([
    [[], /Give one of --prefix, --key, --list, or --all family-archive/],
    [["--all", "family"], /type its name to bring everything back/],
    [["--prefix", ""], /type --all family-archive for that/],
    [["--prefix", "photos/", "--key", "x"], /--prefix and --key is given/],
    [["--prefix", "photos/", "--days", "0"], /--days is "0"/],
    [["--prefix", "photos/", "--tier", "fast"], /Allowed choices are bulk, standard, expedited/],
    [["--prefix", "photos/", "--status", "--to", "x"], /give one of them/],
    [["--prefix", "nothing/", "--yes"], /nothing in the bucket family-archive is meant by that/],
    [["--prefix", "photos/", "--tier", "expedited", "--yes"], /DEEP_ARCHIVE, which has no expedited retrieval/],
    [["--list", "no-such-file", "--yes"], /the list no-such-file cannot be read/],
])("refuses %j in one line", async (args, reason) => {
    const { code, text } = await restore(...args);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
});

test("tells the uploader which permission it lacks, and who has it", async () => {
    const { code, text } = await ground.command(["restore", ...where, "--prefix", "photos/", "--yes"], {
        key: ground.uploader,
    });
    expect(text).toMatch(/it needs s3:RestoreObject, which the stack's restorer has \(routeros-s3:restorer user/);
    expect(code).toBe(1);
});

test("asks once, goes on where it stopped, counts what is ready, and fetches it whole", async () => {
    writeFileSync(ground.hold, "");
    const one = await restore("--key", "photos/a.raw", "--yes");
    expect(one.text).toMatch(/^asked for 1 of 1; look with --status in 5 to 12 hours/m);
    const rest = await restore("--prefix", "photos/", "--yes");
    expect(rest.text).toMatch(/^ {2}1 object .* being restored$/m);
    expect(rest.text).toMatch(/^asked for 1 of 1; /m);
    expect((await restore("--prefix", "photos/", "--yes")).text).toContain("there is nothing to ask for");

    const waiting = await restore("--prefix", "photos/", "--status");
    expect(waiting.text).toMatch(/^1 of 3 can be fetched$/m);
    expect(waiting.code).toBe(2);
    const early = await restore("--prefix", "photos/", "--to", "early");
    expect(early.text).toMatch(/^photos\/a\.raw is still being restored$/m);
    expect(early.text).toMatch(/^1 fetched .* 2 not fetched$/m);
    expect(early.code).toBe(2);

    rmSync(ground.hold);
    const ready = await restore("--prefix", "photos/", "--status");
    expect(ready.text).toMatch(/^3 of 3 can be fetched$/m);
    expect(ready.text).toMatch(/^the first copy goes on \d{4}-\d\d-\d\d/m);
    expect(ready.code).toBe(0);
    const fetched = await restore("--prefix", "photos/", "--to", "back");
    expect(fetched.text).toMatch(/^3 fetched \(\S+ KB\), 0 there already, 0 not fetched$/m);
    expect(fetched.code).toBe(0);
    const back = path.join(ground.folder, "back");
    expect(readFileSync(path.join(back, "a.raw"), "utf8")).toBe("aaaa");
    expect(readFileSync(path.join(back, "2026/b c+é.raw"))).toEqual(Buffer.alloc(200_000, "b"));
    expect(readdirSync(back).sort()).toEqual(["2026", "a.raw", "list.xmp"]);

    expect((await restore("--prefix", "photos/", "--to", "back")).text).toMatch(/^0 fetched \(0 B\), 3 there already/m);
});

test("overwrites nothing that has other content, unless told to", async () => {
    ground.file("mine/list.xmp", "my own words");
    const kept = await restore("--key", "photos/list.xmp", "--prefix", "", "--to", "mine");
    expect(kept.code).toBe(1);
    const refused = await restore("--prefix", "photos/list", "--to", "mine");
    expect(refused.text).toMatch(/would overwrite mine\/list\.xmp, which has other content; --overwrite does it/);
    expect(refused.code).toBe(2);
    expect(readFileSync(path.join(ground.folder, "mine/list.xmp"), "utf8")).toBe("my own words");
    expect((await restore("--prefix", "photos/list", "--to", "mine", "--overwrite")).code).toBe(0);
    expect(readFileSync(path.join(ground.folder, "mine/list.xmp"), "utf8")).toBe("sidecar");
});

test("takes keys from a list, names those that are not there or were not asked for, and writes outside of the folder nothing", async () => {
    const list = ground.file("keys", "photos/list.xmp\r\n\nphotos/none\nfilms/f.mov\n../evil\n");
    const status = await restore("--list", list, "--status");
    expect(status.text).toMatch(/^ {2}1 not in the bucket: photos\/none$/m);
    const { code, text } = await restore("--list", list, "--to", "listed");
    expect(text).toMatch(/^photos\/none is not in the bucket$/m);
    expect(text).toMatch(/^films\/f\.mov is archived, and was not asked for$/m);
    expect(text).toMatch(/^\.\.\/evil is no name that a file can have$/m);
    expect(code).toBe(2);
    expect(readFileSync(path.join(ground.folder, "listed/photos/list.xmp"), "utf8")).toBe("sidecar");
    expect(existsSync(path.join(ground.folder, "evil"))).toBe(false);
});

test("goes on with a file that broke off, and fetches one that arrived damaged anew", async () => {
    const { ETag } = await ground.hand.s3.send(
        new s3.HeadObjectCommand({ Bucket: bucket, Key: "photos/2026/b c+é.raw" }),
    );
    const part = `.b c+é.raw.${ETag!.replaceAll('"', "").slice(0, 12)}.part`;
    ground.file(`broken/${part}`, Buffer.alloc(150_000, "b"));
    const before = ground.aws.requests().length;
    const only = ["--prefix", "photos/2026/", "--to", "broken"];
    expect((await restore(...only)).text).toMatch(/^1 fetched/m);
    const gets = ground.aws
        .requests()
        .slice(before)
        .filter(({ path, method }) => method === "GET" && /raw/.test(path));
    expect(gets.map(({ status }) => status)).toEqual([206]);

    rmSync(path.join(ground.folder, "broken"), { recursive: true });
    ground.file(`broken/${part}`, Buffer.alloc(150_000, "x"));
    expect((await restore(...only)).text).toMatch(/arrived damaged: its checksum differs from S3's; run the same/);
    expect((await restore(...only)).text).toMatch(/^1 fetched/m);
    expect(readdirSync(path.join(ground.folder, "broken"))).toEqual(["b c+é.raw"]);
});

test("is JSON alone for other programs", async () => {
    const status = await restore("--all", bucket, "--status", "--json");
    expect(JSON.parse(status.stdout)).toMatchObject({ all: { objects: 5 }, states: { archived: { objects: 1 } } });
    const asked = await restore("--key", "films/f.mov", "--yes", "--json");
    expect(JSON.parse(asked.stdout)).toMatchObject({
        asked: { asked: 1 },
        cost: { requests: expect.any(Number) as number },
    });
});

test("stops at Ctrl-C after what is under way, says so, and asks for the rest the next time", async () => {
    const many = 150;
    await Promise.all(Array.from({ length: many }, (_, index) => ground.put(`many/${index}`, `${index}`)));
    let told = false;
    const { code, text } = await ground.command(["restore", ...where, "--prefix", "many/", "--yes"], {
        seen: (stdout, child) => {
            if (told || !stdout.includes("together")) return;
            told = true;
            child.kill("SIGINT");
        },
    });
    expect(text).toContain("stopping; the same command goes on from here");
    expect(code).toBe(130);
    const [, asked] = /^asked for (\d+) of 150; the same command asks for the other \d+$/m.exec(text) ?? [];
    const rest = await restore("--prefix", "many/", "--yes");
    expect(rest.text).toMatch(new RegExp(`^asked for ${many - Number(asked)} of ${many - Number(asked)}; `, "m"));
});
