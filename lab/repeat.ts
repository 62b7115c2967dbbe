/** The quick lab twice, compared byte for byte, then with the figures that are committed. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Command } from "commander";

import { quickAgenda } from "./agenda";
import { differences, type Golden, goldenOf } from "./golden";
import { virtualGround } from "./ground/virtual";
import { defaultLan } from "./profiles";
import { type LabReport, textOf } from "./report";
import { Runs } from "./runs";

const committed = path.join("docs", "lab", "golden.json");
const program = new Command("npm run lab:repeat --")
    .description(
        "Plays the quick lab twice on the virtual ground and compares every byte, then with docs/lab/golden.json: " +
            "exactly where all of the fingerprint is what it was made with, else within a tolerance. " +
            "Ends with 1 where they are not the committed ones, with 3 where the two runs differ, with 2 if it could not measure.",
    )
    .option("--write", "compare nothing: write docs/lab/golden.json anew, from runs with other noise each");

/** The first of these runs is what two runs are compared with; all of them say how far a figure may be elsewhere. */
const noisySeeds = 4;

const list = (all: readonly string[]): string => all.map((line) => `  ${line}\n`).join("");

async function main(): Promise<number> {
    const { write } = program.parse().opts<{ write?: true }>();
    const ground = await virtualGround();
    const began = Date.now();
    const played = async (name: string, seeds = 1): Promise<LabReport> => {
        const say = (text: string): void => {
            process.stderr.write(`${Math.round((Date.now() - began) / 1000)} s, ${name}: ${text}\n`);
        };
        const runs = new Runs(ground, { seeds, jobs: 2, lan: defaultLan }, say);
        const outcomes = (await runs.play([quickAgenda(undefined, ground.distance)])).flat();
        const { name: groundName, environment } = ground;
        return { ground: groundName, command: "npm run lab -- --quick", runs: seeds, environment, outcomes };
    };
    if (write) {
        const golden = goldenOf(await played("for the committed figures", noisySeeds));
        writeFileSync(committed, `${JSON.stringify(golden, undefined, 4)}\n`);
        process.stdout.write(`Written: ${committed}\n`);
        return 0;
    }
    const [first, second] = await Promise.all([played("first run"), played("second run")]);
    const [text, again] = [textOf(first), textOf(second)];
    if (text !== again) {
        const { lines, digits } = differences(second, goldenOf(first));
        process.stdout.write(`The two runs differ:\n${list([...new Set([...digits, ...lines])])}`);
        return 3;
    }
    process.stdout.write(`Two runs are equal in all of ${text.length} bytes.\n`);
    const golden = JSON.parse(readFileSync(committed, "utf8")) as Golden;
    const { exact, lines, digits, loose } = differences(first, golden);
    const made = exact ? "" : " (made with something else)";
    const [what, named] = lines.length > 0 ? ["within the tolerance", lines] : ["to the last digit", digits];
    process.stdout.write(
        named.length > 0
            ? `Not the committed figures, ${what}${made}:\n${list(named)}`
            : `The figures are the committed ones, ${exact ? "to the last digit" : `within the tolerance${made}`}.\n`,
    );
    if (loose.length > 0)
        process.stdout.write(`Held to what is promised alone, for other noise moves them too far:\n${list(loose)}`);
    return named.length > 0 ? 1 : 0;
}

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(2);
    },
);
