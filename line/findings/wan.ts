/** Whether uploads leave by the interface that is shaped, and pass the processor on the way. Pure. */
import type { Menus, RowOf, UploadSite } from "../../providers/routeros/runtime/path";
import { defaultInterfaces, defaultRoute, ipPath } from "../../providers/routeros/runtime/path";
import { finding } from "../catalogue";
import type { Finding } from "../output";
import type { Readings } from "../readings";

export function wanFindings({ menus }: Readings, site: UploadSite): Finding[] {
    const interfaces = menus["/interface"];
    if (!interfaces) return [];
    const lines = site.lines.flatMap((line): Finding[] => {
        const row = interfaces.find(({ name }) => name === line);
        if (!row) {
            const names = interfaces.map(({ name }) => name).slice(0, 12);
            return [finding("wan/unknown", `there is no interface "${line}"; there are ${names.join(", ")}`)];
        }
        if (row.disabled) return [finding("wan/down", `${line} is disabled`)];
        return row.running ? [] : [finding("wan/down", `${line} is not running`)];
    });
    // What leaves by an interface that is not there needs no second finding.
    if (lines.some(({ code }) => code === "wan/unknown")) return lines;
    return [...lines, ...routeFindings(menus, site), ...hardwareFindings(menus, site)];
}

function routeFindings(menus: Menus, site: UploadSite): Finding[] {
    return site.families.flatMap((family): Finding[] => {
        const routes = menus[`${ipPath(family)}/route`];
        if (!routes) return [];
        const inUse = (row: RowOf<"/ip/route">): boolean =>
            row.active && !row.disabled && row["dst-address"] === defaultRoute[family];
        const leaves = defaultInterfaces(menus, inUse);
        if (leaves.length === 0) {
            // A house without IPv6 has nothing that could leave.
            return family === "ipv6" && !routes.some(inUse)
                ? []
                : [finding("wan/route-unknown", `${family} has no default route whose interface is told`)];
        }
        const others = leaves.filter((name) => !site.lines.includes(name));
        if (others.length === 0) return [];
        const code = others.length < leaves.length ? "wan/other-line" : "wan/no-route";
        const seen = `${family}'s default route leaves by ${others.join(", ")}, and ${site.lines.join(", ")} is shaped`;
        return [finding(code, seen)];
    });
}

function hardwareFindings(menus: Menus, site: UploadSite): Finding[] {
    const chips = (menus["/interface/ethernet/switch"] ?? []).filter((row) => row["l3-hw-offloading"]);
    const found = chips.map(({ name }) => finding("hardware/l3-offloading", `switch ${name} has l3-hw-offloading=yes`));
    const bridgeFirewall = menus["/interface/bridge/settings"]?.[0]?.["use-ip-firewall"];
    const ports = (menus["/interface/bridge/port"] ?? []).filter(
        (row) => site.lines.includes(row.interface) && !row.disabled,
    );
    if (!bridgeFirewall) {
        found.push(
            ...ports.map((row) =>
                finding("hardware/bridged", `${row.interface} is a port of ${row.bridge || "a bridge"}`),
            ),
        );
    }
    return found;
}
