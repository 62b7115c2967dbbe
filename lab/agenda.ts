import { cases, type Choice, partOf } from "./cases";
import { baseLine, lineOf } from "./net/line";
import type { Part, Play } from "./play";
import { type Profile, profilesFor } from "./profiles";
import type { Family } from "./router-state";
import { questions } from "./study";

/** What a run is made of: for each line what is played on it. */
export type Agenda = Part[];

/** A router's state to judge. */
export interface Given {
    profile: Profile;
    families: Family[];
    uplink: number;
}

const judgedUplink = 20e6;

const telling: Choice = { alone: 1, game: 1, other: 1 };
const others: Choice = {
    idle: 1,
    call: 1,
    web: 1,
    running: 1,
    download: 1,
    objects: 1,
    aws: 1,
    region: 1,
    sources: 1,
};
const published: Choice = { rrul: 1, rpm: 1 };

/** One line and one family: what tells every profile apart, and what else the one that is judged promises, but briefly. */
export function quickAgenda(given?: Given, distance = 0): Agenda {
    const uplink = given?.uplink ?? judgedUplink;
    const [family = "ipv4"] = given?.families ?? (["ipv4"] as const);
    const more = paced({ call: 1, web: 1, download: 1, objects: 1 }, 0.6);
    const plays = compared(uplink, given).map((profile) =>
        play(profile, family, profile.judged ? { ...telling, ...more, health: 1 / 60 } : telling),
    );
    return [{ line: { ...lineOf(uplink), distance }, plays, judge: true }];
}

/** Everything: the base line with every profile and scenario, then one change at a time from it. */
export function wholeAgenda(given?: Given, distance = 0): Agenda {
    const line = { ...(given ? lineOf(given.uplink) : baseLine()), distance };
    const every = { ...telling, ...others, ...published, health: 1 / 30 };
    const plays = compared(line.uplink, given).flatMap((profile) =>
        (given?.families ?? (["ipv4", "ipv6"] as const)).flatMap((family): Play[] => {
            if (profile.judged && family === "ipv4")
                return [
                    play(profile, family, every),
                    play(given?.profile ?? forty(line.uplink), family, { "health-40": 1 / 30 }),
                ];
            if (profile.judged) return [play(profile, family, { ...telling, ...others })];
            return family === "ipv4" ? [play(profile, family, { ...telling, ...others, ...published })] : [];
        }),
    );
    const base: Part = { line, plays, judge: true };
    return given ? [base] : [base, ...(distance > 0 ? cases.slice(1).map(partOf) : [])];
}

/** Those of the cases that are named, or all of them; each alone, for each is a run of its own. */
export function caseAgendas(names: readonly string[]): Agenda[] {
    return cases.filter(({ name }) => names.includes(name) || names.includes("all")).map((one) => [partOf(one)]);
}

/** A contested stretch of `seconds`, with as many connections as the command line tool opens and with 40. */
export function healthAgenda(seconds: number): Agenda[] {
    const line = baseLine();
    const pace = seconds / 1800;
    return [
        [{ line, plays: [play(judgedOf(line.uplink), "ipv4", { health: pace })], judge: true }],
        [{ line, plays: [play(forty(line.uplink), "ipv4", { "health-40": pace })], judge: true }],
    ];
}

/** What a site configures that opens 40 connections. */
function forty(uplink: number): Profile {
    return judgedOf(uplink, { uploadConnections: 40 });
}

function judgedOf(uplink: number, site: Record<string, unknown> = {}): Profile {
    const [profile] = profilesFor(uplink, site).filter(({ judged }) => judged);
    if (!profile) throw new Error("No profile is judged.");
    return profile;
}

/** The project's own profiles, or a router's state beside a router that does nothing. */
function compared(uplink: number, given?: Given): Profile[] {
    return given ? [...profilesFor(uplink).filter(({ name }) => name === "none"), given.profile] : profilesFor(uplink);
}

/** Each number of the profile at several values. */
export function studyAgenda(what: string | true, distance: number): { title: string; part: Part }[] {
    return questions()
        .filter(({ title }) => what === true || title.toLowerCase().includes(what.toLowerCase()))
        .map(({ title, scenarios, line, variants, settling }) => ({
            title,
            part: {
                line: distance === 0 ? { ...line, distance } : line,
                ...(settling !== undefined && { settling }),
                plays: variants.map((profile) => play(profile, "ipv4", scenarios)),
                judge: true,
            },
        }));
}

function paced(choice: Choice, pace: number): Choice {
    return Object.fromEntries(Object.entries(choice).map(([name, share]) => [name, share * pace]));
}

function play(profile: Profile, family: Family, choice: Choice): Play {
    return { profile, family, scenarios: Object.entries(choice).map(([name, pace]) => ({ name, pace })) };
}
