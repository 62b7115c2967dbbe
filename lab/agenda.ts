import { type Bench, lineOf, type Play } from "./bench";
import { type Profile, profilesFor } from "./profiles";
import type { Family } from "./router-state";
import { scenarios } from "./scenarios";
import { questions } from "./study";

/** What a run is made of: for each line what is played on it. */
export type Agenda = Pick<Bench, "line" | "plays" | "retry" | "judge">[];

type Choice = Record<string, { pace: number; repeats: number }>;

const judgedUplink = 20e6;

/** Under three minutes: one line, every profile, what tells them apart; all scenarios of the one that is judged. */
export function quickAgenda(given?: { profile: Profile; families: Family[]; uplink: number }): Agenda {
    const uplink = given?.uplink ?? judgedUplink;
    const profiles = given ? [...profilesFor(uplink).slice(0, 1), given.profile] : profilesFor(uplink);
    const short = choose(0.3, 1);
    const comparison = pick(short, ["alone", "game", "other"]);
    const families = given?.families ?? ["ipv4", "ipv6"];
    const plays = profiles.flatMap((profile): Play[] => {
        if (!profile.judged)
            return [
                play(
                    profile,
                    families[0] ?? "ipv4",
                    profile.name === "none" ? pick(short, ["alone", "game", "call", "web", "other"]) : comparison,
                ),
            ];
        return families.map((family, index) =>
            play(
                profile,
                family,
                index === 0 ? { ...short, many: { pace: 0.08, repeats: 1 } } : pick(short, ["alone", "game", "other"]),
            ),
        );
    });
    return [{ line: lineOf(uplink), plays, retry: true, judge: true }];
}

/** Everything: three lines; medians of three where the bounds are judged. */
export function wholeAgenda(given?: { profile: Profile; families: Family[]; uplink: number }): Agenda {
    const minute = { pace: 1, repeats: 1 };
    const on = (uplink: number): Agenda[number] => {
        const profiles = given ? [...profilesFor(uplink).slice(0, 1), given.profile] : profilesFor(uplink);
        const isJudged = given !== undefined || uplink === judgedUplink;
        const plays = profiles.flatMap((profile) =>
            (given?.families ?? (["ipv4", "ipv6"] as const)).map((family) => {
                if (profile.judged && isJudged) return play(profile, family, { ...choose(0.6, 3), many: minute });
                if (isJudged && family === "ipv4")
                    return play(profile, family, { ...choose(0.6, 3), many: { pace: 0.1, repeats: 1 } });
                return play(
                    profile,
                    family,
                    pick(choose(0.6, 1), ["idle", "alone", "game", "call", "web", "other", "download", "objects"]),
                );
            }),
        );
        return { line: lineOf(uplink), plays, retry: false, judge: isJudged };
    };
    return given ? [on(given.uplink)] : [on(judgedUplink), on(2e6), on(100e6)];
}

/** Every number of the profile at several values, on the line whose bounds are judged. */
export function studyAgenda(what: string | true): { title: string; part: Agenda[number] }[] {
    const asked = questions(judgedUplink).filter(({ title }) => what === true || title.includes(what));
    return asked.map(({ title, scenarios: names, variants }) => ({
        title,
        part: {
            line: lineOf(judgedUplink),
            plays: variants.map((profile) =>
                play(
                    profile,
                    "ipv4",
                    pick(
                        { ...choose(0.4, 1), game: { pace: 0.4, repeats: 3 }, many: { pace: 1, repeats: 1 } },
                        names,
                    ),
                ),
            ),
            retry: false,
            judge: true,
        },
    }));
}

function choose(pace: number, repeats: number): Choice {
    return Object.fromEntries(scenarios.map(({ name }) => [name, { pace, repeats }]));
}

function pick(choice: Choice, names: readonly string[]): Choice {
    return Object.fromEntries(Object.entries(choice).filter(([name]) => names.includes(name)));
}

function play(profile: Profile, family: Family, choice: Choice): Play {
    return {
        profile,
        family,
        scenarios: scenarios.flatMap((scenario) => {
            const chosen = choice[scenario.name];
            return chosen ? [{ scenario, ...chosen }] : [];
        }),
    };
}
