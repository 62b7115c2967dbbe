import { readFileSync } from "node:fs";
import path from "node:path";

import type { TopLevelSpec } from "vega-lite";

import { latencySpec, svgOf, type Throughput, throughputSpec, titleOf } from "../../line/views/charts";
import type { LabReport } from "../report";
import { gameDelays } from "./delays";

/** Pictures that stand alone, by file name: for documents, light or dark as whoever looks at them has it. */
export async function picturesOf(report: LabReport): Promise<Record<string, string>> {
    const [outcome] = report.outcomes;
    if (!outcome) return {};
    const charts = outcome.charts
        .filter(({ family }) => family === "ipv4")
        .map(({ profile, chart }) => ({ title: titleOf(profile), chart }));
    return {
        "throughput.svg": await stacked(charts, outcome.line.uplink),
        "latency.svg": standAlone(await svgOf(latencySpec(gameDelays(outcome), "A game beside an upload to S3"))),
    };
}

/** Charts one below the other in one picture, as wide as a phone shows without making letters smaller. */
export async function stacked(
    charts: readonly { title: string; chart: Throughput }[],
    highest: number,
): Promise<string> {
    const [first] = charts;
    const spec = {
        ...(first && { config: throughputSpec(first.chart, 1).config }),
        columns: 1,
        spacing: 24,
        concat: charts.map(({ title, chart }) => ({
            ...withoutConfig(throughputSpec(chart, highest, title)),
            width: phone,
        })),
    } as TopLevelSpec;
    return standAlone(await svgOf(spec));
}

/** Without its axis; 390 px is the whole of a phone. */
const phone = 300;

function withoutConfig(spec: TopLevelSpec): Omit<TopLevelSpec, "config"> {
    const { config: _config, ...rest } = spec;
    void _config;
    return rest;
}

/** The page's colours go into the picture, and paper under it. */
function standAlone(svg: string): string {
    const css = readFileSync(path.join(__dirname, "../../line/views/page.css"), "utf8");
    const light = /:root \{([^}]*)\}/.exec(css)?.[1] ?? "";
    const dark = /@media[^{]*\{\s*:root \{([^}]*)\}/.exec(css)?.[1] ?? "";
    const style = `<style>svg{${light}background:var(--paper)}@media (prefers-color-scheme: dark){svg{${dark}}}</style>`;
    return svg.replace(/(<svg[^>]*>)/, `$1${style.replace(/\s+/g, " ")}`);
}
