import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";

const root = path.resolve(__dirname, "../..");
const pages = readdirSync(path.join(root, "docs/resources"));
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const text = pages.map((page) => read(`docs/resources/${page}`)).join("\n");
const { tables } = jest.requireActual<{ tables: () => Record<string, string> }>("../../tools/resource-docs.cjs");

it.each(["rules", "queues", "types"])("`npm run docs:resources` was run: the table of %s is the code's", (name) => {
    const [, after = ""] = text.split(`<!-- ${name}: begin -->`);
    const [generated = ""] = after.split(`<!-- ${name}: end -->`);
    const lines = generated.split("\n").filter((line) => line.startsWith("|"));
    expect(lines).toEqual(tables()[name]?.split("\n"));
});

it("says of an argument in which menus and versions it is, and what it is where it is not set", () => {
    const row = (property: string) => text.split("\n").find((line) => line.startsWith(`| \`${property}\` |`)) ?? "";
    expect(row("passthrough")).toMatch(/`true` \| .*\(mangle only\)/);
    expect(row("ttl")).toContain("(ipv4 only)");
    expect(row("newHopLimit")).toContain("(mangle, ipv6 only)");
    expect(row("tos")).toContain("(from RouterOS 7.21 on)");
    for (const wire of firewallMenu("filter", "ipv6").table.keys()) expect(text).toContain(`| \`${wire}\` |`);
});

it.each(pages)("%s names every output of the class, with its type", (page) => {
    const source = read(`providers/routeros/${page.replace(/md$/, "ts")}`);
    const declared = [...source.matchAll(/\/\*\* (.*?) \*\/\s*declare public readonly (\w+): pulumi\.Output<(.*?)>;/g)];
    const cells = read(`docs/resources/${page}`)
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .map((line) => line.split("|").map((cell) => cell.trim()));
    expect(declared.length).toBeGreaterThan(2);
    for (const [, doc, name, type] of declared) {
        expect(cells).toContainEqual(["", `\`${name}\``, `\`${type}\``, doc, ""]);
    }
});
