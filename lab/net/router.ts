import type { Translation } from "../translate";
import { tcInPlace } from "../translate/in-place";
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

/** The same while traffic runs: rules in one transaction, classes that stay keep their packets. */
export async function changeRouter(topology: Topology, before: Translation, after: Translation): Promise<void> {
    const lines = tcInPlace(before.tc, after.tc);
    if (before.nft !== after.nft) await topology.exec("router", "nft", ["-f", "-"], base + after.nft);
    if (lines.length > 0) await topology.exec("router", "tc", ["-batch", "-"], `${lines.join("\n")}\n`);
}
