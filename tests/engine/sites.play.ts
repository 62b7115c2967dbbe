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
// Whatever was done, and however it ended, the person goes on with the stack that was selected before.
afterEach(() => expect(selection()).toEqual([expect.stringMatching(/: "organization\/routeros-s3\/one"/)]));

const router = (site: string) => {
    const found = ground.routers.get(site);
    if (!found) throw new Error(`no router of ${site}`);
    return found;
};
const file = (name: string) => path.join(ground.stack.folder, name);
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
/** Sites in the order in which their changes ended; the lines of the previews before are passed over. */
const carriedOut = (stderr: string) => {
    const lines = [...stderr.matchAll(/^\[\s*\d+\/\d+\] (\S+) {2}(.*) {2}[\d.]+ s$/gm)];
    return lines.filter(([, , what = ""]) => !/ to (create|update)/.test(what)).map(([, site]) => site);
};
/** What Pulumi keeps of the person's choice of stack. */
const selection = () => {
    const folder = path.join(ground.stack.env["PULUMI_HOME"] ?? "", "workspaces");
    return fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), "utf8"));
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
        const { stdout } = await ground.stack.pulumi(["stack", "ls"]);
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

it("names what is wrong at each site before the first write", async () => {
    const good = fs.readFileSync(file("Pulumi.two.yaml"), "utf8");
    fs.writeFileSync(file("Pulumi.two.yaml"), "config: [\n");
    fs.writeFileSync(file("Pulumi.four.yaml"), "");
    fs.writeFileSync(file("Pulumi.five.yaml"), "config: {}\n");
    fs.writeFileSync(file("Pulumi.six.yaml"), `config:\n  routeros:url: ${router("one").url}\n`);
    fs.writeFileSync(file("Pulumi.seven.yaml"), "config:\n  routeros:url: https://192.0.2.7\n");
    try {
        const refused = await ground.sites(["up", "--yes"], { ROUTEROS_PASSWORD: "" });
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/nothing is changed.*\n {2}five: Pulumi.five.yaml has no configuration/);
        expect(refused.stderr).toMatch(/\n {2}four: Pulumi.four.yaml cannot be read: it is empty/);
        expect(refused.stderr).toMatch(
            /\n {2}one: routeros:password is not set; .*the router and the interface of six/,
        );
        expect(refused.stderr).toMatch(/\n {2}six: .*has the router and the interface of one/);
        expect(refused.stderr).toMatch(/\n {2}seven: routeros:password is not set; `pulumi config set --secret/);
        expect(refused.stderr).toMatch(/\n {2}two: Pulumi.two.yaml cannot be read: \w+/);
        // It has no mistake, and its password is in its file.
        expect(refused.stderr).not.toMatch(/\n {2}three:/);

        const unmade = await ground.sites(["up", "--yes", "--only", "seven"]);
        expect(unmade.stderr).toMatch(/\n {2}seven: no stack of this name; `pulumi stack init seven --no-select`/);
        const canary = await ground.sites(["up", "--yes", "--keep-going", "--canary", "two"]);
        expect(canary.stderr).toMatch(/nothing is changed: two was to go first, and cannot/);
        expect(["one", "two", "three"].map(writes)).toEqual([0, 0, 0]);
    } finally {
        fs.writeFileSync(file("Pulumi.two.yaml"), good);
        for (const name of ["four", "five", "six", "seven"]) fs.rmSync(file(`Pulumi.${name}.yaml`));
    }
});

it("previews a shard", async () => {
    // Of one, three and two the first runner of two has one and two.
    const preview = await fromTemplate("preview");
    expect(preview).toMatchObject({ code: 0 });
    expect(preview.stdout).toMatch(/^one +changes +6 /m);
    expect(preview.stdout).toMatch(/^2 sites: 2 with changes \(12 create\)/m);
    expect(["one", "two"].map(writes)).toEqual([0, 0]);
});

describe("where the router of a site refuses every write", () => {
    beforeEach(() => router("one").addFault({ kind: "401", methods: ["PUT"], times: 99 }));
    afterEach(() => router("one").clearFaults());
    const refused = { outcome: "failed", error: expect.stringMatching(/login\/refused/) as string };

    it("nothing else begins when it is the canary", async () => {
        const up = await ground.sites(["up", "--yes", "--json", "--only", "one", "two", "--canary", "one"]);
        expect(up.code).toBe(1);
        expect(resultsOf(up.stdout)).toMatchObject({ one: refused, two: { outcome: "left" } });
        expect(writes("two")).toBe(0);
    });

    it("no batch begins after its own, and what cannot begin is left out", async () => {
        fs.writeFileSync(file("Pulumi.four.yaml"), "");
        try {
            const stages = ["--canary", "two", "--batch", "1", "--max-failures", "0", "--keep-going"];
            const up = await ground.sites(["up", "--yes", "--json", ...stages]);
            expect(up.code).toBe(1);
            expect(up.stderr).toMatch(/left out:\n {2}four: .*it is empty/);
            expect(resultsOf(up.stdout)).toMatchObject({
                four: { outcome: "failed", error: expect.stringContaining("it is empty") as string },
                // One list, one block of marks, one bypass, a queue type for each leaf, one tree; the names are the project's.
                two: { outcome: "done", changes: { create: 6 } },
                one: refused,
                three: { outcome: "left" },
            });
            expect(writes("three")).toBe(0);
            expect(carriedOut(up.stderr)).toEqual(["two", "one"]);
        } finally {
            fs.rmSync(file("Pulumi.four.yaml"));
        }
    });
});

it("brings up the rest by the plans that were shown, and writes a page of it", async () => {
    const up = await fromTemplate("up", "--json");
    expect(up).toMatchObject({ code: 0 });
    const outcomes = Object.entries(resultsOf(up.stdout)).map(([site, { outcome }]) => [site, outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({ one: "done", two: "same", three: "done" });
    for (const site of ["one", "two", "three"]) expect(queues(site).map(({ name }) => name)).toContain("nas");
    expect(fs.readFileSync(file("up.html"), "utf8")).toMatch(
        /3 sites: 2 with changes \(11 create, 1 update\), 1 without/,
    );
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
    const leftOver = () => fs.readdirSync(ground.stack.folder).filter((name) => name.includes("before-rotation"));

    it("is not taken where the environment has one for all", async () => {
        expect((await ground.sites(["rotate", "--yes"])).stderr).toMatch(
            /ROUTEROS_PASSWORD is set, one password for all/,
        );
    });

    it("leaves file and router as they were where the router refuses it", async () => {
        const written = fs.readFileSync(file("Pulumi.three.yaml"), "utf8");
        router("three").add("/user/group", { name: "limited", policy: "read,write,api,rest-api" });
        router("three").add("/user", { name: "boss", group: "full", password: "of-the-boss" });
        const user = router("three")
            .rows("/user")
            .find(({ name }) => name === "pulumi");
        router("three").set("/user", user?.[".id"] ?? "", { group: "limited" });
        const refused = await rotate();
        expect(refused.code).toBe(1);
        expect(refused.stdout).toMatch(/not enough permissions/);
        expect(fs.readFileSync(file("Pulumi.three.yaml"), "utf8")).toBe(written);
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
    const list = await ground.sites(["list", "--json", "--last", "check.json"]);
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

describe("a site at work", () => {
    const args = ["up", "--yes", "--only", "one", "two", "--parallel", "1"];
    /** `sites up` in a process of its own, come so far that the router of `one` was sent a write, which hangs. */
    const begin = async () => {
        const arrived = new Promise<void>((resolve) => {
            router("one").onRequest(({ method, when }) => void (method !== "GET" && when === "before" && resolve()));
        });
        router("one").addFault({ kind: "hang", methods: ["PATCH", "PUT", "POST"], times: 99 });
        const { env, folder } = ground.stack;
        // The router must not be given up while the others are at work.
        const patient = { ...env, ROUTEROS_TIMEOUT_SECONDS: "600" };
        const child = spawn(process.execPath, [cli, "sites", ...args], { cwd: folder, env: patient });
        let output = "";
        const asked = new Promise<void>((resolve) => {
            for (const stream of [child.stdout, child.stderr])
                stream.on("data", (text: Buffer) => {
                    output += text.toString();
                    if (output.includes("again to end by force")) resolve();
                });
        });
        const closed = once(child, "close").then(([code]) => ({ code: code as number, output }));
        await Promise.race([arrived, closed.then((ended) => Promise.reject(new Error(ended.output)))]);
        return { interrupt: () => child.kill("SIGINT"), asked, closed };
    };
    const goOn = () => {
        router("one").clearFaults();
        router("one").release();
    };
    const atWork = () => fs.readdirSync("/proc").filter((id) => /^\d+$/.test(id) && workedIn(id, ground.stack.folder));

    it("is locked for a second user, who is told by whom, and goes on with the others; at Ctrl-C it ends its change", async () => {
        spoil("one");
        const [listed] = router("one").rows("/ip/firewall/address-list").slice(-1);
        router("one").remove("/ip/firewall/address-list", listed?.[".id"] ?? "");
        const { interrupt, closed } = await begin();

        const { env, folder } = ground.stack;
        const home = fs.mkdtempSync(path.join(folder, "second-user-"));
        fs.symlinkSync(path.join(env["PULUMI_HOME"] ?? "", "plugins"), path.join(home, "plugins"));
        const before = writes("one");
        const second = (...more: string[]) => ground.sites(["up", "--yes", "--only", ...more], { PULUMI_HOME: home });
        const refused = await second("one");
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(
            /one: its state is locked: created by .+@.+ \(pid \d+\).*`pulumi cancel -s one`/,
        );
        const others = await second("one", "two", "--keep-going");
        expect(others.code).toBe(1);
        expect(others.stderr).toMatch(/left out:\n {2}one: its state is locked/);
        expect(others.stdout).toMatch(/^two .*done/m);
        expect(writes("one")).toBe(before);

        interrupt();
        goOn();
        const { code, output } = await closed;
        expect(code).toBe(130);
        expect(output).toMatch(/ending: every site finishes the change it is at/);
        expect(output).toMatch(/^one is half done; `routeros-s3 sites up --only one` goes on from there$/m);
        expect(output).toMatch(/^two is not begun;/m);
        expect(atWork()).toEqual([]);
    });

    it("ends by force at a second Ctrl-C, all that it started with it, and names what frees its state", async () => {
        const { interrupt, asked, closed } = await begin();
        interrupt();
        await asked;
        interrupt();
        const { code, output } = await closed;
        expect(code).toBe(130);
        expect(output).toMatch(
            /^one .*half done.* interrupted, and ended by force: `pulumi cancel -s one` frees its state/m,
        );
        // A plugin that went on would write what nobody waits for any more.
        expect(atWork()).toEqual([]);
        goOn();

        expect((await ground.sites(["up", "--yes", "--only", "one"])).stderr).toMatch(/one: its state is locked/);
        await ground.stack.run("pulumi", ["cancel", "--yes", "-s", "one"]);
        expect(await ground.sites(["up", "--yes", "--only", "one"])).toMatchObject({ code: 0 });
        expect(topQueue("one")["max-limit"]).toBe("19000000");
    });
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
