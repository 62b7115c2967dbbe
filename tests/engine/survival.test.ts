/** Rows outlive replacements, renames and moves: none is made twice, none is lost. */
import fs from "node:fs";
import path from "node:path";

import type { Row } from "../../sandbox/router";
import { type EngineSession, engineTimeout, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const menu = "/ip/firewall/address-list";
const addresses = Array.from({ length: 40 }, (_, index) => `198.51.100.${index + 1}`);
const program = (name: string, options = "{}", count = 3) => `
const { AddressList } = require("./bin/components");
new AddressList(${JSON.stringify(name)}, { list: "l", addresses: ${JSON.stringify(addresses.slice(0, count))} }, ${options});
`;

let session: EngineSession;
afterEach(() => session.stop());

const rows = (): Row[] => session.router.rows(menu);
const ids = (): string[] => rows().map((row) => row[".id"] ?? "");
const write = (text: string): void => fs.writeFileSync(path.join(session.folder, "index.js"), text);

it("a forced replacement leaves every row once", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const urn = (await session.resources()).find(({ type }) => type.endsWith(":AddressList"))?.urn ?? "";
    expect(await session.up(["--replace", urn])).toMatchObject({ code: 0 });
    expect(rows().map((row) => row["address"])).toEqual(addresses.slice(0, 3));
    expect(await session.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("an alias and a renamed stack mark rows anew and make none", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const before = ids();

    write(program("renamed", '{ aliases: [{ name: "list" }] }'));
    expect(await session.up()).toMatchObject({ code: 0 });
    expect(ids()).toEqual(before);
    expect(rows().every((row) => row["comment"]?.includes("/renamed#"))).toBe(true);

    expect(await session.pulumi(["stack", "rename", "moved"])).toMatchObject({ code: 0 });
    const engine = (...args: string[]) =>
        session.run("pulumi", [...args, "--stack", "moved", "--yes", "--skip-preview", "--non-interactive"]);
    expect(await engine("up")).toMatchObject({ code: 0 });
    expect(ids()).toEqual(before);
    expect(rows().every((row) => row["comment"]?.includes("/moved/renamed#"))).toBe(true);
    expect(await engine("destroy")).toMatchObject({ code: 0 });
    expect(rows()).toEqual([]);
});

it("rows moved to another list by hand come back, and another device is given all of them", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const before = ids();
    session.router.set(menu, before[1] ?? "", { list: "elsewhere" });
    const moved = await session.preview(["--refresh", "--diff"]);
    expect(moved.output).toContain(addresses[1]);
    expect(await session.up(["--refresh"])).toMatchObject({ code: 0 });
    expect(rows().map((row) => row["list"])).toEqual(["l", "l", "l"]);
    expect(ids()).toEqual(before);

    session.router.reset({ serial: "ANOTHER123" });
    const swapped = await session.up(["--refresh"]);
    expect(swapped.code).toBe(0);
    // Pulumi says it when it comes and once more in its summary.
    const summary = swapped.output.slice(swapped.output.indexOf("Diagnostics:"));
    expect(summary.match(/is another device/g)).toHaveLength(1);
    expect(rows().map((row) => row["address"])).toEqual(addresses.slice(0, 3));
});

it("a changed list name is a replacement that leaves nothing under the old one", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    write(program("list").replace('list: "l"', 'list: "m"'));
    const up = await session.up();
    expect(up.code).toBe(0);
    expect(up.output).toMatch(/1 replaced/);
    expect(rows().map((row) => row["list"])).toEqual(["m", "m", "m"]);
});
