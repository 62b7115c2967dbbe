import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Command } from "commander";

import { type Agenda, type Given, quickAgenda, studyAgenda, wholeAgenda } from "./agenda";
import { type BenchOutcome, play, translateOn } from "./bench";
import { sweep } from "./net/namespaces";
import { examine } from "./net/requirements";
import { pageOf } from "./page/page";
import { picturesOf } from "./page/pictures";
import { markdown, studyTable, table } from "./print";
import { defaultLan, rootQueue, routerProfile } from "./profiles";
import { readRouter } from "./read-router";
import { readRsc } from "./read-rsc";
import { environmentOf, type LabReport, missed, reportOf, resultsOf, textOf } from "./report";
import type { RouterState } from "./router-state";
import { familiesOf } from "./s3-address";
import { TranslationError } from "./translate";
import { bitsPerSecond } from "./translate/rates";
import { endWithParent, inUserNamespace } from "./unprivileged";

interface Options {
    quick?: boolean;
    study?: string | true;
    router?: string | true;
    rsc?: string;
    uplink?: string;
    lan: string;
    out: string;
    json?: string;
    pictures?: string;
    markdown?: string;
    from?: string;
}

const program = new Command("npm run lab --")
    .description(
        "Sends real packets through a router's marks and queues, rebuilt from Linux's own in network namespaces, and " +
            "measures what they do to a game, a call, browsing, another upload and the upload to S3. " +
            "Without --router and --rsc it compares the project's own profiles. " +
            "Ends with 1 if a bound is missed, with 2 if it could not measure.",
    )
    .option(
        "--study [what]",
        "try each of the profile's numbers (or those whose title has this in it) at several values",
    )
    .option("--quick", "under three minutes: 20 Mbit/s only, each number once, a missed bound three times")
    .option(
        "--router [url]",
        "judge the rows that stand on this router, read by REST (ROUTEROS_USERNAME, ROUTEROS_PASSWORD, …)",
    )
    .option("--rsc <file>", "judge the rows of an /export text")
    .option("--uplink <rate>", "the line's upload rate, such as 20M (default: the queues' max-limit and 5 % more)")
    .option("--lan <interface>", "the router's LAN interface", defaultLan)
    .option("--out <file>", "where the page goes", path.join(".sandbox", "lab", "index.html"))
    .option("--pictures <folder>", "also write the pictures there, as SVG files")
    .option("--markdown <file>", "also write the results there, as Markdown tables")
    .option("--from <file>", "measure nothing: page and table of an earlier run's --json file")
    .option("--json <file>", "also write every number there");

async function main(): Promise<number> {
    const options = program.parse().opts<Options>();
    if (options.from !== undefined) return present(reportOf(readFileSync(options.from, "utf8")), options);
    if (process.getuid?.() !== 0) return inUserNamespace();
    endWithParent();
    const capabilities = await examine();
    if (capabilities.missing.length > 0) {
        process.stderr.write(`The lab cannot run here.\n${capabilities.missing.map((line) => `  ${line}\n`).join("")}`);
        return 2;
    }
    const left = await sweep();
    if (left.length > 0) process.stderr.write(`Cleared ${left.length} namespaces that a killed run had left.\n`);

    const began = Date.now();
    const given = await givenState(options);
    const bench = (part: Agenda[number]): Promise<BenchOutcome> =>
        play({
            ...part,
            kernel: capabilities.disciplines,
            lanInterface: options.lan,
            progress: (text) => process.stderr.write(`${clock(began)} ${part.line.uplink / 1e6} Mbit/s, ${text}\n`),
        });
    const environment = environmentOf(capabilities.kernel, capabilities.disciplines);
    if (options.study !== undefined) {
        for (const { title, part } of studyAgenda(options.study)) {
            const outcome = await bench(part);
            process.stdout.write(`\n## ${title}\n\n${studyTable(outcome.results)}\n`);
        }
        process.stdout.write(`\nTook ${Math.round((Date.now() - began) / 1000)} s.\n`);
        return 0;
    }
    const agenda = options.quick ? quickAgenda(given) : wholeAgenda(given);
    const outcomes: BenchOutcome[] = [];
    for (const part of agenda) outcomes.push(await bench(part));
    const report: LabReport = {
        date: new Date(began).toISOString(),
        command: ["npm run lab", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
        environment,
        outcomes,
        seconds: Math.round((Date.now() - began) / 1000),
    };
    return present(report, options);
}

/** Prints the table and writes the files; 1 where a bound is missed. */
async function present(report: LabReport, options: Options): Promise<number> {
    process.stdout.write(`\n${table(report)}\n`);
    if (options.json !== undefined) save(options.json, textOf(report));
    if (options.markdown !== undefined) save(options.markdown, `${markdown(report)}\n`);
    save(options.out, await pageOf(report));
    if (options.pictures !== undefined)
        for (const [name, svg] of Object.entries(await picturesOf(report)))
            save(path.join(options.pictures, name), svg);
    process.stdout.write(`\nTook ${report.seconds} s. The page: ${path.resolve(options.out)}\n`);
    const judged = resultsOf(report).some(({ met }) => met !== undefined);
    return missed(report).length > 0 ? 1 : judged ? 0 : 2;
}

async function givenState(options: Options): Promise<Given | undefined> {
    let state: RouterState;
    if (options.rsc !== undefined) state = readRsc(options.rsc);
    else if (options.router !== undefined)
        state = await readRouter(options.router === true ? undefined : options.router);
    else return undefined;
    const profile = routerProfile(state, "router");
    // What cannot be carried over is said before anything is measured.
    translateOn(state, options.lan, new Set());
    const families = familiesOf(state);
    if (families.length === 0)
        throw new Error(
            "No enabled mangle rule on this router marks by a dst-address-list that has addresses: nothing tells uploads to S3 apart.",
        );
    const limit = bitsPerSecond(rootQueue(state)["max-limit"]);
    const uplink = options.uplink === undefined ? Math.round(limit / 0.95) : bitsPerSecond(options.uplink);
    return { profile, families, uplink };
}

function save(file: string, text: string): void {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, text);
}

function clock(began: number): string {
    const seconds = Math.round((Date.now() - began) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        const known =
            error instanceof TranslationError || (error instanceof Error && process.env["DEBUG"] === undefined);
        process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(2);
    },
);
