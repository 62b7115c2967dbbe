import { readFileSync } from "node:fs";
import * as path from "node:path";

import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";

const root = path.resolve(__dirname, "../..");
const text = readFileSync(path.join(root, "docs/resources.md"), "utf8");
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
