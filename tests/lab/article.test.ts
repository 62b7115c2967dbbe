import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { chartOf, factsOf } from "../../lab/article/page";
import { playArticle, type StepOutcome } from "../../lab/article/play";
import { needsFlowtable, steps } from "../../lab/article/steps";
import { examine } from "../../lab/net/requirements";
import { translateOn } from "../../lab/play";
import { optionalDisciplines } from "../../lab/translate/leaf-queues";
import { build, describeWithPackets, root } from "./support";

const outcome: StepOutcome = {
    key: "fasttrack",
    seconds: 27.06,
    chart: { stride: 500, rates: [0, 20e6, 20e6, 0], began: 500, ended: 1500 },
    game: { median: 128.7, p99: 129.2 },
    call: { p99: 109.2 },
    counters: {
        sent: 47573,
        marked: 79,
        leaves: [
            { name: "upload_pri_2", packets: 47535 },
            { name: "s3_low_pri_8", packets: 44 },
        ],
    },
    tcpdump: "IP 192.168.88.10.47108 > 52.92.52.33.443: Flags [S]",
};

describe("the article's story", () => {
    const kernel = new Set([...optionalDisciplines, "flowtable" as const]);
    const nftOf = (key: string): string =>
        translateOn(steps().find((step) => step.key === key)!.state!, "bridge", kernel).nft;

    it("has FastTrack past the marks where the article had it on, and past none where it was off", () => {
        expect(nftOf("fasttrack")).toMatch(/ct state \{ established, related \} counter flow add @fasttrack/);
        expect(nftOf("seed-2018")).not.toContain("flow add");
    });

    it("knows the steps that a kernel without flowtables cannot show", () => {
        expect(
            steps()
                .filter(needsFlowtable)
                .map(({ key }) => key),
        ).toEqual(["fasttrack", "scavenger"]);
    });

    it("lets our own uploads through before FastTrack takes the rest", () => {
        const lines = nftOf("scavenger").split("\n");
        const bypass = lines.findIndex((line) => /ct state .*accept/.test(line) && line.includes("ct mark"));
        const taken = lines.findIndex((line) => line.includes("flow add"));
        expect([bypass >= 0, taken > bypass]).toEqual([true, true]);
    });

    it("says why it did not work by what the counters counted", () => {
        expect(factsOf(outcome)).toBe(
            "The upload took 27.1 s; a game's packet took 128.7 ms, one in a hundred over 129.2 ms; one in a hundred of a " +
                "call's outward over 109.2 ms; 79 of 47573 packets got the mark; queue upload_pri_2 sent 47535; queue " +
                "s3_low_pri_8 sent 44.",
        );
    });

    it("is one page and one picture, made from an earlier run's numbers too", () => {
        build();
        const folder = mkdtempSync(path.join(os.tmpdir(), "rs3-article-"));
        const [json, page, picture] = ["a.json", "a.html", "a.svg"].map((name) => path.join(folder, name));
        try {
            writeFileSync(json!, JSON.stringify({ ground: "virtual", bytes: 64e6, outcomes: [outcome] }));
            const command = path.join(root, "bin/lab/article/main.js");
            const words = [command, "--from", json!, "--out", page!, "--picture", picture!];
            const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
            expect([status, stdout.split("\n")[0]]).toEqual([
                0,
                "It's NOT working! The article's queues, FastTrack on",
            ]);
            const text = readFileSync(page!, "utf8");
            for (const part of ["NOT working!", "past the marks", "79 of 47573", "52.92.52.33.443: Flags [S]"])
                expect(text).toContain(part);
            expect(text).not.toMatch(/(src|href)="http/);
            expect(readFileSync(picture!, "utf8")).toMatch(/^<svg .*prefers-color-scheme: dark/s);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("draws where the upload began and ended", () => {
        expect(chartOf(outcome).events.map(({ at }) => at)).toEqual([500, 1500]);
    });
});

describeWithPackets("the article's play", () => {
    it("ends where its S3 ends, with what that said last, and leaves nothing running", async () => {
        build();
        const programs = mkdtempSync(path.join(os.tmpdir(), "rs3-article-"));
        const program = (name: string, text: string): void =>
            writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        // Both have the step's own folder as their home.
        program("aws", '[ "$4" != cp ] && exit; touch "$HOME/asked"; while :; do sleep 1; done');
        program(
            "moto_server",
            'echo Running on; until [ -e "$HOME/asked" ]; do sleep 0.1; done; echo no memory left; exit 3',
        );
        try {
            const { disciplines } = await examine();
            const task = { steps: steps().slice(0, 1), bytes: 1000, programs };
            await expect(playArticle(task, disciplines, () => undefined)).rejects.toThrow(
                "The embedded S3 ended (3): no memory left",
            );
            expect(spawnSync("pgrep", ["-f", programs], { encoding: "utf8" }).stdout).toBe("");
        } finally {
            rmSync(programs, { recursive: true, force: true });
        }
    });
});
