/** `routeros-s3 sites` over three sites and three routers, on the real engine. The tests build on each other. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";

import type { SiteResult } from "../../cli/sites/result";
import { root } from "../../sandbox/places";
import { type ManySites, startSites } from "../../testing/many-sites";
import { engineTimeout } from "./harness";

jest.setTimeout(3 * engineTimeout);

let ground: ManySites;

beforeAll(async () => {
    ground = await startSites(["one", "three", "two"]);
});
afterAll(() => ground.stop());

const router = (site: string) => {
    const found = ground.routers.get(site);
    if (!found) throw new Error(`no router of ${site}`);
    return found;
};
const queues = (site: string) => router(site).rows("/queue/tree");
const writes = (site: string) => router(site).log.filter(({ method }) => method !== "GET").length;
const resultsOf = (stdout: string) => {
    const { results } = JSON.parse(stdout) as { results: SiteResult[] };
    return Object.fromEntries(results.map((one) => [one.site, one]));
};

it("names what is wrong at each site before the first write, and goes on with the others if told so", async () => {
    const file = path.join(ground.session.folder, "Pulumi.two.yaml");
    const good = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, "config: [\n");
    fs.writeFileSync(path.join(ground.session.folder, "Pulumi.four.yaml"), "");
    try {
        const refused = await ground.sites(["up", "--yes"]);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/nothing is changed.*\n {2}four: Pulumi.four.yaml cannot be read: it is empty/);
        expect(refused.stderr).toMatch(/\n {2}two: Pulumi.two.yaml cannot be read: \w+/);
        expect(["one", "three"].map(writes)).toEqual([0, 0]);
    } finally {
        fs.writeFileSync(file, good);
        fs.rmSync(path.join(ground.session.folder, "Pulumi.four.yaml"));
    }
});

it("brings all of them up by the plans that were shown, and leaves the person's stack selected", async () => {
    const report = path.join(ground.session.folder, "report.html");
    const up = await ground.sites(["up", "--yes", "--canary", "two", "--json", "--report", report]);
    expect(up).toMatchObject({ code: 0 });
    const results = resultsOf(up.stdout);
    expect(Object.values(results).map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
    // One list, one block of marks, one bypass, one queue type, one tree; the names are the project's.
    expect(results["two"]?.changes).toEqual({ create: 5 });
    for (const site of ["one", "two", "three"]) expect(queues(site).map(({ name }) => name)).toContain("nas");
    expect(fs.readFileSync(report, "utf8")).toContain("3 sites: 3 with changes (15 create)");
    const { stdout } = await ground.session.run("pulumi", ["stack", "--show-name"]);
    expect(stdout.trim()).toBe("one");
});

it("finds by a check what somebody changed, and a router that is away, and names only what is new", async () => {
    const [nas] = queues("two").filter(({ name }) => name === "nas");
    router("two").set("/queue/tree", nas?.[".id"] ?? "", { "max-limit": "1M" });
    await router("three").stop();
    const last = path.join(ground.session.folder, "last.json");

    const first = await ground.sites(["check", "--no-doctor", "--last", last]);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^two: new: update nas-queues/m);
    expect(first.stdout).toMatch(/^three: new: it could not be looked at$/m);
    expect(first.stdout).toMatch(/^one .*no changes/m);

    const second = await ground.sites(["check", "--no-doctor", "--last", last, "--except", "three"]);
    expect(second.code).toBe(7);
    expect(second.stdout).toMatch(/^nothing new$/m);
});

it("asks the doctor at each site, and says what it found", async () => {
    const doctor = await ground.sites(["doctor", "--only", "one", "--json"]);
    const { one } = resultsOf(doctor.stdout);
    expect(one?.version).toMatch(/^7\./);
    expect(doctor.code).toBe(one?.outcome === "same" ? 0 : 1);
});

it("leaves a locked site alone and says who holds it", async () => {
    const { backend } = JSON.parse(
        (await ground.session.run("pulumi", ["whoami", "--json"])).stdout.replace('"url"', '"backend"'),
    ) as { backend: string };
    const locks = path.join(new URL(backend).pathname, ".pulumi/locks/organization/routeros-s3/two");
    fs.mkdirSync(locks, { recursive: true });
    const holder = { pid: 1, username: "anna", hostname: "nas", timestamp: new Date(0).toISOString() };
    fs.writeFileSync(path.join(locks, "one.json"), JSON.stringify(holder));
    try {
        const before = writes("two");
        const refused = await ground.sites(["up", "--yes", "--only", "two"]);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/two: its state is locked: created by anna@nas \(pid 1\)/);
        expect(writes("two")).toBe(before);
    } finally {
        fs.rmSync(locks, { recursive: true });
    }
});

it("ends cleanly at Ctrl-C: the site finishes its change, is named, and goes on later", async () => {
    const arrived = new Promise<void>((resolve) => {
        router("two").onRequest(({ method, when }) => {
            if (method === "PATCH" && when === "before") resolve();
        });
    });
    router("two").addFault({ kind: "hang", methods: ["PATCH"], path: "/queue/tree" });
    const command = path.join(root, "cli/routeros-s3.cjs");
    const { env, folder } = ground.session;
    const child = spawn(process.execPath, [command, "sites", "up", "--yes", "--only", "two"], { cwd: folder, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
    const closed = once(child, "close");
    await arrived;
    child.kill("SIGINT");
    router("two").clearFaults();
    router("two").release();
    const [code] = (await closed) as [number];
    expect(output).toMatch(/ending: every site finishes the change it is at/);
    expect(code === 130 || code === 1 || code === 0).toBe(true);
    const again = await ground.sites(["up", "--yes", "--only", "two"]);
    expect(again).toMatchObject({ code: 0 });
    expect(queues("two").find(({ name }) => name === "nas")).toMatchObject({ "max-limit": "19000000" });
});
