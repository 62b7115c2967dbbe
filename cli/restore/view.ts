/** What `routeros-s3 restore` prints. Pure. */
import { ageText, type Prices, type Tier } from "../cost/prices";
import { money, sizeText } from "../cost/view";
import type { State } from "../s3/objects";
import type { Fetched } from "./download";
import type { Amount, FrozenClass, RestoreCost, RestorePlan } from "./model";
import { restoreTimes } from "./model";
import type { Asked, Count } from "./requests";

const number = (value: number) => value.toLocaleString("en-US");

export const amountText = ({ objects, bytes }: Amount) =>
    `${number(objects)} ${objects === 1 ? "object" : "objects"} (${sizeText(bytes)})`;

const stateTexts: Record<State, string> = {
    archived: "archived, not asked for",
    going: "being restored",
    ready: "restored, ready to be fetched",
    readable: "in a class that needs no restore",
};

function stateLines({ states, missing, missingKeys }: Count): string[] {
    const lines = (Object.keys(stateTexts) as State[])
        .filter((state) => states[state].objects > 0)
        .map((state) => `  ${amountText(states[state])} ${stateTexts[state]}`);
    if (missing === 0) return lines;
    const more = missing > missingKeys.length ? `, and ${number(missing - missingKeys.length)} more` : "";
    return [...lines, `  ${number(missing)} not in the bucket: ${missingKeys.join(", ")}${more}`];
}

export function planText(
    bucket: { name: string; region: string },
    found: Count,
    { frozen, all, tier, days }: RestorePlan,
    cost: RestoreCost,
    prices: Prices,
): string {
    const lines = [`${amountText(all)} in the bucket ${bucket.name}`, ...stateLines(found)];
    if (found.states.archived.objects === 0) return [...lines, "there is nothing to ask for"].join("\n");
    const line = (name: string, value: number, text: string) =>
        `  ${name.padEnd(12)}${money(value).padStart(10)}  ${text}`;
    const star = cost.marked.length > 0 ? "*" : "";
    lines.push(
        "",
        `asking for ${amountText(found.states.archived)}, ${tier}, for ${days} days costs about, in ${prices.currency}${star}:`,
        line("retrieval", cost.retrieval, "from the archive"),
        line("requests", cost.requests, "one for each object"),
        line("copies", cost.copies, `their storage for ${days} days, beside the archive's`),
        line("way out", cost.out, `from AWS to you, for all ${sizeText(all.bytes)}, when it is fetched`),
        line("together", cost.total, ""),
        ...timeLines(frozen, tier),
        `prices of ${prices.region}, ${prices.date}, ${ageText(prices)}; check them at https://aws.amazon.com/s3/pricing/`,
        ...(prices.region === bucket.region ? [] : [`there is no table for ${bucket.region}; --prices takes one`]),
        ...(star === "" ? [] : [`* rests on prices that fewer than two lists confirm: ${cost.marked.join(", ")}`]),
    );
    return lines.join("\n");
}

function timeLines(frozen: RestorePlan["frozen"], tier: Tier): string[] {
    return (Object.keys(frozen) as FrozenClass[])
        .filter((name) => frozen[name].objects > 0)
        .map((name) => `${name} comes back within ${restoreTimes[name][tier]}`);
}

export function askedText({ asked, before, gone }: Asked, waiting: number, tier: Tier, { frozen }: Count): string {
    const slowest = frozen.DEEP_ARCHIVE.objects > 0 ? "DEEP_ARCHIVE" : "GLACIER";
    const parts = [
        `asked for ${number(asked)} of ${number(waiting)}`,
        ...(before > 0 ? [`${number(before)} were asked for already`] : []),
        ...(gone > 0 ? [`${number(gone)} are gone meanwhile`] : []),
    ];
    const rest = waiting - asked - before - gone;
    if (rest > 0) return `${parts.join(", ")}; the same command asks for the other ${number(rest)}`;
    return `${parts.join(", ")}; look with --status in ${restoreTimes[slowest][tier]}, then fetch with --to FOLDER`;
}

export function statusText(found: Count): string {
    const { archived, going, ready, readable } = found.states;
    const can = ready.objects + readable.objects;
    const until = found.firstUntil
        ? [`the first copy goes on ${found.firstUntil.toISOString().slice(0, 16).replace("T", " ")} UTC`]
        : [];
    const open = archived.objects + going.objects + found.missing;
    return [
        `${number(can)} of ${number(found.all.objects + found.missing)} can be fetched`,
        ...stateLines(found),
        ...until,
        ...(open === 0 ? ["all is ready: fetch it with --to FOLDER"] : []),
    ].join("\n");
}

export function fetchedText({ fetched, bytes, already, bySize, problems }: Fetched): string {
    const parts = [
        `${number(fetched)} fetched (${sizeText(bytes)})`,
        `${number(already)} there already`,
        ...(bySize > 0 ? [`${number(bySize)} of these compared by size alone`] : []),
        `${number(problems)} not fetched`,
    ];
    return parts.join(", ");
}
