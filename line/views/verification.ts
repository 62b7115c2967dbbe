/** What a verification came to, the verdict in one sentence first. Pure. */
import { gradeDefinition } from "../findings/latency";
import type { Latency, Phase, Verification } from "../output";

const megabits = (bits: number): string => `${(bits / 1e6).toFixed(bits < 1e6 ? 2 : 1)} Mbit/s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** The verdict, and what shows it. */
export function verificationSentence(found: Verification): string {
    const { verdict, because, seen, share, sent, giving } = found;
    const way = seen === "leaf" ? "went through the leaf for uploads" : "had the class that CAKE serves last";
    const carried = `${percent(share)} of ${megabytes(sent)} ${way}`;
    if (verdict === "undecided") return `could not tell: ${because}`;
    if (verdict === "not-shaped") return `not shaped, because ${because}: ${carried}`;
    return `shaped: ${carried}${giving ? `; ${givingText(giving)}` : "; no other load was seen beside it"}`;
}

function givingText({ before, beside, gaveWayIn, cameBackIn }: NonNullable<Verification["giving"]>): string {
    const gave =
        gaveWayIn === undefined
            ? "beside another load that left it room it went on"
            : `it gave way from ${megabits(before)} to ${megabits(beside)} within ${seconds(gaveWayIn)}`;
    return `${gave}${cameBackIn === undefined ? ", and did not come back" : ` and was back within ${seconds(cameBackIn)}`}`;
}

/** What is told of phases, in the order they come. */
export const phaseNames: Record<Phase, string> = {
    idle: "idle",
    upload: "beside the upload",
    beside: "beside upload and load",
    after: "after the load",
};

/** Figures of one verification: what, and how much. */
export function verificationFigures(found: Verification): [string, string][] {
    const { sent, seen, carried, marked, dropped, retries, giving, latency } = found;
    return [
        ["sent", `${megabytes(sent)} of data, stored nowhere`],
        ...(seen === "leaf" ? ([["through the leaf for uploads", megabytes(carried)]] as [string, string][]) : []),
        ["marked by our rules", megabytes(marked)],
        [
            "packets dropped in the leaf",
            dropped === undefined ? "not counted, it is a CAKE that drops" : String(dropped),
        ],
        ["requests sent again", String(retries)],
        ...(giving ? ([["other load", megabits(giving.load)]] as [string, string][]) : []),
        ...(latency ? latencyFigures(latency) : []),
    ];
}

function latencyFigures({ kind, grade, ...phases }: NonNullable<Verification["latency"]>): [string, string][] {
    const text = ({ median, p95 }: Latency): string => `${median.toFixed(1)} ms, 95 % within ${p95.toFixed(1)} ms`;
    const rows = (Object.keys(phaseNames) as Phase[]).flatMap((phase): [string, string][] => {
        const one = phases[phase];
        return one && one.median >= 0 ? [[`${kind.toUpperCase()} round trips, ${phaseNames[phase]}`, text(one)]] : [];
    });
    return [...rows, [`grade beside the upload`, `${grade} (${gradeDefinition})`]];
}
