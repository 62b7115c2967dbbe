import "../providers/node-version";

import { readFileSync } from "node:fs";
import path from "node:path";

import { Command } from "commander";

import { auditCommand } from "./audit";
import { costCommand } from "./cost";
import { doctorCommand } from "./doctor";
import { fingerprintCommand } from "./fingerprint";
import { measureCommand } from "./measure";
import { rangesCommand } from "./ranges";
import { releaseCommand } from "./release";
import { removeCommand } from "./remove";
import { restoreCommand } from "./restore";
import { routerCommand } from "./router";
import { scheduleCommand } from "./schedule";
import { sitesCommand } from "./sites";
import { traceCommand } from "./trace";
import { verifyCommand } from "./verify";
import { watchCommand } from "./watch";

// In the repository and in the package alike, compiled to bin/cli.
const { version } = JSON.parse(readFileSync(path.join(__dirname, "../../package.json"), "utf8")) as { version: string };

const program = new Command("routeros-s3")
    .version(version)
    // A command's own --version (that of a router) is the command's.
    .enablePositionalOptions()
    .description(
        "The commands beside `pulumi`: pin and trace a router, take our rows off it, AWS's ranges, costs, bringing the archive back, the embedded router.",
    )
    .showHelpAfterError("(run with --help for the options)");

program.addCommand(doctorCommand());
program.addCommand(measureCommand());
program.addCommand(verifyCommand());
program.addCommand(watchCommand());
program.addCommand(routerCommand());
program.addCommand(fingerprintCommand());
program.addCommand(traceCommand());
program.addCommand(removeCommand());
program.addCommand(releaseCommand());
program.addCommand(rangesCommand());
program.addCommand(costCommand());
program.addCommand(sitesCommand());
program.addCommand(restoreCommand());
program.addCommand(auditCommand());
program.addCommand(scheduleCommand());

program.parseAsync().catch((error: unknown) => {
    process.stderr.write(`routeros-s3: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
