import { type Bench, lineOf, type Play } from "./bench";
import { type Profile, profilesFor } from "./profiles";
import type { Family } from "./router-state";
import { scenarios } from "./scenarios";
import { questions } from "./study";

/** What a run is made of: for each line what is played on it. */
export type Agenda = Pick<Bench, "line" | "plays" | "retry" | "judge" | "references">[];

/** A router's state to judge. */
export interface Given {
    profile: Profile;
    families: Family[];
    uplink: number;
}

type Choice = Record<string, { pace: number; repeats: number }>;

const judgedUplink = 20e6;

/** What tells profiles apart. */
const telling = ["alone", "game", "other"];

/** Under three minutes: one line, every profile, what tells them apart; all scenarios of the one that is judged. */
export function quickAgenda(given?: Given): Agenda {
    const short = choose(0.3, 1);
    const uplink = given?.uplink ?? judgedUplink;
    const families = given?.families ?? (["ipv4", "ipv6"] as const);
    const plays = compared(uplink, given).flatMap((profile): Play[] =>
        profile.judged
            ? families.map((family, index) =>
                  play(
                      profile,
                      family,
                      index === 0
                          ? { ...without(short, ["crowd"]), many: { pace: 0.25, repeats: 1 } }
                          : pick(short, telling),
                  ),
              )
            : [play(profile, families[0] ?? "ipv4", pick(short, telling))],
    );
    return [{ line: lineOf(uplink), plays, retry: true, judge: true, references: 2 }];
}

/** Everything: three lines; medians of three where the bounds are judged, and of what tells profiles apart there. */
export function wholeAgenda(given?: Given): Agenda {
    const minute = { pace: 1, repeats: 1 };
    const once = choose(0.6, 1);
    const thrice = choose(0.6, 3);
    const on = (uplink: number, judge: boolean): Agenda[number] => {
        const plays = compared(uplink, given).flatMap((profile) =>
            (given?.families ?? (["ipv4", "ipv6"] as const)).flatMap((family): Play[] => {
                if (judge && profile.judged) return [play(profile, family, { ...thrice, many: minute, crowd: minute })];
                if (judge && family === "ipv4")
                    return [play(profile, family, { ...without(once, ["many", "crowd"]), ...pick(thrice, telling) })];
                if (!judge && family === "ipv6" && !profile.judged) return [];
                return [play(profile, family, pick(once, [...telling, "idle", "call", "web", "download", "objects"]))];
            }),
        );
        return { line: lineOf(uplink), plays, retry: false, judge };
    };
    return given ? [on(given.uplink, true)] : [on(judgedUplink, true), on(2e6, false), on(100e6, false)];
}

/** The project's own profiles, or a router's state beside a router that does nothing. */
function compared(uplink: number, given?: Given): Profile[] {
    return given ? [...profilesFor(uplink).filter(({ name }) => name === "none"), given.profile] : profilesFor(uplink);
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
                    pick({ ...choose(0.4, 1), game: { pace: 0.4, repeats: 3 }, many: { pace: 1, repeats: 1 } }, names),
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

function without(choice: Choice, names: readonly string[]): Choice {
    return Object.fromEntries(Object.entries(choice).filter(([name]) => !names.includes(name)));
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
