/** A verification as one page that needs nothing else: no script, no font, no picture from elsewhere. */
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Finding, Phase, Rates, Verification } from "../output";
import type { Throughput } from "./charts";
import { latencySpec, svgOf, throughputSpec } from "./charts";
import { phaseNames, verificationFigures, verificationSentence } from "./verification";

const escape = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const table = (rows: readonly (readonly string[])[]): string =>
    `<table class="told">${rows.map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`).join("\n")}</table>`;

/** A picture as wide as there is room for it. */
const figure = (svg: string): string => `<figure>${svg}</figure>`;

/** What to do is said where something is to be done. */
const findingText = ({ code, seen, next }: Finding): string =>
    `<h3>${escape(code)}</h3>\n<p>${escape(seen)}</p>${next === "Nothing." ? "" : `\n<p class="quiet">${escape(next)}</p>`}`;

/** @param date when it was run, for whoever reads it later */
export async function verificationPage(found: Verification, date: string): Promise<string> {
    const { router, findings, rates, trips } = found;
    const highest = Math.max(1e5, ...rates.map(({ s3, rest }) => s3 + rest));
    const throughput = await svgOf(throughputSpec(throughputOf(found), highest));
    const delays = (Object.keys(phaseNames) as Phase[]).flatMap((phase) => {
        const values = trips[phase] ?? [];
        return values.length > 0 ? [{ name: phaseNames[phase], values }] : [];
    });
    const latency = delays.length > 0 ? await svgOf(latencySpec(delays, undefined, "round trip")) : "";
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Uploads to S3 on this line</title>
<style>
${readFileSync(path.join(__dirname, "page.css"), "utf8")}</style>
</head>
<body>
<header>
<h1>${escape(verificationSentence(found))}</h1>
<p>${escape(`${router.url}${router.version === undefined ? "" : `, RouterOS ${router.version}`}, ${date}`)}</p>
</header>
<main>
<h2>What the router carried</h2>
${figure(throughput)}
${table(verificationFigures(found))}
${latency === "" ? "" : `<h2>What that did to others</h2>\n${figure(latency)}`}
<h2>What the doctor found</h2>
${findings.length === 0 ? "<p>Nothing.</p>" : findings.map(findingText).join("\n")}
</main>
</body>
</html>
`;
}

/** A value a second, the last look before it. */
function throughputOf({ rates, phases }: Verification): Throughput {
    const last = rates.at(-1)?.at ?? 0;
    const each = (of: (one: Rates) => number): number[] =>
        Array.from({ length: Math.ceil(last / 1000) }, (_none, second) => {
            const one = rates.find(({ at }) => at >= (second + 1) * 1000) ?? rates.at(-1);
            return one ? of(one) : 0;
        });
    return {
        stride: 1000,
        flows: [
            { name: "S3", values: each(({ s3 }) => s3) },
            { name: "other upload", values: each(({ rest }) => rest) },
        ],
        events: phases
            .filter(({ phase }) => phase !== "idle")
            .map(({ phase, at }) => ({ at, label: eventNames[phase] })),
    };
}

const eventNames: Record<Phase, string> = { idle: "", upload: "upload", beside: "other load", after: "load ends" };
