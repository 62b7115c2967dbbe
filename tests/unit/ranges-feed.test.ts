import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { loadS3Ranges, RangesError, type RangesOptions } from "../../providers/aws-ip-ranges";
import { findLock, writeLock } from "../../providers/aws-ip-ranges/lock";
import { type Answer, type RangesServer, sends, startRangesServer, status } from "../../testing/ranges-server";

const published = new Date("2025-11-24T00:00:00Z");
const documentOf = (prefixes: string[], change: Record<string, unknown> = {}) =>
    JSON.stringify({
        syncToken: String(published.getTime() / 1000),
        createDate: "2025-11-24-00-00-00",
        prefixes: prefixes.map((ip_prefix) => ({
            ip_prefix,
            region: "ap-southeast-2",
            service: "S3",
            network_border_group: "x",
        })),
        ipv6_prefixes: [
            { ipv6_prefix: "2406:daf8:c000::/40", region: "ap-southeast-2", service: "S3", network_border_group: "x" },
        ],
        ...change,
    });
const first = ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22"];

let server: RangesServer;
let folder: string;

beforeAll(async () => {
    server = await startRangesServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ranges-"));
    server.answers = [sends(documentOf(first), { etag: '"one"' })];
    server.requests = [];
});
afterEach(() => rm(folder, { recursive: true }));

const minutes = (count: number) => new Date(published.getTime() + 3_600_000 + count * 60_000);
const days = (count: number) => minutes(count * 24 * 60);
const load = (options: Partial<RangesOptions> = {}) =>
    loadS3Ranges({
        source: server.url,
        region: "ap-southeast-2",
        cacheFolder: path.join(folder, "cache"),
        now: minutes(0),
        ...options,
        download: { ca: server.certificate, retryDelaysMs: [], timeoutMs: 5000, ...options.download },
    });
const refusal = async (options: Partial<RangesOptions> = {}): Promise<RangesError> => {
    const error: unknown = await load(options).catch((caught: unknown) => caught);
    if (error instanceof RangesError) return error;
    throw error instanceof Error ? error : new Error("it was taken");
};

describe("an https address", () => {
    it("gives the prefixes of the region with the document's date and token", async () => {
        expect(await load()).toEqual({
            ipv4: first,
            ipv6: ["2406:daf8:c000::/40"],
            region: "ap-southeast-2",
            services: ["S3@ap-southeast-2"],
            syncToken: "1763942400",
            createDate: "2025-11-24T00:00:00.000Z",
            source: server.url,
            warnings: [],
        });
    });

    it("is not asked again for 15 minutes, so that preview and up see the same", async () => {
        await load();
        server.answers = [sends(documentOf([...first, "16.12.74.0/24"]))];
        expect((await load({ now: minutes(15) })).ipv4).toEqual(first);
        expect(server.requests).toHaveLength(1);
        expect((await load({ now: minutes(16), reuseMinutes: 60 })).ipv4).toEqual(first);
        expect((await load({ now: minutes(16) })).ipv4).toHaveLength(4);
        expect(server.requests).toHaveLength(2);
    });

    it("is trusted by its certificate alone, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        try {
            expect((await refusal({ download: { ca: undefined } })).message).toMatch(/its certificate is not trusted/);
        } finally {
            delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        }
        expect(server.requests).toEqual([]);
    });

    it("is asked by ETag, and an unchanged document counts as read now", async () => {
        await load();
        server.answers = [status(304)];
        expect((await load({ now: minutes(20) })).ipv4).toEqual(first);
        expect(server.requests[1]?.["if-none-match"]).toBe('"one"');
        await load({ now: minutes(34) });
        expect(server.requests).toHaveLength(2);
    });

    it("keeps what it read whole, in a folder that git ignores", async () => {
        await Promise.all([load(), load(), load()]);
        const files = await readdir(path.join(folder, "cache"));
        expect(files.sort()).toEqual([".gitignore", expect.stringMatching(/^[0-9a-f]{16}\.json$/)]);
        expect(await readFile(path.join(folder, "cache", ".gitignore"), "utf8")).toBe("*\n");
    });

    it("is asked again when what was kept is damaged", async () => {
        await load();
        const [file = ""] = (await readdir(path.join(folder, "cache"))).filter((name) => name.endsWith(".json"));
        await writeFile(path.join(folder, "cache", file), "{");
        expect((await load()).ipv4).toEqual(first);
        expect(server.requests).toHaveLength(2);
    });

    it("is tried again after a failure of the server or the connection, and not after a refusal", async () => {
        server.answers = [status(503), (request) => request.socket.destroy(), sends(documentOf(first))];
        expect((await load({ download: { retryDelaysMs: [0, 0] } })).ipv4).toEqual(first);
        server.answers = [status(403)];
        server.requests = [];
        const error = await refusal({
            now: minutes(60),
            cacheFolder: path.join(folder, "other"),
            download: { retryDelaysMs: [0, 0] },
        });
        expect(error.message).toContain("the server answered 403");
        expect(server.requests).toHaveLength(1);
    });

    it.each<[string, Answer, string, string]>([
        ["a page that is no JSON", sends("<html>sign in</html>"), "ranges/not-json", "is not JSON"],
        ["a document cut short", sends(documentOf(first).slice(0, 200)), "ranges/not-json", "cut short"],
        ["another schema", sends('{"syncToken":"1","createDate":"x"}'), "ranges/schema", "createDate"],
        ["no prefixes", sends(documentOf([])), "ranges/empty", "no IPv4 prefixes"],
        ["a private prefix", sends(documentOf([...first, "192.168.0.0/16"])), "ranges/not-public", "192.168.0.0/16"],
        ["half the Internet", sends(documentOf([...first, "0.0.0.0/1"])), "ranges/too-wide", "0.0.0.0/1"],
        ["an error", status(500), "ranges/download", "the server answered 500"],
    ])("with %s is refused where nothing was kept", async (_name, answer, code, text) => {
        server.answers = [answer];
        const error = await refusal();
        expect(error.code).toBe(code);
        expect(error.message).toContain(text);
        expect(error.message).not.toContain("\n");
    });

    it("that sends too much is cut off", async () => {
        server.answers = [sends(`${documentOf(first)}${" ".repeat(2_000_000)}`)];
        expect((await refusal({ download: { maxBytes: 1_048_576 } })).message).toContain("larger than 1 MiB");
    });

    it("that never answers is given up", async () => {
        server.answers = [() => undefined];
        expect((await refusal({ download: { timeoutMs: 50 } })).message).toContain("no whole answer within 0.05 s");
    });

    it("with a certificate of an unknown authority is refused, and not asked twice", async () => {
        const error = await refusal({ download: { ca: undefined, retryDelaysMs: [0, 0] } });
        expect(error.message).toContain("certificate is not trusted");
        expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
        expect(server.requests).toHaveLength(0);
    });

    it("that redirects to plain http is refused", async () => {
        server.answers = [
            (_request, response) => void response.writeHead(302, { location: "http://127.0.0.1:9/x" }).end(),
        ];
        expect((await refusal()).message).toContain("not https");
    });
});

describe("what was read before", () => {
    beforeEach(() => load());

    it.each<[string, Answer, string]>([
        ["cannot be reached", (request) => request.socket.destroy(), "ranges/download"],
        ["sends an older document", sends(documentOf(first, { syncToken: "1763900000" })), "ranges/older"],
        [
            "sends a document cut down",
            sends(
                documentOf(first.slice(0, 1), {
                    ipv6_prefixes: [{ ipv6_prefix: "2406:daf8:c000::/40", region: "x", service: "S3" }],
                }),
            ),
            "ranges/truncated",
        ],
        ["sends no document", sends("oops"), "ranges/not-json"],
    ])("stands in for an address that %s, with a warning that says why and how old", async (_name, answer, code) => {
        server.answers = [answer];
        const { ipv4, warnings } = await load({ now: days(3) });
        expect(ipv4).toEqual(first);
        expect(warnings).toEqual([expect.stringContaining("read 3 days ago")]);
        expect(warnings[0]).toContain(`[${code}]`);
    });

    it("stands in for 30 days, and no longer", async () => {
        server.answers = [status(500)];
        await load({ now: days(30) });
        const error = await refusal({ now: days(31) });
        expect(error.code).toBe("ranges/too-old");
        expect(error.message).toContain("read 31 days ago");
    });

    it("is not overwritten by what was refused", async () => {
        server.answers = [sends("oops"), sends(documentOf(first.slice(0, 2)), { etag: '"two"' })];
        await load({ now: minutes(20) });
        expect((await load({ now: minutes(40) })).ipv4).toEqual(first.slice(0, 2));
    });
});

describe("a source that cannot be", () => {
    it.each([
        ["http://ip-ranges.amazonaws.com/ip-ranges.json", "ranges/not-https"],
        ["ftp://example.org/ip-ranges.json", "ranges/not-https"],
        ["/nowhere/ip-ranges.json", "ranges/unreadable"],
        [tmpdir(), "ranges/unreadable"],
    ])("%s is refused", async (source, code) => {
        expect((await refusal({ source })).code).toBe(code);
    });

    it("is an address with a password, which is not shown", async () => {
        for (const scheme of ["https", "http"]) {
            const error = await refusal({ source: `${scheme}://me:secret@example.org/ip-ranges.json` });
            expect(error.code).toBe("ranges/login-in-address");
            expect(error.message).not.toContain("secret");
        }
    });

    it("is a region without S3, and the answer names some with it", async () => {
        const error = await refusal({ region: "ap-southeast-9" });
        expect(error.code).toBe("ranges/no-prefixes");
        expect(error.message).toContain("ap-southeast-2");
    });
});

describe("a file", () => {
    it("is read each time", async () => {
        const source = path.join(folder, "ranges.json");
        await writeFile(source, documentOf(first));
        await load({ source });
        await writeFile(source, documentOf(first.slice(0, 1)));
        expect((await load({ source })).ipv4).toEqual(first.slice(0, 1));
    });

    it("of the sandbox holds the four prefixes that were typed in by hand once", async () => {
        const { ipv4, ipv6 } = await load({
            source: path.join(__dirname, "../../sandbox/ip-ranges.json"),
            now: new Date(),
        });
        expect(ipv4).toEqual(["52.92.52.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"]);
        expect(ipv6.length).toBeGreaterThan(0);
    });
});

describe("a lock file", () => {
    const lockOf = (change: object = {}) => ({
        source: "https://example.org/ip-ranges.json",
        region: "ap-southeast-2",
        services: ["S3@ap-southeast-2"],
        syncToken: "1763942400",
        createDate: "2025-11-24-00-00-00",
        ipv4: first,
        ipv6: ["2406:daf8:c000::/40"],
        ...change,
    });
    let lock: string;
    beforeEach(() => (lock = path.join(folder, "ranges.lock.json")));

    it("is used as it is, and no address is asked", async () => {
        await writeLock(lock, lockOf());
        expect((await load({ lock })).ipv4).toEqual(first);
        expect(server.requests).toHaveLength(0);
        expect(await findLock(lock)).toEqual(lockOf());
    });

    it("is remarked on when it is old", async () => {
        await writeLock(lock, lockOf());
        expect((await load({ lock, now: days(80) })).warnings).toEqual([]);
        expect((await load({ lock, now: days(100) })).warnings).toEqual([expect.stringContaining("100 days old")]);
    });

    it("that is missing is refused with the command that makes it", async () => {
        const error = await refusal({ lock });
        expect(error.code).toBe("ranges/no-lock");
        expect(error.message).toContain("npx routeros-s3 ranges update");
    });

    it("for another region or other services is refused", async () => {
        await writeLock(lock, lockOf());
        expect((await refusal({ lock, region: "eu-west-1" })).code).toBe("ranges/lock-selection");
        expect((await refusal({ lock, services: ["S3", "S3@GLOBAL"] })).code).toBe("ranges/lock-selection");
    });

    it.each([
        ["is no JSON", "<<<<<<< HEAD", "ranges/lock-broken"],
        ["lacks its prefixes", JSON.stringify({ ...lockOf(), ipv4: undefined }), "ranges/lock-broken"],
        ["holds a private prefix", JSON.stringify(lockOf({ ipv4: ["10.0.0.0/16"] })), "ranges/not-public"],
    ])("that %s is refused", async (_name, text, code) => {
        await writeFile(lock, text);
        expect((await refusal({ lock })).code).toBe(code);
    });
});
