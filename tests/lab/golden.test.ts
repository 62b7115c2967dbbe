import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { differences, goldenOf } from "../../lab/golden";
import { codeOf } from "../../lab/ground/virtual";
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
    const of = (key: string, unit: Result["unit"], values: number[], more: Partial<Result> = {}): Result => ({
        ...result,
        ...{ key, unit, values, value: values[0] ?? NaN, ...more },
    });
    const atMost = (value: number) => ({ bound: { kind: "at most", value } as const });
    const committed = [
        of("rate", "Mbit/s", [18.2, 18.1]),
        of("gives-way", "s", [Infinity, 2]),
        of("takes-back", "s", [1.5, 0.1], atMost(2)),
        of("ratio", "%", [100, 100], { scenario: "web", ...atMost(150) }),
        of("s3-share", "%", [4.9, 4.8], atMost(5)),
    ];
    const golden = goldenOf(report(committed));
    const now = (change: Record<string, number>, kernel?: string) => {
        const results = committed.map((one) => {
            const value = change[one.key] ?? one.value;
            return { ...one, value, values: [value], ...(one.bound && { met: value <= one.bound.value }) };
        });
        return differences(report(results, kernel), golden);
    };

    it("are the first run's, and each other digit is named where they were made with the same", () => {
        expect(now({})).toEqual({ exact: true, lines: [], digits: [], loose: [] });
        const other = ["scavenger ipv4 alone rate: 18.2 is committed, 18.2001 now"];
        expect(now({ rate: 18.2001 })).toMatchObject({ exact: true, lines: [], digits: other });
        expect(now({ rate: 18.2001 }, "b")).toMatchObject({ exact: false, lines: [], digits: [] });
        expect(now({ rate: 16 }).lines).toHaveLength(1);
    });

    it("are held within a tolerance where they were not", () => {
        expect(now({ rate: 18.9 }, "b")).toMatchObject({ exact: false, lines: [] });
        expect(now({ rate: 16 }, "b").lines).toEqual([
            "scavenger ipv4 alone rate: 18.2 is committed, from 16.28 to 20.02 is near it, 16 now",
        ]);
    });

    it("may be a round trip off where they count round trips", () => {
        expect(now({ ratio: 119.3951 }, "b").lines).toEqual([]);
        expect(now({ ratio: 141 }, "b").lines).toEqual([
            "scavenger ipv4 web ratio: 100 is committed, from 80 to 120 is near it, 141 now",
        ]);
    });

    it("are held to what is promised alone where other noise decides them, and say so", () => {
        const far = now({ "takes-back": 1.9, "gives-way": 40 }, "b");
        expect(far).toEqual({
            exact: false,
            lines: [],
            digits: [],
            loose: ["scavenger ipv4 alone gives-way", "scavenger ipv4 alone takes-back"],
        });
        expect(now({ "takes-back": 2.1 }, "b").lines).toEqual([
            "scavenger ipv4 alone takes-back: 1.5 is committed, at most 2.00 s is promised, 2.1 now",
        ]);
    });

    it("keep what is promised even where they are near", () => {
        expect(now({ "s3-share": 5.01 }, "b").lines).toEqual([
            "scavenger ipv4 alone s3-share: 4.9 is committed, at most 5.0 % is promised, 5.01 now",
        ]);
    });

    it("name a figure that is not there any more, and one that is new", () => {
        const { lines } = differences(report([of("rate", "Mbit/s", [18.2]), of("share", "%", [95])]), golden);
        expect(lines).toEqual([
            ...["gives-way: Infinity", "takes-back: 1.5"].map(
                (was) => `scavenger ipv4 alone ${was} is committed, nothing now`,
            ),
            "scavenger ipv4 web ratio: 100 is committed, nothing now",
            "scavenger ipv4 alone s3-share: 4.9 is committed, nothing now",
            "scavenger ipv4 alone share: nothing is committed, 95 now",
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

it("depends on each of our files that a program inside loads, by whatever way, and on no other", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "rs3-code-"));
    try {
        const files = {
            "main.js": 'const a = require("./a"); const b = require("./b.js"); require("node:fs"); require("valibot");',
            "a.js": 'require("./main"); require("./data.json");',
            "b.js": "",
            "data.json": "{}",
            "other.js": 'require("./main");',
        };
        for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
        expect(codeOf([path.join(folder, "main.js")]).map((file) => path.basename(file))).toEqual([
            "a.js",
            "b.js",
            "data.json",
            "main.js",
        ]);
    } finally {
        rmSync(folder, { recursive: true });
    }
});
