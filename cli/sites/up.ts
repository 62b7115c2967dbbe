/** `sites up`: the previews of all, one question, and exactly what was shown. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { preview, update } from "./operate";
import { changeCount, isFailure } from "./result";
import type { StagedFlags } from "./run";
import { agreed, prepareWrites, refuseWithout, runAt, say, stagesOf, tell } from "./run";
import { resultTable, summaryLine } from "./view";

export async function up(flags: StagedFlags & { yes?: boolean }): Promise<void> {
    const prepared = await prepareWrites(flags);
    // A plan holds secrets: nobody else can read this folder.
    const folder = await mkdtemp(path.join(tmpdir(), "routeros-s3-plans-"));
    try {
        const plan = (site: string) => path.join(folder, `${site}.json`);
        const planned = await runAt(prepared, (site, operation) => preview(site, operation, plan(site)));
        say(flags, `${resultTable(planned)}\n\n${summaryLine(planned)}`);
        const failed = planned.filter(isFailure);
        const changing = planned.filter((one) => !isFailure(one) && changeCount(one) > 0).map(({ site }) => site);
        const end = (results = planned) => tell("up", flags, prepared, results, { withTable: false });
        if (prepared.signal.aborted || changing.length === 0) return await end();
        if (failed.length > 0 && !flags.keepGoing) {
            say(flags, "nothing is changed; --keep-going leaves out the sites that failed");
            return await end(planned.map((one) => (isFailure(one) ? one : { ...one, outcome: "left" as const })));
        }
        refuseWithout(flags.canary, failed);
        if (!flags.yes && !(await agreed(changing.length))) throw new Error("nothing is changed");
        const carried = await runAt(
            { ...prepared, sites: prepared.sites.filter(({ name }) => changing.includes(name)) },
            (site, operation) => update(site, operation, plan(site)),
            stagesOf(flags),
        );
        const done = new Map(carried.map((result) => [result.site, result]));
        await tell(
            "up",
            flags,
            prepared,
            planned.map((one) => done.get(one.site) ?? one),
        );
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
