"use strict";
/**
 * Writes the router's arguments, as the field tables of `providers/routeros/runtime/kinds/` know them, into
 * `docs/resources.md`, between their marks. `npm run docs:resources` after a change of a table; a test fails where they
 * differ.
 */
const path = require("node:path");

const { writeBetweenMarks } = require("./between-marks.cjs");

const root = path.resolve(__dirname, "..");
require("./build.cjs").ensureBuilt();
const runtime = path.join(root, "bin/providers/routeros/runtime");
const { firewallFields } = require(path.join(runtime, "kinds/firewall-rules/menu.js"));
const { queueTreeFields } = require(path.join(runtime, "kinds/queue-tree/menu.js"));
const { queueTypeFields } = require(path.join(runtime, "kinds/queue-type/menu.js"));
const { queueProperty } = require(path.join(runtime, "kinds/queue-tree/index.js"));
const { camelCase } = require(path.join(runtime, "rows/values.js"));

/** How a value is written, by the field's kind. */
const forms = {
    text: "text",
    word: "text",
    protocol: "name or number",
    mac: "MAC address",
    boolean: "true or false",
    rate: "rate: `20M`, `64k`, bit/s",
    size: "bytes: `10KiB`, `65536`",
    time: "time: `100ms`, `1m30s`",
    number: "number",
    decimal: "decimal",
    ports: "ports: `80,443,8000-8080`",
    words: "comma list",
    marks: "list of marks",
    address4: "address, prefix, range",
    address6: "address, prefix",
};

/** What each pair of marks holds, by name. */
function tables() {
    return {
        rules: rulesTable(),
        queues: table(queueTreeFields.values(), queueProperty),
        types: table(queueTypeFields.values()),
    };
}

/** The four firewall menus have most arguments in common: one table, and where one is missing. */
function rulesTable() {
    const menusOf = new Map();
    const fields = new Map();
    for (const kind of ["mangle", "filter"]) {
        for (const family of ["ipv4", "ipv6"]) {
            for (const field of firewallFields(kind, family).values()) {
                if (!fields.has(field.wire)) fields.set(field.wire, field);
                menusOf.set(field.wire, [...(menusOf.get(field.wire) ?? []), `${kind} ${family}`]);
            }
        }
    }
    const only = ({ wire }) => {
        const found = menusOf.get(wire);
        if (found.length === 4) return "";
        const parts = (index) => [...new Set(found.map((menu) => menu.split(" ")[index]))];
        const [kinds, families] = [parts(0), parts(1)].map((names) => (names.length === 1 ? names[0] : ""));
        return `${[kinds, families].filter(Boolean).join(", ")} only`;
    };
    return table(fields.values(), ({ wire }) => camelCase(wire), only);
}

function table(fields, nameOf = ({ wire }) => camelCase(wire), only = () => "") {
    const lines = [...fields].map((field) => {
        const versions = [
            ...(field.since === undefined ? [] : [`from RouterOS ${field.since} on`]),
            ...(field.until === undefined ? [] : [`up to RouterOS ${field.until}, exclusively`]),
        ];
        const notes = [only(field), ...versions].filter(Boolean);
        const meaning = notes.length === 0 ? field.doc : `${field.doc} (${notes.join("; ")})`;
        const fallback = field.fallback === undefined ? "" : `\`${field.fallback}\``;
        return `| \`${nameOf(field)}\` | \`${field.wire}\` | ${forms[field.kind]} | ${fallback} | ${meaning} |`;
    });
    return ["| property | RouterOS | value | default | meaning |", "| --- | --- | --- | --- | --- |", ...lines].join(
        "\n",
    );
}

module.exports = { tables };

if (require.main === module) writeBetweenMarks(path.join(root, "docs/resources.md"), tables());
