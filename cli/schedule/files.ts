/** What uploads a folder by itself, as text for each scheduler. Pure. */
import { shellWord } from "../shell";

export const scheduleKinds = ["systemd", "cron", "launchd"] as const;

export const unitName = "routeros-s3-upload";

export interface ScheduleOptions {
    /** Absolute path of the folder. */
    folder: string;
    /** `HH:MM`, in the machine's own time. */
    at: string;
    /** Profile of the uploader in the aws command's configuration. */
    profile: string;
    /** The stack's output `uploadFolder`, in which FOLDER stands for the folder. */
    upload: string;
    /** Rate that uploads are promised while the line is full, bit/s. */
    floor: number;
}

/**
 * Connections at a time. S3 closes one on which too little arrives for too long, and behind a full line all of them
 * share the floor: at 190 kbit/s 10 held out, and of 40 one was silent for nearly a minute (docs/lab/REPORT.md).
 */
export function connectionsFor(floor: number): number {
    return Math.max(1, Math.min(10, Math.floor(floor / 19_000)));
}

/** What holds out longer than the client's own defaults. */
const clientSettings: Record<string, string> = { AWS_MAX_ATTEMPTS: "10", AWS_RETRY_MODE: "standard" };

/** A service that uploads once, and a timer that starts it. A service that runs is not started a second time. */
export function systemdUnits(options: ScheduleOptions): Record<string, string> {
    const { environment, command } = commandOf(options);
    const variables = Object.entries(environment).map(
        ([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`,
    );
    const service = `[Unit]
Description=Upload ${systemdText(options.folder)} to the archive
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=6h
StartLimitBurst=4

[Service]
Type=oneshot
${variables.join("\n")}
ExecStart=/bin/sh -c ${systemdWord(command)}
Nice=10
IOSchedulingClass=idle
# A run that failed is tried again in a quarter of an hour.
Restart=on-failure
RestartSec=15min
`;
    const timer = `[Unit]
Description=Upload ${systemdText(options.folder)} to the archive every day

[Timer]
OnCalendar=*-*-* ${options.at}:00
# A machine that slept at that time makes up for it.
Persistent=true

[Install]
WantedBy=timers.target
`;
    return { [`${unitName}.service`]: service, [`${unitName}.timer`]: timer };
}

/** One line for `crontab -e`: never two at once, tried again twice, logged. */
export function cronLine(options: ScheduleOptions): string {
    const [hour = "", minute = ""] = options.at.split(":");
    const { environment, command } = commandOf(options);
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const tried = `for wait in 900 900 0; do { ${command}; } && exit 0; sleep $wait; done; exit 1`;
    const locked = `flock -n "$HOME/.${unitName}.lock" env ${variables.join(" ")} sh -c ${shellWord(tried)}`;
    // cron takes a percent sign for the end of the line.
    return `${Number(minute)} ${Number(hour)} * * * ${`${locked} 2>&1 | logger -t ${unitName}`.replaceAll("%", "\\%")}`;
}

/** A property list for `~/Library/LaunchAgents`. launchd never starts an agent that runs. */
export function launchdAgent(options: ScheduleOptions): string {
    const [hour = "", minute = ""] = options.at.split(":");
    const { environment, command } = commandOf(options);
    const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const variables = Object.entries(environment).map(
        ([name, value]) => `        <key>${name}</key><string>${xml(value)}</string>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>Label</key><string>${unitName}</string>
    <key>ProgramArguments</key>
    <array><string>/bin/sh</string><string>-c</string><string>${xml(command)}</string></array>
    <key>EnvironmentVariables</key>
    <dict>
${variables.join("\n")}
    </dict>
    <key>StartCalendarInterval</key>
    <dict><key>Hour</key><integer>${Number(hour)}</integer><key>Minute</key><integer>${Number(minute)}</integer></dict>
    <key>StandardOutPath</key><string>/tmp/${unitName}.log</string>
    <key>StandardErrorPath</key><string>/tmp/${unitName}.log</string>
</dict>
</plist>`;
}

/** The stack's own command for the folder, and the variables it needs. */
function commandOf({ folder, profile, upload, floor }: ScheduleOptions) {
    const [, assignments = "", command = ""] = /^((?:[A-Z_]+=\S+ )*)(.*)$/.exec(upload) ?? [];
    const own = assignments
        .trim()
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => word.split("=") as [string, string]);
    return {
        environment: { ...Object.fromEntries(own), AWS_PROFILE: profile, ...clientSettings } as Record<string, string>,
        // The number of connections has no variable: it stands in the profile.
        command:
            `aws configure set s3.max_concurrent_requests ${connectionsFor(floor)} --profile ${shellWord(profile)} && ` +
            `${command.replace("FOLDER", () => shellWord(folder))} --no-progress --cli-read-timeout 300`,
    };
}

/** One word of a unit file: specifiers and variables are not meant. */
function systemdWord(text: string): string {
    return `"${systemdText(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$")}"`;
}

function systemdText(text: string): string {
    return text.replaceAll("%", "%%");
}
