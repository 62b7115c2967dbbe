/** Whether what this machine resolves is in the router's list. Pure. */
import { containsCidr } from "cidr-tools";

import type { UploadSite } from "../../providers/routeros/runtime/path";
import { firewallPath } from "../../providers/routeros/runtime/path";
import { finding } from "../catalogue";
import type { Finding } from "../output";
import type { Readings } from "../readings";

/** A name, and the addresses it resolved to; none, and why. */
export interface Resolved {
    name: string;
    addresses: string[];
    problem?: string;
}

/** Names that uploads of a site go to. */
export function endpointNames(region: string, bucket?: string): string[] {
    const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    const host = bucket === undefined || bucket.includes(".") ? "" : `${bucket}.`;
    return [`${host}s3.${region}.${suffix}`, `${host}s3.dualstack.${region}.${suffix}`];
}

export function nameFindings(resolved: readonly Resolved[], { menus }: Readings, site: UploadSite): Finding[] {
    return resolved.flatMap(({ name, addresses, problem }): Finding[] => {
        if (problem !== undefined) return [finding("names/unresolved", `${name}: ${problem}`)];
        const outside = addresses.filter((address) => {
            const family = address.includes(":") ? "ipv6" : "ipv4";
            if (!site.families.includes(family)) return false;
            const rows = menus[firewallPath(family, "address-list")];
            const listed = (rows ?? []).filter((row) => row.list === site.list && !row.disabled);
            // That the whole list is gone is told by our rows.
            return listed.length > 0 && !listed.some((row) => holds(row.address, address));
        });
        return outside.length === 0
            ? []
            : [
                  finding(
                      "names/outside-list",
                      `${name} is ${outside.slice(0, 3).join(", ")}, which ${site.list} does not hold`,
                  ),
              ];
    });
}

/** Entries of the router's own in our list: what goes there is marked as an upload. */
export function listFindings({ menus }: Readings, site: UploadSite): Finding[] {
    return site.families.flatMap((family): Finding[] => {
        const rows = menus[firewallPath(family, "address-list")] ?? [];
        const made = rows.filter(({ dynamic, disabled }) => dynamic && !disabled);
        if (made.length === 0) return [];
        const some = made
            .slice(0, 3)
            .map(({ address, timeout }) => (timeout === "" ? address : `${address} for ${timeout}`));
        const more = made.length > 3 ? ` and ${made.length - 3} more` : "";
        return [finding("list/dynamic", `${site.list} has ${some.join(", ")}${more} as dynamic entries (${family})`)];
    });
}

/** A DNS name or a range in the list holds nothing that is told here. */
function holds(entry: string, address: string): boolean {
    if (!/^[\da-f.:]+(\/\d+)?$/i.test(entry) || entry.includes(":") !== address.includes(":")) return false;
    return containsCidr(entry, address);
}
