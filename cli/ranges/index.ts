import path from "node:path";

import { Command } from "commander";

import type { RangesOptions, S3Ranges } from "../../providers/aws-ip-ranges";
import { fromLock, loadS3Ranges, RangesError, selectFeed } from "../../providers/aws-ip-ranges";
import { refuseFeed } from "../../providers/aws-ip-ranges/guard";
import { findLock, readLock, toLock, writeLock } from "../../providers/aws-ip-ranges/lock";
import { stackConfig } from "../stack/config";
import { compareRanges, showDifference, showRanges } from "./view";

interface RangesFlags {
    region?: string;
    source?: string;
    lock?: string;
    service: string[];
    stack?: string;
    cache: string;
    json?: boolean;
    feed?: boolean;
    force?: boolean;
    maxShrink?: string;
}

const defaultLock = "ip-ranges.lock.json";

/** What `ranges diff` ends with when there is a difference; 0 is none, 1 an error. */
const differs = 2;

/** `routeros-s3 ranges`: what the feed and the lock file hold, and how they differ. */
export function rangesCommand(): Command {
    const command = new Command("ranges").description(
        "AWS's IP ranges of S3: show, compare with a lock file, update the lock file",
    );
    const child = (name: string, description: string) =>
        command
            .command(name)
            .description(description)
            .option("--region <region>", "AWS region (default: the stack's, or AWS_REGION)")
            .option("--source <address>", "an https address, or a file in AWS's format (default: AWS's own address)")
            .option("--lock <file>", `the lock file (default for diff and update: ${defaultLock})`)
            .option("--service <name...>", "AWS's names of services; S3@GLOBAL for rows of another region", ["S3"])
            .option(
                "--stack <name>",
                "take region, source, lock file and allowed loss from this stack (default: the selected one; none with --region)",
            )
            .option("--cache <folder>", "folder for downloads", path.join(".cache", "aws-ip-ranges"))
            .option("--json", "print JSON and nothing else");

    child("show", "Prints the prefixes that pulumi would use: those of the lock file, or of the feed.")
        .option("--feed", "past the lock file")
        .action(show);
    child(
        "diff",
        "Compares the lock file with the feed. Ends with 0 when they are the same, 2 when they differ, 1 on an error.",
    ).action(diff);
    child(
        "update",
        "Writes what the feed has into the lock file. Refuses a feed that is older or lost too much. Ends with 0 or 1.",
    )
        .option("--max-shrink <percent>", "highest loss that is accepted (default: 40)")
        .option("--force", "accept whatever the feed has")
        .action(update);
    return command;
}

async function show(flags: RangesFlags): Promise<void> {
    const { options, lock } = await resolve(flags);
    const ranges = await loadS3Ranges({ ...options, lock: flags.feed ? undefined : lock });
    warn(ranges);
    print(flags, ranges, showRanges(ranges));
}

async function diff(flags: RangesFlags): Promise<void> {
    const { options, lock = defaultLock } = await resolve(flags);
    const before = fromLock(await readLock(lock, options), lock);
    const now = await selectFeed(options);
    warn(now);
    const difference = compareRanges(before, now);
    print(flags, { lock: before, feed: now, ...difference }, showDifference(before, now, difference));
    if (difference.changes.length > 0) process.exitCode = differs;
}

async function update(flags: RangesFlags): Promise<void> {
    const { options, lock = defaultLock, maxShrink } = await resolve(flags);
    const now = await selectFeed(options);
    warn(now);
    const old = await findLock(lock);
    if (old === undefined) {
        await writeLock(lock, toLock(now));
        return print(
            flags,
            now,
            `${showRanges(now)}\n\n${lock} is made; give it in routeros-s3:ipRangesLock, and keep it in git`,
        );
    }
    const before = fromLock(old, lock);
    const difference = compareRanges(before, now);
    if (!flags.force) {
        for (const family of ["ipv4", "ipv6"] as const) {
            const refusal = refuseFeed(
                { ...before, addresses: before[family] },
                { ...now, addresses: now[family] },
                maxShrink,
            );
            if (refusal)
                throw new RangesError(
                    refusal.code,
                    refusal.summary,
                    "the lock file stays as it is; --force writes it all the same",
                );
        }
    }
    const sameSet = difference.changes.length === 0 && before.services.join() === now.services.join();
    if (!sameSet) await writeLock(lock, toLock(now));
    const result = sameSet
        ? `${lock} stays as it is`
        : `${lock} is written; \`pulumi preview\` shows what it changes on the router`;
    print(flags, { lock: before, feed: now, ...difference }, `${showDifference(before, now, difference)}\n\n${result}`);
}

/** Flags first, then the stack's configuration, then the defaults. */
async function resolve(flags: RangesFlags): Promise<{ options: RangesOptions; lock?: string; maxShrink: number }> {
    // A region says that no stack is meant.
    const config = flags.stack === undefined && flags.region !== undefined ? {} : await siteConfig(flags.stack);
    const setting = (key: string) => config[`routeros-s3:${key}`] || undefined;
    const region = flags.region ?? config["aws:region"] ?? process.env["AWS_REGION"];
    if (!region)
        throw new Error("which region? The stack has no aws:region; give --region, or --stack for another stack");
    const maxShrink = Number(flags.maxShrink ?? setting("ipRangesMaxShrinkPercent") ?? 40);
    if (!(maxShrink >= 0 && maxShrink <= 100))
        throw new Error(`--max-shrink is ${flags.maxShrink}; it has to be a number from 0 to 100`);
    return {
        lock: flags.lock ?? setting("ipRangesLock"),
        maxShrink,
        options: {
            region,
            source: flags.source ?? setting("awsIpRanges"),
            services: flags.service,
            cacheFolder: flags.cache,
            reuseMinutes: 0, // a person who asks wants to know what is there now
        },
    };
}

async function siteConfig(stack: string | undefined): Promise<Record<string, string>> {
    try {
        return await stackConfig(stack);
    } catch (error) {
        if (stack === undefined && process.env["AWS_REGION"]) return {};
        if (stack !== undefined) throw error;
        throw new Error(`which region? Give --region or --stack; ${error instanceof Error ? error.message : ""}`, {
            cause: error,
        });
    }
}

function warn({ warnings }: S3Ranges): void {
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

function print({ json }: RangesFlags, value: object, text: string): void {
    process.stdout.write(`${json ? JSON.stringify(value, undefined, 2) : text}\n`);
}
