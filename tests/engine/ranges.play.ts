import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { type RangesServer, sends, startRangesServer, status } from "../../testing/ranges-server";
import { engineTimeout, ordinarySite, type Outcome, type ScratchStack, startEngine } from "./harness";

/** Rows of elsewhere, so that the document as a whole keeps its size. */
const elsewhere = Array.from({ length: 40 }, (_, index) => `52.216.${index}.0/24`);
const row = (region: string) => (ip_prefix: string) => ({
    ip_prefix,
    region,
    service: "S3",
    network_border_group: region,
});
const documentOf = (prefixes: string[], syncToken: number) =>
    JSON.stringify({
        syncToken: String(syncToken),
        createDate: "2025-11-24-00-00-00",
        prefixes: [...prefixes.map(row("ap-southeast-2")), ...elsewhere.map(row("us-east-1"))],
        ipv6_prefixes: [
            { ipv6_prefix: "2406:daf8:c000::/40", region: "ap-southeast-2", service: "S3", network_border_group: "x" },
        ],
    });
const first = ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"];

let stack: ScratchStack;
let server: RangesServer;
let folder: string;

jest.setTimeout(engineTimeout);

beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ranges-engine-"));
    const certificate = path.join(folder, "ca.pem");
    server = await startRangesServer(certificate);
    stack = await startEngine({
        config: {
            ...ordinarySite,
            "routeros-s3:awsIpRanges": server.url,
        },
        env: { NODE_EXTRA_CA_CERTS: certificate },
    });
    server.answers = [sends(documentOf(first, 1_763_942_400))];
    expect((await stack.up()).code).toBe(0);
});
afterAll(async () => {
    await stack?.stop();
    await server?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
});

const listed = () =>
    stack.router
        .rows("/ip/firewall/address-list")
        .map((entry) => entry["address"])
        .sort();
const cacheFolder = () => path.join(stack.folder, ".cache", "aws-ip-ranges");
const forget = () => fs.rmSync(cacheFolder(), { recursive: true, force: true });

/** Lets what was kept be as old as that. */
function age(days: number): void {
    const [file = ""] = fs.readdirSync(cacheFolder()).filter((name) => name.endsWith(".json"));
    const kept = JSON.parse(fs.readFileSync(path.join(cacheFolder(), file), "utf8")) as { checkedAt: number };
    fs.writeFileSync(
        path.join(cacheFolder(), file),
        JSON.stringify({ ...kept, checkedAt: Date.now() - days * 86_400_000 }),
    );
}

/** What holds of every refusal: an error in one line, and the list and the queues as they were. */
function refused({ code, output }: Outcome, text: string): void {
    expect(code).not.toBe(0);
    expect(output).toMatch(new RegExp(`error: .*${text}`));
    expect(output).not.toMatch(/unhandled|\n +at /);
    expect(listed()).toEqual(first);
}

test("one download serves a preview and the update after it", async () => {
    forget();
    server.requests = [];
    const { code, output } = await stack.pulumi(["up", "--yes"]);
    expect(output).toContain("unchanged");
    expect(code).toBe(0);
    expect(server.requests).toHaveLength(1);
    expect(listed()).toEqual(first);
});

test("a list that lost too much is refused, and the one on the router stays", async () => {
    forget();
    server.answers = [sends(documentOf(first.slice(0, 2), 1_763_950_000))];
    refused(await stack.up(), "lost 50 % of the applied rows");
});

test("an older list that differs is refused", async () => {
    forget();
    server.answers = [sends(documentOf(first.slice(0, 3), 1_763_000_000))];
    refused(await stack.up(), "older than 1763942400, which is applied");
});

test("a document that is none is refused before the program makes a resource", async () => {
    forget();
    server.answers = [sends("<html>sign in</html>")];
    refused(await stack.up(), "is not JSON .*\\[ranges/not-json\\]");
});

test("the last good document stands in for an address that fails, for a while", async () => {
    forget();
    server.answers = [sends(documentOf(first, 1_763_942_400))];
    expect((await stack.preview()).code).toBe(0);
    server.answers = [status(403)];
    age(3);
    const { code, output } = await stack.preview(["--expect-no-changes"]);
    expect(output).toMatch(
        /warning: .*the server answered 403; the last good document .* read 3 days ago\) is used instead/,
    );
    expect(code).toBe(0);
    age(31);
    refused(await stack.preview(), "older than the 30 days allowed; .*\\[ranges/too-old\\]");
});

test("a lock file is used as it is, and no address is asked", async () => {
    const lock = path.join(folder, "ranges.lock.json");
    const locked = [...first, "16.12.74.0/24"];
    fs.writeFileSync(
        lock,
        JSON.stringify({
            source: server.url,
            region: "ap-southeast-2",
            services: ["S3@ap-southeast-2"],
            syncToken: "1763960000",
            createDate: "2025-11-24-04-53-20",
            ipv4: locked,
            ipv6: ["2406:daf8:c000::/40"],
        }),
    );
    server.requests = [];
    forget();
    const { code } = await stack.up(["--config", `routeros-s3:ipRangesLock=${lock}`]);
    expect(code).toBe(0);
    expect(listed()).toEqual(locked.sort());
    expect(server.requests).toEqual([]);
});
