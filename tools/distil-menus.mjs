/**
 * Distils the facts about RouterOS menus that the embedded router stands on.
 *
 *     node tools/distil-menus.mjs <menus.json> <folder of dumps>
 *
 * `menus.json` holds, per RouterOS version and menu, what /console/inspect says: commands, arguments, completions. It
 * was made from the dumps of the public repository that its own `source` names; that source is copied into the result,
 * `router/data/menus.json`. Kept: names of commands and arguments per version, enumerations, and which
 * arguments take `!` or a list. Left out: descriptions for people, and completions that are names of objects.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [input, dumps] = process.argv.slice(2);
if (dumps === undefined) {
    console.error("usage: node tools/distil-menus.mjs <menus.json> <folder of dumps>");
    process.exit(2);
}
const dump = JSON.parse(readFileSync(input, "utf8"));
const versions = ["7.20.8", "7.22.3", "7.24"];
/** The version whose dump has completions. */
const described = "7.22.3";
/** Completions that name objects of a bare router, not values of a type. */
const objectNames = new Set(["ether1", "lo", "main", "skins/"]);
/** Values of `action` that only a later version's completions show (`spotChecks` of the source). */
const laterValues = { "/ip/firewall/mangle": { action: { 7.24: ["drop"] } } };

/** Menus that are distilled from the dumps themselves. */
const more = [
    ...["ethernet", "bridge", "bridge/port", "bridge/vlan", "vlan", "pppoe-client", "wireguard", "wireguard/peers"],
    ...["bonding", "l2tp-client", "pptp-client", "sstp-client", "ovpn-client", "lte", "veth", "vrrp", "macvlan"],
    ...["eoip", "gre", "ipip", "vxlan"],
].map((kind) => `/interface/${kind}`);
more.push(
    ...["address", "route", "dhcp-client", "firewall/nat", "firewall/raw"].flatMap((name) => [
        `/ip/${name}`,
        `/ipv6/${name}`,
    ]),
    ...["/ipv6/firewall/connection", "/ip/firewall/layer7-protocol", "/ip/vrf", "/ip/pool", "/ip/service/webserver"],
    ...["/routing/table", "/routing/rule", "/log", "/user", "/user/group", "/user/active"],
    ...["clock", "scheduler", "routerboard", "license", "health", "device-mode"].map((name) => `/system/${name}`),
);

const menus = {};
for (const menu of Object.keys(dump.versions[described].menus).sort()) {
    const byVersion = Object.fromEntries(versions.map((version) => [version, dump.versions[version].menus[menu]]));
    const names = (pick) =>
        perVersion(Object.fromEntries(versions.map((version) => [version, pick(byVersion[version])])));
    const entry = { commands: names((m) => m.commands ?? []) };
    for (const command of ["add", "set", "print"]) {
        if (versions.some((version) => byVersion[version].args?.[command])) {
            entry[command] = names((m) => Object.keys(m.args?.[command] ?? {}));
        }
    }
    for (const [key, command] of [
        ["get", "get"],
        ["unset", "unset"],
    ]) {
        if (byVersion[described].args?.[command]?.["value-name"]) {
            // Without completions in the dump, the described version's are taken.
            entry[key] = names((m) => {
                const values = m.args?.[command]?.["value-name"]?.values;
                return m.args?.[command] === undefined
                    ? []
                    : (values ?? byVersion[described].args[command]["value-name"].values);
            });
        }
    }
    const types = {};
    const args = { ...byVersion[described].args?.set, ...byVersion[described].args?.add };
    for (const version of versions) {
        for (const [name, arg] of Object.entries(byVersion[version].args?.set ?? {})) args[name] ??= arg;
    }
    for (const [name, arg] of Object.entries(args)) {
        const type = {};
        const values = (arg.values ?? []).filter((value) => !objectNames.has(value));
        if (values.length > 0) type.values = values;
        const later = laterValues[menu]?.[name];
        if (later) type.later = later;
        if (arg.syntax?.["!"]) type.negatable = true;
        if (arg.syntax?.[","]) type.list = true;
        if (arg.desc) type.says = arg.desc;
        if (Object.keys(type).length > 0) types[name] = type;
    }
    if (Object.keys(types).length > 0) entry.types = types;
    menus[menu] = entry;
}

/** Names in every version once under `all`, the others under their version. */
function perVersion(lists) {
    const all = lists[versions[0]].filter((name) => versions.every((version) => lists[version].includes(name)));
    const result = { all };
    for (const version of versions) {
        const only = lists[version].filter((name) => !all.includes(name));
        if (only.length > 0) result[version] = only;
    }
    return result;
}

const read = (...names) => JSON.parse(readFileSync(path.join(dumps, ...names), "utf8"));
const full = Object.fromEntries(versions.map((version) => [version, read(version, "extra", "inspect.json")]));
const deepTree = read(described, "deep-inspect.json");
const at = (tree, menu) =>
    menu
        .split("/")
        .slice(1)
        .reduce((node, name) => node?.[name], tree);
const named = (node, type) => Object.keys(node ?? {}).filter((name) => node[name]?._type === type);
for (const menu of more) {
    const nodes = Object.fromEntries(versions.map((version) => [version, at(full[version], menu)]));
    const names = (pick) =>
        perVersion(Object.fromEntries(versions.map((version) => [version, pick(nodes[version]).sort()])));
    const entry = { commands: names((node) => named(node, "cmd")) };
    for (const command of ["add", "set", "print"]) {
        if (versions.some((version) => nodes[version]?.[command])) {
            entry[command] = names((node) => named(node?.[command], "arg"));
        }
    }
    const deep = at(deepTree, menu);
    if (deep?.unset) entry.unset = names(() => Object.keys(deep.unset["value-name"]?._completion ?? {}));
    const types = {};
    for (const [name, arg] of Object.entries({ ...deep?.set, ...deep?.add })) {
        if (arg?._type !== "arg") continue;
        const given = Object.entries(arg._completion ?? {});
        const syntax = given.filter(([, { style }]) => style === "syntax-meta").map(([value]) => value);
        const values = given
            .map(([value]) => value)
            .filter((value) => !syntax.includes(value) && !objectNames.has(value));
        const type = {
            ...(values.length > 0 && values.length < 100 ? { values: values.sort() } : {}),
            ...(syntax.includes("!") ? { negatable: true } : {}),
            ...(syntax.includes(",") ? { list: true } : {}),
            ...(arg.desc ? { says: arg.desc } : {}),
        };
        if (Object.keys(type).length > 0) types[name] = type;
    }
    if (Object.keys(types).length > 0) entry.types = types;
    menus[menu] = entry;
}

/** All menus of all versions, as nested names. */
function tree(nodes) {
    const names = [...new Set(nodes.flatMap((node) => [...named(node, "dir"), ...named(node, "path")]))].sort();
    return Object.fromEntries(names.map((name) => [name, tree(nodes.map((node) => node?.[name]).filter(Boolean))]));
}

const write = (name, value) => {
    const file = new URL(`../router/data/${name}.json`, import.meta.url);
    // A list stands on one line.
    const text = JSON.stringify(value, undefined, 1).replace(/\[\n[^[\]{}]*\n *\]/g, (list) =>
        JSON.stringify(JSON.parse(list)),
    );
    writeFileSync(file, `${text}\n`);
    return file.pathname;
};
const sorted = Object.fromEntries(Object.entries(menus).sort(([a], [b]) => (a < b ? -1 : 1)));
write("console", { source: dump.source, menus: tree(Object.values(full)) });
const written = write("menus", { source: dump.source, described, versions, menus: sorted });
console.log(`${written}: ${Object.keys(menus).length} menus, ${versions.join(", ")}`);
