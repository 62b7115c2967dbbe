import { Command } from "commander";

import { check } from "./check";
import { credentialsCommand } from "./credentials";
import { examine } from "./doctor";
import { initCommand } from "./init";
import { lastFile } from "./last";
import { listCommand } from "./list";
import { preview, refresh } from "./operate";
import type { SiteFlags } from "./prepare";
import { withSiteOptions } from "./prepare";
import { rotateCommand } from "./rotate";
import type { StagedFlags } from "./run";
import { overAll, staged, writeAtAll } from "./run";
import { up } from "./up";

/** `routeros-s3 sites`: one command over all the stacks of a project. */
export function sitesCommand(): Command {
    const command = new Command("sites").description(
        "All the sites of a project together: one Pulumi.<site>.yaml each. Destroying is done one site at a time, by pulumi itself.",
    );
    const child = (name: string, description: string) =>
        withSiteOptions(command.command(name).description(description));

    command.addCommand(initCommand());
    command.addCommand(listCommand());
    child(
        "preview",
        "Shows what would change at every site. Ends with 0, or 1 where a site could not be looked at.",
    ).action((flags: SiteFlags) => overAll("preview", flags, (site, operation) => preview(site, operation)));
    staged(child("up", "Shows what would change at every site, asks once, and carries out exactly that."))
        .option("--yes", "do not ask")
        .action(up);
    staged(child("refresh", "Records at every site what stands there.")).action((flags: StagedFlags) =>
        writeAtAll("refresh", flags, refresh),
    );
    child("doctor", "Runs `routeros-s3 doctor` at every site.").action((flags: SiteFlags) =>
        overAll("doctor", flags, examine),
    );
    child(
        "check",
        "For a schedule: looks at every site and names what is new or gone since the last check. Ends with 0 when every " +
            "site is as configured, 7 when one is not, 1 when one could not be looked at.",
    )
        .option("--last <file>", "where the last check is kept", lastFile)
        .option("--no-doctor", "leave the doctor out, and look at the configuration alone")
        .action(check);
    command.addCommand(credentialsCommand());
    command.addCommand(rotateCommand());
    return command;
}
