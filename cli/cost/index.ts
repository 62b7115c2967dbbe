import { Command, Option } from "commander";

import { type Archive, costs, parseSize } from "./model";
import { classNames, priceRegions, readPrices, regionPrices } from "./prices";
import { showCosts } from "./view";

interface CostFlags {
    size: string;
    files: string;
    class: (typeof classNames)[number];
    transitionDays: string;
    partSize: string;
    sidecars: string;
    sidecarSize: string;
    region?: string;
    prices?: string;
    json?: boolean;
}

/** `routeros-s3 cost`: what an archive costs in each class, uploaded directly or moved by the lifecycle rule. */
export function costCommand(): Command {
    return new Command("cost")
        .description(
            "What an archive costs: storage, requests, moves, minimum time and small objects, in every class side by side.",
        )
        .requiredOption("--size <size>", "all files together, such as 1TB or 630GB (by 1024, as AWS counts)")
        .requiredOption("--files <count>", "number of files")
        .addOption(new Option("--class <class>", "the class to point out").choices(classNames).default("GLACIER"))
        .option("--transition-days <days>", "days until the lifecycle rule moves what was uploaded as STANDARD", "0")
        .option("--part-size <size>", "part size of the upload program; the aws command has 8MB", "8MB")
        .option("--sidecars <count>", "further small files beside them", "0")
        .option("--sidecar-size <size>", "size of one of those", "8KB")
        .addOption(
            new Option("--region <region>", "region of the price table").choices(priceRegions).default("us-east-1"),
        )
        .option("--prices <file>", "another price table, such as of your region, in the form of cli/data/prices.json")
        .option("--json", "print JSON and nothing else")
        .action(run);
}

function run(flags: CostFlags): void {
    const prices = flags.prices === undefined ? regionPrices(flags.region) : readPrices(flags.prices);
    const archive: Archive = {
        bytes: size("--size", flags.size),
        files: whole("--files", flags.files),
        partBytes: size("--part-size", flags.partSize),
        transitionDays: whole("--transition-days", flags.transitionDays),
    };
    const sidecars = { ...archive, files: whole("--sidecars", flags.sidecars), bytes: 0 };
    sidecars.bytes = sidecars.files * size("--sidecar-size", flags.sidecarSize);
    if (archive.files === 0) throw new Error("--files is 0; an archive has files");
    const small = sidecars.files === 0 ? undefined : { archive: sidecars, costs: costs(sidecars, prices) };
    const main = { archive, costs: costs(archive, prices) };
    const text = flags.json
        ? JSON.stringify({ ...main, sidecars: small, prices }, undefined, 2)
        : showCosts({ main, sidecars: small, chosen: flags.class, prices });
    process.stdout.write(`${text}\n`);
}

function size(flag: string, text: string): number {
    const bytes = parseSize(text);
    if (bytes === undefined || bytes === 0)
        throw new Error(`${flag} is "${text}"; it is written as 1TB, 630GB or 25MB`);
    return bytes;
}

function whole(flag: string, text: string): number {
    const count = Number(text.replaceAll(/[,_]/g, ""));
    if (!Number.isSafeInteger(count) || count < 0 || text.trim() === "")
        throw new Error(`${flag} is "${text}"; it has to be a whole number`);
    return count;
}
