/** Pictures of what went over a line, drawn by Vega as SVG text. */
import type { TopLevelSpec } from "vega-lite";

/** Rates over time, and what happened. */
export interface Throughput {
    /** Milliseconds from one value to the next. */
    stride: number;
    /** bit/s. */
    flows: { name: string; values: number[] }[];
    /** Milliseconds from the start. */
    events: { at: number; label: string }[];
}

/** Colours are names of the page's style, so that a picture is light or dark as the page is. */
const ink = "var(--ink)";
const quiet = "var(--quiet)";
const colours: Record<string, string> = {
    S3: "var(--s3)",
    "beside the upload": "var(--ours)",
    "beside upload and load": "var(--other)",
    "after the load": "var(--seed)",
    "other upload": "var(--other)",
    idle: "var(--idle)",
    none: "var(--none)",
    "seed-2018": "var(--seed)",
    max_bandwidth: "var(--limit)",
    scavenger: "var(--ours)",
    join: "var(--other)",
    router: "var(--ours)",
};

/** What a profile is called in every picture. */
const titles: Record<string, string> = {
    none: "Router does nothing",
    "seed-2018": "The article's queues (seed-2018)",
    max_bandwidth: "AWS command line at half of the line",
    join: "A CAKE's lowest class (join)",
};

export function titleOf(profile: string): string {
    return titles[profile] ?? profile;
}

const config = {
    background: "transparent",
    font: "system-ui, sans-serif",
    axis: {
        labelColor: quiet,
        titleColor: quiet,
        gridColor: "var(--line)",
        domainColor: "var(--line)",
        tickColor: "var(--line)",
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: "normal" as const,
    },
    legend: { labelColor: ink, titleColor: quiet, labelFontSize: 12, orient: "top" as const, title: null },
    title: { color: ink, fontSize: 13, anchor: "start" as const },
    view: { stroke: null },
};

/** Throughput over time of the uploads, stacked, with what happened marked. `highest` is what the line carries, in bit/s. */
export function throughputSpec(chart: Throughput, highest: number, title?: string): TopLevelSpec {
    const values = chart.flows.flatMap(({ name, values: rates }) =>
        rates.map((rate, index) => ({ flow: name, at: (index * chart.stride) / 1000, rate: rate / 1e6 })),
    );
    const events = chart.events.map(({ at, label }) => ({ at: at / 1000, label }));
    return {
        width: 380,
        height: 150,
        config,
        ...(title !== undefined && { title }),
        layer: [
            {
                data: { values },
                mark: { type: "area", interpolate: "step-after", opacity: 0.85, clip: true },
                encoding: {
                    x: { field: "at", type: "quantitative", title: "seconds", axis: { grid: false, tickCount: 8 } },
                    y: {
                        field: "rate",
                        type: "quantitative",
                        stack: "zero",
                        title: "Mbit/s",
                        // Room above the line for what happened.
                        scale: { domain: [0, (highest / 1e6) * 1.2], nice: false },
                        axis: { tickCount: 4 },
                    },
                    color: {
                        field: "flow",
                        type: "nominal",
                        scale: {
                            domain: chart.flows.map(({ name }) => name),
                            range: chart.flows.map(({ name }) => colours[name] ?? ink),
                        },
                    },
                },
            },
            {
                data: { values: events },
                mark: { type: "rule", color: ink, strokeDash: [4, 3] },
                encoding: { x: { field: "at", type: "quantitative" } },
            },
            {
                data: { values: events },
                mark: { type: "text", color: ink, align: "left", dx: 4, dy: 8, fontSize: 11 },
                encoding: { x: { field: "at", type: "quantitative" }, y: { value: 0 }, text: { field: "label" } },
            },
        ],
    };
}

/** One line a name: which share of the packets came back within how many milliseconds. `what` was sent. */
export function latencySpec(
    delays: { name: string; values: readonly number[] }[],
    title?: string,
    what = "round trip of a game's packet",
): TopLevelSpec {
    const steps = [...Array.from({ length: 100 }, (_none, index) => index / 100), 0.995, 1];
    const values = delays.flatMap(({ name, values: unsorted }) => {
        const sorted = [...unsorted].sort((a, b) => a - b);
        return steps.map((share) => ({
            profile: titleOf(name),
            share: share * 100,
            delay: sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0,
        }));
    });
    const names = delays.map(({ name }) => name);
    return {
        width: 380,
        height: 200,
        config,
        ...(title !== undefined && { title }),
        data: { values },
        mark: { type: "line", strokeWidth: 2, clip: true },
        encoding: {
            x: {
                field: "delay",
                type: "quantitative",
                scale: { type: "log", domain: [0.1, 1000] },
                title: `${what}, ms`,
                axis: { values: [0.1, 1, 10, 100, 1000], grid: true },
            },
            y: { field: "share", type: "quantitative", title: "% of packets within", axis: { tickCount: 5 } },
            order: { field: "share" },
            color: {
                field: "profile",
                type: "nominal",
                scale: { domain: names.map(titleOf), range: names.map((name) => colours[name] ?? ink) },
                // One below the other: side by side they would be wider than a phone.
                legend: { columns: 1, labelLimit: 360 },
            },
        },
    };
}

/** A picture of a specification, as SVG text. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
    const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
    const view = new View(parse(compile(spec).spec), { renderer: "none" });
    try {
        return await view.toSVG();
    } finally {
        view.finalize();
    }
}
