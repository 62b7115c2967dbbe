import { readFileSync } from "node:fs";
import path from "node:path";

import type { TopLevelSpec } from "vega-lite";

import { latencySpec, svgOf, throughputSpec, titleOf } from "../../line/views/charts";
import type { LabReport } from "../report";
import { gameDelays } from "./delays";

/** Pictures that stand alone, by file name: for documents, light or dark as whoever looks at them has it. */
export async function picturesOf(report: LabReport): Promise<Record<string, string>> {
    const [outcome] = report.outcomes;
    if (!outcome) return {};
    const charts = outcome.charts.filter(({ family }) => family === "ipv4");
    const [shared] = charts;
    const throughput: TopLevelSpec = {
        ...(shared && { config: throughputSpec(shared.chart, 1).config }),
        // One below the other, so that letters stay readable on a phone.
        columns: 1,
        spacing: 24,
        concat: charts.map(({ profile, chart }) =>
            withoutConfig(throughputSpec(chart, outcome.line.uplink, titleOf(profile))),
        ),
    } as TopLevelSpec;
    return {
        "throughput.svg": standAlone(await svgOf(throughput)),
        "latency.svg": standAlone(await svgOf(latencySpec(gameDelays(outcome), "A game beside an upload to S3"))),
    };
}

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
