import type { Translation } from "../translate";
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

/** Puts marks and queues onto the lab's router in place of those it has, from nothing; without a translation it has none. */
export async function configureRouter(topology: Topology, translation?: Translation): Promise<void> {
    await topology.exec("router", "nft", ["-f", "-"], base + (translation?.nft ?? ""));
    const device = ["dev", wanDevice, "root"];
    if ((await topology.exec("router", "tc", ["qdisc", "show", ...device])).includes("htb"))
        await topology.exec("router", "tc", ["qdisc", "del", ...device]);
    if (translation && translation.tc !== "")
        await topology.exec("router", "tc", ["-batch", "-"], `${translation.tc}\n`);
}
