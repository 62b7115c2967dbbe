import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { fromBytes } from "../../router/device/bytes";
import { exportText } from "../../router/language/export";
import { parseRsc, type Statement } from "../../router/language/rsc";
import { newDevice } from "../../router/menus";
import { makeBare } from "../../router/start/factory";
import { loadRsc, versionOfExport } from "../../router/start/load";
import normalised from "../fixtures/exports/normalised.json";

const folder = path.resolve(__dirname, "../fixtures/exports");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rsc"))
    .sort();
const textOf = (file: string) => fromBytes(readFileSync(path.join(folder, file)));

function load(text: string) {
    const device = newDevice({ version: versionOfExport(text) ?? "7.22.3" });
    makeBare(device);
    return { device, ...loadRsc(device, text) };
}

/** Statements by menu, each as one text, after what RouterOS itself makes of what is written. */
function statements(text: string): Record<string, string[]> {
    const result: Record<string, string[]> = {};
    for (const statement of parseRsc(text, "", { foreign: () => undefined })) {
        (result[statement.path] ??= []).push(asText(statement));
    }
    for (const menu of normalised.ownOrder) result[menu]?.sort();
    return result;
}

function asText({ path: menu, command, words, args }: Statement): string {
    const sets = (normalised.sets as Record<string, string[]>)[menu] ?? [];
    const written = Object.entries(args).map(
        ([name, value]) => `${name}=${sets.includes(name) ? value.split(",").sort().join(",") : value}`,
    );
    const bare = words.map((word) => word.replace(/\s+/g, " "));
    return [command, ...[...bare, ...written].sort()].join(" ");
}

test("there are forty or more", () => expect(files.length).toBeGreaterThanOrEqual(40));

test.each(files)("%s goes in whole and comes out equal, but for what RouterOS normalises", (file) => {
    const { device, lines } = load(textOf(file));
    expect(lines.filter(({ outcome }) => outcome === "refused")).toEqual([]);
    const [before, after] = [statements(textOf(file)), statements(exportText(device))];
    for (const [menu, written] of Object.entries(before)) expect([menu, after[menu]]).toEqual([menu, written]);
});

test.each(files)("%s, exported and read again, is the same router", (file) => {
    const once = exportText(load(textOf(file)).device);
    expect(exportText(load(once).device).split("\n").slice(5)).toEqual(once.split("\n").slice(5));
});
