import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";

import { parseRate } from "../../components/shaping/profiles";
import { stackOutputs } from "../stack/config";
import type { ScheduleOptions } from "./files";
import { cronLine, launchdAgent, scheduleKinds, systemdUnits, unitName } from "./files";

interface Flags {
    folder?: string;
    at: string;
    as: (typeof scheduleKinds)[number];
    profile: string;
    stack?: string;
    install?: boolean;
    remove?: boolean;
}

/** `routeros-s3 schedule`: uploads a folder every night, by the machine's own scheduler. */
export function scheduleCommand(): Command {
    return new Command("schedule")
        .description(
            "Print what uploads a folder to the archive every night: a systemd timer, a line for cron, or a launchd agent.",
        )
        .option("--folder <path>", "the folder to upload")
        .addOption(new Option("--at <time>", "time of day").default("02:00").argParser(timeOfDay))
        .addOption(new Option("--as <kind>", "for which scheduler").choices(scheduleKinds).default("systemd"))
        .option("--profile <name>", "the uploader's profile in the aws command's configuration", "archive-uploader")
        .option("--stack <name>", "the stack whose archive it is (default: the one that is selected)")
        .option("--install", "put the timer and its service in place, for this user, and start the timer (systemd)")
        .option("--remove", "stop the timer and take both away (systemd)")
        .addHelpText(
            "after",
            "\nA run that is still uploading is never joined by a second one; a run that failed is tried again; what it says " +
                "is in the journal (`journalctl --user -u routeros-s3-upload`), with cron in the system's log.",
        )
        .action(schedule);
}

function timeOfDay(text: string): string {
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) throw new InvalidArgumentError("It has to be a time such as 02:00.");
    return text;
}

async function schedule(flags: Flags): Promise<void> {
    if (flags.remove) return remove();
    if (flags.install && flags.as !== "systemd")
        throw new Error(`--install is for systemd; what is printed for ${flags.as} is put in place by hand`);
    if (flags.folder === undefined) throw new Error("which folder? Give --folder /photos");
    const folder = path.resolve(flags.folder);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`--folder is "${flags.folder}", which is no folder here`);
    const { uploadFolder, queues } = await stackOutputs(flags.stack);
    if (typeof uploadFolder !== "string")
        throw new Error("the stack has no output uploadFolder; `pulumi up` makes it, or --stack names another");
    const floor = parseRate((queues as { s3?: { limitAt?: string } } | undefined)?.s3?.limitAt ?? "") ?? 190_000;
    const options: ScheduleOptions = { folder, at: flags.at, profile: flags.profile, upload: uploadFolder, floor };
    if (flags.as === "cron") return console.log(cronLine(options));
    if (flags.as === "launchd") return console.log(launchdAgent(options));
    const units = systemdUnits(options);
    if (!flags.install) {
        for (const [name, text] of Object.entries(units)) console.log(`# ${name}\n${text}`);
        return console.log(`# --install writes both to ${unitFolder()} and starts the timer`);
    }
    install(units);
    console.log(
        `${folder} is uploaded every day at ${flags.at}; \`systemctl --user list-timers ${unitName}.timer\` shows when\n` +
            "it runs while you are logged in; `loginctl enable-linger` lets it run without",
    );
}

/** Puts the units in place and starts the timer; where systemd refuses, what stood before stands again. */
function install(units: Record<string, string>): void {
    mkdirSync(unitFolder(), { recursive: true });
    const before = Object.keys(units).map((name) => [name, textOf(path.join(unitFolder(), name))] as const);
    try {
        for (const [name, text] of Object.entries(units)) writeFileSync(path.join(unitFolder(), name), text);
        systemctl("daemon-reload");
        systemctl("enable", `${unitName}.timer`);
        // One that runs already would keep the time it had.
        systemctl("restart", `${unitName}.timer`);
    } catch (error) {
        for (const [name, text] of before) {
            const file = path.join(unitFolder(), name);
            if (text === undefined) rmSync(file, { force: true });
            else writeFileSync(file, text);
        }
        throw new Error(`nothing is put in place: ${error instanceof Error ? error.message : ""}`, { cause: error });
    }
}

function textOf(file: string): string | undefined {
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function remove(): void {
    try {
        systemctl("disable", "--now", `${unitName}.timer`);
    } catch {
        // it was not there
    }
    for (const kind of ["timer", "service"]) rmSync(path.join(unitFolder(), `${unitName}.${kind}`), { force: true });
    try {
        systemctl("daemon-reload");
    } catch {
        // no systemd here: there is nothing that could still run
    }
    console.log("nothing is uploaded by itself any more; an upload that runs now goes on to its end");
}

function unitFolder(): string {
    return path.join(process.env["XDG_CONFIG_HOME"] ?? path.join(homedir(), ".config"), "systemd", "user");
}

function systemctl(...args: string[]): void {
    try {
        execFileSync("systemctl", ["--user", ...args], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
    } catch (error) {
        const { stderr = "", message } = error as Error & { stderr?: string };
        throw new Error(`systemctl --user ${args.join(" ")}: ${stderr.trim().split("\n")[0] || message}`, {
            cause: error,
        });
    }
}
