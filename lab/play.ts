import type { Finding, Result } from "./metrics";
import { farAddresses } from "./net/addresses";
import type { Line } from "./net/line";
import { lanDevice, wanDevice } from "./net/topology";
import { defaultLan, type Profile, rootQueue } from "./profiles";
import { saidEvery } from "./progress";
import type { Family, RouterState } from "./router-state";
import { s3Address } from "./s3-address";
import { type Chart, measureReference, type Reference, scenarios, type Setting } from "./scenarios";
import { Stage } from "./stage";
import { type StandIn, translate, type Translation } from "./translate";
import type { Discipline } from "./translate/leaf-queues";

/** What to play of a profile: scenarios by name, each with the share of its time it lasts. Plain data. */
export interface Play {
    profile: Profile;
    family: Family;
    scenarios: { name: string; pace: number }[];
}

/** What is played on one line. Plain data: it goes into the virtual machine as it is. */
export interface Part {
    line: Line;
    plays: Play[];
    /** Bounds are judged on this line. */
    judge: boolean;
    /** Seconds that TCP takes to find its rate: nothing is judged before. @default 4: 20 ms away, queues that drop early */
    settling?: number;
}

export interface Playing extends Part {
    /** Names what is done, as it is done. */
    progress: (text: string) => void;
    kernel: ReadonlySet<Discipline>;
    lanInterface?: string;
    /** How often the idle line is measured; the quietest counts. Once where a machine does nothing else. @default 1 */
    references?: number;
}

export interface Played {
    line: Line;
    results: Result[];
    charts: { profile: string; family: Family; chart: Chart }[];
    delays: { profile: string; family: Family; name: string; values: number[] }[];
    references: Partial<Record<Family, Reference>>;
    standIns: StandIn[];
    notes: string[];
}

/** Plays everything on one line once, one scenario after the other, and cleans up. */
export async function play(playing: Playing): Promise<Played> {
    const outcome: Played = {
        line: playing.line,
        results: [],
        charts: [],
        delays: [],
        references: {},
        standIns: [],
        notes: [],
    };
    const shaped = playing.plays.find(({ profile }) => profile.judged)?.profile.state ?? {};
    const stage = await Stage.open(playing.line, { ...farAddresses, s3: s3Address(shaped) });
    try {
        for (const { profile, family, scenarios: chosen } of playing.plays) {
            if (profile.needs !== undefined && !playing.kernel.has(profile.needs)) {
                outcome.notes.push(`${profile.name} is left out: this kernel has no ${profile.needs}`);
                continue;
            }
            const translated = translation(profile.state, playing, outcome);
            const withSources = translation(profile.stateWithSources, playing, outcome);
            const base: Omit<Setting, "reference" | "pace"> = {
                stage,
                family,
                maxLimit: profile.maxLimit,
                settling: playing.settling ?? 4,
                ...(translated && { translation: translated }),
                ...(withSources && { translationWithSources: withSources }),
                ...(profile.hostLimit !== undefined && { hostLimit: profile.hostLimit }),
            };
            outcome.references[family] ??= await quietest(
                { ...base, pace: 0.25 },
                new Set(playing.plays.flatMap((one) => one.scenarios.map(({ name }) => name))),
                playing.references ?? 1,
            );
            const reference = outcome.references[family];
            for (const { name, pace } of chosen) {
                const scenario = scenarios.find((one) => one.name === name);
                const setting: Setting = { ...base, reference, pace };
                if (!scenario || (scenario.applies && !scenario.applies(setting))) continue;
                const title = `${profile.name}, ${family === "ipv4" ? "IPv4" : "IPv6"}: ${scenario.title}`;
                playing.progress(title);
                await stage.configure(translated);
                const played = await saidEvery(60, title, playing.progress, () => scenario.play(setting));
                const whose = { profile: profile.name, family };
                if (played.chart) outcome.charts.push({ ...whose, chart: played.chart });
                for (const delay of played.delays ?? []) outcome.delays.push({ ...whose, ...delay });
                for (const finding of played.findings)
                    outcome.results.push(resultOf(finding, playing, { ...whose, scenario: name }, profile.judged));
            }
        }
    } finally {
        await stage.close();
    }
    return outcome;
}

function resultOf(
    finding: Finding,
    { line, judge }: Part,
    where: Pick<Result, "profile" | "family" | "scenario">,
    judged: boolean,
): Result {
    const { bound, value, ...rest } = finding;
    return {
        ...where,
        ...rest,
        uplink: line.uplink,
        values: [value],
        value,
        ...(bound && { bound }),
        judged: bound !== undefined && judge && judged,
    };
}

/** The machine may do other things too; the quietest time is what the line itself does. */
async function quietest(
    setting: Omit<Setting, "reference">,
    played: ReadonlySet<string>,
    times: number,
): Promise<Reference> {
    const references: Reference[] = [];
    for (let count = 0; count < times; count++) references.push(await measureReference(setting, played));
    const least = (key: keyof Reference): number => Math.min(...references.map((reference) => reference[key]));
    return {
        gameP99: least("gameP99"),
        callP99: least("callP99"),
        webMedian: least("webMedian"),
        objectMedian: least("objectMedian"),
        download: Math.max(...references.map(({ download }) => download)),
    };
}

function translation(state: RouterState | undefined, playing: Playing, outcome: Played): Translation | undefined {
    if (!state) return undefined;
    const translated = translateOn(state, playing.lanInterface ?? defaultLan, playing.kernel);
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
