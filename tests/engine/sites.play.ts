/**
 * `routeros-s3 sites` over three sites and three routers, their states in a bucket, on the real engine. The tests build on
 * each other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";

import type { SiteResult } from "../../cli/sites/result";
import { start } from "../../router";
import { root } from "../../sandbox/places";
import { templateCommands } from "../../testing/ci-templates";
import { type ManySites, password, startSites } from "../../testing/many-sites";
import { engineTimeout } from "./harness";

jest.setTimeout(3 * engineTimeout);

let ground: ManySites;
const cli = path.join(root, "cli/routeros-s3.cjs");

beforeAll(async () => {
    ground = await startSites(["one", "two"]);
    ground.routers.set("three", await start({ username: "pulumi", password, https: true }));
});
afterAll(() => ground.stop());

const router = (site: string) => {
    const found = ground.routers.get(site);
    if (!found) throw new Error(`no router of ${site}`);
    return found;
};
const file = (name: string) => path.join(ground.session.folder, name);
const queues = (site: string) => router(site).rows("/queue/tree");
const topQueue = (site: string) => queues(site).find(({ name }) => name === "nas") ?? {};
const writes = (site: string) => router(site).log.filter(({ method }) => method !== "GET").length;
const resultsOf = (stdout: string) => {
    const { results } = JSON.parse(stdout) as { results: SiteResult[] };
    return Object.fromEntries(results.map((one) => [one.site, one]));
};
/** A command of the templates for continuous integration, as it stands there, and further options. */
const fromTemplate = (name: string, ...more: string[]) => {
    const words = templateCommands("github-actions.yml").find((command) => command.startsWith(`sites ${name} `));
    return ground.sites([...(words?.split(" ").slice(1) ?? []), ...more]);
};
const spoil = (site: string) => router(site).set("/queue/tree", topQueue(site)[".id"] ?? "", { "max-limit": "1M" });

describe("a new site", () => {
    const init = (...more: string[]) => ground.sites(["init", "three", "--url", router("three").url, ...more]);
    const wrong = { ROUTEROS_PASSWORD: "another" };

    it("is not made where the router refuses it: no file, no stack", async () => {
        const refused = await ground.sites(
            ["init", "three", "--url", router("three").url, "--username", "pulumi", "--yes"],
            wrong,
        );
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/login\/refused|unauthorized/i);
        expect((await init()).stderr).toMatch(/User on the router: not given|Pin it\?.*: not given/);
        expect(fs.existsSync(file("Pulumi.three.yaml"))).toBe(false);
        const { stdout } = await ground.session.pulumi(["stack", "ls"]);
        expect(stdout).not.toContain("three");
    });

    it("is tried, pinned, given its WAN from the default route, and written with the password as a secret", async () => {
        const made = await init("--username", "pulumi", "--yes");
        expect(made).toMatchObject({ code: 0 });
        expect(made.stdout).toContain(`SHA-256 ${router("three").fingerprint}`);
        expect(made.stdout).toMatch(/hEX, RouterOS 7\./);
        expect(made.stdout.trim().split("\n").at(-1)).toBe("  routeros-s3 sites up --only three");
        const text = fs.readFileSync(file("Pulumi.three.yaml"), "utf8");
        expect(text).toContain(`routeros:certificateFingerprint: ${router("three").fingerprint}`);
        expect(text).toContain("routeros-s3:wanInterface: ether5");
        expect(text).toMatch(/routeros:password:\n\s+secure: v1:/);
        expect(made.output + text).not.toContain(password);
        expect((await init("--yes")).stderr).toMatch(/Pulumi.three.yaml stands already/);
    });
});

it("names what is wrong at each site before the first write, and goes on with the others if told so", async () => {
    const good = fs.readFileSync(file("Pulumi.two.yaml"), "utf8");
    fs.writeFileSync(file("Pulumi.two.yaml"), "config: [\n");
    fs.writeFileSync(file("Pulumi.four.yaml"), "");
    fs.writeFileSync(file("Pulumi.five.yaml"), "config: {}\n");
    fs.writeFileSync(file("Pulumi.six.yaml"), `config:\n  routeros:url: ${router("one").url}\n`);
    try {
        const refused = await ground.sites(["up", "--yes"]);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/nothing is changed.*\n {2}five: Pulumi.five.yaml has no configuration/);
        expect(refused.stderr).toMatch(/\n {2}four: Pulumi.four.yaml cannot be read: it is empty/);
        expect(refused.stderr).toMatch(/\n {2}one: has the router and the interface of six/);
        expect(refused.stderr).toMatch(/\n {2}six: has the router and the interface of one/);
        expect(refused.stderr).toMatch(/\n {2}two: Pulumi.two.yaml cannot be read: \w+/);
        expect(["one", "two", "three"].map(writes)).toEqual([0, 0, 0]);

        const canary = await ground.sites(["up", "--yes", "--keep-going", "--canary", "two"]);
        expect(canary.stderr).toMatch(/nothing is changed: two was to go first, and cannot/);
        const others = await ground.sites(["up", "--yes", "--keep-going", "--json"]);
        expect(others.code).toBe(1);
        expect(resultsOf(others.stdout)).toMatchObject({
            four: { outcome: "failed", error: expect.stringContaining("it is empty") as string },
            three: { outcome: "done", changes: { create: 5 } },
        });
        expect(["one", "two"].map(writes)).toEqual([0, 0]);
    } finally {
        fs.writeFileSync(file("Pulumi.two.yaml"), good);
        for (const name of ["four", "five", "six"]) fs.rmSync(file(`Pulumi.${name}.yaml`));
    }
});

it("previews a shard, and brings up the rest by the plans that were shown; the person's stack stays selected", async () => {
    // Of one, three and two the first runner of two has one and two.
    const preview = await fromTemplate("preview");
    expect(preview).toMatchObject({ code: 0 });
    expect(preview.stdout).toMatch(/^one .*5/m);
    expect(preview.stdout).toMatch(/^2 sites: 2 with changes \(10 create\)/m);
    expect(["one", "two"].map(writes)).toEqual([0, 0]);

    const up = await fromTemplate("up", "--canary", "two", "--json");
    expect(up).toMatchObject({ code: 0 });
    const results = resultsOf(up.stdout);
    expect(Object.values(results).map(({ outcome }) => outcome)).toEqual(["done", "same", "done"]);
    // One list, one block of marks, one bypass, one queue type, one tree; the names are the project's.
    expect(results["two"]?.changes).toEqual({ create: 5 });
    for (const site of ["one", "two", "three"]) expect(queues(site).map(({ name }) => name)).toContain("nas");
    const carried = up.stderr.split("\n").filter((line) => / 5 create /.test(line));
    expect(carried[0]).toMatch(/^\[1\/2\] two /);
    expect(fs.readFileSync(file("up.html"), "utf8")).toContain("3 sites: 2 with changes (10 create), 1 without");
    const { stdout } = await ground.session.run("pulumi", ["stack", "--show-name"]);
    expect(stdout.trim()).toBe("one");
});

describe("a new password for a router", () => {
    /** Of the stack, with nothing in the environment over it. */
    const none = { ROUTEROS_PASSWORD: "" };
    const rotate = (env: Record<string, string> = {}, ...more: string[]) =>
        ground.sites(["rotate", "--yes", "--only", "three", ...more], { ...none, ...env });
    const kept = async () => {
        const { stdout } = await ground.sites(["credentials", "three", "--show-secrets"], none);
        return /^export ROUTEROS_PASSWORD=(.*)$/m.exec(stdout)?.[1] ?? "";
    };
    const leftOver = () => fs.readdirSync(ground.session.folder).filter((name) => name.includes("before-rotation"));

    it("is not taken where the environment has one for all", async () => {
        expect((await ground.sites(["rotate", "--yes"])).stderr).toMatch(
            /ROUTEROS_PASSWORD is set, one password for all/,
        );
    });

    it("leaves file and router as they were where the router refuses it", async () => {
        const stack = fs.readFileSync(file("Pulumi.three.yaml"), "utf8");
        router("three").add("/user/group", { name: "limited", policy: "read,write,api,rest-api" });
        router("three").add("/user", { name: "boss", group: "full", password: "of-the-boss" });
        const user = router("three")
            .rows("/user")
            .find(({ name }) => name === "pulumi");
        router("three").set("/user", user?.[".id"] ?? "", { group: "limited" });
        const refused = await rotate();
        expect(refused.code).toBe(1);
        expect(refused.stdout).toMatch(/not enough permissions/);
        expect(fs.readFileSync(file("Pulumi.three.yaml"), "utf8")).toBe(stack);
        expect(leftOver()).toEqual([]);
    });

    it("is set by an administrator, tried, and kept as a secret; a lost answer is no loss", async () => {
        router("three").addFault({ kind: "drop", when: "after", methods: ["PATCH"], path: "/user" });
        const done = await rotate({ ROUTEROS_ADMIN_PASSWORD: "of-the-boss" }, "--admin", "boss");
        expect(done).toMatchObject({ code: 0 });
        const now = await kept();
        expect(now).toMatch(/^[\w-]{24}$/);
        expect(done.output + fs.readFileSync(file("Pulumi.three.yaml"), "utf8")).not.toContain(now);
        expect(leftOver()).toEqual([]);
        const lines = await ground.sites(["credentials", "three"], none);
        expect(lines.stdout).toContain(`export ROUTEROS_URL=${router("three").url}\nexport ROUTEROS_USERNAME=pulumi\n`);
        expect(lines.stdout).not.toContain("ROUTEROS_PASSWORD");
    });
});

it("finds by a check what somebody changed, and a router that is away, and names only what is new", async () => {
    spoil("two");
    await router("three").stop();
    const first = await fromTemplate("check", "--no-doctor");
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^two: new: update nas-queues \(queues: nas maxLimit 1000000 → 19000000\)$/m);
    expect(first.stdout).toMatch(/^three: new: it could not be looked at$/m);
    expect(first.stdout).toMatch(/^one .*no changes/m);

    const second = await fromTemplate("check", "--no-doctor", "--only", "two");
    expect(second.code).toBe(7);
    expect(second.stdout).toMatch(/^nothing new$/m);
    const list = await ground.sites(["list", "--json"]);
    expect(JSON.parse(list.stdout)).toMatchObject([
        { site: "one", uplink: "20M", lastCheck: { state: "clean" } },
        { site: "three", lastCheck: { state: "unknown" } },
        { site: "two", lastCheck: { state: "drift" } },
    ]);
});

it("asks the doctor at each site, and says what it found", async () => {
    const doctor = await ground.sites(["doctor", "--only", "two", "--json"]);
    const { two } = resultsOf(doctor.stdout);
    expect(two?.version).toMatch(/^7\./);
    expect(two?.findings).toContainEqual(expect.stringMatching(/^rows\/changed: nas-queues: queues: nas maxLimit/));
    expect(doctor.code).toBe(two?.outcome === "same" ? 0 : 1);
});

it("refuses what is no longer what was shown: the site's file changed after its preview", async () => {
    const good = fs.readFileSync(file("Pulumi.two.yaml"), "utf8");
    // Asked for the lock, for the preview, and for the update: at the third time the file is another.
    const command = `echo x >> asked; [ $(wc -l < asked) = 3 ] && echo '  routeros-s3:uplink: 30M' >> Pulumi.two.yaml; echo ${password}`;
    const before = writes("two");
    try {
        const up = await ground.sites(["up", "--yes", "--only", "two", "--json", "--password-command", command]);
        expect(up.code).toBe(1);
        expect(resultsOf(up.stdout)["two"]).toMatchObject({ error: expect.stringMatching(/violates plan/) as string });
        expect(writes("two")).toBe(before);
    } finally {
        fs.writeFileSync(file("Pulumi.two.yaml"), good);
    }
});

it("tells a second user who holds the lock; at Ctrl-C names what is half done and not begun, and goes on later", async () => {
    spoil("one");
    const [listed] = router("one").rows("/ip/firewall/address-list").slice(-1);
    router("one").remove("/ip/firewall/address-list", listed?.[".id"] ?? "");
    const arrived = new Promise<void>((resolve) => {
        router("one").onRequest(({ method, when }) => void (method !== "GET" && when === "before" && resolve()));
    });
    router("one").addFault({ kind: "hang", methods: ["PATCH", "PUT", "POST"] });
    const { env, folder } = ground.session;
    const args = [cli, "sites", "up", "--yes", "--only", "one", "two", "--parallel", "1"];
    const child = spawn(process.execPath, args, { cwd: folder, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
    const closed = once(child, "close");
    await arrived;

    const home = fs.mkdtempSync(path.join(folder, "second-user-"));
    fs.symlinkSync(path.join(env["PULUMI_HOME"] ?? "", "plugins"), path.join(home, "plugins"));
    const before = writes("one");
    const second = await ground.sites(["up", "--yes", "--only", "one"], { PULUMI_HOME: home });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/one: its state is locked: created by .+@.+ \(pid \d+\)/);
    expect(writes("one")).toBe(before);

    child.kill("SIGINT");
    router("one").clearFaults();
    router("one").release();
    const [code] = (await closed) as [number];
    expect(code).toBe(130);
    expect(output).toMatch(/ending: every site finishes the change it is at/);
    expect(output).toMatch(/^one is half done; `routeros-s3 sites up --only one` goes on from there$/m);
    expect(output).toMatch(/^two is not begun;/m);
    const left = fs.readdirSync("/proc").filter((id) => /^\d+$/.test(id) && workedIn(id, folder));
    expect(left).toEqual([]);

    expect(await ground.sites(["up", "--yes", "--only", "one"])).toMatchObject({ code: 0 });
    expect(topQueue("one")["max-limit"]).toBe("19000000");
});

/** Whether a process is the engine, or a program or plugin of it, at work in a folder. */
function workedIn(id: string, folder: string): boolean {
    try {
        const command = fs.readFileSync(`/proc/${id}/cmdline`, "utf8");
        return /pulumi/.test(command) && fs.readlinkSync(`/proc/${id}/cwd`).startsWith(folder);
    } catch {
        return false;
    }
}
