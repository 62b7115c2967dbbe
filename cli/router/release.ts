import { Command } from "commander";

import type { RouterFlags } from "./options";
import { settingsOf, withRouterOptions } from "./options";

interface ReleaseFlags extends RouterFlags {
    list: string[];
    yes?: boolean;
}

/** `routeros-s3 release`: lets go of connections that were FastTracked before the bypass stood. */
export function releaseCommand(): Command {
    const command = new Command("release")
        .description(
            "Show the connections to our lists that are FastTracked already and so pass the queues until they end; with " +
                "--yes, remove them from connection tracking: an upload goes on with its next packet, marked.",
        )
        .option(
            "--list <name>",
            "an address list; may be given again (default: the lists our rules go by)",
            collect,
            [],
        )
        .option("--yes", "remove them; without it they are only shown");
    return withRouterOptions(command).action(async (flags: ReleaseFlags) => {
        const { Client } = await import("../../providers/routeros/runtime/router/client.js");
        const { fastTracked, release } =
            await import("../../providers/routeros/runtime/kinds/firewall-rules/release.js");
        const client = new Client(await settingsOf(flags));
        try {
            const all = await fastTracked(client, flags.list);
            for (const { source, destination } of all) console.log(`${source} -> ${destination}`);
            const count = `${all.length} ${all.length === 1 ? "connection" : "connections"}`;
            if (all.length === 0) console.log(`${client.router} has no FastTracked connections to these lists`);
            else if (!flags.yes) console.log(`${count}; add --yes to remove ${all.length === 1 ? "it" : "them"}`);
            else {
                const removed = await release(client, flags.list);
                console.log(`${removed} ${removed === 1 ? "connection" : "connections"} removed`);
            }
        } finally {
            client.close();
        }
    });
}

function collect(value: string, all: string[]): string[] {
    return [...all, value];
}
