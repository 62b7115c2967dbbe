import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { rangesCommand } from "../../cli/ranges";

const row = (ip_prefix: string) => ({ ip_prefix, region: "ap-southeast-2", service: "S3", network_border_group: "x" });
const ipv6_prefixes = [
    { ipv6_prefix: "2406:daf8:c000::/40", region: "ap-southeast-2", service: "S3", network_border_group: "x" },
];
const documentOf = (prefixes: string[], syncToken = "1763942400") =>
    JSON.stringify({ syncToken, createDate: "2025-11-24-00-00-00", prefixes: prefixes.map(row), ipv6_prefixes });
const first = ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"];

let folder: string;
let feed: string;
let lock: string;

beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ranges-cli-"));
    feed = path.join(folder, "feed.json");
    lock = path.join(folder, "ranges.lock.json");
    await writeFile(feed, documentOf(first));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command in this process: what it printed, and the exit code it asked for. */
async function run(...words: string[]): Promise<{ out: string; err: string; code: number }> {
    const out: string[] = [];
    const err: string[] = [];
    const stdout = jest.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
    const stderr = jest.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
    const before = process.exitCode;
    process.exitCode = undefined;
    try {
        await rangesCommand().parseAsync([...words, "--region", "ap-southeast-2", "--source", feed, "--lock", lock], {
            from: "user",
        });
        return { out: out.join(""), err: err.join(""), code: Number(process.exitCode ?? 0) };
    } finally {
        process.exitCode = before;
        stdout.mockRestore();
        stderr.mockRestore();
    }
}
const lockNow = async () => JSON.parse(await readFile(lock, "utf8")) as { ipv4: string[]; syncToken: string };

it("makes a lock file, and then finds no difference", async () => {
    expect((await run("update")).out).toContain("is made");
    expect(await lockNow()).toMatchObject({ ipv4: first, syncToken: "1763942400", createDate: "2025-11-24-00-00-00" });
    expect(await run("diff")).toMatchObject({ code: 0, out: expect.stringContaining("no difference") as string });
});

it("ends with 2 and shows each prefix when the feed differs", async () => {
    await run("update");
    await writeFile(feed, documentOf([...first.slice(0, 3), "16.12.74.0/24"], "1764000000"));
    const { code, out } = await run("diff");
    expect(code).toBe(2);
    expect(out).toMatch(/^ {2}\+ +ipv4 +16\.12\.74\.0\/24 +256$/m);
    expect(out).toMatch(/^ {2}- +ipv4 +54\.231\.252\.0\/24 +256$/m);
    expect(out).toContain("1 new, 1 gone");
    expect(await lockNow()).toMatchObject({ ipv4: first });
});

it("writes what the feed has", async () => {
    await run("update");
    await writeFile(feed, documentOf([...first, "16.12.74.0/24"], "1764000000"));
    const { code, out } = await run("update");
    expect(code).toBe(0);
    expect(out).toContain("is written");
    expect((await lockNow()).ipv4).toHaveLength(5);
});

it("leaves the file alone when only the token is new", async () => {
    await run("update");
    await writeFile(feed, documentOf(first, "1764000000"));
    expect((await run("update")).out).toContain("stays as it is");
    expect((await lockNow()).syncToken).toBe("1763942400");
});

it.each([
    ["lost too much", documentOf(first.slice(0, 1), "1764000000"), "ranges/shrunk"],
    ["is older", documentOf(first.slice(0, 3), "1763900000"), "ranges/older"],
])("refuses a feed that %s, unless it is forced", async (_name, text, code) => {
    await run("update");
    await writeFile(feed, text);
    await expect(run("update")).rejects.toThrow(code);
    expect((await lockNow()).ipv4).toEqual(first);
    await run("update", "--force");
    expect((await lockNow()).ipv4).not.toEqual(first);
});

it("accepts a loss that is allowed by name", async () => {
    await run("update");
    await writeFile(feed, documentOf(first.slice(0, 1), "1764000000"));
    await run("update", "--max-shrink", "90");
    expect((await lockNow()).ipv4).toEqual(first.slice(0, 1));
});

it("shows what pulumi would use: the lock file's, and the feed's on request", async () => {
    await run("update");
    await writeFile(feed, documentOf(["16.12.74.0/24"], "1764000000"));
    expect((await run("show")).out).toContain("52.95.128.0/21");
    expect((await run("show", "--feed")).out).not.toContain("52.95.128.0/21");
});

it("prints JSON for other programs", async () => {
    await run("update");
    const { out } = await run("diff", "--json");
    expect(JSON.parse(out)).toMatchObject({ changes: [], feed: { ipv4: first }, lock: { ipv4: first } });
});

it("says how to make a lock file that is not there", async () => {
    await expect(run("diff")).rejects.toThrow("npx routeros-s3 ranges update");
});
