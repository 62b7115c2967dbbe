import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectionsFor, cronLine, launchdAgent, systemdUnits } from "../../cli/schedule/files";
import { root } from "../../sandbox/places";

const options = {
    folder: '/photos of 100 % "us"',
    at: "02:05",
    profile: "archive-uploader",
    upload: "AWS_USE_DUALSTACK_ENDPOINT=true aws s3 sync FOLDER s3://photos/ --storage-class GLACIER --region eu-west-1",
    floor: 190_000,
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "schedule-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A folder of programs that note how they are called; `aws` fails as often as it is told to. */
function programs(failures = 0): { env: NodeJS.ProcessEnv; calls: () => string[] } {
    const notes = path.join(folder, "calls");
    const count = path.join(folder, "count");
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(notes, "");
    writeFileSync(count, "");
    const script = (name: string, text: string) => {
        writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
        chmodSync(path.join(bin, name), 0o755);
    };
    script("logger", "cat >/dev/null");
    script("sleep", "exit 0");
    script(
        "aws",
        `printf '%s|' "$AWS_PROFILE" "$AWS_USE_DUALSTACK_ENDPOINT" "$@" >> ${notes}; echo >> ${notes}; ` +
            `[ "$1" = configure ] && exit 0; echo >> ${count}; [ $(wc -l < ${count}) -gt ${failures} ]`,
    );
    const env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: folder };
    return { env, calls: () => readFileSync(notes, "utf8").trim().split("\n") };
}

const upload =
    'archive-uploader|true|s3|sync|/photos of 100 % "us"|s3://photos/|--storage-class|GLACIER|--region|eu-west-1|' +
    "--no-progress|--cli-read-timeout|300|";

it("takes as many connections as the floor feeds, and never more than ten", () => {
    expect([4_000, 64_000, 190_000, 10_000_000].map(connectionsFor)).toEqual([1, 3, 10, 10]);
});

it("makes units that systemd takes as they are", () => {
    for (const [name, text] of Object.entries(systemdUnits(options))) writeFileSync(path.join(folder, name), text);
    const names = Object.keys(systemdUnits(options)).map((name) => path.join(folder, name));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--user", ...names], {
        encoding: "utf8",
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    if (status === null) return; // no systemd on this machine
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

it("starts at the time of day, makes up for a missed one, tries a failed one again, and names the floor's settings", () => {
    const { "routeros-s3-upload.service": service = "", "routeros-s3-upload.timer": timer = "" } =
        systemdUnits(options);
    expect(timer).toMatch(/^OnCalendar=\*-\*-\* 02:05:00$/m);
    expect(timer).toMatch(/^Persistent=true$/m);
    expect(service).toMatch(/^Type=oneshot$/m);
    expect(service).toMatch(/^Restart=on-failure$/m);
    expect(service).toContain('Environment="AWS_PROFILE=archive-uploader"');
    expect(service).toContain("s3.max_concurrent_requests 10 ");
    expect(service).toContain("/photos of 100 %% ");
});

it("writes a line for cron that uploads, and tries again when that fails", () => {
    const line = cronLine(options);
    expect(line).toMatch(/^5 2 \* \* \* flock -n /);
    // As cron does: what follows an unescaped percent sign is no part of the command.
    expect(line).not.toMatch(/(?<!\\)%/);
    const command = line.split(" ").slice(5).join(" ").replaceAll("\\%", "%");
    const { env, calls } = programs(1);
    expect(spawnSync("sh", ["-c", command], { env, encoding: "utf8" }).stderr).toBe("");
    const set = "archive-uploader|true|configure|set|s3.max_concurrent_requests|10|--profile|archive-uploader|";
    expect(calls()).toEqual([set, upload, set, upload]);
});

it("never uploads twice at once: while one run uploads, the next ends without a word to S3", async () => {
    const { env, calls } = programs();
    const gate = path.join(folder, "gate");
    const begun = path.join(folder, "begun");
    spawnSync("mkfifo", [gate, begun]);
    writeFileSync(
        path.join(folder, "bin/aws"),
        `#!/bin/sh\n[ "$1" = configure ] && exit 0\necho > ${begun}; cat ${gate}\n`,
    );
    const command = cronLine(options).split(" ").slice(5).join(" ").replaceAll("\\%", "%");
    const first = spawn("sh", ["-c", command], { env });
    const ended = once(first, "close");
    await readFile(begun);
    const second = spawnSync("sh", ["-c", command], { env, encoding: "utf8", timeout: 30_000 });
    expect(second.signal).toBeNull();
    expect(calls()).toEqual([""]);
    await writeFile(gate, "");
    await ended;
});

describe("the command", () => {
    const outputs = { uploadFolder: options.upload, queues: { s3: { limitAt: "64k" } } };
    const units = ["routeros-s3-upload.service", "routeros-s3-upload.timer"];
    const photos = () => path.join(folder, "photos");
    const unitFolder = () => path.join(folder, "config/systemd/user");
    const standing = () => (existsSync(unitFolder()) ? readdirSync(unitFolder()).sort() : []);

    /** `routeros-s3 schedule` beside a `systemctl` that notes what it is asked, and refuses what it is told to. */
    function schedule(args: string[], refused = "nothing") {
        const bin = path.join(folder, "bin");
        for (const one of [bin, photos()]) mkdirSync(one, { recursive: true });
        const notes = path.join(folder, "asked");
        writeFileSync(notes, "");
        const script = (name: string, text: string) => {
            writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
            chmodSync(path.join(bin, name), 0o755);
        };
        script("pulumi", `echo '${JSON.stringify(outputs)}'`);
        script("systemctl", `shift; echo "$@" >> ${notes}; case "$1" in ${refused}) echo no bus >&2; exit 1;; esac`);
        const env = {
            PATH: `${bin}:${process.env["PATH"]}`,
            HOME: folder,
            XDG_CONFIG_HOME: path.join(folder, "config"),
        };
        const cli = path.join(root, "cli/routeros-s3.cjs");
        const run = spawnSync(process.execPath, [cli, "schedule", ...args], { env, encoding: "utf8" });
        const asked = readFileSync(notes, "utf8").trim().split("\n");
        return { ...run, asked: asked.filter((line) => line !== "") };
    }

    it("prints both units and touches nothing", () => {
        const { status, stdout, asked } = schedule(["--folder", photos()]);
        expect(status).toBe(0);
        expect(stdout).toMatch(/^OnCalendar=\*-\*-\* 02:00:00$/m);
        expect(stdout).toContain("s3.max_concurrent_requests 3 ");
        expect([standing(), asked]).toEqual([[], []]);
    });

    it("puts them in place, in place of earlier ones too, and takes them away", () => {
        const installed = schedule(["--folder", photos(), "--install"]);
        expect(installed.stdout).toContain(`${photos()} is uploaded every day at 02:00`);
        expect(installed.asked).toEqual([
            "daemon-reload",
            "enable routeros-s3-upload.timer",
            "restart routeros-s3-upload.timer",
        ]);
        expect(standing()).toEqual(units);
        schedule(["--folder", photos(), "--at", "03:30", "--install"]);
        expect(readFileSync(path.join(unitFolder(), units[1] ?? ""), "utf8")).toContain("03:30:00");
        const removed = schedule(["--remove"]);
        expect(removed.asked).toEqual(["disable --now routeros-s3-upload.timer", "daemon-reload"]);
        expect(standing()).toEqual([]);
        expect(schedule(["--remove"], "disable").status).toBe(0);
    });

    it("leaves what stood before where systemd refuses", () => {
        const refused = schedule(["--folder", photos(), "--install"], "enable");
        expect(refused).toMatchObject({ status: 1, stdout: "" });
        expect(refused.stderr).toMatch(/nothing is put in place: systemctl --user enable .*: no bus/);
        expect(standing()).toEqual([]);
        schedule(["--folder", photos(), "--install"]);
        schedule(["--folder", photos(), "--at", "03:30", "--install"], "enable");
        expect(readFileSync(path.join(unitFolder(), units[1] ?? ""), "utf8")).toContain("02:00:00");
    });

    it("prints only, for another scheduler", () => {
        expect(schedule(["--folder", photos(), "--as", "cron"]).stdout).toMatch(/^0 2 \* \* \* flock/);
        expect(schedule(["--folder", photos(), "--as", "launchd"]).stdout).toContain("<plist");
        const refused = schedule(["--folder", photos(), "--as", "cron", "--install"]);
        expect(refused).toMatchObject({
            status: 1,
            stderr: expect.stringContaining("--install is for systemd") as string,
        });
    });
});

it("writes an agent for launchd that is XML", () => {
    const agent = launchdAgent({ ...options, folder: "/a & b" });
    expect(agent).toContain("<integer>2</integer>");
    expect(agent).toContain("&apos;/a &amp; b&apos;".replaceAll("&apos;", "'"));
    expect(agent).not.toMatch(/&(?!amp;|lt;|gt;)/);
});
