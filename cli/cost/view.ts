/** What `routeros-s3 cost` prints. Pure. */
import type { FrozenClass } from "../restore/model";
import { restoreCost, restoreTimes, tiers } from "../restore/model";
import { table } from "../table";
import type { Archive, Cost } from "./model";
import { ageText, type ClassName, type Prices, unconfirmed } from "./prices";

/** How long restored copies stay where nothing else is said, in days. */
const copyDays = 7;

export interface CostReport {
    main: { archive: Archive; costs: Cost[] };
    sidecars?: { archive: Archive; costs: Cost[] };
    /** The class that is pointed out. */
    chosen: ClassName;
    prices: Prices;
}

export function showCosts({ main, sidecars, chosen, prices }: CostReport): string {
    const { archive } = main;
    const guesses = unconfirmed(prices);
    return [
        `${sizeText(archive.bytes)} in ${archive.files.toLocaleString("en-US")} files of ${sizeText(archive.bytes / archive.files)}; ` +
            `${prices.currency}, ${prices.region}, prices of ${prices.date}, ${ageText(prices)}`,
        "",
        costTable(main.costs, chosen, guesses),
        "",
        ...legend(main.costs),
        ...chosenLines(main, chosen, prices),
        ...restoreLines(main.archive, chosen, prices),
        ...(sidecars ? sidecarLines(sidecars, chosen, prices) : []),
        "",
        prices.note,
        ...(guesses.length === 0
            ? []
            : [`* rests on a price that fewer than two lists confirm: ${guesses.join(", ")}`]),
        ...Object.entries(prices.sources).map(([key, source]) => `[${key}] ${source}`),
    ].join("\n");
}

function costTable(costs: Cost[], chosen: ClassName, guesses: string[]): string {
    const header = [
        "",
        "class",
        "upload",
        "PUTs",
        "parts",
        "moves",
        "a month",
        "first year",
        "min. days",
        "paid at least",
        "all back",
    ];
    const rows = costs.map((cost) => {
        const { storageClass: name, way } = cost;
        const mark = (value: number, ...keys: string[]) =>
            `${money(value)}${value > 0 && keys.some((key) => guesses.includes(key)) ? "*" : ""}`;
        const uploaded = way === "direct" ? name : "STANDARD";
        const put = `${uploaded}.putPer1000`;
        const move = `${name}.transitionPer1000`;
        return [
            name === chosen ? ">" : "",
            name,
            name === "STANDARD" ? "stays" : cost.left ? "stays STANDARD" : way === "direct" ? "direct" : "by rule",
            mark(cost.puts, put),
            mark(cost.parts, name === "GLACIER_IR" ? put : "STANDARD.putPer1000"),
            mark(cost.moves + cost.waiting, move),
            mark(cost.month, `${name}.storagePerGbMonth`),
            mark(cost.year, put, ...(cost.moves > 0 ? [move] : [])),
            String(cost.minimumDays),
            mark(cost.least, `${name}.storagePerGbMonth`),
            mark(cost.back, "transferOutPerGb", `${name}.retrievalPer1000`),
        ];
    });
    return table(header, rows, "");
}

function legend(costs: Cost[]): string[] {
    return [
        "PUTs, parts: requests, once. Files larger than a part go in parts; those are billed as STANDARD's, apart from GLACIER_IR.",
        "moves: what the lifecycle rule costs, once, with the days before it. a month: storage, and the 40 KB that GLACIER and",
        "DEEP_ARCHIVE add to every object. paid at least: storage of the minimum days, even if all is deleted the next day.",
        "all back: the cheapest retrieval (up to 12 hours from GLACIER, 48 from DEEP_ARCHIVE) and the way out of AWS, once.",
        ...(costs.some((cost) => cost.left)
            ? [
                  "stays STANDARD: on average the files are under 128 KB, which the rule does not move unless moveSmallObjects is set.",
              ]
            : []),
    ];
}

function chosenLines({ costs }: CostReport["main"], chosen: ClassName, { currency }: Prices): string[] {
    const direct = costs.find((cost) => cost.storageClass === chosen && cost.way === "direct");
    const rule = costs.find((cost) => cost.storageClass === chosen && cost.way === "rule");
    const standard = costs.find((cost) => cost.storageClass === "STANDARD");
    if (!direct || !standard) return [];
    const lines = ["", `${chosen}: ${money(direct.month)} ${currency} a month, ${money(standard.month)} as STANDARD.`];
    if (rule && !rule.left) {
        const more = rule.puts + rule.parts + rule.moves + rule.waiting - direct.puts - direct.parts;
        lines.push(
            more > 0
                ? `Uploading with --storage-class ${chosen} saves ${money(more)} ${currency} against leaving it to the rule.`
                : `Leaving it to the rule saves ${money(-more)} ${currency} against uploading with --storage-class ${chosen}.`,
        );
    }
    return lines;
}

/** Getting it back, for each way there is. */
function restoreLines({ bytes, files }: Archive, chosen: ClassName, prices: Prices): string[] {
    if (!(chosen in restoreTimes)) return [];
    const name = chosen as FrozenClass;
    const none = { objects: 0, bytes: 0 };
    const all = { objects: files, bytes };
    const marked = unconfirmed(prices);
    const lines = tiers.flatMap((tier) => {
        const time = restoreTimes[name][tier];
        if (time === undefined) return [];
        const frozen = { GLACIER: none, DEEP_ARCHIVE: none, [name]: all };
        const cost = restoreCost({ frozen, all, tier, days: copyDays }, prices, marked);
        const parts = `retrieval ${money(cost.retrieval + cost.requests)}, copies ${money(cost.copies)}, way out ${money(cost.out)}`;
        const star = cost.marked.length > 0 ? "*" : "";
        return [`  ${tier.padEnd(10)}${time.padEnd(17)}${`${money(cost.total)}${star}`.padStart(11)}  ${parts}`];
    });
    return [
        "",
        `Getting everything back from ${name} (routeros-s3 restore), with copies for ${copyDays} days, in ${prices.currency}:`,
        ...lines,
    ];
}

function sidecarLines({ archive, costs }: CostReport["main"], chosen: ClassName, { currency }: Prices): string[] {
    const line = (name: ClassName, text: string) => {
        const cost = costs.find(({ storageClass, way }) => storageClass === name && way === "direct");
        return cost
            ? [`  ${text}: ${money(cost.puts + cost.parts)} ${currency} once, ${money(cost.month)} a month`]
            : [];
    };
    return [
        "",
        `${archive.files.toLocaleString("en-US")} small files of ${sizeText(archive.bytes / archive.files)} beside them:`,
        ...line("STANDARD", "left as STANDARD, as the rule does"),
        ...(chosen === "STANDARD" ? [] : line(chosen, `uploaded as ${chosen}`)),
    ];
}

export function money(value: number): string {
    if (value > 0 && value < 0.005) return "<0.01";
    return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function sizeText(bytes: number): string {
    const units = ["B", "KB", "MB", "GB", "TB", "PB"];
    const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
    const value = bytes / 1024 ** power;
    return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
