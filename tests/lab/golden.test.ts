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
    const golden = goldenOf(report([result, { ...result, key: "gives-way", unit: "s", value: Infinity }]));
    const now = (value: number, kernel?: string) =>
        differences(
            report(
                [
                    { ...result, value },
                    { ...result, key: "gives-way", unit: "s", value: Infinity },
                ],
                kernel,
            ),
            golden,
        );

    it("are held to the last digit where they were made with the same", () => {
        expect(now(18.2)).toEqual({ exact: true, lines: [] });
        expect(now(18.2001).lines).toEqual(["scavenger ipv4 alone rate: 18.2 is committed, 18.2001 now"]);
    });

    it("are held within a tolerance where they were not", () => {
        expect(now(18.9, "b")).toEqual({ exact: false, lines: [] });
        expect(now(16, "b").lines).toHaveLength(1);
    });

    it("name a figure that is not there any more, and one that is new", () => {
        const { lines } = differences(report([{ ...result, key: "share" }]), golden);
        expect(lines).toEqual([
            "scavenger ipv4 alone rate: 18.2 is committed, nothing now",
            "scavenger ipv4 alone gives-way: Infinity is committed, nothing now",
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
