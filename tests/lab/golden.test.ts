import { differences, goldenOf } from "../../lab/golden";
import { merge } from "../../lab/merge";
import type { Result } from "../../lab/metrics";
import { lineOf } from "../../lab/net/line";
import type { LabReport } from "../../lab/report";

const result: Result = {
    profile: "scavenger",
    uplink: 20e6,
    family: "ipv4",
    scenario: "alone",
    key: "rate",
    title: "S3 alone",
    unit: "Mbit/s",
    values: [18.2],
    value: 18.2,
};
const report = (results: Result[], kernel = "a"): LabReport => ({
    ground: "virtual",
    command: "npm run lab -- --quick",
    runs: 1,
    environment: [
        ["kernel", "Linux"],
        ["fingerprint, kernel", kernel],
    ],
    outcomes: [{ line: lineOf(20e6), results, charts: [], delays: [], references: {}, standIns: [], notes: [] }],
});

describe("committed figures", () => {
    const never: Result = { ...result, key: "gives-way", unit: "s", value: Infinity, values: [Infinity, 2] };
    /** A ratio that luck decides: with other noise it was between 40 and 160. */
    const lucky: Result = {
        ...result,
        scenario: "download",
        key: "kept",
        unit: "%",
        value: 148,
        values: [148, 40, 160],
    };
    const golden = goldenOf(report([result, never, lucky]));
    const now = (change: { rate?: number; kept?: number; kernel?: string }) =>
        differences(
            report(
                [
                    { ...result, value: change.rate ?? 18.2 },
                    { ...never, value: change.kernel === undefined ? Infinity : 3 },
                    { ...lucky, value: change.kept ?? 148 },
                ],
                change.kernel,
            ),
            golden,
        );

    it("are held to the last digit where they were made with the same", () => {
        expect(now({})).toEqual({ exact: true, lines: [] });
        expect(now({ rate: 18.2001 }).lines).toEqual(["scavenger ipv4 alone rate: 18.2 is committed, 18.2001 now"]);
    });

    it("are held within a tolerance where they were not", () => {
        expect(now({ rate: 18.9, kernel: "b" })).toEqual({ exact: false, lines: [] });
        expect(now({ rate: 16, kernel: "b" }).lines).toEqual([
            "scavenger ipv4 alone rate: 18.2 is committed, from 16.38 to 20.02 is near it, 16 now",
        ]);
    });

    it("may be as far off on another machine as other noise made them, and as far again", () => {
        expect(now({ kept: 270, kernel: "b" }).lines).toEqual([]);
        expect(now({ kept: 2928, kernel: "b" }).lines).toHaveLength(1);
    });

    it("name a figure that is not there any more, and one that is new", () => {
        const { lines } = differences(report([{ ...result, key: "share" }]), golden);
        expect(lines).toEqual([
            "scavenger ipv4 alone rate: 18.2 is committed, nothing now",
            "scavenger ipv4 alone gives-way: Infinity is committed, nothing now",
            "scavenger ipv4 download kept: 148 is committed, nothing now",
            "scavenger ipv4 alone share: nothing is committed, 18.2 now",
        ]);
    });
});

it("judges the median of several runs, and only what is promised", () => {
    const bound = { kind: "at least" as const, value: 18 };
    const runs = [17, 19, 18.5].map(
        (value) => report([{ ...result, value, values: [value], bound, judged: true }]).outcomes,
    );
    expect(merge(runs)[0]?.results[0]).toMatchObject({ values: [17, 19, 18.5], value: 18.5, met: true });
    const shown = report([{ ...result, bound, judged: false }]).outcomes;
    expect(merge([shown])[0]?.results[0]).not.toHaveProperty("met");
});
