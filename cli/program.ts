import { Command } from "commander";

import { auditCommand } from "./audit";
import { costCommand } from "./cost";
import { routerCommand } from "./embedded/router";
import { traceCommand } from "./embedded/trace";
import { doctorCommand } from "./line/doctor";
import { measureCommand } from "./line/measure";
import { verifyCommand } from "./line/verify";
import { watchCommand } from "./line/watch";
import { rangesCommand } from "./ranges";
import { restoreCommand } from "./restore";
import { fingerprintCommand } from "./router/fingerprint";
import { releaseCommand } from "./router/release";
import { removeCommand } from "./router/remove";
import { scheduleCommand } from "./schedule";
import { sitesCommand } from "./sites";

/** Every command, and one way for all of them to say what is wrong with what was typed. */
export function program(version: string): Command {
    const root = new Command("routeros-s3")
        .version(version)
        // A command's own --version (that of a router) is the command's.
        .enablePositionalOptions()
        .description(
            "The commands beside `pulumi`: pin and trace a router, take our rows off it, AWS's ranges, costs, bringing the archive back, the embedded router.",
        )
        .addCommand(doctorCommand())
        .addCommand(measureCommand())
        .addCommand(verifyCommand())
        .addCommand(watchCommand())
        .addCommand(routerCommand())
        .addCommand(fingerprintCommand())
        .addCommand(traceCommand())
        .addCommand(removeCommand())
        .addCommand(releaseCommand())
        .addCommand(rangesCommand())
        .addCommand(costCommand())
        .addCommand(sitesCommand())
        .addCommand(restoreCommand())
        .addCommand(auditCommand())
        .addCommand(scheduleCommand());
    sayInOneLine(root, "routeros-s3");
    return root;
}

/** What commander says in several lines, as one, with where to look. */
function sayInOneLine(command: Command, name: string): void {
    command.configureOutput({
        outputError: (text, write) => {
            const line = text
                .replace(/^error: /, "")
                .trim()
                .replace(/\s*\n\s*/g, " ")
                .replace(/\.$/, "");
            write(`${name}: ${line}; \`npx ${name} --help\` has the options\n`);
        },
    });
    for (const one of command.commands) sayInOneLine(one, `${name} ${one.name()}`);
}
