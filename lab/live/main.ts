/** What is proven on a live line, by a command of its own that prints figures. */
import { Command } from "commander";

import { within } from "../../cli/line/upload";
import { bitsPerSecond } from "../translate/rates";
import { type ChangesOptions, proveChanges } from "./changes";
import { liveInside } from "./inside";
import { Interrupted } from "./interrupted";
import { proveMeasure } from "./measure";

interface MeasureOptions {
    rates: string;
    virtual?: true;
    seeds: number;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const end = async (proof: Promise<boolean>): Promise<void> => {
    process.exitCode = (await proof) ? 0 : 1;
};

const program = new Command("npm run lab:live --").description(
    "Proves commands on a line of real packets behind the embedded router (Linux, as root). Ends with 1 where a bound is " +
        "missed, with 2 if it could not measure.",
);
program
    .command("measure")
    .description("`routeros-s3 measure` on lines whose rate is known: within 5 % of it")
    .option("--rates <list>", "upload rates of the line", "2M,20M,100M")
    .option("--virtual", "in a machine of its own in virtual time, without root: the command, S3 and the packets")
    .option("--seeds <count>", "with --virtual, once with each of so many seeds", within("seeds", 1, 100), 1)
    .action(({ rates, virtual, seeds }: MeasureOptions) =>
        end(
            virtual
                ? inTurn(seeds, (seed) => liveInside(["measure", "--rates", rates], print, seed))
                : proveMeasure(rates.split(",").map(bitsPerSecond), print),
        ),
    );
program
    .command("changes")
    .description(
        "`pulumi up` changes everything in turn while an upload, a game and a call run: nobody else loses a packet",
    )
    .option("--only <words...>", "only changes whose title has one of these in it, such as uplink, profile, destroy")
    .option("--killed", "the provider is killed after each of its writes, and the command given again")
    .option(
        "--virtual",
        "in a machine of its own in virtual time, without root: the engine, the router and the packets",
    )
    .action(({ virtual, ...options }: ChangesOptions & { virtual?: true }) =>
        end(virtual ? liveInside(wordsOf(options), print) : proveChanges(print, options)),
    );

/** The proof with the seeds 1, 2 and on; whether all kept the bounds. */
async function inTurn(seeds: number, proof: (seed: number) => Promise<boolean>): Promise<boolean> {
    let good = true;
    for (let seed = 1; seed <= seeds; seed++) good = (await proof(seed)) && good;
    return good;
}

function wordsOf({ killed, only = [] }: ChangesOptions): string[] {
    return ["changes", ...(killed ? ["--killed"] : []), ...(only.length > 0 ? ["--only", ...only] : [])];
}

program.parseAsync().catch((error: unknown) => {
    const interrupted = error instanceof Interrupted;
    process.stderr.write(
        `${interrupted ? "Stopped; nothing is left." : error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(interrupted ? 130 : 2);
});
