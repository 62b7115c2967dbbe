import { compareVersions } from "../assumed";
import { Device, type DeviceOptions } from "../device/device";
import { refuse } from "../errors";
import { addressListMenu } from "./address-lists";
import { connections, connections6 } from "./connections";
import { defineMenu, type Menu, type MenuRules, nearestVersion } from "./definition";
import { firewallMenu } from "./firewall";
import {
    bridgePorts,
    bridgeVlans,
    interfaceKinds,
    interfaceListMembers,
    interfaceLists,
    interfaces,
    wireguardPeers,
} from "./interfaces";
import { queueSimple, queueTree, queueTypes } from "./queues";
import { addressMenu, dhcpClientMenu, routeMenu, routingRules, routingTables, vrfs } from "./routes";
import { services, webServer } from "./services";
import * as system from "./system";
import { activeUsers, groups, users } from "./users";

/** Rows as they are written, told apart by name. */
function plain(path: string, mandatory: string[]): MenuRules {
    return { path, named: true, mandatory };
}

const all: readonly MenuRules[] = [
    interfaces,
    ...interfaceKinds,
    interfaceLists,
    interfaceListMembers,
    bridgePorts,
    bridgeVlans,
    wireguardPeers,
    plain("/ip/pool", ["name", "ranges"]),
    vrfs,
    routingTables,
    routingRules,
    dhcpClientMenu(4),
    dhcpClientMenu(6),
    addressMenu(4),
    addressMenu(6),
    routeMenu(4),
    routeMenu(6),
    system.ipSettings,
    system.ipv6Settings,
    services,
    webServer,
    addressListMenu(4),
    addressListMenu(6),
    plain("/ip/firewall/layer7-protocol", ["name"]),
    firewallMenu(4, "raw"),
    firewallMenu(6, "raw"),
    firewallMenu(4, "filter"),
    firewallMenu(6, "filter"),
    firewallMenu(4, "mangle"),
    firewallMenu(6, "mangle"),
    firewallMenu(4, "nat"),
    firewallMenu(6, "nat"),
    connections,
    connections6,
    queueTypes,
    queueTree,
    queueSimple,
    system.identity,
    system.resource,
    system.routerboard,
    system.license,
    system.health,
    system.log,
    system.clock,
    system.scheduler,
    system.script,
    users,
    groups,
    activeUsers,
];

const byVersion = new Map<string, ReadonlyMap<string, Menu>>();

/** All menus of a RouterOS version by path, in the order an export names them; those of the nearest version that is known. */
export function menusOf(version: string): ReadonlyMap<string, Menu> {
    let menus = byVersion.get(version);
    if (!menus) {
        const dumped = nearestVersion(version);
        const known = all.filter(({ since }) => since === undefined || compareVersions(dumped, since) >= 0);
        menus = new Map(known.map((rules) => [rules.path, defineMenu(rules, dumped)]));
        byVersion.set(version, menus);
    }
    return menus;
}

/** The menu as this device's version has it. Throws RouterOS's refusal for one that is unknown. */
export function menuOf(device: Device, path: string): Menu {
    const menu = menusOf(device.version).get(path);
    if (!menu) throw refuse.unknownMenu(path.split("/").at(-1)!);
    return menu;
}

/** An empty router of that version. */
export function newDevice(options: Omit<DeviceOptions, "shapes">): Device {
    return new Device({ ...options, shapes: menusOf(options.version) });
}
