import { readFileSync } from "node:fs";
import path from "node:path";

import { latencySpec, svgOf, throughputSpec, titleOf } from "../../line/views/charts";
import type { Result } from "../metrics";
import type { Line } from "../net/line";
import type { Played } from "../play";
import { groundText, type LabReport, missed, resultsOf, shown, shownBound, shownFamily, shownSpread } from "../report";
import { scenarios } from "../scenarios";
import { gameDelays } from "./delays";

/** The report as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export async function pageOf(report: LabReport): Promise<string> {
    const [main] = report.outcomes;
    const figures = main ? await figuresOf(main) : "";
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What the queues do to real packets</title>
<style>
${readFileSync(path.join(__dirname, "../../line/views/page.css"), "utf8")}</style>
</head>
<body>
<header>
<h1>What the queues do to real packets</h1>
<p>An upload to S3 should take all of the line that nobody else wants, and give way within a moment when somebody does.
Marks and queues as they stand on the router, rebuilt from Linux's own, with real traffic through them.</p>
${verdict(report)}
</header>
<main>
${figures}
${report.outcomes.map(tables).join("\n")}
${differences(report)}
<h2>Where this was measured</h2>
<dl>
${definitions([["ground", groundText(report)], ...(report.date === undefined ? [] : [["date", report.date] as const]), ...report.environment])}
${report.outcomes.map(({ line }) => definitions([[`line: ${line.name}`, lineText(line)]])).join("")}
</dl>
<p class="quiet">Shares are payload over the parent queue's max-limit (over the line where the router has no queue), so an IPv4
upload of full frames can reach 95.6 % and an IPv6 one 94.3 %.</p>
<h2>To repeat it</h2>
<pre>${escape(report.command)}</pre>
</main>
</body>
</html>
`;
}

function lineText(line: Line): string {
    return (
        `${line.uplink / 1e6} Mbit/s outward, ${line.downlink / 1e6} inward, ${line.kind}, ${line.distance} ms to the far end and back; ` +
        `the modem keeps ${Math.round(line.buffer / 1024)} KiB each way`
    );
}

function verdict(report: LabReport): string {
    const judged = resultsOf(report).filter(({ met }) => met !== undefined);
    const failed = missed(report);
    if (judged.length === 0) return "";
    if (failed.length === 0) return `<p class="verdict met">All ${judged.length} bounds are met.</p>`;
    return `<p class="verdict missed">${failed.length} of ${judged.length} bounds are missed.</p>
<ul>${failed.map((one) => `<li>${escape(`${one.profile}, ${shownFamily(one.family)}: ${one.title} is ${shown(one.value, one.unit)}, promised ${shownBound(one)}`)}</li>`).join("")}</ul>`;
}

async function figuresOf(outcome: Played): Promise<string> {
    const uplink = outcome.line.uplink;
    const charts = outcome.charts.filter(
        ({ family }) => family === "ipv4" || !outcome.charts.some((one) => one.family === "ipv4"),
    );
    const throughput = await Promise.all(
        charts.map(async ({ profile, chart }) =>
            figure(titleOf(profile), about[profile] ?? "", await svgOf(throughputSpec(chart, uplink))),
        ),
    );
    const delays = gameDelays(outcome);
    const latency =
        delays.length === 0
            ? ""
            : figure(
                  "A game beside S3",
                  "how many of its packets came back within which time; further left is better",
                  await svgOf(latencySpec(delays)),
              );
    return `<h2>An upload to S3, and another that starts and stops</h2>
<p>Both uploads want all of a line of ${uplink / 1e6} Mbit/s; a game's packets run beside them.</p>
<div class="figures">${throughput.join("\n")}</div>
<h2>How long a game's packets take</h2>
<div class="figures">${latency}</div>`;
}

const about: Record<string, string> = {
    none: "the router does nothing",
    "seed-2018": "the article's own queues",
    max_bandwidth: "the AWS command line limits itself to half of the line",
    scavenger: "S3 takes what is left",
    router: "the rows that stand on the router",
};

function figure(title: string, text: string, svg: string): string {
    return `<figure><figcaption><b>${escape(title)}</b>: ${escape(text)}</figcaption>${svg}</figure>`;
}

function tables({ line, results }: Played): string {
    return (["ipv4", "ipv6"] as const)
        .map((family) => {
            const rows = results.filter((result) => result.family === family);
            if (rows.length === 0) return "";
            return `<h2>${escape(line.name)}, ${shownFamily(family)}</h2>\n${tableOf(rows)}`;
        })
        .join("\n");
}

function tableOf(results: readonly Result[]): string {
    const profiles = [...new Set(results.map(({ profile }) => profile))];
    const body = scenarios.flatMap(({ name, title, about: text }) => {
        const rows = results.filter((result) => result.scenario === name);
        const keys = [...new Map(rows.map((result) => [result.key, result])).values()];
        if (keys.length === 0) return [];
        const heading = `<tr class="scenario"><th colspan="${profiles.length + 2}" scope="rowgroup">${escape(title)}<small>${escape(text)}</small></th></tr>`;
        return [
            heading,
            ...keys.map(
                (key) =>
                    `<tr><th scope="row">${escape(key.title)}</th>${profiles
                        .map((profile) =>
                            cell(rows.find((result) => result.key === key.key && result.profile === profile)),
                        )
                        .join("")}<td class="quiet">${escape(shownBound(key))}</td></tr>`,
            ),
        ];
    });
    return `<div class="scroll" tabindex="0" role="region" aria-label="results"><table>
<thead><tr><th scope="col"></th>${profiles.map((profile) => `<th scope="col">${escape(profile)}</th>`).join("")}<th scope="col">promised</th></tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function cell(result: Result | undefined): string {
    if (!result) return "<td></td>";
    const text = `${escape(shown(result.value, result.unit))}${small(shownSpread(result))}`;
    if (result.met === undefined) return `<td>${text}</td>`;
    return result.met ? `<td class="met">${text} ✓</td>` : `<td class="missed">${text} ✗</td>`;
}

function small(text: string): string {
    return text === "" ? "" : ` <small>${escape(text)}</small>`;
}

function differences({ outcomes }: LabReport): string {
    const standIns = new Map(
        outcomes
            .flatMap((outcome) => outcome.standIns)
            .map((one) => [`${one.where}${one.router}`, `${one.where}: ${one.lab} stands for ${one.router}`]),
    );
    const notes = new Set(outcomes.flatMap((outcome) => outcome.notes));
    const always = [
        "The line counts Ethernet frames, as the queues here do. A real line may count more for each packet (PPPoE, ATM): that is what headroom is for.",
    ];
    return `<h2>Not the same as on the router</h2>
<ul>${[...standIns.values(), ...notes, ...always].map((line) => `<li>${escape(line)}</li>`).join("")}</ul>`;
}

function definitions(entries: readonly (readonly [string, string])[]): string {
    return entries.map(([term, text]) => `<dt>${escape(term)}</dt><dd>${escape(text)}</dd>`).join("\n");
}

export function escape(text: string): string {
    return text.replace(
        /[&<>"]/g,
        (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? character,
    );
}
