import { type Finding, keeps, type Result } from "./metrics";
import { farAddresses } from "./net/addresses";
import { lanDevice, type Line, wanDevice } from "./net/topology";
import { defaultLan, type Profile, rootQueue } from "./profiles";
import { median } from "./recording";
import type { Family, RouterState } from "./router-state";
import { s3Address } from "./s3-address";
import type { Chart, Scenario, Setting } from "./scenarios";
import { measureReference, type Reference } from "./scenarios";
import { Stage } from "./stage";
import { type StandIn, translate, type Translation } from "./translate";
import type { Discipline } from "./translate/leaf-queues";

/** What to play of a profile. */
export interface Play {
    profile: Profile;
    family: Family;
    scenarios: { scenario: Scenario; pace: number; repeats: number }[];
}

export interface Bench {
    line: Line;
    plays: Play[];
    /** Names what is done, as it is done. */
    progress: (text: string) => void;
    /** A bound that is missed is measured twice more, and the median of the three decides. */
    retry: boolean;
    kernel: ReadonlySet<Discipline>;
    /** Bounds are judged on this line. */
    judge: boolean;
    lanInterface?: string;
    /** How often the idle line is measured; the quietest counts. @default 3 */
    references?: number;
}

export interface BenchOutcome {
    line: Line;
    results: Result[];
    charts: { profile: string; family: Family; chart: Chart }[];
    delays: { profile: string; family: Family; name: string; values: number[] }[];
    references: Partial<Record<Family, Reference>>;
    standIns: StandIn[];
    notes: string[];
}

/** A line of ours: ten times as fast inward up to 100 Mbit/s, and a buffer of 256 KiB, a common modem's. */
export function lineOf(uplink: number): Line {
    return { uplink, downlink: Math.max(uplink, Math.min(uplink * 10, 100e6)), buffer: 256 * 1024 };
}

/** Plays everything on one line, one scenario after the other, and cleans up. */
export async function play(bench: Bench): Promise<BenchOutcome> {
    const outcome: BenchOutcome = {
        line: bench.line,
        results: [],
        charts: [],
        delays: [],
        references: {},
        standIns: [],
        notes: [],
    };
    const shaped = bench.plays.find(({ profile }) => profile.judged)?.profile.state ?? {};
    const stage = await Stage.open(bench.line, { ...farAddresses, s3: s3Address(shaped) });
    try {
        for (const { profile, family, scenarios } of bench.plays) {
            const translated = translation(profile.state, bench, outcome);
            const withSources = translation(profile.stateWithSources, bench, outcome);
            const base: Omit<Setting, "reference" | "pace"> = {
                stage,
                family,
                maxLimit: profile.maxLimit,
                ...(translated && { translation: translated }),
                ...(withSources && { translationWithSources: withSources }),
                ...(profile.hostLimit !== undefined && { hostLimit: profile.hostLimit }),
            };
            outcome.references[family] ??= await quietest({ ...base, pace: 0.25 }, bench.references ?? 3);
            const reference = outcome.references[family];
            for (const { scenario, pace, repeats } of scenarios) {
                const setting: Setting = { ...base, reference, pace };
                if (scenario.applies && !scenario.applies(setting)) continue;
                bench.progress(`${profile.name}, ${family === "ipv4" ? "IPv4" : "IPv6"}: ${scenario.title}`);
                await repeat(scenario, setting, repeats, profile, bench, outcome);
            }
        }
    } finally {
        await stage.close();
    }
    return outcome;
}

async function repeat(
    scenario: Scenario,
    setting: Setting,
    repeats: number,
    profile: Profile,
    bench: Bench,
    outcome: BenchOutcome,
): Promise<void> {
    const runs: Finding[][] = [];
    const judged = bench.judge && profile.judged;
    for (let count = 0; count < repeats; count++) {
        await setting.stage.configure(setting.translation);
        const played = await scenario.play(setting);
        runs.push(played.findings);
        if (count === 0) {
            const { name: profileName } = profile;
            if (played.chart)
                outcome.charts.push({ profile: profileName, family: setting.family, chart: played.chart });
            for (const delay of played.delays ?? [])
                outcome.delays.push({ profile: profileName, family: setting.family, ...delay });
            const missed = played.findings.some(({ bound, value }) => bound && !keeps(bound, value));
            if (judged && bench.retry && missed && repeats === 1) repeats = 3;
        }
    }
    for (const [index, first] of (runs[0] ?? []).entries()) {
        const values = runs.map((run) => run[index]?.value ?? Number.NaN);
        const value = median(values);
        const { key, title, unit, bound } = first;
        outcome.results.push({
            profile: profile.name,
            uplink: setting.stage.line.uplink,
            family: setting.family,
            scenario: scenario.name,
            key,
            title,
            unit,
            values,
            value,
            ...(bound && { bound }),
            ...(bound && judged && { met: keeps(bound, value) }),
        });
    }
}

/** The machine does other things too; the quietest time is what the line itself does. */
async function quietest(setting: Omit<Setting, "reference">, times: number): Promise<Reference> {
    const references: Reference[] = [];
    for (let count = 0; count < times; count++) references.push(await measureReference(setting));
    const least = (key: keyof Reference): number => Math.min(...references.map((reference) => reference[key]));
    return {
        gameP99: least("gameP99"),
        callP99: least("callP99"),
        webMedian: least("webMedian"),
        objectMedian: least("objectMedian"),
        download: Math.max(...references.map(({ download }) => download)),
    };
}

function translation(state: RouterState | undefined, bench: Bench, outcome: BenchOutcome): Translation | undefined {
    if (!state) return undefined;
    const translated = translateOn(state, bench.lanInterface ?? defaultLan, bench.kernel);
    for (const standIn of translated.standIns)
        if (!outcome.standIns.some((known) => known.where === standIn.where && known.lab === standIn.lab))
            outcome.standIns.push(standIn);
    for (const note of translated.notes) if (!outcome.notes.includes(note)) outcome.notes.push(note);
    return translated;
}

/** The lab's devices for a router's WAN, where its tree stands, and its LAN. */
export function translateOn(state: RouterState, lan: string, kernel: ReadonlySet<Discipline>): Translation {
    const wan = rootQueue(state)["parent"] ?? "";
    return translate(state, { devices: { [wan]: wanDevice, [lan]: lanDevice }, kernel });
}
