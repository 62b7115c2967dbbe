import { setTimeout as sleep } from "node:timers/promises";

import { Command } from "commander";

import { colours } from "../colours";
import type { RouterFlags } from "../router/options";
import { settingsOf, withRouterOptions } from "../router/options";
import { siteOf } from "./site";
import { exitCodes, untold } from "./verdict";

interface DoctorFlags extends RouterFlags {
    json?: boolean;
}

const help = `
Ends with 0 where uploads are shaped, 1 where they are not, 2 where that could not be told. Nothing is written to the
router, and nothing is asked that blocks it. Run it while an upload goes on, and it tells what it saw of it.

  npx routeros-s3 doctor
  npx routeros-s3 doctor --stack office --json

docs/doctor.md says what each finding means, docs/line-json.md what --json prints.`;

/** `routeros-s3 doctor`: whether uploads of a site are shaped, and why not. */
export function doctorCommand(): Command {
    const command = new Command("doctor")
        .description("Say whether uploads of this site are shaped, and if not, why and what to do.")
        .option("--json", "print JSON and nothing else");
    return withRouterOptions(command)
        .addHelpText("after", help)
        .action((flags: DoctorFlags) => run(flags).catch(untold("doctor")));
}

async function run(flags: DoctorFlags): Promise<void> {
    const say = progressOn(process.stderr);
    say("the stack");
    const { diagnose, pauseBetween } = await import("../../line/doctor.js");
    const { diagnosisText } = await import("../../line/views/diagnosis.js");
    const settings = await settingsOf(flags);
    const { site, more } = await siteOf(flags, settings);
    try {
        const diagnosis = await diagnose({ settings, site, more, say, pause: () => sleep(pauseBetween) });
        say(undefined);
        process.exitCode = exitCodes[diagnosis.verdict];
        process.stdout.write(
            flags.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : diagnosisText(diagnosis, colours),
        );
    } finally {
        (await import("../../providers/routeros/runtime/lifecycles.js")).forget();
    }
}

/** What is asked at the moment, on one line of a terminal that comes and goes; elsewhere nothing. */
function progressOn(stream: NodeJS.WriteStream): (what: string | undefined) => void {
    if (!stream.isTTY) return () => undefined;
    return (what) => stream.write(`\r\u001b[K${what === undefined ? "" : `doctor: looks at ${what}`}`);
}
