import { compareVersions } from "../assumed";
import { addressListMenu } from "./address-lists";
import { connections, connections6 } from "./connections";
import { defineMenu, type Menu, type MenuRules } from "./definition";
import { firewallMenu } from "./firewall";
import { interfaceKinds, interfaceListMembers, interfaceLists, interfaces } from "./interfaces";
import { queueSimple, queueTree, queueTypes } from "./queues";
import * as system from "./system";
import { activeUsers, groups, users } from "./users";

const all: readonly MenuRules[] = [
    interfaces,
    ...interfaceKinds,
    interfaceLists,
    interfaceListMembers,
    system.addressMenu(4),
    system.addressMenu(6),
    system.routeMenu(4),
    system.routeMenu(6),
    system.ipSettings,
    system.ipv6Settings,
    system.services,
    system.webServer,
    addressListMenu(4),
    addressListMenu(6),
    firewallMenu(4, "filter"),
    firewallMenu(6, "filter"),
    firewallMenu(4, "mangle"),
    firewallMenu(6, "mangle"),
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

/** All menus of a RouterOS version by path, in the order an export names them. */
export function menusOf(version: string): Map<string, Menu> {
    const known = all.filter(({ since }) => since === undefined || compareVersions(version, since) >= 0);
    return new Map(known.map((rules) => [rules.path, defineMenu(rules, version)]));
}
