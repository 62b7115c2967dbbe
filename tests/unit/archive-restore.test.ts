import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";

import { byKey, type Version } from "../../cli/audit/bucket";
import { compare } from "../../cli/audit/compare";
import { filesOf, type LocalFile } from "../../cli/audit/folder";
import type { FetchOptions } from "../../cli/restore/download";
import { fetchAll, fileOf } from "../../cli/restore/download";
import type { Bucket } from "../../cli/s3/bucket";
import { judge } from "../../cli/s3/checksum";
import { forEach } from "../../cli/s3/progress";
import { fc } from "../../testing/random";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-restore-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A bucket that answers each kind of request as it is told to. */
function bucketOf(answers: Record<string, (input: Record<string, unknown>) => unknown>): Bucket {
    const api = new Proxy(
        {},
        {
            get: (_target, name: string) =>
                class {
                    name = name;
                    constructor(readonly input: object) {}
                },
        },
    );
    const send = async (command: { name: string; input: Record<string, unknown> }) => {
        const answer = answers[command.name.replace("Command", "")];
        if (!answer) throw new Error(`${command.name} was not expected`);
        return Promise.resolve(answer(command.input));
    };
    return { name: "b", region: "r", api, client: { send } } as unknown as Bucket;
}

const refusal = (name: string) => Object.assign(new Error(name), { name });
const one = (Key: string, Size: number, ETag: string) => () => ({
    Contents: [{ Key, Size, ETag, StorageClass: "STANDARD" }],
});

async function fetchFrom(bucket: Bucket, change: Partial<FetchOptions> = {}) {
    const problems: string[] = [];
    const fetched = { fetched: 0, bytes: 0, already: 0, bySize: 0, problems: 0 };
    const { signal } = new AbortController();
    const problem = (key: string, reason: string) => void problems.push(`${key} ${reason}`);
    await fetchAll(
        bucket,
        { prefix: "" },
        { folder, strip: "", overwrite: false, fetched, problem, signal, ...change },
    );
    return { problems, fetched };
}

describe("fetching", () => {
    it("stops before a file that the disk has no room for, and says how much is free", async () => {
        const bucket = bucketOf({ ListObjectsV2: one("huge", Number.MAX_SAFE_INTEGER, "x") });
        await expect(fetchFrom(bucket)).rejects.toThrow(
            /^no space on the disk for .*huge.* are free; make room, then run the same/,
        );
    });

    it("stops when the disk fills up meanwhile, and keeps what it has to go on from", async () => {
        const body = async function* () {
            yield Buffer.from("half");
            await Promise.resolve();
            throw Object.assign(new Error("full"), { code: "ENOSPC" });
        };
        const bucket = bucketOf({
            ListObjectsV2: one("a", 8, "0123456789abcdef"),
            GetObject: () => ({ Body: Readable.from(body()) }),
        });
        await expect(fetchFrom(bucket)).rejects.toThrow(/^no space on the disk .* which goes on from there$/);
        expect(readdirSync(folder)).toEqual([".a.0123456789ab.part"]);
    });

    it.each([
        ["PreconditionFailed", "a was changed in S3 meanwhile; run the same command again"],
        ["InvalidObjectState", "a is archived again: its restored copy is gone; ask for it again"],
        ["NoSuchKey", "a was deleted in S3 meanwhile"],
    ])("goes on past an object that S3 refuses with %s", async (name, problem) => {
        const GetObject = ({ Key }: Record<string, unknown>) => {
            if (Key === "a") throw refusal(name);
            return { Body: Readable.from([Buffer.from("b")]) };
        };
        const rows = ["a", "b"].map((Key) => ({ Key, Size: 1, ETag: createHash("md5").update("b").digest("hex") }));
        const { problems, fetched } = await fetchFrom(
            bucketOf({ ListObjectsV2: () => ({ Contents: rows }), GetObject }),
        );
        expect(problems).toEqual([problem]);
        expect(fetched).toMatchObject({ fetched: 1, problems: 1 });
    });

    it("says which right is missing", async () => {
        const bucket = bucketOf({
            ListObjectsV2: one("a", 1, "x"),
            GetObject: () => {
                throw refusal("AccessDenied");
            },
        });
        await expect(fetchFrom(bucket)).rejects.toThrow(/it needs s3:GetObject, and kms:Decrypt where/);
    });

    it("puts nothing over a file that came while it was fetched", async () => {
        const bucket = bucketOf({
            ListObjectsV2: one("a", 1, createHash("md5").update("b").digest("hex")),
            GetObject: () => {
                writeFileSync(path.join(folder, "a"), "somebody else's");
                return { Body: Readable.from([Buffer.from("b")]) };
            },
        });
        expect((await fetchFrom(bucket)).problems).toEqual([expect.stringMatching(/would overwrite .*come meanwhile/)]);
    });

    it.each([
        ["photos/a", "photos/", "a"],
        ["photos/2026/a", "photos/", path.join("2026", "a")],
        ["a/b/", "", path.join("a", "b")],
        ["../a", "", undefined],
        ["a/../../b", "", undefined],
        ["/etc/passwd", "", undefined],
        ["a//b", "", undefined],
        ["a\0b", "", undefined],
        ["a\\..\\b", "", undefined],
        [".", "", undefined],
    ])("names the file of %j below %j %j", (key, strip, file) => expect(fileOf(key, strip)).toBe(file));
});

describe("a checksum", () => {
    const content = Buffer.alloc(12 * 1024 * 1024, "content");
    const md5 = (data: Buffer) => createHash("md5").update(data).digest();
    const inParts = (size: number) => {
        const parts = Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
            md5(content.subarray(index * size, (index + 1) * size)),
        );
        return `${md5(Buffer.concat(parts)).toString("hex")}-${parts.length}`;
    };
    const known = { bytes: content.length };
    const file = () => path.join(folder, "f");
    beforeEach(() => writeFileSync(file(), content));

    it.each([5, 8])("of parts of %d MB is found without being told their size", async (size) => {
        expect(await judge(file(), { ...known, etag: inParts(size * 1024 * 1024) })).toBe("same");
    });

    it("of a file that changes while it is looked at is another, and one that is gone is told", async () => {
        const etag = md5(content).toString("hex");
        expect(await judge(file(), { bytes: content.length - 1, etag })).toBe("different");
        rmSync(file());
        await expect(judge(file(), { ...known, etag })).rejects.toMatchObject({ code: "ENOENT" });
    });

    it("of parts of a size that no program uses decides nothing", async () => {
        expect(await judge(file(), { ...known, etag: inParts(7_345_678) })).toBe("undecided");
    });

    it("of one piece decides, but for objects with a KMS key, whose ETag is none", async () => {
        const etag = md5(content).toString("hex");
        expect(await judge(file(), { ...known, etag })).toBe("same");
        expect(await judge(file(), { ...known, etag: etag.replace(/^./, (sign) => (sign === "0" ? "1" : "0")) })).toBe(
            "different",
        );
        expect(await judge(file(), { ...known, etag: "0".repeat(32), kms: true })).toBe("undecided");
    });

    it("of S3's own decides in whichever form", async () => {
        const SHA256 = createHash("sha256").update(content).digest("base64");
        expect(await judge(file(), { ...known, etag: "", checksums: { SHA256 } })).toBe("same");
        expect(await judge(file(), { ...known, etag: "", checksums: { CRC32: "AAAAAA==" } })).toBe("different");
    });

    // The check values of the algorithms' catalogue, of the text 123456789.
    it.each([
        ["CRC64NVME", Buffer.from("ae8b14860a799888", "hex").toString("base64")],
        ["CRC32C", Buffer.from("e3069283", "hex").toString("base64")],
        ["CRC32", Buffer.from("cbf43926", "hex").toString("base64")],
    ])("of an upload in parts whose size nobody knows decides by %s", async (name, sum) => {
        writeFileSync(file(), "123456789");
        const parts = { bytes: 9, etag: `${"0".repeat(32)}-1` };
        expect(await judge(file(), { ...parts, checksums: { [name]: sum } })).toBe("same");
        writeFileSync(file(), "123456780");
        expect(await judge(file(), { ...parts, checksums: { [name]: sum } })).toBe("different");
    });
});

describe("the comparison of a folder with an archive", () => {
    const version = (key: string, change: Partial<Version> = {}): Version => ({
        key,
        bytes: 1,
        etag: "",
        storageClass: "GLACIER",
        modified: undefined,
        state: "archived",
        newest: true,
        deleted: false,
        ...change,
    });
    const from = <T>(items: T[]) => Readable.from(items)[Symbol.asyncIterator]() as AsyncIterator<T>;
    const run = async (files: string[], versions: Version[]) => {
        const local = files.map((name): LocalFile => ({ name, file: name, bytes: 1 }));
        const found: string[] = [];
        const seen: string[] = [];
        const options = {
            prefix: "",
            judge: async () => Promise.resolve("same" as const),
            seen: ({ key }: Version, isLocal: boolean) => void seen.push(`${key}${isLocal ? "" : " there alone"}`),
        };
        for await (const { key, verdict } of compare(from(local), from(versions), options))
            found.push(`${verdict} ${key}`);
        return { found, seen };
    };

    it("tells apart what is there, what was, and what never was", async () => {
        const { found, seen } = await run(
            ["deleted", "new", "overwritten", "there"],
            [
                version("alone"),
                version("deleted", { deleted: true }),
                version("deleted", { newest: false }),
                version("overwritten", { bytes: 2 }),
                version("overwritten", { bytes: 3, newest: false }),
                version("overwritten", { newest: false }),
                version("there"),
                version("zz"),
            ],
        );
        expect(found).toEqual(["older deleted", "missing new", "older overwritten", "archived there"]);
        expect(seen).toEqual(["alone there alone", "overwritten", "there", "zz there alone"]);
    });

    it("finds every file, in whatever folders and letters, in S3's order", async () => {
        const names = fc.uniqueArray(
            fc.array(fc.constantFrom("a", "b", "a.b", "a-b", "é", "z", "ü1", "日本", "a0"), {
                minLength: 1,
                maxLength: 3,
            }),
            { selector: (steps) => steps.join("/"), maxLength: 12 },
        );
        await fc.assert(
            fc.asyncProperty(names, async (paths) => {
                const root = mkdtempSync(path.join(folder, "tree-"));
                const { mkdirSync } = await import("node:fs");
                const made = new Set<string>();
                for (const steps of paths) {
                    const name = steps.join("/");
                    try {
                        mkdirSync(path.join(root, ...steps.slice(0, -1)), { recursive: true });
                        writeFileSync(path.join(root, ...steps), "x", { flag: "wx" });
                        made.add(name);
                    } catch {
                        // A file where a folder should be, or the other way round.
                    }
                }
                const found: string[] = [];
                for await (const { name } of filesOf(root, { passedOver: () => undefined })) found.push(name);
                expect(found).toEqual([...made].sort(byKey));
            }),
            { numRuns: 40 },
        );
    });

    it("names what is gone by the time it is looked at, and goes on", async () => {
        writeFileSync(path.join(folder, "there"), "x");
        symlinkSync(path.join(folder, "gone"), path.join(folder, "link"));
        const [names, passed]: string[][] = [[], []];
        const passedOver = (name: string, reason: string) => void passed!.push(`${name} ${reason}`);
        for await (const { name } of filesOf(folder, { passedOver })) names!.push(name);
        expect({ names, passed }).toEqual({
            names: ["there"],
            passed: ["link is gone meanwhile, or a link to nothing"],
        });
    });

    it("reads no further ahead in the archive than the file it is at", async () => {
        let read = 0;
        const next = () => Promise.resolve({ done: false as const, value: version(String(read++).padStart(9, "0")) });
        const endless = { next };
        const local: LocalFile[] = [{ name: "000000004", file: "", bytes: 1 }];
        const options = { prefix: "", judge: async () => Promise.resolve("same" as const), seen: () => undefined };
        for await (const { verdict } of compare(from(local), endless, options)) {
            expect(verdict).toBe("archived");
            break;
        }
        expect(read).toBe(6);
    });
});

describe("working through many", () => {
    const numbers = (count: number) =>
        Readable.from(Array.from({ length: count }, (_, number) => number)) as AsyncIterable<number>;

    it("does each once, some at a time", async () => {
        const done: number[] = [];
        let [now, most] = [0, 0];
        await forEach(numbers(50), { atOnce: 4 }, async (number) => {
            most = Math.max(most, ++now);
            await new Promise(setImmediate);
            now--;
            done.push(number);
        });
        expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
        expect(most).toBe(4);
    });

    it("ends with the first error, and at the signal", async () => {
        let done = 0;
        const failing = forEach(numbers(1000), { atOnce: 2 }, async (number) => {
            done++;
            if (number === 5) throw new Error("five");
            await Promise.resolve();
        });
        await expect(failing).rejects.toThrow("five");
        expect(done).toBeLessThan(20);
        const controller = new AbortController();
        let seen = 0;
        await forEach(numbers(1000), { atOnce: 2, signal: controller.signal }, async () => {
            if (++seen === 10) controller.abort();
            await Promise.resolve();
        });
        expect(seen).toBeLessThan(20);
    });
});
