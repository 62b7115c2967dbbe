import ipaddr from "ipaddr.js";

import type { DualAddress } from "./net/addresses";
import { type Family, firewallRows, isEnabled, type RouterState } from "./router-state";

/**
 * An address that the router's mark rules match, by family: the one number 33 of the first prefix that is wide enough
 * in the list the rules name as destination.
 */
export function s3Address(state: RouterState): DualAddress {
    return {
        ipv4: addressOf(state, "ipv4") ?? unlisted.ipv4,
        ipv6: addressOf(state, "ipv6") ?? unlisted.ipv6,
    };
}

/** Families in which the router has rules of ours. */
export function familiesOf(state: RouterState): Family[] {
    return (["ipv4", "ipv6"] as const).filter((family) => addressOf(state, family) !== undefined);
}

/** Stands for S3 where a family has no list. */
const unlisted: DualAddress = { ipv4: "198.51.100.33", ipv6: "2001:db8:53::33" };

function addressOf(state: RouterState, family: Family): string | undefined {
    const lists = firewallRows(state, family, "mangle")
        .filter(isEnabled)
        .flatMap((row) => row["dst-address-list"] ?? [])
        .filter((list) => !list.startsWith("!"));
    for (const row of firewallRows(state, family, "address-list").filter(isEnabled)) {
        if (!lists.includes(row["list"] ?? "")) continue;
        const [address = "", length] = (row["address"] ?? "").split("/");
        if (!ipaddr.isValid(address) || length === undefined) continue;
        const bytes = ipaddr.parse(address).toByteArray();
        if (bytes.length * 8 - Number(length) < 6) continue;
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 33;
        return ipaddr.fromByteArray(bytes).toString();
    }
    return undefined;
}
