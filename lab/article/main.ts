import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Command } from "commander";

import { virtualGround } from "../ground/virtual";
import { examine } from "../net/requirements";
import { articlePage } from "./page";
import { type ArticleTask, playArticle, type StepOutcome } from "./play";
import { steps } from "./steps";

const program = new Command("npm run article --")
    .description(
        "Plays the article of 2018 again: a file of random bytes goes to S3 with the real aws command line, beside a game " +
            "and a call, without shaping, with the article's queues, with ours, and with the tool's own limit. Ends with 2 " +
            "if it could not measure.",
    )
    .option("--full", "a file of 1000 MB, as the article had it (default: 64 MB)")
    .option("--live", "in this kernel's namespaces and in real time, as root (default: the virtual ground)")
    .option("--out <file>", "where the page goes", path.join(".sandbox", "lab", "article.html"))
    .option("--json <file>", "also write every number there");

async function main(): Promise<void> {
    const options = program.parse().opts<{ full?: true; live?: true; out: string; json?: string }>();
    const began = Date.now();
    const say = (text: string): void => {
        process.stderr.write(`${Math.round((Date.now() - began) / 1000)} s, ${text}\n`);
    };
    const task: ArticleTask = {
        steps: steps(),
        bytes: (options.full ? 1000 : 64) * 1e6,
        programs: path.resolve(".sandbox", "python", "bin"),
    };
    const outcomes = options.live ? await live(task, say) : await virtual(task, say);
    const ground = options.live ? "namespaces of this machine's kernel" : "virtual";
    for (const { key, seconds, game, call, counters, tcpdump } of outcomes) {
        const title = task.steps.find((step) => step.key === key)?.title ?? key;
        process.stdout.write(
            `${title}: ${seconds.toFixed(1)} s, game ${game.median.toFixed(1)} ms (99th percentile ${game.p99.toFixed(1)}), ` +
                `call ${call.p99.toFixed(1)} ms${counters.marked === undefined ? "" : `, ${counters.marked} of ${counters.sent} packets marked`}\n  ${tcpdump}\n`,
        );
    }
    save(options.out, await articlePage(task, outcomes, ground));
    if (options.json !== undefined) save(options.json, JSON.stringify({ ground, bytes: task.bytes, outcomes }));
    say(`the page: ${path.resolve(options.out)}`);
}

async function virtual(task: ArticleTask, say: (text: string) => void): Promise<StepOutcome[]> {
    // The file lies in memory there, and the embedded S3 keeps it in parts and whole.
    const ground = await virtualGround(768 + Math.ceil((5 * task.bytes) / 2 ** 20));
    return JSON.parse(await ground.run("article/inside.js", JSON.stringify(task), 1, say)) as StepOutcome[];
}

async function live(task: ArticleTask, say: (text: string) => void): Promise<StepOutcome[]> {
    const { missing, disciplines } = await examine();
    if (missing.length > 0) throw new Error(missing.join("\n"));
    return playArticle(task, disciplines, say);
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
