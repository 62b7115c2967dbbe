import { mkdir, open } from "node:fs/promises";
import { createInterface } from "node:readline";

import { Command, Option } from "commander";

import type { Tier } from "../cost/prices";
import { readPrices, regionPrices, unconfirmed } from "../cost/prices";
import type { Bucket, BucketFlags } from "../s3/bucket";
import { openBucket, withBucketOptions } from "../s3/bucket";
import type { Selection } from "../s3/objects";
import { confirmed, interruptible, Progress } from "../s3/progress";
import type { Fetched } from "./download";
import { fetchAll } from "./download";
import { restoreCost, tierProblem, tiers } from "./model";
import type { Asked } from "./requests";
import { askFor, count, emptyCount } from "./requests";
import { amountText, askedText, fetchedText, planText, statusText } from "./view";

interface RestoreFlags extends BucketFlags {
    prefix?: string;
    key?: string[];
    list?: string;
    all?: string;
    tier: Tier;
    days: string;
    status?: boolean;
    to?: string;
    overwrite?: boolean;
    yes?: boolean;
    prices?: string;
    json?: boolean;
}

/** What `--status` ends with while something is not ready, and `--to` when something is not there; 1 is an error. */
const incomplete = 2;

/** `routeros-s3 restore`: brings archived objects back, first within S3 and then into a folder. */
export function restoreCommand(): Command {
    const command = new Command("restore")
        .description(
            "Bring objects back from GLACIER or DEEP_ARCHIVE, in three steps: ask S3 for copies (says what it costs and " +
                "asks before it spends), look with --status how many are ready, fetch them with --to. Each can be repeated " +
                "and goes on where it stopped. The newest versions are meant; `audit` names older ones.",
        )
        .option("--prefix <text>", "the objects whose keys begin with this")
        .option("--key <key...>", "these objects")
        .option("--list <file>", "the objects whose keys stand in this file, one a line; - reads standard input")
        .option("--all <bucket>", "everything in the bucket, whose name is typed for it")
        .addOption(new Option("--tier <tier>", "how fast, and how dear").choices(tiers).default("bulk"))
        .option("--days <count>", "how many days the copies stay", "7")
        .option("--status", "count what is ready; ends with 0 when all is, 2 when not, 1 on an error")
        .option(
            "--to <folder>",
            "fetch what is ready into this folder, and compare it with S3's checksums; ends as --status",
        )
        .option("--overwrite", "with --to: also over files that have other content")
        .option("--yes", "do not ask")
        .option("--prices <file>", "another price table, in the form of cli/data/prices.json")
        .option("--json", "print JSON and nothing else");
    return withBucketOptions(command).action(run);
}

async function run(flags: RestoreFlags): Promise<void> {
    const days = Number(flags.days);
    if (!Number.isInteger(days) || days < 1)
        throw new Error(`--days is "${flags.days}"; it has to be a whole number, 1 or more`);
    if (flags.status && flags.to !== undefined) throw new Error("--status and --to are two steps; give one of them");
    if (flags.prices !== undefined) readPrices(flags.prices);
    const bucket = await openBucket(flags);
    const selection = selectionOf(flags, bucket);
    try {
        await interruptible(async (signal) => {
            if (flags.to !== undefined) await fetchInto(flags.to, bucket, selection, flags, signal);
            else if (flags.status) await showStatus(bucket, selection, flags, signal);
            else await ask(bucket, selection, { ...flags, days }, signal);
        });
    } finally {
        bucket.client.destroy();
    }
}

/** One way of saying which objects, read anew each time it is gone through. */
function selectionOf({ prefix, key, list, all }: RestoreFlags, bucket: Bucket): () => Selection {
    const given = Object.entries({ "--prefix": prefix, "--key": key, "--list": list, "--all": all }).filter(
        ([, value]) => value !== undefined,
    );
    if (given.length !== 1) {
        const found = given.length === 0 ? "nothing" : given.map(([name]) => name).join(" and ");
        throw new Error(
            `which objects? Give one of --prefix, --key, --list, or --all ${bucket.name} for everything; ${found} is given`,
        );
    }
    if (all !== undefined && all !== bucket.name) {
        throw new Error(`--all is "${all}", but the bucket is ${bucket.name}: type its name to bring everything back`);
    }
    if (prefix === "") throw new Error(`--prefix is empty, which is everything: type --all ${bucket.name} for that`);
    if (all !== undefined) return () => ({ prefix: "" });
    if (prefix !== undefined) return () => ({ prefix });
    if (key !== undefined) return () => ({ keys: key });
    const lines = linesOf(list!);
    return () => ({ keys: lines() });
}

/** Standard input can be read once, so it is kept; a file is read again. */
function linesOf(file: string): () => AsyncGenerator<string> {
    let kept: string[] | undefined;
    return async function* () {
        if (file !== "-") {
            yield* linesOfFile(file);
            return;
        }
        if (!kept) {
            kept = [];
            for await (const line of createInterface({ input: process.stdin })) if (line !== "") kept.push(line);
        }
        yield* kept;
    };
}

async function* linesOfFile(file: string): AsyncGenerator<string> {
    const handle = await open(file).catch((error: Error) => {
        throw new Error(`the list ${file} cannot be read: ${error.message}`);
    });
    for await (const line of handle.readLines()) if (line !== "") yield line;
}

async function ask(
    bucket: Bucket,
    selection: () => Selection,
    flags: Omit<RestoreFlags, "days"> & { days: number },
    signal: AbortSignal,
): Promise<void> {
    const { tier, days } = flags;
    const found = await counted(bucket, selection, signal);
    if (signal.aborted) return;
    const plan = { frozen: found.frozen, all: found.all, tier, days };
    const problem = tierProblem(plan);
    if (problem !== undefined) throw new Error(problem);
    const prices = flags.prices === undefined ? regionPrices(bucket.region) : readPrices(flags.prices);
    const cost = restoreCost(plan, prices, unconfirmed(prices));
    const waiting = found.states.archived.objects;
    const asked: Asked = { asked: 0, before: 0, gone: 0 };
    const print = (text: string) => void (flags.json || process.stdout.write(`${text}\n`));
    print(planText(bucket, found, plan, cost, prices));
    if (found.all.objects === 0) throw new Error(`nothing in the bucket ${bucket.name} is meant by that`);
    if (waiting > 0) {
        if (!(await confirmed(`Ask S3 for ${amountText(found.states.archived)}?`, flags.yes))) {
            print("nothing was asked for");
            return;
        }
        const progress = new Progress(() => `asked for ${asked.asked + asked.before} of ${waiting}`);
        try {
            await askFor(bucket, selection(), { tier, days, asked, signal });
        } finally {
            progress.end();
            print(askedText(asked, waiting, tier, found));
        }
    }
    if (flags.json) process.stdout.write(`${JSON.stringify({ found, cost, asked }, undefined, 2)}\n`);
}

async function showStatus(
    bucket: Bucket,
    selection: () => Selection,
    { json }: RestoreFlags,
    signal: AbortSignal,
): Promise<void> {
    const found = await counted(bucket, selection, signal);
    if (signal.aborted) return;
    process.stdout.write(`${json ? JSON.stringify(found, undefined, 2) : statusText(found)}\n`);
    const { archived, going } = found.states;
    if (archived.objects + going.objects + found.missing > 0) process.exitCode = incomplete;
}

async function fetchInto(
    folder: string,
    bucket: Bucket,
    selection: () => Selection,
    { overwrite = false, json, prefix = "" }: RestoreFlags,
    signal: AbortSignal,
): Promise<void> {
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
        throw new Error(`the folder ${folder} cannot be made: ${error.message}; give --to another`);
    });
    const fetched: Fetched = { fetched: 0, bytes: 0, already: 0, bySize: 0, problems: 0 };
    const problems: { key: string; reason: string }[] = [];
    const progress = new Progress(() => fetchedText(fetched));
    const problem = (key: string, reason: string) => {
        if (json) problems.push({ key, reason });
        else process.stdout.write(`${key} ${reason}\n`);
    };
    const strip = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    try {
        await fetchAll(bucket, selection(), { folder, strip, overwrite, fetched, problem, signal });
    } finally {
        progress.end();
        process.stdout.write(
            `${json ? JSON.stringify({ ...fetched, notFetched: problems }, undefined, 2) : fetchedText(fetched)}\n`,
        );
    }
    if (fetched.problems > 0) process.exitCode = incomplete;
}

async function counted(bucket: Bucket, selection: () => Selection, signal: AbortSignal) {
    const found = emptyCount();
    const progress = new Progress(() => `looking: ${found.all.objects.toLocaleString("en-US")} objects`);
    try {
        await count(bucket, selection(), found, signal);
    } finally {
        progress.end();
    }
    return found;
}
