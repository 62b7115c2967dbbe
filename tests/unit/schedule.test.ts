import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectionsFor, cronLine, launchdAgent, systemdUnits } from "../../cli/schedule-files";

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

it("writes an agent for launchd that is XML", () => {
    const agent = launchdAgent({ ...options, folder: "/a & b" });
    expect(agent).toContain("<integer>2</integer>");
    expect(agent).toContain("&apos;/a &amp; b&apos;".replaceAll("&apos;", "'"));
    expect(agent).not.toMatch(/&(?!amp;|lt;|gt;)/);
});
