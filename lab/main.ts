import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";

import { caseAgendas, type Given, healthAgenda, quickAgenda, studyAgenda, wholeAgenda } from "./agenda";
import { cases } from "./cases";
import { type GroundName, groundNames } from "./ground/ground";
import { namespacesGround } from "./ground/namespaces";
import { virtualGround } from "./ground/virtual";
import { endOnSignals } from "./groups";
import { findKernel } from "./kernel/place";
import { removeOwnNamespaces } from "./net/remove-own";
import { pageOf } from "./page/page";
import { picturesOf } from "./page/pictures";
import { translateOn } from "./play";
import { casesMarkdown, casesTable, markdown, studyTable, table } from "./print";
import { defaultLan, rootQueue, routerProfile } from "./profiles";
import { clock } from "./progress";
import { readRouter } from "./read-router";
import { readRsc } from "./read-rsc";
import { type LabReport, missed, reportOf, resultsOf, textOf } from "./report";
import type { RouterState } from "./router-state";
import { Runs } from "./runs";
import { familiesOf } from "./s3-address";
import { TranslationError } from "./translate";
import { bitsPerSecond } from "./translate/rates";
import { endWithParent, inUserNamespace } from "./unprivileged";

interface Options {
    ground?: GroundName;
    quick?: boolean;
    health?: boolean;
    evening?: boolean;
    study?: string | true;
    scenario?: string[];
    list?: boolean;
    seeds: number;
    jobs: number;
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
        "Sends real packets through a router's marks and queues, rebuilt from Linux's own, and measures what they do to a " +
            "game, a call, browsing, another upload and the upload to S3. " +
            "Without --router and --rsc it compares the project's own profiles. " +
            "Ends with 1 if a bound is missed, with 2 if it could not measure.",
    )
    .addOption(
        new Option(
            "--ground <name>",
            "virtual: Linux as a program in virtual time, the same figures each time, without root (npm run lab:kernel " +
                "builds it); namespaces: those of this machine's kernel (default: virtual where its kernel is there)",
        ).choices(groundNames),
    )
    .option(
        "--study [what]",
        "try each of the profile's numbers (or those whose title has this in it) at several values",
    )
    .addOption(
        new Option(
            "--scenario <names...>",
            "one thing changed from the base (20 Mbit/s, 20 ms, Ethernet, IPv4), each by itself",
        )
            .choices([...cases.map(({ name }) => name), "all"])
            .conflicts(["quick", "health", "evening", "study", "router", "rsc"]),
    )
    .option("--list", "print the scenarios, and measure nothing")
    .option("--quick", "some minutes: 20 Mbit/s only, what tells profiles apart")
    .option("--health", "only the upload's own health, over a contested half hour")
    .option("--evening", "the same over six hours")
    .option("--seeds <number>", "how often each number is measured, each time with other noise", positive, 1)
    .option("--jobs <number>", "virtual machines at once", positive, 1)
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
    if (options.list) {
        process.stdout.write(`${casesTable()}\n`);
        return 0;
    }
    const name = options.ground ?? (findKernel() === undefined ? "namespaces" : "virtual");
    if (name === "namespaces" && process.getuid?.() !== 0) return inUserNamespace();
    endWithParent();
    if (name === "namespaces") endOnSignals(removeOwnNamespaces);
    const given = await givenState(options);
    const ground = name === "virtual" ? await virtualGround() : await namespacesGround();

    if (options.scenario && ground.distance === 0)
        throw new Error(
            "--scenario: this kernel has no netem, so nothing is far away on it: npm run lab:kernel builds one.",
        );

    const began = Date.now();
    const lab = new Runs(ground, options, (text) => process.stderr.write(`${clock(Date.now() - began)} ${text}\n`));
    if (options.study !== undefined) {
        const asked = studyAgenda(options.study, ground.distance);
        if (asked.length === 0) throw new Error(`--study ${String(options.study)}: no question has this in its title.`);
        const answers = await lab.play(asked.map(({ part }) => [part]));
        process.stdout.write(`Ground: ${ground.name}, ${options.seeds} run(s) of each.\n`);
        for (const [index, { title }] of asked.entries())
            process.stdout.write(`\n## ${title}\n\n${studyTable(answers[index]?.[0]?.results ?? [])}\n`);
        return 0;
    }
    const agendas = options.scenario
        ? caseAgendas(options.scenario)
        : options.evening
          ? healthAgenda(6 * 3600)
          : options.health
            ? healthAgenda(1800)
            : [options.quick ? quickAgenda(given, ground.distance) : wholeAgenda(given, ground.distance)];
    const outcomes = (await lab.play(agendas)).flat();
    process.stderr.write(`${clock(Date.now() - began)} done\n`);
    const report: LabReport = {
        ground: ground.name,
        ...(ground.name === "namespaces" && { date: new Date(began).toISOString() }),
        command: commandOf(process.argv.slice(2)),
        runs: options.seeds,
        environment: ground.environment,
        outcomes,
    };
    return present(report, options);
}

/** Where the files go is no part of what is measured. */
function commandOf(words: string[]): string {
    const kept = words.filter((word, index) => !files.test(word) && !files.test(words[index - 1] ?? ""));
    return ["npm run lab", ...(kept.length > 0 ? ["--", ...kept] : [])].join(" ");
}

const files = /^--(out|json|pictures|markdown|jobs)$/;

function positive(value: string): number {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number from 1 on is meant.");
    return number;
}

/** Prints the table and writes the files; 1 where a bound is missed. */
async function present(report: LabReport, options: Options): Promise<number> {
    process.stdout.write(`\n${table(report)}\n`);
    if (report.command.includes("--scenario")) process.stdout.write(`\n${casesMarkdown(report)}\n`);
    if (options.json !== undefined) save(options.json, textOf(report));
    if (options.markdown !== undefined) save(options.markdown, `${markdown(report)}\n`);
    save(options.out, await pageOf(report));
    if (options.pictures !== undefined)
        for (const [name, svg] of Object.entries(await picturesOf(report)))
            save(path.join(options.pictures, name), svg);
    process.stderr.write(`\nThe page: ${path.resolve(options.out)}\n`);
    return missed(report).length > 0 ? 1 : resultsOf(report).length > 0 ? 0 : 2;
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

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        const known =
            error instanceof TranslationError || (error instanceof Error && process.env["DEBUG"] === undefined);
        process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(2);
    },
);
