import { healthAgenda, wholeAgenda } from "../../lab/agenda";
import { cases, partOf } from "../../lab/cases";
import type { Result } from "../../lab/metrics";
import { translateOn } from "../../lab/play";
import { casesMarkdown } from "../../lab/print";
import { type Profile, profilesFor } from "../../lab/profiles";
import type { LabReport } from "../../lab/report";
import { scenarios } from "../../lab/scenarios";
import { otherLeft } from "../../lab/scenarios/sharing";
import { optionalDisciplines } from "../../lab/translate/leaf-queues";

const kernel = new Set([...optionalDisciplines, "flowtable" as const]);

describe.each(cases.map((one) => [one.name, one] as const))("the scenario %s", (_name, one) => {
    const { line, plays } = partOf(one);

    it("plays what there is, with profiles whose rows the lab can carry over as they are", () => {
        const known = scenarios.map(({ name }) => name);
        for (const { profile, scenarios: played } of plays) {
            expect(known).toEqual(expect.arrayContaining(played.map(({ name }) => name)));
            const { standIns = [] } = profile.state ? translateOn(profile.state, "bridge", kernel) : {};
            // What the article's queues are of, no Linux has.
            expect(standIns.filter(({ router }) => !router.startsWith("pcq"))).toEqual([]);
        }
        expect(plays.map(({ profile }) => profile.name)).toEqual(expect.arrayContaining(["scavenger", ...one.beside]));
    });

    it("leaves the line what its kind takes for itself", () => {
        const [wide] = profilesFor(line.uplink).filter(({ judged }) => judged);
        const [own] = plays.filter(({ profile }) => profile.judged);
        const share = { ethernet: 1, docsis: 1, pppoe: 0.98, dsl: 0.86, lte: 0.3 }[line.kind];
        expect(own!.profile.maxLimit).toBeCloseTo(wide!.maxLimit * share, -4);
    });
});

it("judges lines of the rate that the bounds are promised at, and shows the others", () => {
    const judged = cases.filter((one) => partOf(one).judge).map(({ name }) => name);
    expect(cases.map(({ name }) => name).filter((name) => !judged.includes(name))).toEqual(["2M", "100M", "1G"]);
});

it("promises another upload what S3's guarantee leaves: 94 % with 1 %, and as much payload less as S3 has more", () => {
    const left = (site: Record<string, unknown>): number => {
        const [{ state, maxLimit }] = profilesFor(20e6, site).filter(({ judged }) => judged) as [Profile];
        return otherLeft({ translation: translateOn(state!, "bridge", kernel), maxLimit });
    };
    expect(left({})).toBe(94);
    // 100 connections are guaranteed 5 %, the most there is.
    expect(left({ uploadConnections: 100 })).toBeCloseTo(94 - (4 * 1448) / 1514, 6);
    expect(otherLeft({ maxLimit: 20e6 })).toBe(94);
    // Where somebody gave S3 all of the line, no less is promised than a site of ours leaves.
    const translation = { classes: [{ packetMarks: ["s3"], limitAt: 19e6 }] } as ReturnType<typeof translateOn>;
    expect(otherLeft({ translation, maxLimit: 20e6 })).toBeCloseTo(94 - (4 * 1448) / 1514, 6);
});

it("prints a row for each case, with medians, what they were between, and what is missed, then everything at once", () => {
    const result = (
        profile: string,
        scenario: string,
        key: string,
        values: number[],
        more: Partial<Result> = {},
    ): Result => ({
        ...{ profile, scenario, key, values, family: "ipv4", uplink: 20e6, title: key, unit: "%", value: values[0]! },
        ...more,
    });
    const bound = { kind: "at least" as const, value: 95 };
    const nothing = { charts: [], delays: [], references: {}, standIns: [], notes: [] };
    const outcomes = [
        {
            ...nothing,
            line: cases[0]!.line,
            results: [
                result("scavenger", "alone", "share", [95.5, 95.25, 95.75], { bound, met: true }),
                result("none", "rpm", "rpm", [515], { unit: "" }),
                result("none", "rrul", "up", [12], { unit: "Mbit/s" }),
            ],
        },
        {
            ...nothing,
            line: cases[1]!.line,
            results: [result("scavenger", "alone", "share", [94], { bound, met: false })],
        },
    ];
    const [shares, others, loaded] = casesMarkdown({ outcomes } as unknown as LabReport).split("\n\n");
    expect(shares!.split("\n").slice(2)).toEqual([
        "| base | 95.5 % (95.3 % to 95.8 %) |  |  |  |  |  |",
        "| 2M | 94.0 % ! |  |  |  |  |  |",
    ]);
    expect(others!.split("\n")[2]).toBe("| base | 515 |  |  |  |  |");
    expect(loaded!.split("\n")[2]).toBe("| none | 515 | 12.0 Mbit/s |");
});

it("changes one thing at a time, each under a name of its own", () => {
    const [base] = cases;
    const differing = cases.map(({ line, family }) =>
        [
            line.uplink !== base!.line.uplink,
            line.distance !== base!.line.distance,
            line.kind !== base!.line.kind,
            family !== base!.family,
            line.uplink === base!.line.uplink && line.buffer !== base!.line.buffer,
        ].filter(Boolean),
    );
    expect(differing.map(({ length }) => length)).toEqual([0, ...cases.slice(1).map(() => 1)]);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

it("puts S3 into the lowest class of a CAKE where the profile is join, and keeps no queue of ours beside it", () => {
    const join = profilesFor(20e6).find(({ name }) => name === "join");
    const { tc, nft } = translateOn(join!.state!, "bridge", kernel);
    expect(tc).toMatch(/cake unlimited diffserv4/);
    expect(tc).not.toContain("fq_codel");
    expect(nft).toContain("ip dscp set 8");
});

it("plays 40 connections with the rows of a site that says it opens 40, and 10 with those of one that says nothing", () => {
    const forty = profilesFor(20e6, { uploadConnections: 40 }).find(({ judged }) => judged);
    const ten = profilesFor(20e6).find(({ judged }) => judged);
    expect(forty!.state).not.toEqual(ten!.state);
    for (const agenda of [healthAgenda(1800).flat(), wholeAgenda().slice(0, 1)])
        for (const [name, profile] of [
            ["health", ten],
            ["health-40", forty],
        ] as const) {
            const plays = agenda.flatMap((part) => part.plays);
            const playing = plays.filter(({ scenarios: played }) => played.some((one) => one.name === name));
            expect(playing.map((play) => play.profile)).toEqual([profile]);
        }
    const paces = healthAgenda(6 * 3600).map(([part]) => part!.plays[0]!.scenarios);
    expect(paces).toEqual([[{ name: "health", pace: 12 }], [{ name: "health-40", pace: 12 }]]);
});
