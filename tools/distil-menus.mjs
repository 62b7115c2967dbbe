/**
 * Distils the facts about RouterOS menus that the embedded router stands on.
 *
 *     node tools/distil-menus.mjs <menus.json>
 *
 * `menus.json` holds, per RouterOS version and menu, what /console/inspect says: commands, arguments, completions. It
 * was made from the dumps of the public repository that its own `source` names; that source is copied into the result,
 * `router/data/menus.json`. Kept: names of commands and arguments per version, enumerations, and which
 * arguments take `!` or a list. Left out: descriptions for people, and completions that are names of objects.
 */
import { readFileSync, writeFileSync } from "node:fs";

const input = process.argv[2];
if (input === undefined) {
    console.error("usage: node tools/distil-menus.mjs <menus.json>");
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

const result = { source: dump.source, described, versions, menus };
const file = new URL("../router/data/menus.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`);
console.log(`${file.pathname}: ${Object.keys(menus).length} menus, ${versions.join(", ")}`);
