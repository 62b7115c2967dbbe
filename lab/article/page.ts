import { readFileSync } from "node:fs";
import path from "node:path";

import { svgOf, type Throughput, throughputSpec } from "../../line/views/charts";
import { escape } from "../page/page";
import type { ArticleTask, StepOutcome } from "./play";
import { articleLine } from "./steps";

/** The story as one page: a chart a step, a sentence under it, and what tcpdump said. */
export async function articlePage(
    task: ArticleTask,
    outcomes: readonly StepOutcome[],
    ground: string,
): Promise<string> {
    const figures = await Promise.all(outcomes.map((outcome) => figure(task, outcome)));
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A large upload to S3, shaped</title>
<style>
${readFileSync(path.join(__dirname, "../../line/views/page.css"), "utf8")}.wrapped { white-space: pre-wrap }</style>
</head>
<body>
<header>
<h1>A large upload to S3, shaped</h1>
<p>A file of ${task.bytes / 1e6} MB goes to S3 over a line of ${articleLine / 1e6} Mbit/s with the AWS command line, beside a game and a call.
What the router sends is drawn; the dashed lines are where the upload begins and ends. Ground: ${escape(ground)}.</p>
</header>
<main>
<div class="figures">${figures.join("\n")}</div>
</main>
</body>
</html>
`;
}

async function figure(task: ArticleTask, outcome: StepOutcome): Promise<string> {
    const step = task.steps.find(({ key }) => key === outcome.key);
    const chart = chartOf(outcome);
    const svg = await svgOf(throughputSpec(chart, articleLine));
    return `<figure><figcaption><b>${escape(step?.title ?? outcome.key)}</b></figcaption>${svg}
<p>${escape(step?.sentence ?? "")}</p><p class="quiet">${escape(factsOf(outcome))}</p><pre class="wrapped">${escape(outcome.tcpdump)}</pre></figure>`;
}

/** What the router sent, and the upload's beginning and end. */
export function chartOf({ chart: { stride, rates, began, ended } }: StepOutcome): Throughput {
    const events = [
        { at: began, label: "upload" },
        { at: ended, label: "done" },
    ];
    return { stride, flows: [{ name: "S3", values: rates }], events };
}

/** A step's figures in a line. */
export function factsOf({ seconds, game, call, counters: { sent, marked, leaves } }: StepOutcome): string {
    const facts = [
        `The upload took ${seconds.toFixed(1)} s`,
        `a game's packet took ${game.median.toFixed(1)} ms, one in a hundred over ${game.p99.toFixed(1)} ms`,
        `one in a hundred of a call's outward over ${call.p99.toFixed(1)} ms`,
        ...(marked === undefined ? [] : [`${marked} of ${sent} packets got the mark`]),
        ...leaves.map(({ name, packets }) => `queue ${name} sent ${packets}`),
    ];
    return `${facts.join("; ")}.`;
}
