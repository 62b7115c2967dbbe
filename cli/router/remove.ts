import { Command } from "commander";

import type { RouterFlags } from "./options";
import { settingsOf, withRouterOptions } from "./options";

interface RemoveFlags extends RouterFlags {
    owner: string;
    queueType: string[];
    dryRun?: boolean;
}

/** `routeros-s3 remove`: takes our rows off a router without Pulumi and without a state. */
export function removeCommand(): Command {
    const command = new Command("remove")
        .description(
            "Take the rows of a stack off a router by their markers, without Pulumi: when the state is lost. Rows that " +
                "stood before us are kept and lose their marker.",
        )
        .requiredOption("--owner <owner>", "<project>/<stack>, or <project>/<stack>/<resource>")
        .option(
            "--queue-type <name>",
            "a queue type that is ours by no more than its name; may be given again",
            collect,
            [],
        )
        .option("--dry-run", "only print what would be done");
    return withRouterOptions(command).action(async (flags: RemoveFlags) => {
        if (flags.owner.split("/").filter((part) => part !== "").length < 2) {
            throw new Error("--owner must be <project>/<stack>, or <project>/<stack>/<resource>");
        }
        const { sessionFor } = await import("../../providers/routeros/runtime/router/session.js");
        const { carryOut, planRemoval } = await import("../../providers/routeros/runtime/by-marker/removal.js");
        const session = sessionFor(await settingsOf(flags));
        const { client } = session;
        try {
            const owner = flags.owner.replace(/\/+$/, "");
            const steps = await planRemoval(client, owner, flags.queueType);
            const line = (step: (typeof steps)[number]): string => `${step.what} ${step.menu.path} ${step.row.label}`;
            if (steps.length === 0) {
                console.log(`${client.router} has no rows of ${owner}`);
                return;
            }
            if (flags.dryRun) {
                for (const step of steps) console.log(`would ${line(step)}`);
                return;
            }
            await carryOut(session, steps, (step) => console.log(line(step)));
            const left = await planRemoval(client, owner, flags.queueType);
            if (left.length > 0) throw new Error(`${left.length} rows of ${owner} are still there; run it again`);
            console.log(`${client.router} has no rows of ${owner} any more`);
        } finally {
            client.close();
        }
    });
}

function collect(value: string, all: string[]): string[] {
    return [...all, value];
}
