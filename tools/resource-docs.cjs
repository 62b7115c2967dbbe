"use strict";
/**
 * Writes the router's arguments, as the field tables of `providers/routeros/runtime/kinds/` know them, into
 * pages of `docs/resources/`, between their marks. `npm run docs:resources` after a change of a table; a test fails where they
 * differ.
 */
const fs = require("node:fs");
const path = require("node:path");

const { writeBetweenMarks } = require("./between-marks.cjs");

const root = path.resolve(__dirname, "..");
require("./build.cjs").ensureBuilt();
const runtime = path.join(root, "bin/providers/routeros/runtime");
const kinds = require(path.join(runtime, "kinds/registry.js"));
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

/** What each pair of marks holds, by name: a table for each kind that has one. */
function tables() {
    const documented = Object.values(kinds).filter(({ docs }) => docs !== undefined);
    return Object.fromEntries(documented.map(({ docs, menus }) => [docs.marks, table(menus, docs.property)]));
}

/** Menus of one kind have most arguments in common: one table, and where one is missing. */
function table(menus, nameOf = ({ wire }) => camelCase(wire)) {
    const fields = new Map(menus.flatMap((menu) => [...menu.table]).reverse());
    const order = [...new Set(menus.flatMap((menu) => [...menu.table.keys()]))];
    const only = (wire) => {
        const found = menus.filter((menu) => menu.table.has(wire));
        if (found.length === menus.length) return "";
        const tables = new Set(found.map(({ path }) => path.split("/").at(-1)));
        const families = new Set(found.map(({ family }) => family));
        const single = [tables, families].flatMap((names) => (names.size === 1 ? [...names] : []));
        return `${single.join(", ")} only`;
    };
    const lines = order.map((wire) => {
        const field = fields.get(wire);
        const versions = [
            ...(field.since === undefined ? [] : [`from RouterOS ${field.since} on`]),
            ...(field.until === undefined ? [] : [`up to RouterOS ${field.until}, exclusively`]),
        ];
        const notes = [only(wire), ...versions].filter(Boolean);
        const meaning = notes.length === 0 ? field.doc : `${field.doc} (${notes.join("; ")})`;
        const fallback = field.fallback === undefined ? "" : `\`${field.fallback}\``;
        return `| \`${nameOf(field)}\` | \`${wire}\` | ${forms[field.kind]} | ${fallback} | ${meaning} |`;
    });
    return ["| property | RouterOS | value | default | meaning |", "| --- | --- | --- | --- | --- |", ...lines].join(
        "\n",
    );
}

module.exports = { tables };

if (require.main === module) {
    const folder = path.join(root, "docs/resources");
    for (const name of fs.readdirSync(folder)) {
        const page = path.join(folder, name);
        const text = fs.readFileSync(page, "utf8");
        const own = Object.entries(tables()).filter(([marks]) => text.includes(`<!-- ${marks}: begin -->`));
        writeBetweenMarks(page, Object.fromEntries(own));
    }
}
