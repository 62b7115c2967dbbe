import type { Translation } from "../translate";
import { CommandError } from "./commands";
import { type Topology, wanDevice } from "./topology";

/** Connection tracking is on before any rule of ours, as it is on a router with a firewall. */
const base = `flush ruleset
table inet firewall {
    chain forward {
        type filter hook forward priority filter; policy accept;
        ct state invalid counter
    }
}
`;

/** Puts marks and queues onto the lab's router in place of those it has; without a translation it has none. */
export async function configureRouter(topology: Topology, translation?: Translation): Promise<void> {
    await topology.exec("router", "nft", ["-f", "-"], base + (translation?.nft ?? ""));
    await topology.exec("router", "tc", ["qdisc", "del", "dev", wanDevice, "root"]).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error; // there was none
    });
    if (translation && translation.tc !== "")
        await topology.exec("router", "tc", ["-batch", "-"], `${translation.tc}\n`);
}
