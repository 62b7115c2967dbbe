import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Command } from "commander";

import { virtualGround } from "../ground/virtual";
import { endOnSignals } from "../groups";
import { removeOwnNamespaces } from "../net/remove-own";
import { examine } from "../net/requirements";
import { stacked } from "../page/pictures";
import { articlePage, chartOf, factsOf } from "./page";
import { type ArticleTask, playArticle, scratchFolder, type StepOutcome } from "./play";
import { articleLine, needsFlowtable, steps } from "./steps";

const program = new Command("npm run article --")
    .description(
        "Plays the article of 2018 again: a file of random bytes goes to S3 with the real aws command line, beside a game " +
            "and a call, without shaping, with the article's queues, with ours, and with the tool's own limit. Ends with 2 " +
            "if it could not measure.",
    )
    .option("--full", "a file of 1000 MB, as the article had it (default: 64 MB)")
    .option("--live", "in this kernel's namespaces and in real time, as root (default: the virtual ground)")
    .option("--out <file>", "where the page goes", path.join(".sandbox", "lab", "article.html"))
    .option("--picture <file>", "also write the charts there, one below the other, as an SVG file")
    .option("--json <file>", "also write every number there")
    .option("--from <file>", "play nothing: page and picture of an earlier run's --json file");

async function main(): Promise<void> {
    const options = program
        .parse()
        .opts<{ full?: true; live?: true; out: string; json?: string; picture?: string; from?: string }>();
    const began = Date.now();
    const say = (text: string): void => {
        process.stderr.write(`${Math.round((Date.now() - began) / 1000)} s, ${text}\n`);
    };
    const task: ArticleTask = {
        steps: steps(),
        bytes: (options.full ? 1000 : 64) * 1e6,
        programs: path.resolve(".sandbox", "python", "bin"),
    };
    const { ground, outcomes } =
        options.from === undefined ? await played(task, options, say) : readPlayed(options.from);
    const titleOf = (key: string): string => task.steps.find((step) => step.key === key)?.title ?? key;
    for (const outcome of outcomes)
        process.stdout.write(`${titleOf(outcome.key)}\n  ${factsOf(outcome)}\n  ${outcome.tcpdump}\n`);
    save(options.out, await articlePage(task, outcomes, ground));
    if (options.picture !== undefined) {
        const charts = outcomes.map((outcome) => ({ title: titleOf(outcome.key), chart: chartOf(outcome) }));
        save(options.picture, await stacked(charts, articleLine));
    }
    if (options.json !== undefined) save(options.json, JSON.stringify({ ground, bytes: task.bytes, outcomes }));
    say(`the page: ${path.resolve(options.out)}`);
}

interface Played {
    ground: string;
    outcomes: StepOutcome[];
}

async function played(task: ArticleTask, options: { live?: true }, say: (text: string) => void): Promise<Played> {
    return options.live
        ? { ground: "namespaces of this machine's kernel", outcomes: await live(task, say) }
        : { ground: "virtual", outcomes: await virtual(task, say) };
}

function readPlayed(file: string): Played {
    return JSON.parse(readFileSync(file, "utf8")) as Played;
}

async function virtual(task: ArticleTask, say: (text: string) => void): Promise<StepOutcome[]> {
    // The file lies in memory there, and the embedded S3 keeps it in parts and whole, while it puts it together twice more.
    const ground = await virtualGround(768 + Math.ceil((7 * task.bytes) / 2 ** 20));
    return JSON.parse(await ground.run("article/inside.js", JSON.stringify(task), 1, say)) as StepOutcome[];
}

async function live(task: ArticleTask, say: (text: string) => void): Promise<StepOutcome[]> {
    const { missing, disciplines } = await examine();
    endOnSignals(() => {
        removeOwnNamespaces();
        rmSync(scratchFolder(), { recursive: true, force: true });
    });
    if (missing.length > 0) throw new Error(missing.join("\n"));
    const playable = task.steps.filter((step) => disciplines.has("flowtable") || !needsFlowtable(step));
    for (const step of task.steps)
        if (!playable.includes(step)) say(`left out: ${step.title}: this kernel has no flowtable`);
    return playArticle({ ...task, steps: playable }, disciplines, say);
}

function save(file: string, text: string): void {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, text);
}

main().then(
    () => process.exit(0),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(2);
    },
);
