/** Whether uploads leave by the interface that is shaped, and pass the processor on the way. Pure. */
import type { RowOf, UploadSite } from "../../providers/routeros/runtime/path";
import { ipPath } from "../../providers/routeros/runtime/path";
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

function routeFindings(menus: Readings["menus"], site: UploadSite): Finding[] {
    return site.families.flatMap((family): Finding[] => {
        const routes = menus[`${ipPath(family)}/route`];
        if (!routes) return [];
        const active = routes.filter(({ active, disabled }) => active && !disabled);
        const leaves = active.flatMap((row) => gatewayInterface(row) ?? []);
        if (leaves.length === 0) {
            // A house without IPv6 has nothing that could leave.
            return family === "ipv6" && active.length === 0
                ? []
                : [finding("wan/route-unknown", `${family} has no default route whose interface is told`)];
        }
        const others = [...new Set(leaves)].filter((name) => !site.lines.includes(name));
        if (others.length === 0) return [];
        const some = leaves.some((name) => site.lines.includes(name));
        const seen = `${family}'s default route leaves by ${others.join(", ")}, and ${site.lines.join(", ")} is shaped`;
        return [finding("wan/no-route", seen, some ? { effect: "undecided", certain: false } : {})];
    });
}

/** `immediate-gw` is `192.0.2.1%ether1` or an interface; an older or static route may say it in `gateway` alone. */
function gatewayInterface({ "immediate-gw": immediate, gateway }: RowOf<"/ip/route">): string | undefined {
    const text = (immediate.length > 0 ? immediate : gateway).join(",");
    const named = /%(.+)$/.exec(text)?.[1];
    if (named !== undefined) return named;
    return text === "" || /^[\d.]+$|:/.test(text) ? undefined : text;
}

function hardwareFindings(menus: Readings["menus"], site: UploadSite): Finding[] {
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
