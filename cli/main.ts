import { Command } from "commander";

import { costCommand } from "./cost";
import { rangesCommand } from "./ranges";
import { releaseCommand } from "./release";
import { removeCommand } from "./remove";
import { routerCommand } from "./router";
import { traceCommand } from "./trace";

const program = new Command("routeros-s3")
    .description(
        "The commands beside `pulumi`: the embedded router, taking our rows off a router, AWS's ranges, costs.",
    )
    .showHelpAfterError("(run with --help for the options)");

program.addCommand(routerCommand());
program.addCommand(traceCommand());
program.addCommand(removeCommand());
program.addCommand(releaseCommand());
program.addCommand(rangesCommand());
program.addCommand(costCommand());

program.parseAsync().catch((error: unknown) => {
    process.stderr.write(`routeros-s3: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
